import type { Target } from './target.js';
import { MASK_WORDS } from './tree.js';

/** A column that splits may ask about, as bins; the bin with number `bins` means missing. */
export interface Feature {
  /** Its place in the table. */
  readonly column: number;
  readonly codes: Uint8Array;
  readonly bins: number;
  /** Whether its bins have no order. */
  readonly nominal: boolean;
}

/** A way to part a node's rows in two. */
export interface Split {
  readonly feature: Feature;
  /** Bit b is set when bin b goes left. */
  readonly mask: Uint32Array;
  /** Fall of the sum of squares about the mean. */
  readonly gain: number;
}

export interface SplitLimits {
  /** Least rows of each side. */
  readonly minLeaf: number;
  /** Least gain, as a multiple of the node's variance: what one split of pure noise gains on average is 1. */
  readonly minGain: number;
}

/** Rows by which a small category is drawn towards the node's mean before categories are ordered. */
const CATEGORY_PRIOR = 10;
const MOST_BINS = 256;

/**
 * Finds the best split of a node (CART: Breiman et al. 1984, ch. 2, 8): the largest fall of the within-side sum of squares of the
 * target's points. Unordered bins are put in the order of their mean (two classes and numbers: Breiman et al. theorem 4.5,
 * exact) or of its projection on the main direction in which bins differ (more classes: Coppersmith, Hong and Hosking, Data
 * Mining and Knowledge Discovery 3, 1999), then cut like ordered ones. A missing value is one more bin: it is tried on
 * both sides of each cut, and alone.
 */
export class SplitSearch {
  readonly #target: Target;
  readonly #limits: SplitLimits;
  readonly #width: number;
  /** Rows and sums of points by bin: `1 + width` numbers a bin. */
  readonly #histogram: Float64Array;
  /** Points of the present node's rows, in their order; one of the two is used. */
  readonly #classes: Uint8Array;
  readonly #scores: Float64Array;
  readonly #total: Float64Array;
  readonly #left: Float64Array;
  readonly #order = new Uint8Array(MOST_BINS);
  readonly #keys = new Float64Array(MOST_BINS);
  readonly #direction: Float64Array;
  #rows = 0;
  #best: Split | undefined;
  #bestGain = 0;

  constructor(target: Target, limits: SplitLimits) {
    this.#target = target;
    this.#limits = limits;
    this.#width = target.width;
    const cells = 1 + target.width;
    const rows = target.points.type === 'classes' ? target.points.classes.length : 0;
    this.#classes = new Uint8Array(rows);
    this.#scores = new Float64Array(target.points.type === 'scores' ? target.points.scores.length : 0);
    this.#histogram = new Float64Array(MOST_BINS * cells);
    this.#total = new Float64Array(cells);
    this.#left = new Float64Array(cells);
    this.#direction = new Float64Array(target.width);
  }

