import { z } from 'zod';
import type { Rng } from '../../core/index.js';
import type { CategoricalColumn, Column, NumericColumn } from '../../table/index.js';
import { boundsSchema, learnBounds } from '../bounds.js';
import { cellCoderSchema } from '../cells.js';
import { categoryCounts } from '../check.js';
import type { Weighted } from './mixture.js';
import { fitMixture } from './mixture.js';
import { learnQuantiles, quantilesSchema } from './quantiles.js';

/** Numbers as (value − mean) / (4 · deviation), the mode of CTGAN's mode-specific normalisation (Xu et al. 2019, §4.2). */
const normalModeSchema = z.strictObject({
  kind: z.literal('normal'),
  mean: z.number(),
  deviation: z.number().gt(0),
  weight: z.number().gt(0).max(1),
});

/** How numbers of a mode become one number, and that one numbers again. */
const modeSchema = z.discriminatedUnion('kind', [quantilesSchema, normalModeSchema]);
export type Mode = z.infer<typeof modeSchema>;

/**
 * How a column becomes a choice among codes 0 … size − 1 and, for numbers, a number that goes with some of the codes. A missing value is the last code. Plain data.
 * - `categories`: `codeOf[category]`, and `categoryOf[code]`; rare ones share the code `rare`, which is never drawn.
 * - `numbers`: code k is the number `spikes[k]`, or mode k − spikes.length and a number that the mode gives a meaning.
 * - `cells`: what noisy counts of fine cells made of the column, with a budget; there is no number.
 */
export const coderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('categories'),
    codeOf: z.array(z.int().min(0)),
    categoryOf: z.array(z.int().min(0)),
    rare: z.int().min(0).nullable(),
    missing: z.int().min(0).nullable(),
    size: z.int().min(1),
  }),
  z.strictObject({
    kind: z.literal('numbers'),
    /** Ascending. */
    spikes: z.array(z.number()),
    modes: z.array(modeSchema),
    bounds: boundsSchema.nullable(),
    missing: z.int().min(0).nullable(),
    size: z.int().min(1),
  }),
  cellCoderSchema,
]);
export type Coder = z.infer<typeof coderSchema>;
export type NumberCoder = Extract<Coder, { kind: 'numbers' }>;

export interface CoderOptions {
  /** Categories of fewer rows are never drawn, unless all are so rare. */
  readonly rareRows: number;
  /** A number that so large a share of the present cells has is a code of its own. */
  readonly spikeShare: number;
  /** A column of so few different numbers is a choice among them. */
  readonly levels: number;
  /** `quantiles`: one mode, by ranks; `mixture`: at most ten, by a mixture of normals. */
  readonly modes: 'quantiles' | 'mixture';
}

/** Learns the codes of a column. */
export function learnCoder(column: Column, options: CoderOptions): Coder {
  return column.type === 'numeric'
    ? learnNumbers(column, options)
    : learnCategories(column, options.rareRows);
}

function learnCategories(column: CategoricalColumn, rareRows: number): Coder {
  const counts = categoryCounts(column);
  const all = [...counts.keys()];
  const some = counts.some((count) => count >= rareRows);
  const kept = all.filter((c) => counts[c]! > 0 && (!some || counts[c]! >= rareRows));
  if (column.schema.kind !== 'ordinal') kept.sort((a, b) => counts[b]! - counts[a]! || a - b);
  // a rare category that no row has needs no code
  const rest = all.some((c) => counts[c]! > 0 && some && counts[c]! < rareRows);
  const rare = rest ? kept.length : null;
  const codeOf = new Array<number>(all.length).fill(rare ?? 0);
  for (const [code, category] of kept.entries()) codeOf[category] = code;
  const present = kept.length + (rare === null ? 0 : 1);
  const missing = column.valid.includes(0) || present === 0 ? present : null;
  const size = present + (missing === null ? 0 : 1);
  return { kind: 'categories', codeOf, categoryOf: kept, rare, missing, size };
}

function learnNumbers(column: NumericColumn, options: CoderOptions): Coder {
  const present = column.values.filter((_, i) => column.valid[i] === 1).sort();
  const distinct = weighted(present);
  const least =
    distinct.values.length <= options.levels
      ? options.rareRows
      : Math.max(options.rareRows, options.spikeShare * present.length);
  const isSpike = distinct.counts.map((count) => Number(count >= least));
  const spikes = [...distinct.values].filter((_, i) => isSpike[i] === 1);
  const restRows = distinct.counts.reduce((sum, count, i) => sum + (isSpike[i] === 1 ? 0 : count), 0);
  // the few that are left over become the nearest spike
  const hasModes = restRows >= options.rareRows || (restRows > 0 && spikes.length === 0);
  const others = new Set(spikes);
  const rest = hasModes ? present.filter((value) => !others.has(value)) : new Float64Array(0);
  const modes = rest.length === 0 ? [] : learnModes(rest, options);
  const missing =
    present.length < column.valid.length || present.length === 0 ? spikes.length + modes.length : null;
  const size = spikes.length + modes.length + (missing === null ? 0 : 1);
  return { kind: 'numbers', spikes, modes, bounds: learnBounds(column) ?? null, missing, size };
}

