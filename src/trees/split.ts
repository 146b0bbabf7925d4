import type { HistogramLayout } from './histogram.js';
import type { CompiledBoosting } from './options.js';

/** Sums of first and second derivatives over the rows of a node. */
export interface NodeSums {
  readonly g: number;
  readonly h: number;
}

/** A node to divide. */
export interface NodeToSplit extends NodeSums {
  /** Σg² / Σh over the tree's rows: how much a row's g varies by chance. */
  readonly noise: number;
}

/** The best way to divide a node. */
export interface Split {
  /** The column, by its number in the training table. */
  readonly feature: number;
  /** Ordered columns: the last bin that goes left. Nominal columns: the bins that go left. */
  readonly at: number | readonly number[];
  readonly missingLeft: boolean;
  /** Chen and Guestrin eq. 7, γ not yet taken off. */
  readonly gain: number;
  readonly left: NodeSums;
}

/** A split of no more categories than this is as free as one of a number. */
const FREE_CATEGORIES = 4;

/** A sum of second derivatives below this share of the node's is rounding left over from a subtraction. */
const ROUNDING = 1e-10;

/** State of a scan over one column: what it starts from, and the best division so far. */
interface Scan {
  /** Sums of the node. */
  g: number;
  h: number;
  noise: number;
  /** Sums of the column's missing bin. */
  missingG: number;
  missingH: number;
  l2: number;
  /** Least Σh of a child. */
  least: number;
  /** Σh up to which a bin counts as empty. */
  empty: number;
  /** Best G_L²/(H_L+λ) + G_R²/(H_R+λ) so far. */
  score: number;
  /** Index of the last bin to the left at the best division, −1 when there is none. */
  best: number;
  missingLeft: boolean;
  leftG: number;
  leftH: number;
}

/**
 * Finds the split of a node with the largest gain, by Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System"
 * (KDD 2016): ½ [G_L²/(H_L+λ) + G_R²/(H_R+λ) − G²/(H+λ)] (eq. 7). Missing values are tried on both sides (their
 * algorithm 3). Categories are ordered by G/(H + smoothing) and divided like ordered bins, which finds the best subset
 * without smoothing (Fisher, "On Grouping for Maximum Homogeneity", JASA 1958); there, missing is one more category.
 * Of equal splits the first column's, lowest one wins.
 */
export class SplitFinder {
  readonly #options: CompiledBoosting;
  readonly #nominal: readonly boolean[];
  readonly #order = new Uint8Array(256);
  readonly #ratio = new Float64Array(256);

  /** @param nominal which columns of the training table have bins without order */
  constructor(options: CompiledBoosting, nominal: readonly boolean[]) {
    this.#options = options;
    this.#nominal = nominal;
  }

  /** The best split whose gain exceeds `minGain` and leaves each child enough weight; undefined when there is none. */
  find(layout: HistogramLayout, histogram: Float64Array, node: NodeToSplit): Split | undefined {
    const { l2, minGain, minChildWeight } = this.#options;
    const unsplit = (node.g * node.g) / (node.h + l2);
    const scan: Scan = {
      g: node.g,
      h: node.h,
      noise: node.noise,
      missingG: 0,
      missingH: 0,
      l2,
      least: Math.max(minChildWeight, ROUNDING * node.h),
      empty: ROUNDING * node.h,
      score: unsplit + 2 * minGain,
      best: -1,
      missingLeft: false,
      leftG: 0,
      leftH: 0,
    };
    let found: Split | undefined;
    for (let i = 0; i < layout.features.length; i++) {
      const feature = layout.features[i]!;
      const from = layout.offsets[i]!;
      const bins = layout.bins[i]!;
      scan.best = -1;
      const side = this.#nominal[feature]!
        ? this.#divideNominal(scan, histogram, { from, bins })
        : divideOrdered(scan, histogram, { from, bins });
      if (side === undefined) continue;
      const left = { g: scan.leftG, h: scan.leftH };
      found = { feature, ...side, gain: (scan.score - unsplit) / 2, left };
    }
    return found !== undefined && found.gain > 0 ? found : undefined;
  }

  #divideNominal(scan: Scan, histogram: Float64Array, { from, bins }: BinRange): Side | undefined {
    const order = this.#order;
    const ratio = this.#ratio;
    const { categoryPenalty, categorySmoothing } = this.#options;
    let present = 0;
    let rootH = 0;
    for (let bin = 0; bin <= bins; bin++) {
      const h = histogram[from + 2 * bin + 1]!;
      if (h <= scan.empty) continue;
      order[present++] = bin;
      rootH += Math.sqrt(h);
      ratio[bin] = histogram[from + 2 * bin]! / (h + categorySmoothing);
    }
    if (present < 2) return undefined;
    sortByKey(order, present, ratio);
    const handicap =
      present > FREE_CATEGORIES ? categoryPenalty * scan.noise * chanceScore(rootH, scan.h) : 0;
    scan.score += handicap;
    scanPermuted(scan, histogram, { from, order, present });
    scan.score -= handicap;
    if (scan.best < 0) return undefined;
    return nominalSide({ order, present, bins }, scan.best, scan.leftH > scan.h - scan.leftH);
  }
}

type Side = Pick<Split, 'at' | 'missingLeft'>;

/** Place of a column's sums in a histogram. */
interface BinRange {
  readonly from: number;
  readonly bins: number;
}

