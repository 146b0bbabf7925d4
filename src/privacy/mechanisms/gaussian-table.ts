import { InternalError } from '../../core/index.js';
import { ratioOf } from './bernoulli.js';
import type { NoiseSource } from './noise.js';

/** Fractional bits that weights are computed with, and that probabilities are kept with. */
const WORK_BITS = 192n;
const KEPT_BITS = 96n;
/** Standard deviations that a table reaches to; beyond lies a probability below 2⁻⁹⁶. */
const REACH = 12;
/** Numbers that draw their bits together. */
const BLOCK = 8192;
/** Largest standard deviation of a table: its entries are told by 15 bits. */
const MOST_SIGMA = 1300;

/** Bits of a word that its cell leaves open. */
const REST = 17;
const REST_MASK = 2 ** REST - 1;
/** In place of an entry: the cell has more than two. */
const MANY = 0x7fff;

/** Draws of discrete Gaussian noise of one variance for whole lists. */
export interface GaussianBlocks {
  /** Parameter σ², in squared steps of the grid. */
  readonly variance: number;
  /** Adds a draw of its own to each number of the list. */
  addTo(numbers: Float64Array): void;
}

/**
 * The same noise as `discreteGaussian`, by a table of cumulative probabilities (as lattice samplers do): hundreds of times faster once the table is made,
 * for noise on millions of numbers. A word of 32 bits tells nearly every draw, without a branch
 * that a processor could not foresee. The table's probabilities are whole multiples of 2⁻⁹⁶, cut off at twelve standard deviations, so a draw
 * differs from an exact one with a probability of at most entries · 2⁻⁹⁶, 1e-24 for the largest table.
 * @param variance 1 to 1300².
 */
export function tabledGaussian(variance: number, noise: NoiseSource): GaussianBlocks {
  const table = makeTable(variance);
  return blocksOf([table], 1, { variance, noise });
}

interface GaussianTable {
  readonly reach: number;
  readonly words: Words;
  /** By the first 15 bits of a number: an entry, and the other 17 bits above which the number is the next entry's; or {@link MANY} and the first of several entries. */
  readonly cells: Uint32Array;
}

function makeTable(variance: number): GaussianTable {
  const sigma = Math.sqrt(variance);
  if (!(variance >= 1 && sigma <= MOST_SIGMA)) {
    throw new InternalError('NOISE_SCALE', `No table of discrete Gaussian noise of variance ${variance}.`);
  }
  const reach = Math.ceil(REACH * sigma);
  const words = cumulativeWords(variance, reach);
  return { reach, words, cells: cellsOf(words[0]) };
}

type Pair = readonly [coarse: GaussianTable, fine: GaussianTable];

/** Always 0: completes an odd number of tables. */
const none: GaussianTable = {
  reach: 0,
  words: [Uint32Array.of(0xffffffff), Uint32Array.of(0xffffffff), Uint32Array.of(0xffffffff)],
  cells: cellsOf(Uint32Array.of(0xffffffff)),
};

/** Σ stepᵏ · draw of a table, the coarsest first. */
function blocksOf(
  tables: readonly GaussianTable[],
  step: number,
  { variance, noise }: { variance: number; noise: NoiseSource },
): GaussianBlocks {
  const all = tables.length % 2 === 0 ? tables : [none, ...tables];
  const pairs = Array.from({ length: all.length / 2 }, (_, i): Pair => [all[2 * i]!, all[2 * i + 1]!]);
  const bits = new Uint32Array(2 * BLOCK);
  const addTo = (numbers: Float64Array): void => {
    for (let from = 0; from < numbers.length; from += BLOCK) {
      const block = numbers.subarray(from, from + BLOCK);
      const words = block.length === BLOCK ? bits : bits.subarray(0, 2 * block.length);
      let weight = step ** all.length;
      for (const pair of pairs) {
        weight /= step * step;
        noise.fill(words);
        addPair(block, words, { pair, step, weight, noise });
      }
    }
    bits.fill(0); // used bits do not stay in memory
  };
  return { variance, addTo };
}

/** Adds weight · (step · coarse draw + fine draw) to each number, by two words for each. */
function addPair(
  numbers: Float64Array,
  bits: Uint32Array,
  { pair, step, weight, noise }: { pair: Pair; step: number; weight: number; noise: NoiseSource },
): void {
  const [coarse, fine] = pair;
  const [above, below] = [coarse.cells, fine.cells];
  const centre = coarse.reach * step + fine.reach;
  const n = numbers.length;
  for (let i = 0; i < n; i++) {
    // one by one: pairs of numbers would become arrays here
    const u = bits[i]!;
    const v = bits[n + i]!;
    const c = above[u >>> REST]!;
    const d = below[v >>> REST]!;
    const roomC = (c & REST_MASK) - (u & REST_MASK);
    const roomD = (d & REST_MASK) - (v & REST_MASK);
    let a = c >>> REST;
    let b = d >>> REST;
    if (a === MANY || roomC === 0) a = settle(coarse, u, noise);
    // the sign bit: 1 where the number is above the border
    else a += roomC >>> 31;
    if (b === MANY || roomD === 0) b = settle(fine, v, noise);
    else b += roomD >>> 31;
    numbers[i]! += weight * (a * step + b - centre);
  }
}

type Words = readonly [Uint32Array, Uint32Array, Uint32Array];

