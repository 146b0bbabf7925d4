/** A piece of HTML whose parts have been escaped. Only {@link html} and {@link trusted} make one. */
export class Html {
  readonly #source: string;
  constructor(source: string) {
    this.#source = source;
  }
  toString(): string {
    return this.#source;
  }
}

/** What may stand in a template: text (escaped), numbers, markup, lists of these; null, undefined and false vanish. */
export type Part = string | number | Html | readonly Part[] | null | undefined | false;

/**
 * Template tag for markup: `` html`<p>${text}</p>` ``. Every interpolated string is escaped for text and for quoted
 * attributes, so a column named `<script>` stays a name.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let source = strings[0] ?? '';
  parts.forEach((part, i) => {
    source += flatten(part) + (strings[i + 1] ?? '');
  });
  return new Html(source);
}

/** Marks markup as safe that this folder made itself (style sheet, script, drawings). */
export function trusted(source: string): Html {
  return new Html(source);
}

/** Escapes text for element content and quoted attribute values. */
function escapeHtml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function flatten(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  if (part instanceof Html) return part.toString();
  return part.map(flatten).join('');
}