/** Tries every threshold, and if any value is missing, with missing on either side. */
function divideOrdered(scan: Scan, histogram: Float64Array, { from, bins }: BinRange): Side | undefined {
  const missingH = histogram[from + 2 * bins + 1]!;
  if (missingH <= scan.empty) {
    scanInOrder(scan, histogram, from, bins);
    // Where training had no missing value, it follows the majority.
    return scan.best < 0 ? undefined : { at: scan.best, missingLeft: scan.leftH > scan.h - scan.leftH };
  }
  scan.missingG = histogram[from + 2 * bins]!;
  scan.missingH = missingH;
  scanBothSides(scan, histogram, from, bins);
  return scan.best < 0 ? undefined : { at: scan.best, missingLeft: scan.missingLeft };
}

function scanInOrder(scan: Scan, histogram: Float64Array, from: number, bins: number): void {
  const { g, h, l2, least, empty } = scan;
  let { score } = scan;
  let leftG = 0;
  let leftH = 0;
  for (let bin = 0, at = from; bin < bins; bin++, at += 2) {
    const binH = histogram[at + 1]!;
    leftG += histogram[at]!;
    leftH += binH;
    if (binH <= empty || leftH < least) continue;
    const rightH = h - leftH;
    if (rightH < least) break;
    const rightG = g - leftG;
    const a = leftH + l2;
    const b = rightH + l2;
    const candidate = (leftG * leftG * b + rightG * rightG * a) / (a * b);
    if (candidate > score) {
      score = candidate;
      scan.best = bin;
      scan.leftG = leftG;
      scan.leftH = leftH;
    }
  }
  scan.score = score;
}

/** As {@link scanInOrder}, each threshold once with missing on the right and once on the left. */
function scanBothSides(scan: Scan, histogram: Float64Array, from: number, bins: number): void {
  const { g, h, l2, least, empty, missingG, missingH } = scan;
  let { score } = scan;
  let leftG = 0;
  let leftH = 0;
  for (let bin = 0, at = from; bin < bins; bin++, at += 2) {
    const binH = histogram[at + 1]!;
    leftG += histogram[at]!;
    leftH += binH;
    if (binH <= empty) continue;
    const rightH = h - leftH;
    if (rightH < least) break;
    const rightG = g - leftG;
    if (leftH >= least) {
      const a = leftH + l2;
      const b = rightH + l2;
      const candidate = (leftG * leftG * b + rightG * rightG * a) / (a * b);
      if (candidate > score) {
        score = candidate;
        scan.best = bin;
        scan.missingLeft = false;
        scan.leftG = leftG;
        scan.leftH = leftH;
      }
    }
    if (leftH + missingH >= least && rightH - missingH >= least) {
      const bothG = leftG + missingG;
      const lessG = rightG - missingG;
      const a = leftH + missingH + l2;
      const b = rightH - missingH + l2;
      const candidate = (bothG * bothG * b + lessG * lessG * a) / (a * b);
      if (candidate > score) {
        score = candidate;
        scan.best = bin;
        scan.missingLeft = true;
        scan.leftG = bothG;
        scan.leftH = leftH + missingH;
      }
    }
  }
  scan.score = score;
}

interface PermutedBins {
  readonly from: number;
  readonly order: Uint8Array;
  readonly present: number;
}

/**
 * The score that categories reach at their best division when they mean nothing. Then each category's G is normal with
 * mean 0 and variance H_k (times the noise), the best division has all positive ones on one side, and as
 * E|G_k| = √(2/π) √H_k its score (Σ|G_k|)² / H is on average about (2/π) (Σ√H_k)² / H: two thirds of the number of categories
 * when they are equally frequent. Without this handicap a column of hundreds of categories beats every real signal.
 */
function chanceScore(sumOfRoots: number, h: number): number {
  return ((2 / Math.PI) * sumOfRoots * sumOfRoots) / h;
}

function scanPermuted(scan: Scan, histogram: Float64Array, { from, order, present }: PermutedBins): void {
  const { g, h, l2, least } = scan;
  let leftG = 0;
  let leftH = 0;
  for (let place = 0; place < present - 1; place++) {
    const at = from + 2 * order[place]!;
    leftG += histogram[at]!;
    leftH += histogram[at + 1]!;
    const rightH = h - leftH;
    if (rightH < least) break;
    if (leftH < least) continue;
    const rightG = g - leftG;
    const candidate = (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (rightH + l2);
    if (candidate > scan.score) {
      scan.score = candidate;
      scan.best = place;
      scan.leftG = leftG;
      scan.leftH = leftH;
    }
  }
}

/** The bins up to `last` go left. Bins that the node does not have, and missing if it has none, follow the majority. */
function nominalSide(
  { order, present, bins }: { order: Uint8Array; present: number; bins: number },
  last: number,
  majorityLeft: boolean,
): Side {
  const goesLeft = new Array<boolean>(bins + 1).fill(majorityLeft);
  for (let place = 0; place < present; place++) goesLeft[order[place]!] = place <= last;
  const at: number[] = [];
  for (let bin = 0; bin < bins; bin++) if (goesLeft[bin] === true) at.push(bin);
  return { at, missingLeft: goesLeft[bins] === true };
}

/** Sorts the first `n` entries of `order` by their key, equal keys by entry (shell sort: short lists, no allocation). */
function sortByKey(order: Uint8Array, n: number, key: Float64Array): void {
  for (let gap = 121; gap >= 1; gap = (gap - 1) / 3) {
    for (let i = gap; i < n; i++) {
      const item = order[i]!;
      const itemKey = key[item]!;
      let j = i;
      for (; j >= gap; j -= gap) {
        const other = order[j - gap]!;
        if (key[other]! < itemKey || (key[other] === itemKey && other < item)) break;
        order[j] = other;
      }
      order[j] = item;
    }
  }
}
