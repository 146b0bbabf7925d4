import { z } from 'zod';
import { DataError, InternalError } from '../core/index.js';
import type { CategoricalColumn, Column } from '../table/index.js';
import { sharedUint8 } from '../table/index.js';

/** The most value bins of a column: with the missing bin, a bin number fits one byte. */
export const MAX_BINS = 255;

/** Bins of a column whose values have an order (continuous, count, ordinal). */
const orderedBinningSchema = z.strictObject({
  type: z.literal('ordered'),
  name: z.string(),
  /** The largest training value of each bin, ascending: `x` lies in the first bin whose edge is ≥ x, else in the last. */
  edges: z.array(z.number()).max(MAX_BINS).readonly(),
  /** Ordinal columns: the training table's categories; edges are indexes into them. */
  levels: z.array(z.string()).readonly().optional(),
});

/** Bins of a column whose values have no order (categorical, binary). */
const nominalBinningSchema = z.strictObject({
  type: z.literal('nominal'),
  name: z.string(),
  /** The category of each bin. */
  categories: z.array(z.string()).max(MAX_BINS).readonly(),
  /** Whether one more bin, after these, holds every other category. */
  tail: z.boolean(),
});

/** How the values of a column map to bins; plain data. The bin after the last value bin means *missing*. */
export const binningSchema = z.discriminatedUnion('type', [orderedBinningSchema, nominalBinningSchema]);
export type OrderedBinning = z.infer<typeof orderedBinningSchema>;
export type NominalBinning = z.infer<typeof nominalBinningSchema>;
export type Binning = z.infer<typeof binningSchema>;

/** A column as bin numbers. */
export interface BinnedColumn {
  readonly binning: Binning;
  /** Number of value bins, 0 when every value is missing. Also the number of the missing bin. */
  readonly bins: number;
  /** The bin of each row, 0 … bins (shared memory, so worker threads can read it). */
  readonly codes: Uint8Array;
}

export interface BinOptions {
  /** The most value bins, 2 … 255. Default 255. */
  readonly maxBins?: number;
}

/** Number of value bins; the missing bin has this number. */
export function binCount(binning: Binning): number {
  return binning.type === 'ordered'
    ? binning.edges.length
    : binning.categories.length + (binning.tail ? 1 : 0);
}

/** Learns a column's bins and applies them to it. See {@link learnBinning}. */
export function binColumn(column: Column, options: BinOptions = {}): BinnedColumn {
  return applyBinning(learnBinning(column, options), column);
}

/**
 * Learns bins from a training column. Numbers and ordinals: a bin per distinct value when there are few, else bins
 * of about equal counts in which a frequent value keeps a bin of its own. Edges are training values, so an
 * increasing transform of the column changes no row's bin. Categories: one bin each in the schema's order; when they
 * are more than `maxBins`, the most frequent keep a bin and the rest share the last.
 */
export function learnBinning(column: Column, options: BinOptions = {}): Binning {
  const maxBins = options.maxBins ?? MAX_BINS;
  if (!(Number.isInteger(maxBins) && maxBins >= 2 && maxBins <= MAX_BINS)) {
    throw new InternalError('BIN_LIMIT', `maxBins is an integer 2 … ${MAX_BINS}, not ${maxBins}.`);
  }
  const { name } = column.schema;
  if (column.type === 'numeric') {
    return { type: 'ordered', name, edges: quantileEdges(presentValues(column), maxBins) };
  }
  const { categories } = column.schema;
  if (column.schema.kind === 'ordinal') {
    return {
      type: 'ordered',
      name,
      edges: quantileEdges(presentValues(column), maxBins),
      levels: categories,
    };
  }
  if (categories.length <= maxBins) return { type: 'nominal', name, categories, tail: false };
  return { type: 'nominal', name, categories: mostFrequent(column, maxBins - 1), tail: true };
}

/**
 * Bin numbers of a column, which may come from another table than the bins. Categories are matched by name; one that
 * training did not know goes to the tail's bin where there is one, else to the missing bin.
 * @throws DataError `COLUMN_KIND` when the column is numeric and the bins are not, or the reverse.
 */
