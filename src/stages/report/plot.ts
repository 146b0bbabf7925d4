import { plot, type PlotOptions } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { InternalError } from '../../core/index.js';
import { html, trusted, type Html } from './html.js';

/** Colours of drawings are custom properties of the page, so that one picture serves light, dark and print. */
export const colours = {
  real: 'var(--real)',
  synthetic: 'var(--synthetic)',
  ink: 'var(--ink)',
  faint: 'var(--faint)',
  line: 'var(--line)',
} as const;

/** Colour of the i-th synthesizer (0 = chosen). */
export function synthesizerColour(i: number): string {
  return i === 0 ? colours.synthetic : `var(--other-${1 + ((i - 1) % 3)})`;
}

/** Dash pattern of the i-th synthesizer's line: told apart without colour. */
export function synthesizerDash(i: number): string {
  return ['none', '5 3', '2 3', '8 3 2 3'][i % 4]!;
}

/** An empty document without a browser, for Plot to create its elements with; nothing is ever loaded. */
const blank = documentOf(parseHTML('<!doctype html><html><body></body></html>'));

/** The types of the DOM are no part of this project, so the document is taken as an opaque object. */
function documentOf(window: unknown): object {
  const found: unknown = Reflect.get(Object(window) as object, 'document');
  if (typeof found === 'object' && found !== null) return found;
  throw new InternalError('NO_DOCUMENT', 'linkedom made a window without a document.');
}

/**
 * Draws with Observable Plot on a document without a browser. The picture is one image to a screen reader, described by
 * `label`; so nothing that is said only inside it may matter.
 */
export function picture(label: string, options: PlotOptions): Html {
  const drawing: unknown = plot({
    ...options,
    document: blank,
    className: 'plot',
    style: { fontSize: '11px', background: 'none' },
  });
  return html`<div class="picture" role="img" aria-label="${label}">${trusted(tidy(String(drawing)))}</div>`;
}

/** Drops what the page's style sheet says once for all drawings, and digits that no screen shows. */
function tidy(svg: string): string {
  return svg
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(/<svg /, '<svg aria-hidden="true" ')
    .replace(/<[^>]*>/g, (tag) =>
      tag
        .replace(/ (?:aria-(?:label|description)|font-family)="[^"]*"/g, '')
        .replace(/-?\d+\.\d{2,}(?:e-?\d+)?/g, (number) => String(Math.round(Number(number) * 100) / 100)),
    );
}
