import type { RunContext } from '../../runtime/index.js';
import type { MixedRows } from './space.js';
import { takeRows } from './space.js';

/** Targets of one call of a worker. */
const BLOCK = 512;

/** Where workers find this file's task. */
const nearestModule = import.meta.url;

/** Rows to be searched, sorted by a coordinate that never differs by more than the distance does. */
export interface SearchRows {
  readonly rows: MixedRows;
  /** What each number counts for in the coordinate: 1 or −1. */
  readonly signs: Int8Array;
  /** Ascending coordinate of each of `rows`. */
  readonly keys: Float64Array;
  /** Where each row stood before the sorting. */
  readonly origin: Uint32Array;
}

/** Distances to the nearest rows, targets × k ascending (∞ where there are fewer), and which rows they are. */
export interface Neighbours {
  readonly k: number;
  readonly distances: Float64Array;
  /** Index of the nearest row of each target; ties go to the row met first, the same in every run. */
  readonly first: Uint32Array;
}

/** A worker's job. */
interface NearestInput {
  readonly targets: MixedRows;
  readonly targetKeys: Float64Array;
  readonly search: SearchRows;
  readonly k: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The coordinate that rows are sorted by: the sum of the numbers' scores, each with a sign. A sum of differences is never more than the
 * sum of their sizes, so two rows are at least as far apart as their coordinates.
 */
function keysOf({ rows, numeric, dimensions }: MixedRows, signs: Int8Array): Float64Array {
  const keys = new Float64Array(new SharedArrayBuffer(8 * rows));
  for (let i = 0; i < rows; i++) {
    let key = 0;
    for (let j = 0; j < dimensions; j++) key += signs[j]! * numeric[i * dimensions + j]!;
    keys[i] = key;
  }
  return keys;
}

/** Signs that spread the coordinate: each number is added or taken away, as it goes with the sum so far. */
function signsOf({ rows, numeric, dimensions }: MixedRows): Int8Array {
  const signs = new Int8Array(dimensions);
  const sums = new Float64Array(rows);
  for (let j = 0; j < dimensions; j++) {
    let together = 0;
    for (let i = 0; i < rows; i++) together += sums[i]! * numeric[i * dimensions + j]!;
    signs[j] = together < 0 ? -1 : 1;
    for (let i = 0; i < rows; i++) sums[i]! += signs[j]! * numeric[i * dimensions + j]!;
  }
  return signs;
}

/** Makes rows ready for {@link nearest}. */
export function prepareSearch(rows: MixedRows): SearchRows {
  const signs = signsOf(rows);
  const keys = keysOf(rows, signs);
  const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const origin = new Uint32Array(new SharedArrayBuffer(4 * rows.rows));
  origin.set(order);
  const sorted = takeRows(rows, order);
  return { rows: sorted, signs, keys: keysOf(sorted, signs), origin };
}

/** The `k` nearest rows of each target, exactly, on all workers. */
export async function nearest(
  targets: MixedRows,
  search: SearchRows,
  k: number,
  context: Pick<RunContext, 'pool' | 'signal'>,
): Promise<Neighbours> {
  const targetKeys = keysOf(targets, search.signs);
  const calls = Array.from({ length: Math.ceil(targets.rows / BLOCK) }, (_, b) => ({
    module: nearestModule,
    task: 'nearestBlock',
    input: {
      targets,
      targetKeys,
      search,
      k,
      from: b * BLOCK,
      to: Math.min(targets.rows, (b + 1) * BLOCK),
    } satisfies NearestInput,
  }));
  const blocks = await context.pool.map<Neighbours>(calls, { signal: context.signal });
  const distances = new Float64Array(targets.rows * k);
  const first = new Uint32Array(targets.rows);
  for (const [b, block] of blocks.entries()) {
    distances.set(block.distances, b * BLOCK * k);
    first.set(block.first, b * BLOCK);
  }
  return { k, distances, first };
}

/**
 * Worker task: exact nearest rows by a scan outwards from the target's coordinate that abandons a row as soon as it is farther
 * than the k-th best, and ends when the coordinate alone is.
 * @public
 */
export function nearestBlock({ targets, targetKeys, search, k, from, to }: NearestInput): Neighbours {
  const { dimensions, wordCount } = targets;
  const distances = new Float64Array((to - from) * k).fill(Infinity);
  const first = new Uint32Array(to - from);
  for (let t = from; t < to; t++) {
    const target = {
      key: targetKeys[t]!,
      numeric: targets.numeric.slice(t * dimensions, (t + 1) * dimensions),
      words: targets.words.slice(t * wordCount, (t + 1) * wordCount),
    };
    const best = distances.subarray((t - from) * k, (t - from + 1) * k);
    first[t - from] = search.origin[scan(target, search, best)] ?? 0;
  }
  return { k, distances, first };
}

/** Keys are rounded: a row whose coordinate lies this little beyond the bound is looked at all the same. */
const ROUNDING = 1e-9;

/** One target, apart from the others. */
interface Target {
  readonly key: number;
  readonly numeric: Float32Array;
  readonly words: Int32Array;
}

/** Fills `best` with the smallest distances, ascending; the place of the very nearest row. */
function scan(target: Target, search: SearchRows, best: Float64Array): number {
  const { keys } = search;
  const { key } = target;
  const n = keys.length;
  const last = best.length - 1;
  let up = lowerBound(keys, key);
  let down = up - 1;
  let nearestRow = 0;
  let bound = Infinity;
  while (up < n || down >= 0) {
    const gapUp = up < n ? keys[up]! - key : Infinity;
    const gapDown = down >= 0 ? key - keys[down]! : Infinity;
    if (Math.min(gapUp, gapDown) > bound + ROUNDING) break;
    const row = gapUp <= gapDown ? up++ : down--;
    const d = distance(target, search.rows, row, bound);
    if (d >= bound) continue;
    if (d < best[0]!) nearestRow = row;
    let j = last;
    for (; j > 0 && best[j - 1]! > d; j--) best[j] = best[j - 1]!;
    best[j] = d;
    bound = best[last]!;
  }
  return nearestRow;
}

function lowerBound(keys: Float64Array, key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distance to a row, or any number that is at least `bound` once that is certain. */
function distance(target: Target, rows: MixedRows, row: number, bound: number): number {
  const aWords = target.words;
  const bWords = rows.words;
  const [nibbles, bytes] = rows.wordsOf;
  const count = aWords.length;
  let d = 0;
  let at = row * count;
  let w = 0;
  for (; w < nibbles; w++) {
    // the lowest bit of each group of four that is not zero, then their count
    const x = aWords[w]! ^ bWords[at++]!;
    d += Math.imul((x | (x >>> 1) | (x >>> 2) | (x >>> 3)) & 0x11111111, 0x11111111) >>> 28;
  }
  if (d >= bound) return d;
  for (; w < nibbles + bytes; w++) {
    const x = aWords[w]! ^ bWords[at++]!;
    if (x !== 0)
      d += Math.imul(((((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x) >>> 7) & 0x01010101, 0x01010101) >>> 24;
  }
  for (; w < count; w++) if (aWords[w] !== bWords[at++]) d++;
  const a = target.numeric;
  const b = rows.numeric;
  const dimensions = a.length;
  at = row * dimensions;
  for (let j = 0; j < dimensions; j++) {
    d += Math.abs(a[j]! - b[at++]!);
    if (d >= bound) return d;
  }
  return d;
}

/** The `k` nearest of two disjoint sets of rows together. `first` is that of the nearer set and means nothing across sets. */
export function mergeNeighbours(a: Neighbours, b: Neighbours): Neighbours {
  const { k } = a;
  const n = a.distances.length / k;
  const distances = new Float64Array(a.distances.length);
  for (let t = 0; t < n; t++) {
    let i = t * k;
    let j = t * k;
    for (let out = t * k; out < (t + 1) * k; out++) {
      distances[out] = a.distances[i]! <= b.distances[j]! ? a.distances[i++]! : b.distances[j++]!;
    }
  }
  return { k, distances, first: a.first };
}
