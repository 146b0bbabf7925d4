import { parseHTML } from 'linkedom';

/** The few things of a DOM element that the tests look at. (The types of the DOM are no part of this project.) */
export interface Element {
  readonly textContent: string;
  readonly childElementCount: number;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

export function parse(page: string): Element {
  const window: unknown = parseHTML(page);
  return (window as { document: Element }).document;
}

export function all(root: Element, selector: string): Element[] {
  return [...root.querySelectorAll(selector)];
}

/** Text as it is read: runs of white space are one space. */
export function textOf(element: Element | null): string {
  return (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
}

/** Elements that are never closed. */
const empty = new Set(['meta', 'br', 'link', 'img', 'input', 'hr']);

/** Problems of nesting: a tag that closes what is not open, or nothing closes. */
export function nestingProblems(source: string): string[] {
  const open: string[] = [];
  const problems: string[] = [];
  const body = source.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '');
  for (const [tag, slash, name] of body.matchAll(/<(\/?)([a-z][a-zA-Z0-9]*)\b[^>]*>/g)) {
    if (name === undefined || empty.has(name) || tag.endsWith('/>')) continue;
    if (slash !== '/') open.push(name);
    else if (open.at(-1) === name) open.pop();
    else problems.push(`</${name}> closes <${String(open.at(-1))}>`);
  }
  return [...problems, ...open.map((name) => `<${name}> is never closed`)];
}
