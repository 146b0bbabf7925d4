import { decimals } from './format.js';
import { html, type Html } from './html.js';

/** Steps of the colour scale on either side of 0. */
const steps = 10;
const cell = 10;

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
  const gutter = 118;
  const paths = new Map<number, string>();
  map.values.forEach((row, i) => {
    row.forEach((value, j) => {
      const step = value === null ? NaN : stepOf(value, map.limit);
      if (step === 0) return;
      paths.set(
        step,
        (paths.get(step) ?? '') +
          `M${String(gutter + j * cell)} ${String(i * cell)}h${String(cell)}v${String(cell)}h-${String(cell)}z`,
      );
    });
  });
  const ordered = [...paths].sort(([a], [b]) => (Number.isNaN(a) ? -1 : Number.isNaN(b) ? 1 : a - b));
  return html`<div class="map" role="img" aria-label="${map.label}" tabindex="0">
    <svg viewBox="0 0 ${gutter + n * cell} ${n * cell}" aria-hidden="true" font-size="8" text-anchor="end">
      ${map.names.map((name, i) => html`<text x="${gutter - 4}" y="${i * cell + 7.6}">${shortened(name)}</text>`)}
      <rect x="${gutter}" y="0" width="${n * cell}" height="${n * cell}" class="map-ground" />
      ${ordered.map(([step, d]) => html`<path class="${Number.isNaN(step) ? 'undefined' : step > 0 ? 'above' : 'below'}" ${opacity(step)} d="${d}" />`)}
    </svg>
  </div>`;
}

function opacity(step: number): Html | null {
  return Number.isNaN(step) ? null : html` fill-opacity="${Math.abs(step) / steps}"`;
}

function stepOf(value: number, limit: number): number {
  const step = Math.round((value / limit) * steps);
  return Math.max(-steps, Math.min(steps, step));
}

function shortened(name: string): string {
  return name.length <= 26 ? name : `${name.slice(0, 25)}…`;
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
