import type { Report, SynthesizerResult } from '../document.js';
import type { ComputedMetric, Metric } from '../metric.js';
import { html, trusted, type Html, type Part } from './html.js';
import { synthesizerColour, synthesizerDash } from './plot.js';
import type { Badge } from './words.js';

/** The paper's bar for TSTR / TRTR, used where the report's own utility layer names none. */
const paperBar = 0.94;

/** The bar that ratios are drawn against: the threshold of the chosen synthesizer's mean ratio. */
export function utilityBar(report: Report): number {
  const layer = chosen(report).layers.find((l) => l.id === 'utility');
  const metric = layer?.metrics.find((m) => isComputed(m) && m.id === 'utility.mean-ratio');
  return metric !== undefined && isComputed(metric) && metric.threshold !== null
    ? metric.threshold
    : paperBar;
}

/** The result that the report recommends: the first. */
export function chosen(report: Report): SynthesizerResult {
  return report.synthesizers[0]!;
}

export function isComputed(metric: Metric): metric is ComputedMetric {
  return !('notComputable' in metric);
}

/** A verdict with its sign: `✓ Usable`. */
export function badge({ sign, word, tone }: Badge): Html {
  return html`<span class="badge ${tone}"
    ><span class="sign" aria-hidden="true">${sign}</span> ${word}</span
  >`;
}

/** A section of the page with its anchor. */
export function section(id: string, title: string, body: Part): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section> `;
}

/** A column of a {@link table}: its heading and whether it holds figures (right-aligned). */
export interface Heading {
  readonly text: string;
  readonly number?: boolean;
}

/** A row of a {@link table}; the first cell is the row's heading. */
export interface TableRow {
  readonly cells: readonly Part[];
  readonly className?: string;
}

/** A table with a caption that scrolls sideways on a phone. */
export function table(caption: string, headings: readonly Heading[], rows: readonly TableRow[]): Html {
  const number = (i: number): Html | null =>
    headings[i]?.number === true ? trusted(' class="number"') : null;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0">
    <table${headings.length > 4 ? trusted(' class="broad"') : null}>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${headings.map((h, i) => html`<th scope="col" ${number(i)}>${h.text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (
            row,
          ) => html`<tr${row.className === undefined ? null : html` class="${row.className}"`}>${row.cells.map(
            (cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td${number(i)}>${cell}</td>`),
          )}</tr>
`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Something long, folded until asked for. */
export function folded(summary: Part, body: Part): Html {
  return html`<details>
    <summary>${summary}</summary>
    ${body}
  </details>`;
}

/** One entry of a legend. `index` counts synthesizers; null = real records. */
export interface LegendEntry {
  readonly name: string;
  readonly index: number | null;
}

/** A legend of lines: colour and dash pattern of real records and of each synthesizer. */
export function lineLegend(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">
    ${entries.map(({ name, index }) => {
      const colour = index === null ? 'var(--real)' : synthesizerColour(index);
      const dash = index === null ? 'none' : synthesizerDash(index);
      return html`<li>
        <svg width="30" height="10" aria-hidden="true">
          <line
            x1="0"
            x2="30"
            y1="5"
            y2="5"
            stroke="${colour}"
            stroke-width="${index === null ? 3 : 2}"
            stroke-dasharray="${dash}"
          />
        </svg>
        ${name}
      </li>`;
    })}
  </ul>`;
}

/** A legend of dots: filled for the chosen synthesizer, hollow for the others. */
export function dotLegend(entries: readonly { readonly name: string; readonly index: number }[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      ({ name, index }) =>
        html`<li>
          <svg width="14" height="14" aria-hidden="true">
            <circle
              cx="7"
              cy="7"
              r="5"
              fill="${index === 0 ? synthesizerColour(0) : 'var(--card)'}"
              stroke="${synthesizerColour(index)}"
              stroke-width="2"
            />
          </svg>
          ${name}
        </li>`,
    )}
  </ul>`;
}

/** Name of a synthesizer with a mark on the chosen one. */
export function synthesizerName(report: Report, index: number): string {
  const title = report.synthesizers[index]?.synthesizer.title ?? '';
  return index === 0 && report.synthesizers.length > 1 ? `${title} (chosen)` : title;
}
