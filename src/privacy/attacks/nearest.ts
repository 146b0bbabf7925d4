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
 * The coordinate that rows are sorted by: the first number's score, or 0 where there is none. It is one coordinate of the
 * embedding, so two rows are at least as far apart as their coordinates.
 */
function keysOf({ rows, numeric, dimensions }: MixedRows): Float64Array {
  const keys = new Float64Array(new SharedArrayBuffer(8 * rows));
  if (dimensions > 0) for (let i = 0; i < rows; i++) keys[i] = numeric[i * dimensions]!;
  return keys;
}

/** Makes rows ready for {@link nearest}. */
export function prepareSearch(rows: MixedRows): SearchRows {
  const keys = keysOf(rows);
  const order = Uint32Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const origin = new Uint32Array(new SharedArrayBuffer(4 * rows.rows));
  origin.set(order);
  const sorted = takeRows(rows, order);
  return { rows: sorted, keys: keysOf(sorted), origin };
}

/** The `k` nearest rows of each target, exactly, on all workers. */
export async function nearest(
  targets: MixedRows,
  search: SearchRows,
  k: number,
  context: Pick<RunContext, 'pool' | 'signal'>,
): Promise<Neighbours> {
  const targetKeys = keysOf(targets);
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
  const distances = new Float64Array((to - from) * k).fill(Infinity);
  const first = new Uint32Array(to - from);
  const best = new Float64Array(k);
  for (let t = from; t < to; t++) {
    best.fill(Infinity);
    first[t - from] = search.origin[scan(targets, t, targetKeys[t]!, { search, best })] ?? 0;
    for (let j = 0; j < k; j++) distances[(t - from) * k + j] = Math.sqrt(best[j]!);
  }
  return { k, distances, first };
}

/** Fills `best` with the smallest squared distances, ascending; the place of the very nearest row. */
function scan(
  targets: MixedRows,
  target: number,
  key: number,
  { search, best }: { search: SearchRows; best: Float64Array },
): number {
  const { keys } = search;
  const n = keys.length;
  const last = best.length - 1;
  let up = lowerBound(keys, key);
  let down = up - 1;
  let nearestRow = 0;
  while (up < n || down >= 0) {
    const gapUp = up < n ? keys[up]! - key : Infinity;
    const gapDown = down >= 0 ? key - keys[down]! : Infinity;
    const gap = gapUp <= gapDown ? gapUp : gapDown;
    const bound = best[last]!;
    if (gap * gap >= bound) break;
    const row = gapUp <= gapDown ? up++ : down--;
    const d = squaredDistance(targets, target, search.rows, { row, bound });
    if (d >= bound) continue;
    if (d < best[0]!) nearestRow = row;
    let j = last;
    for (; j > 0 && best[j - 1]! > d; j--) best[j] = best[j - 1]!;
    best[j] = d;
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

/** Squared distance of two rows, or any number that is at least `bound` once that is certain. */
function squaredDistance(
  a: MixedRows,
  target: number,
  b: MixedRows,
  at: { readonly row: number; readonly bound: number },
): number {
  const { wordCount, packedWords, dimensions } = a;
  const { row, bound } = at;
  const aWords = a.words;
  const bWords = b.words;
  let d = 0;
  let i = target * wordCount;
  let j = row * wordCount;
  const packedEnd = i + packedWords;
  const end = i + wordCount;
  for (; i < packedEnd; i++, j++) {
    const x = aWords[i]! ^ bWords[j]!;
    // the highest bit of each byte that is not zero, then their count
    if (x !== 0)
      d += Math.imul(((((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x) >>> 7) & 0x01010101, 0x01010101) >>> 24;
  }
  for (; i < end; i++, j++) if (aWords[i] !== bWords[j]) d++;
  if (d >= bound) return d;
  const aNumbers = a.numeric;
  const bNumbers = b.numeric;
  let p = target * dimensions;
  let q = row * dimensions;
  for (const stop = p + dimensions; p < stop; p++, q++) {
    const x = aNumbers[p]! - bNumbers[q]!;
    d += x * x;
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