  /** The best split of `rows`, or undefined where none gains enough. */
  best(rows: Uint32Array, features: readonly Feature[]): Split | undefined {
    const impurity = this.#measure(rows);
    this.#best = undefined;
    this.#rows = rows.length;
    if (rows.length < 2 * this.#limits.minLeaf || impurity <= 1e-9 * rows.length) return undefined;
    this.#bestGain = Math.max((this.#limits.minGain * impurity) / rows.length, 1e-9);
    for (const feature of features) this.#try(rows, feature);
    return this.#best;
  }

  /** Gathers the points of the node's rows and their totals; returns the sum of squares about the mean. */
  #measure(rows: Uint32Array): number {
    const total = this.#total.fill(0);
    const width = this.#width;
    const { points } = this.#target;
    let squares = 0;
    if (points.type === 'classes') {
      const { classes } = points;
      for (let i = 0; i < rows.length; i++) {
        const k = classes[rows[i]!]!;
        this.#classes[i] = k;
        if (k < width) {
          total[1 + k]!++;
          squares++;
        }
      }
    } else {
      const { scores } = points;
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * width;
        for (let j = 0; j < width; j++) {
          const s = scores[from + j]!;
          this.#scores[i * width + j] = s;
          total[1 + j]! += s;
          squares += s * s;
        }
      }
    }
    total[0] = rows.length;
    return squares - scatter(total, width);
  }

  #try(rows: Uint32Array, feature: Feature): void {
    this.#fill(rows, feature);
    if (feature.nominal) {
      this.#scan(feature, this.#nominalOrder(feature.bins + 1));
    } else {
      const used = this.#plainOrder(feature.bins);
      this.#scan(feature, used);
      const someMissing = this.#histogram[feature.bins * (1 + this.#width)]! > 0;
      if (someMissing) this.#scan(feature, used, feature.bins);
    }
  }

  /** Adds the node's rows up by bin. */
  #fill(rows: Uint32Array, feature: Feature): void {
    const { codes } = feature;
    const width = this.#width;
    const cells = 1 + width;
    const histogram = this.#histogram;
    const classes = this.#classes;
    const scores = this.#scores;
    const n = rows.length;
    histogram.fill(0, 0, (feature.bins + 1) * cells);
    if (this.#target.points.type === 'classes') {
      for (let i = 0; i < n; i++) {
        const at = codes[rows[i]!]! * cells;
        histogram[at]!++;
        const k = classes[i]!;
        if (k < width) histogram[at + 1 + k]!++;
      }
    } else if (width === 2) {
      for (let i = 0; i < n; i++) {
        const at = codes[rows[i]!]! * 3;
        histogram[at]!++;
        histogram[at + 1]! += scores[2 * i]!;
        histogram[at + 2]! += scores[2 * i + 1]!;
      }
    } else {
      for (let i = 0; i < n; i++) {
        const at = codes[rows[i]!]! * cells;
        histogram[at]!++;
        for (let j = 0; j < width; j++) histogram[at + 1 + j]! += scores[i * width + j]!;
      }
    }
  }

  /** Lists the bins that have rows, ascending; returns their number. */
  #plainOrder(bins: number): number {
    let used = 0;
    for (let bin = 0; bin < bins; bin++) {
      if (this.#histogram[bin * (1 + this.#width)]! > 0) this.#order[used++] = bin;
    }
    return used;
  }

  /** Lists the bins that have rows (missing too) by their place on the direction in which bins differ. */
  #nominalOrder(bins: number): number {
    const cells = 1 + this.#width;
    const used = this.#plainOrder(bins);
    if (used <= 2) return used;
    const direction = this.#mainDirection(used);
    const order = this.#order.subarray(0, used);
    for (const bin of order) {
      const at = bin * cells;
      const n = this.#histogram[at]!;
      let key = 0;
      for (let j = 0; j < this.#width; j++) key += direction[j]! * this.#excess(at, j);
      this.#keys[bin] = key / (n + CATEGORY_PRIOR);
    }
    order.sort((a, b) => this.#keys[a]! - this.#keys[b]! || a - b);
    return used;
  }

  /** Sum of a bin's points in dimension `j`, above what the node's mean would give. */
  #excess(at: number, j: number): number {
    return this.#histogram[at + 1 + j]! - (this.#histogram[at]! * this.#total[1 + j]!) / this.#rows;
  }

  /** The first principal direction of the bins' means, by a few power iterations from the widest dimension. */
  #mainDirection(used: number): Float64Array {
    const direction = this.#direction.fill(0);
    if (this.#width === 1 || this.#target.points.type === 'scores') {
      direction[0] = 1;
      return direction;
    }
    const cells = 1 + this.#width;
    const spread = new Float64Array(this.#width);
    for (const bin of this.#order.subarray(0, used)) {
      const at = bin * cells;
      for (let j = 0; j < this.#width; j++) spread[j]! += this.#excess(at, j) ** 2 / this.#histogram[at]!;
    }
    let widest = 0;
    for (let j = 1; j < this.#width; j++) if (spread[j]! > spread[widest]!) widest = j;
    direction[widest] = 1;
    for (let round = 0; round < 3; round++) this.#turn(direction, used);
    return direction;
  }

  #turn(direction: Float64Array, used: number): void {
    const cells = 1 + this.#width;
    const next = new Float64Array(this.#width);
    for (const bin of this.#order.subarray(0, used)) {
      const at = bin * cells;
      let along = 0;
      for (let j = 0; j < this.#width; j++) along += direction[j]! * this.#excess(at, j);
      along /= this.#histogram[at]!;
      for (let j = 0; j < this.#width; j++) next[j]! += along * this.#excess(at, j);
    }
    let norm = 0;
    for (const x of next) norm += x * x;
    if (norm === 0) return;
    norm = Math.sqrt(norm);
    for (let j = 0; j < this.#width; j++) direction[j] = next[j]! / norm;
  }

  /** Tries every cut of the first `used` bins in order; a bin `first` (missing) goes left before them. */
  #scan(feature: Feature, used: number, first?: number): void {
    const { minLeaf } = this.#limits;
    const cells = 1 + this.#width;
    const histogram = this.#histogram;
    const total = this.#total;
    const left = this.#left.fill(0);
    const base = scatter(total, this.#width);
    if (first !== undefined) for (let j = 0; j < cells; j++) left[j] = histogram[first * cells + j]!;
    let bestCut = -1;
    for (let i = 0; i < used; i++) {
      const at = this.#order[i]! * cells;
      for (let j = 0; j < cells; j++) left[j]! += histogram[at + j]!;
      const nLeft = left[0]!;
      const nRight = total[0]! - nLeft;
      if (nLeft < minLeaf) continue;
      if (nRight < minLeaf) break;
      let gain = -base;
      for (let j = 1; j < cells; j++) {
        const l = left[j]!;
        const r = total[j]! - l;
        gain += (l * l) / nLeft + (r * r) / nRight;
      }
      if (gain > this.#bestGain) {
        this.#bestGain = gain;
        bestCut = i;
      }
    }
    if (bestCut < 0) return;
    const bins = [...this.#order.subarray(0, bestCut + 1)];
    if (first !== undefined) bins.push(first);
    this.#best = { feature, gain: this.#bestGain, mask: this.#maskOf(feature, bins) };
  }

  /**
   * The mask of the left bins. A bin without a row in this node goes by its place when bins are ordered; an unordered
   * one, and missing, go with the larger side.
   */
  #maskOf(feature: Feature, bins: readonly number[]): Uint32Array {
    const mask = new Uint32Array(MASK_WORDS);
    const cells = 1 + this.#width;
    let rowsLeft = 0;
    let last = -1;
    const set = (bin: number): void => {
      mask[bin >>> 5]! |= 1 << (bin & 31);
    };
    for (const bin of bins) {
      set(bin);
      rowsLeft += this.#histogram[bin * cells]!;
      if (bin !== feature.bins) last = Math.max(last, bin);
    }
    const largerIsLeft = 2 * rowsLeft > this.#rows;
    for (let bin = 0; bin <= feature.bins; bin++) {
      if (this.#histogram[bin * cells]! > 0) continue;
      if (feature.nominal || bin === feature.bins ? largerIsLeft : bin < last) set(bin);
    }
    return mask;
  }
}

/** Σ sum² / n over the dimensions. */
function scatter(sums: Float64Array, width: number): number {
  let s = 0;
  for (let j = 1; j <= width; j++) s += (sums[j]! * sums[j]!) / sums[0]!;
  return s;
}
