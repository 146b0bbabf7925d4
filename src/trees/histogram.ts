import type { BinnedColumn } from './binning.js';

/** Columns that are read together: four independent sums keep the processor busy, more run out of registers. */
const GROUP = 4;

/** Derivatives of the rows of one node, in the node's order. */
export interface NodeRows {
  /** Row numbers; the node's are `start` … `end` − 1. */
  readonly rows: Uint32Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Where each column of a tree has its sums in a histogram. A histogram is a Float64Array of pairs (Σg, Σh): for
 * every column its value bins, then its missing bin. Sums are kept in double precision.
 */
export class HistogramLayout {
  /** The columns, by their number in the training table. */
  readonly features: Uint32Array;
  /** Index of each column's first pair. */
  readonly offsets: Uint32Array;
  /** Value bins of each column. */
  readonly bins: Uint32Array;
  /** Length of a histogram in numbers. */
  readonly size: number;
  readonly #codes: Uint8Array[] = [];
  readonly #groupOffsets: Uint32Array;

  constructor(columns: readonly BinnedColumn[], features: Uint32Array) {
    this.features = features;
    this.offsets = new Uint32Array(features.length);
    this.bins = new Uint32Array(features.length);
    const padded = Math.ceil(features.length / GROUP) * GROUP;
    this.#groupOffsets = new Uint32Array(padded);
    let size = 0;
    for (const [i, f] of features.entries()) {
      const { bins, codes } = columns[f]!;
      this.#codes.push(codes);
      this.offsets[i] = this.#groupOffsets[i] = size;
      this.bins[i] = bins;
      size += 2 * (bins + 1);
    }
    // The last group is filled up with a real column whose sums go to a place behind the histogram's end.
    for (let i = features.length; i < padded; i++) {
      const { bins, codes } = columns[features[0]!]!;
      this.#codes.push(codes);
      this.#groupOffsets[i] = size;
      size += 2 * (bins + 1);
    }
    this.size = size;
  }

  /** Sums `g` and `h` (one entry a row of the node, in its order) into an empty histogram. */
  build(histogram: Float64Array, node: NodeRows, g: Float64Array, h: Float64Array): void {
    histogram.fill(0);
    for (let i = 0; i < this.#codes.length; i += GROUP) {
      addGroup(histogram, node, { g, h, codes: this.#codes, offsets: this.#groupOffsets, first: i });
    }
  }
}

interface Group {
  readonly g: Float64Array;
  readonly h: Float64Array;
  readonly codes: readonly Uint8Array[];
  readonly offsets: Uint32Array;
  readonly first: number;
}

function addGroup(histogram: Float64Array, { rows, start, end }: NodeRows, group: Group): void {
  const { g, h, codes, offsets, first } = group;
  const codesA = codes[first]!;
  const codesB = codes[first + 1]!;
  const codesC = codes[first + 2]!;
  const codesD = codes[first + 3]!;
  const offsetA = offsets[first]!;
  const offsetB = offsets[first + 1]!;
  const offsetC = offsets[first + 2]!;
  const offsetD = offsets[first + 3]!;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const gi = g[i - start]!;
    const hi = h[i - start]!;
    const a = offsetA + (codesA[row]! << 1);
    const b = offsetB + (codesB[row]! << 1);
    const c = offsetC + (codesC[row]! << 1);
    const d = offsetD + (codesD[row]! << 1);
    histogram[a]! += gi;
    histogram[a + 1]! += hi;
    histogram[b]! += gi;
    histogram[b + 1]! += hi;
    histogram[c]! += gi;
    histogram[c + 1]! += hi;
    histogram[d]! += gi;
    histogram[d + 1]! += hi;
  }
}

/** Turns a parent's histogram into that of one child, given the other child's. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let i = 0; i < parent.length; i++) parent[i]! -= child[i]!;
}
