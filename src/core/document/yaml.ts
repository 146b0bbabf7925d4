import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import type { Document, Node } from 'yaml';
import { UserError } from '../errors.js';
import type { KeyPath, Problem } from './problems.js';

const require = createRequire(import.meta.url);
/** The library is loaded by the first document: most threads read none. */
const yaml = (): typeof Yaml => require('yaml') as typeof Yaml;

/** A YAML text that was read without syntax errors. */
export interface YamlDocument {
  readonly value: unknown;
  /** Line (from 1) of the key at a path, or of its nearest ancestor that exists. */
  lineOf(path: KeyPath): number;
}

/** What a document is, for the error that names its problems. */
export interface DocumentKind {
  /** Error code, e.g. `BAD_BLUEPRINT`. */
  readonly code: string;
  /** e.g. `blueprint`. */
  readonly what: string;
  readonly file: string;
}

/**
 * Reads one YAML 1.2 document.
 * @throws UserError with the kind's code, naming every syntax error with its line.
 */
export function parseYaml(text: string, kind: DocumentKind): YamlDocument {
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  if (document.errors.length > 0) {
    const found = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `line ${line}, column ${col}: ${error.message}`;
    });
    throw problemList(kind, found, 'is not valid YAML');
  }
  return {
    value: document.toJS() as unknown,
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
  };
}

/** The error that lists problems, one a paragraph, in the order of their lines. */
export function documentError(
  kind: DocumentKind,
  document: YamlDocument,
  problems: readonly Problem[],
): UserError {
  const located = problems.map((problem) => ({ problem, line: document.lineOf(problem.path) }));
  located.sort((a, b) => a.line - b.line);
  const texts = located.map(({ problem, line }) => {
    const hint = problem.hint === undefined ? '' : `; ${problem.hint}`;
    return `line ${line}, ${pathText(problem.path)}: expected ${problem.expected}, got ${problem.got}${hint}`;
  });
  return problemList(kind, [...new Set(texts)], 'cannot be used as it is');
}

function problemList(kind: DocumentKind, texts: readonly string[], verdict: string): UserError {
  const count = texts.length === 1 ? 'one problem' : `${texts.length} problems`;
  const list = texts.map((text) => `\n  - ${text}`).join('');
  return new UserError(kind.code, `The ${kind.what} ${kind.file} ${verdict} (${count}):${list}`, {
    fix: `correct ${texts.length === 1 ? 'it' : 'them'} in ${kind.file} and run the command again`,
  });
}

/** `features.events[2].window`; the document itself is `(top level)`. */
export function pathText(path: KeyPath): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('');
  return text === '' ? '(top level)' : text.replace(/^\./, '');
}

function offsetOf(document: Document, path: KeyPath): number {
  const { isAlias, isMap, isScalar, isSeq } = yaml();
  let node: unknown = document.contents;
  let offset = rangeStart(node);
  for (const key of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return offset;
      offset = rangeStart(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(key)];
      if (item === undefined) return offset;
      offset = rangeStart(item);
      node = item;
    } else return offset;
  }
  return offset;
}

function rangeStart(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0;
}