export function applyBinning(binning: Binning, column: Column): BinnedColumn {
  const bins = binCount(binning);
  const codes = sharedUint8(column.valid.length);
  if (column.type === 'numeric') {
    if (binning.type !== 'ordered' || binning.levels !== undefined) throw wrongKind(binning, column);
    const edges = Float64Array.from(binning.edges);
    const { values, valid } = column;
    for (let i = 0; i < codes.length; i++) codes[i] = valid[i] === 1 ? orderedBin(edges, values[i]!) : bins;
  } else {
    if (binning.type === 'ordered' && binning.levels === undefined) throw wrongKind(binning, column);
    const binOf = binOfCategory(binning, column.schema.categories);
    const { codes: from, valid } = column;
    for (let i = 0; i < codes.length; i++) codes[i] = valid[i] === 1 ? binOf[from[i]!]! : bins;
  }
  return { binning, bins, codes };
}

function wrongKind(binning: Binning, column: Column): DataError {
  return new DataError('COLUMN_KIND', `Column '${binning.name}' has another kind than in training.`, {
    expected: binning.type === 'ordered' && binning.levels === undefined ? 'numbers' : 'categories',
    got: column.schema.kind,
    fix: 'give the column the kind that it had in the training table',
  });
}

/** The first bin whose edge is ≥ x; the last bin for an x beyond all edges. */
function orderedBin(edges: Float64Array, x: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (x <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** For each category of a table, its bin. */
function binOfCategory(binning: Binning, categories: readonly string[]): Uint8Array {
  const missing = binCount(binning);
  if (binning.type === 'nominal') {
    const known = new Map(binning.categories.map((name, bin) => [name, bin]));
    const other = binning.tail ? missing - 1 : missing;
    return Uint8Array.from(categories, (name) => known.get(name) ?? other);
  }
  const edges = Float64Array.from(binning.edges);
  const rank = new Map(binning.levels?.map((name, code) => [name, code]));
  return Uint8Array.from(categories, (name) => {
    const code = rank.get(name);
    return code === undefined || edges.length === 0 ? missing : orderedBin(edges, code);
  });
}

/** The present values (ordinal: codes), sorted ascending. */
function presentValues(column: Column): Float64Array {
  const stored = column.type === 'numeric' ? column.values : column.codes;
  const out = new Float64Array(stored.length);
  let n = 0;
  for (let i = 0; i < stored.length; i++) if (column.valid[i] === 1) out[n++] = stored[i]!;
  return out.subarray(0, n).sort();
}

/**
 * Upper edges of at most `maxBins` bins over sorted values. A bin closes once it holds its share of what is left,
 * or before a value whose larger part would lie beyond that share.
 */
function quantileEdges(sorted: Float64Array, maxBins: number): number[] {
  const distinct: number[] = [];
  const counts: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) counts[counts.length - 1]!++;
    else {
      distinct.push(sorted[i]!);
      counts.push(1);
    }
  }
  if (distinct.length <= maxBins) return distinct;
  const edges: number[] = [];
  let left = sorted.length;
  let share = left / maxBins;
  let filled = 0;
  for (const [i, count] of counts.entries()) {
    if (filled > 0 && filled + count / 2 > share && edges.length < maxBins - 1) close(i - 1);
    filled += count;
    if (filled >= share && edges.length < maxBins - 1) close(i);
  }
  if (filled > 0) edges.push(distinct.at(-1)!);
  return edges;

  function close(i: number): void {
    edges.push(distinct[i]!);
    left -= filled;
    filled = 0;
    share = left / (maxBins - edges.length);
  }
}

/** Names of the `keep` most frequent categories, in the schema's order; of equally frequent ones the earlier. */
function mostFrequent(column: CategoricalColumn, keep: number): string[] {
  const { categories } = column.schema;
  const counts = new Uint32Array(categories.length);
  for (let i = 0; i < column.codes.length; i++) if (column.valid[i] === 1) counts[column.codes[i]!]!++;
  const order = categories.map((_, code) => code).sort((a, b) => counts[b]! - counts[a]! || a - b);
  return order
    .slice(0, keep)
    .sort((a, b) => a - b)
    .map((code) => categories[code]!);
}
