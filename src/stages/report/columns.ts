import type { ColumnFidelity, Histogram, Report, SynthesizerResult } from '../document.js';
import { count, decimals, percent } from './format.js';
import { numericHistogram } from './histogram.js';
import { html, type Html } from './html.js';
import { folded } from './parts.js';

/** Cards that are shown at once; the rest is folded. */
const shown = 12;
/** Categories that a card shows; the rest is pooled. */
const categoriesShown = 6;

/** A card per column with both distributions, least alike first. */
export function columnCards(report: Report, result: SynthesizerResult): Html {
  const columns = ranked(result.fidelity.columns);
  const cards = columns.map((column) => card(report, result, column));
  const rest = cards.slice(shown);
  return html`<div class="cards">${cards.slice(0, shown)}</div>
    ${rest.length > 0 && folded(`The other ${count(rest.length)} columns`, html`<div class="cards">${rest}</div>`)}`;
}

/** Largest distance first; columns without one last; equal ones by name. */
function ranked(columns: readonly ColumnFidelity[]): ColumnFidelity[] {
  const size = (c: ColumnFidelity): number => c.distance?.value ?? -1;
  return [...columns].sort((a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1));
}

function card(report: Report, result: SynthesizerResult, column: ColumnFidelity): Html {
  const about = report.columns.find((c) => c.name === column.name);
  const histogram = result.histograms.find((h) => h.column === column.name);
  return html`<article class="card">
    <h4>${column.name}</h4>
    <p class="distance">
      ${
        column.distance === null
          ? 'no distance: one side has no value'
          : html`distance <strong>${decimals(column.distance.value)}</strong>
              <span class="quiet">${column.distance.method.toUpperCase()}</span>`
      }${column.role !== 'feature' && html` <span class="tag">${column.role}</span>`}
    </p>
    ${histogram !== undefined && distribution(histogram)}
    ${about?.description !== undefined && html`<p class="description">${about.description}</p>`}
  </article> `;
}

function distribution(histogram: Histogram): Html {
  return html`${histogram.type === 'numeric' ? numericHistogram(histogram) : categories(histogram)}
  ${missingBar(histogram)}`;
}

type Categorical = Extract<Histogram, { type: 'categorical' }>;
interface Pair {
  readonly label: string;
  readonly real: number;
  readonly synthetic: number;
}

function categories(histogram: Categorical): Html {
  const total = totals(histogram);
  const head = histogram.cells.slice(0, categoriesShown);
  const tail = histogram.cells.slice(categoriesShown);
  const pooled = tail.reduce((n, cell) => n + cell.categories, 0);
  const pairs: Pair[] = head.map((cell) => ({
    ...cell,
    label: cell.categories > 1 ? `${cell.label} (${count(cell.categories)} pooled)` : cell.label,
  }));
  if (tail.length > 0) {
    pairs.push({
      label: `${count(pooled)} more`,
      real: tail.reduce((n, cell) => n + cell.real, 0),
      synthetic: tail.reduce((n, cell) => n + cell.synthetic, 0),
    });
  }
  const shares = pairs.map((p) => ({
    ...p,
    real: shareOf(p.real, total.real),
    synthetic: shareOf(p.synthetic, total.synthetic),
  }));
  const longest = Math.max(...shares.flatMap((p) => [p.real, p.synthetic]), 0);
  return html`<ul class="pairs">
    ${shares.map((p) => pairOfBars(p, longest))}
  </ul>`;
}

function missingBar(histogram: Histogram): Html {
  const { missing } = histogram;
  if (missing === null)
    return html`<p class="quiet missing">missing: 1 to 10 real rows, counted with the last cell</p>`;
  if (missing.real === 0 && missing.synthetic === 0) return html`<p class="quiet missing">never missing</p>`;
  const total = totals(histogram);
  const pair = {
    label: 'missing',
    real: shareOf(missing.real, total.real),
    synthetic: shareOf(missing.synthetic, total.synthetic),
  };
  return html`<ul class="pairs missing">
    ${pairOfBars(pair, 1)}
  </ul>`;
}

/** Two bars, real over synthetic, with their shares in words. */
function pairOfBars({ label, real, synthetic }: Pair, longest: number): Html {
  const width = (share: number): string => (longest === 0 ? 0 : (share / longest) * 100).toFixed(1);
  return html`<li>
    <span class="label">${label}</span
    ><span class="bars" aria-hidden="true"
      ><i class="real" style="width:${width(real)}%"></i
      ><i class="synthetic" style="width:${width(synthetic)}%"></i></span
    ><span class="shares"
      ><span class="hidden">real </span>${percent(real)}<br /><span class="hidden">synthetic </span
      >${percent(synthetic)}</span
    >
  </li>`;
}

function totals(histogram: Histogram): { real: number; synthetic: number } {
  const cells = histogram.type === 'numeric' ? histogram.bins : histogram.cells;
  return {
    real: cells.reduce((n, c) => n + c.real, histogram.missing?.real ?? 0),
    synthetic: cells.reduce((n, c) => n + c.synthetic, histogram.missing?.synthetic ?? 0),
  };
}

function shareOf(part: number, total: number): number {
  return total === 0 ? 0 : part / total;
}