/** As in CTGAN: at most ten modes, those of a share above 0.005, with its prior on shares. */
const MOST_MODES = 10;
const LEAST_SHARE = 0.005;
const CONCENTRATION = 0.001;
/** The mixture reads evenly spaced ones of more different numbers. */
const MOST_DISTINCT = 5000;

function learnModes(ascending: Float64Array, { modes, rareRows }: CoderOptions): Mode[] {
  if (modes === 'quantiles') return [learnQuantiles(ascending, rareRows)];
  const middle = ascending.reduce((sum, x) => sum + x, 0) / ascending.length;
  const squares = ascending.reduce((sum, x) => sum + (x - middle) ** 2, 0);
  const scale = Math.sqrt(squares / ascending.length) || Math.max(Math.abs(middle), 1) * 1e-3;
  return normalModes(thin(weighted(ascending.map((x) => (x - middle) / scale))), { middle, scale });
}

function normalModes(data: Weighted, { middle, scale }: { middle: number; scale: number }): Mode[] {
  const found = fitMixture(data, {
    components: Math.min(MOST_MODES, data.values.length),
    concentration: CONCENTRATION,
  });
  const kept = found.filter(({ weight }) => weight > LEAST_SHARE);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ mean, deviation, weight }) => {
    return {
      kind: 'normal',
      mean: middle + scale * mean,
      deviation: scale * deviation,
      weight: weight / total,
    };
  });
}

/** Different numbers, ascending, with how often each occurs. */
function weighted(ascending: Float64Array): Weighted {
  const values: number[] = [];
  const counts: number[] = [];
  for (const value of ascending) {
    if (values.length > 0 && values.at(-1) === value) counts[counts.length - 1]!++;
    else {
      values.push(value);
      counts.push(1);
    }
  }
  return { values: Float64Array.from(values), counts: Float64Array.from(counts) };
}

function thin({ values, counts }: Weighted): Weighted {
  if (values.length <= MOST_DISTINCT) return { values, counts };
  const at = (i: number): number => Math.floor(((i + 0.5) * values.length) / MOST_DISTINCT);
  return {
    values: Float64Array.from({ length: MOST_DISTINCT }, (_, i) => values[at(i)]!),
    counts: Float64Array.from({ length: MOST_DISTINCT }, (_, i) => counts[at(i)]!),
  };
}

/** Codes that are drawn: all but that of rare categories. */
export function isDrawn(coder: Coder, code: number): boolean {
  return coder.kind !== 'categories' || code !== coder.rare;
}

/** The mode of a code, if it has one. */
export function modeOf(coder: Coder, code: number): Mode | undefined {
  return coder.kind === 'numbers' ? coder.modes[code - coder.spikes.length] : undefined;
}

/** Half of the step that a column's numbers are rounded to; 0 where there is none. */
export function halfStepOf({ bounds }: NumberCoder): number {
  return bounds === null || bounds.decimals === null ? 0 : 0.5 / 10 ** bounds.decimals;
}

/**
 * The code of a present number. In a mixture the mode is drawn from those that it may come from (Xu et al. 2019, §4.2); without a stream the most likely one
 * is taken.
 */
export function numberCode(coder: NumberCoder, value: number, rng: Rng | undefined): number {
  const { spikes, modes } = coder;
  let first = 0;
  let last = spikes.length;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (spikes[middle]! >= value) last = middle;
    else first = middle + 1;
  }
  if (spikes[first] === value) return first;
  if (modes.length > 0) return spikes.length + drawMode(modes, value, rng);
  if (first === 0) return 0;
  const nearer = first < spikes.length && spikes[first]! - value < value - spikes[first - 1]!;
  return nearer ? first : first - 1;
}

function drawMode(modes: readonly Mode[], value: number, rng: Rng | undefined): number {
  if (modes.length === 1) return 0;
  const logs = modes.map((mode) => {
    if (mode.kind === 'quantiles') return 0;
    const z = (value - mode.mean) / mode.deviation;
    return Math.log(mode.weight / mode.deviation) - (z * z) / 2;
  });
  const most = Math.max(...logs);
  if (rng === undefined) return logs.indexOf(most);
  return rng.weightedIndex(logs.map((log) => Math.exp(log - most)));
}