/** P(X ≤ −reach), P(X ≤ −reach + 1), … by their first, second and third 32 bits. */
function cumulativeWords(variance: number, reach: number): Words {
  const weights = halfWeights(variance, reach);
  let total = weights[0]!;
  for (const weight of weights.slice(1)) total += 2n * weight;
  const entries = 2 * reach + 1;
  const words: Words = [new Uint32Array(entries), new Uint32Array(entries), new Uint32Array(entries)];
  let sum = 0n;
  for (let i = 0; i < entries - 1; i++) {
    sum += weights[Math.abs(i - reach)]!;
    const share = (sum << KEPT_BITS) / total;
    for (const [k, list] of words.entries()) list[i] = Number((share >> BigInt(64 - 32 * k)) & 0xffffffffn);
  }
  for (const list of words) list[entries - 1] = 0xffffffff;
  return words;
}

/** exp(−x² / 2σ²) · 2¹⁹² for x = 0 … reach: each from the one before, whose ratio is a geometric series. */
function halfWeights(variance: number, reach: number): bigint[] {
  const { top, bottom } = ratioOf(variance);
  const half = expNegative(bottom, 2n * top);
  const whole = (half * half) >> WORK_BITS; // exp(−1 / σ²)
  const weights = [1n << WORK_BITS];
  let ratio = half;
  for (let x = 0; x < reach; x++) {
    weights.push((weights[x]! * ratio) >> WORK_BITS);
    ratio = (ratio * whole) >> WORK_BITS;
  }
  return weights;
}

/** exp(−top / bottom) · 2¹⁹² for a ratio in [0, 1], by its series. */
function expNegative(top: bigint, bottom: bigint): bigint {
  const one = 1n << WORK_BITS;
  let term = one;
  let sum = one;
  for (let k = 1n; term !== 0n; k++) {
    term = (term * top) / (bottom * k);
    sum += k % 2n === 1n ? -term : term;
  }
  return sum;
}

/** Cells by the first bits of a number. */
function cellsOf(high: Uint32Array): Uint32Array {
  const cells = new Uint32Array(2 ** (32 - REST));
  const last = high.length - 1;
  let at = 0;
  for (let cell = 0; cell < cells.length; cell++) {
    const least = cell * 2 ** REST;
    const most = least + REST_MASK;
    while (at < last && high[at]! < least) at++;
    if (at === last || high[at]! > most) cells[cell] = at * 2 ** REST + REST_MASK;
    else if (high[at + 1]! > most) cells[cell] = at * 2 ** REST + (high[at]! - least);
    else cells[cell] = MANY * 2 ** REST + at;
  }
  return cells;
}

/** The entry of a number of 96 bits whose first word is `u`: the first above it, and the last is above all. */
function settle({ words, reach, cells }: GaussianTable, u: number, noise: NoiseSource): number {
  const [high] = words;
  const cell = cells[u >>> REST]!;
  let at = cell >>> REST;
  if (at === MANY) at = cell & REST_MASK;
  while (high[at]! < u) at++;
  return high[at] === u ? Math.min(settleTie(words, at, noise), 2 * reach) : at;
}

/** The first entry above a number of 96 bits whose first word is that of entry `at`. */
function settleTie([high, middle, low]: Words, at: number, noise: NoiseSource): number {
  const first = high[at]!;
  const [u, v] = [noise.uint32(), noise.uint32()];
  let place = at;
  while (
    place < high.length &&
    high[place] === first &&
    (middle[place]! < u || (middle[place] === u && low[place]! <= v))
  )
    place++;
  return place;
}

/** Variance of the finer noise, in squared steps of the next coarser. */
const SMOOTHING = 3;

/**
 * Discrete Gaussian noise of a large standard deviation as a sum over levels, s² A + s B + C and so on: A is coarse, each finer one smooths the
 * steps of the one before. By the argument of `planSums` each level's sum is, up to a factor e^±ξ with ξ ≤ 1e-25 a number, a discrete
 * Gaussian on the finer grid whose variance is the sum of both, and so no more telling than the continuous Gaussian of the variance asked for.
 * The step s makes all levels about equally wide, so that their tables are small and stay near the processor.
 * @param sigma in grid steps, at least 1; the noise has a little more.
 */
export function layeredGaussian(sigma: number, noise: NoiseSource): GaussianBlocks {
  const { levels, step } = planLevels(sigma);
  const coarse = (sigma / step ** levels) ** 2 + (levels > 0 ? SMOOTHING : 0);
  const tables = [makeTable(coarse)];
  let variance = coarse;
  if (levels > 0) {
    const fine = makeTable(SMOOTHING * step * step);
    for (let i = 0; i < levels; i++) {
      tables.push(fine);
      variance = (variance + SMOOTHING) * step * step;
    }
  }
  return blocksOf(tables, step, { variance, noise });
}

/** Fewest levels below the coarsest for which no table is too wide. The coarsest has at least σ = 64 of its own steps. */
function planLevels(sigma: number): { levels: number; step: number } {
  if (sigma <= MOST_SIGMA) return { levels: 0, step: 1 };
  for (let levels = 1; ; levels++) {
    const step = Math.round((sigma / Math.sqrt(SMOOTHING)) ** (1 / (levels + 1)));
    const widest = Math.max(Math.sqrt(SMOOTHING) * step, sigma / step ** levels + SMOOTHING);
    if (widest <= MOST_SIGMA) return { levels, step };
  }
}
