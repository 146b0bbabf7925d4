import { quantileSorted } from '../../numerics/index.js';
import type { CategoricalColumn, NumericColumn, Table } from '../../table/index.js';
import type { Histogram } from '../document.js';
import { presentValues } from './fidelity/columns.js';

/** Cells with 1 to 10 real patients are never published (CMS cell size suppression policy). */
const LEAST_CELL = 11;
/** About how many bins a numeric column gets. */
const TARGET_BINS = 24;
/** Most category cells before the rest is pooled. */
const MOST_CELLS = 20;

/** Distributions of every column of aligned tables, real train rows against synthetic rows. */
export function histogramsOf(real: Table, synthetic: Table): Histogram[] {
  return real.columns.map((column) => {
    const other = synthetic.column(column.schema.name);
    return column.type === 'numeric'
      ? numericHistogram(column, other as NumericColumn)
      : categoricalHistogram(column, other as CategoricalColumn);
  });
}

interface Bin {
  low: number | null;
  high: number | null;
  real: number;
  synthetic: number;
}

/** Bins of one round width between round numbers, open at both ends, merged until none holds 1 to 10 real records. */
function numericHistogram(real: NumericColumn, synthetic: NumericColumn): Histogram {
  const a = presentValues(real).sort();
  const b = presentValues(synthetic).sort();
  const edges = roundEdges(a, real.schema.kind === 'count');
  const realCounts = countBetween(a, edges);
  const syntheticCounts = countBetween(b, edges);
  const missing = { real: real.valid.length - a.length, synthetic: synthetic.valid.length - b.length };
  const hidden = isSmall(missing.real);
  const bins = realCounts.map((n, i): Bin => ({
    low: i === 0 ? null : edges[i - 1]!,
    high: i === edges.length ? null : edges[i]!,
    real: n,
    synthetic: syntheticCounts[i]!,
  }));
  if (hidden) {
    const last = bins.at(-1)!;
    last.real += missing.real;
    last.synthetic += missing.synthetic;
  }
  const merged = mergeSmall(bins);
  const { name, unit } = real.schema;
  return {
    type: 'numeric',
    column: name,
    ...(unit === undefined ? {} : { unit }),
    bins: merged,
    missing: hidden || merged.length === 0 ? null : missing,
  };
}

/** Multiples of 1, 2 or 5 × 10^k that cover the middle 98 % of ascending values; none for a constant or empty column. */
function roundEdges(sorted: Float64Array, whole: boolean): number[] {
  const low = quantileSorted(sorted, 0.01);
  const high = quantileSorted(sorted, 0.99);
  if (low === null || high === null || high <= low) return [];
  const raw = (high - low) / TARGET_BINS;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((f) => f * power >= raw) ?? 10;
  const step = whole ? Math.max(1, factor * power) : factor * power;
  const digits = Math.min(100, Math.max(0, -Math.floor(Math.log10(step)) + 1));
  const edges: number[] = [];
  for (let k = Math.ceil(low / step); k <= Math.floor(high / step) + 1; k++)
    edges.push(Number((k * step).toFixed(digits)));
  return edges;
}

/** Counts of ascending values below the first edge, between the edges (lower one included), and from the last on. */
function countBetween(sorted: Float64Array, edges: readonly number[]): number[] {
  const counts: number[] = [];
  let at = 0;
  for (const edge of [...edges, Infinity]) {
    const from = at;
    while (at < sorted.length && sorted[at]! < edge) at++;
    counts.push(at - from);
  }
  return counts;
}

/** Merges each bin that holds 1 to 10 real records with its smaller neighbour until there is none; no bins where all together are so few. */
function mergeSmall(bins: readonly Bin[]): Bin[] {
  const merged = bins.map((bin) => ({ ...bin }));
  for (;;) {
    const at = merged.findIndex((bin) => isSmall(bin.real));
    if (at === -1) return merged;
    if (merged.length === 1) return [];
    const before = merged[at - 1]?.real ?? Infinity;
    const after = merged[at + 1]?.real ?? Infinity;
    const first = before < after ? at - 1 : at;
    const [left, right] = merged.splice(first, 2) as [Bin, Bin];
    merged.splice(first, 0, {
      low: left.low,
      high: right.high,
      real: left.real + right.real,
      synthetic: left.synthetic + right.synthetic,
    });
  }
}

interface Cell {
  label: string;
  categories: number;
  real: number;
  synthetic: number;
}

/** One cell a category; rare ones, and those beyond the twentieth, share the last. */
function categoricalHistogram(real: CategoricalColumn, synthetic: CategoricalColumn): Histogram {
  const { name, kind } = real.schema;
  const all = cellsOf(real, synthetic);
  const byCount = [...all].sort((x, y) => y.real - x.real);
  const kept = new Set(byCount.slice(0, MOST_CELLS).filter((c) => c.real >= LEAST_CELL));
  const missing = { real: missingOf(real), synthetic: missingOf(synthetic) };
  const hidden = isSmall(missing.real);
  const pool = (): Cell => {
    const rest = all.filter((c) => !kept.has(c));
    const add = hidden ? missing : { real: 0, synthetic: 0 };
    return {
      label: `other (${rest.length} categories${hidden ? ', or missing' : ''})`,
      categories: rest.length,
      real: rest.reduce((n, c) => n + c.real, add.real),
      synthetic: rest.reduce((n, c) => n + c.synthetic, add.synthetic),
    };
  };
  while (kept.size > 0 && isSmall(pool().real)) kept.delete([...kept].at(-1)!); // the smallest kept one joins
  const other = pool();
  const ordered = kind === 'ordinal' || kind === 'binary' ? all : byCount;
  const cells = ordered.filter((c) => kept.has(c));
  const tooFew = isSmall(other.real); // all records together
  if (!tooFew && (other.real > 0 || other.synthetic > 0)) cells.push(other);
  return { type: 'categorical', column: name, cells, missing: hidden || tooFew ? null : missing };
}

function cellsOf(real: CategoricalColumn, synthetic: CategoricalColumn): Cell[] {
  const longer = synthetic.schema.categories.length > real.schema.categories.length ? synthetic : real;
  const cells = longer.schema.categories.map((label): Cell => ({
    label,
    categories: 1,
    real: 0,
    synthetic: 0,
  }));
  for (let i = 0; i < real.codes.length; i++) if (real.valid[i] === 1) cells[real.codes[i]!]!.real++;
  for (let i = 0; i < synthetic.codes.length; i++) {
    if (synthetic.valid[i] === 1) cells[synthetic.codes[i]!]!.synthetic++;
  }
  return cells;
}

function missingOf({ valid }: CategoricalColumn): number {
  return valid.length - valid.reduce((n, v) => n + v, 0);
}

function isSmall(n: number): boolean {
  return n > 0 && n < LEAST_CELL;
}
