import { decimals } from './format.js';
import { html, type Html } from './html.js';

/** Steps of the colour scale on either side of 0. */
const steps = 10;
/** Room for the names, in units of the drawing. */
const gutter = 118;

/** A square map of values from −`limit` to `limit` (beyond is clamped); null = could not be computed. */
export interface Heatmap {
  readonly label: string;
  readonly names: readonly string[];
  readonly values: readonly (readonly (number | null)[])[];
  readonly limit: number;
}

/**
 * Draws the map with one path per colour step (a rectangle for each cell would weigh megabytes). The hue tells the sign and
 * the opacity the size, so 0 is the page's own colour in light and dark.
 */
export function heatmap(map: Heatmap): Html {
  const n = map.names.length;
  const cell = Math.max(10, Math.min(30, Math.floor(400 / n)));
  const fontSize = cell < 14 ? 8 : 11;
  const width = gutter + n * cell;
  const className = (step: number): string =>
    Number.isNaN(step) ? 'undefined' : step > 0 ? 'above' : 'below';
  return html`<div class="map" role="img" aria-label="${map.label}" tabindex="0">
    <svg
      viewBox="0 0 ${width} ${n * cell}"
      style="max-width:${Math.round(width * 1.2)}px"
      aria-hidden="true"
      font-size="${fontSize}"
      text-anchor="end"
    >
      ${map.names.map(
        (name, i) =>
          html`<text x="${gutter - 4}" y="${(i + 0.5) * cell}" dy="0.33em"
            >${shortened(name, fontSize)}</text
          >`,
      )}
      <rect x="${gutter}" y="0" width="${n * cell}" height="${n * cell}" class="map-ground" />
      ${cellsByStep(map, cell).map(([step, d]) => html`<path class="${className(step)}" ${opacity(step)} d="${d}" />`)}
    </svg>
  </div>`;
}

/** Path data of all cells of one colour step, undefined ones (NaN) first; step 0 is not drawn. */
function cellsByStep({ values, limit }: Heatmap, cell: number): [number, string][] {
  const paths = new Map<number, string>();
  values.forEach((row, i) => {
    row.forEach((value, j) => {
      const step = value === null ? NaN : stepOf(value, limit);
      if (step === 0) return;
      const square = `M${String(gutter + j * cell)} ${String(i * cell)}h${String(cell)}v${String(cell)}h-${String(cell)}z`;
      paths.set(step, (paths.get(step) ?? '') + square);
    });
  });
  const order = (step: number): number => (Number.isNaN(step) ? -Infinity : step);
  return [...paths].sort(([a], [b]) => order(a) - order(b));
}

function opacity(step: number): Html | null {
  return Number.isNaN(step) ? null : html` fill-opacity="${Math.abs(step) / steps}"`;
}

function stepOf(value: number, limit: number): number {
  const step = Math.round((value / limit) * steps);
  return Math.max(-steps, Math.min(steps, step));
}

/** A name that fits the gutter: a letter is about half as wide as the font is high. */
function shortened(name: string, fontSize: number): string {
  const letters = Math.floor(gutter / (fontSize * 0.55));
  return name.length <= letters ? name : `${name.slice(0, letters - 1)}…`;
}

/** The legend of a map: a row of swatches from −limit to limit. */
export function heatmapScale(limit: number): Html {
  const swatches = Array.from({ length: 2 * steps + 1 }, (_, k) => k - steps);
  return html`<div class="scale">
    <span>−${decimals(limit, 1)}</span
    ><svg
      viewBox="0 0 ${swatches.length * 8} 10"
      width="${swatches.length * 8}"
      height="10"
      aria-hidden="true"
    >
      ${swatches.map(
        (step, k) =>
          html`<rect
            x="${k * 8}"
            y="0"
            width="8"
            height="10"
            class="${step > 0 ? 'above' : 'below'}"
            ${opacity(step)}
          />`,
      )}</svg
    ><span>${decimals(limit, 1)}</span><span class="swatch undefined"></span
    ><span>could not be computed</span>
  </div>`;
}
