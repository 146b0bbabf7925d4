import { z } from 'zod';
import { normalCdf, normalQuantile } from '../../numerics/index.js';
import type { CategoricalColumn, Column, NumericColumn } from '../../table/index.js';
import { categoryCounts } from '../check.js';
import { smoothCells, spikesOf } from '../smooth.js';
import type { CompiledCopula } from './options.js';

/**
 * The distribution of a column's present values as steps in latent order. A step is a spike (`low` = `high`: a
 * category's code or a frequent number) or a cell in which every number is equally likely. The latent normal falls into step i
 * when its distribution function lies between `upTo[i − 1]` and `upTo[i]`.
 */
export const marginalSchema = z.strictObject({
  low: z.array(z.number()),
  high: z.array(z.number()),
  /** Ascending, the last is 1. */
  upTo: z.array(z.number().gt(0).max(1)),
});
export type Marginal = z.infer<typeof marginalSchema>;

/** The steps of a column, or undefined when it has no value. Categories: by code when ordered, else the most frequent first. */
export function learnMarginal(column: Column, options: CompiledCopula): Marginal | undefined {
  const steps = new Steps();
  if (column.type === 'numeric') addNumbers(steps, column, options);
  else addCategories(steps, column, options.rareRows);
  return steps.build();
}

/** The indicator of missing cells as a marginal: 0 present, 1 missing. */
export function missingMarginal(valid: Uint8Array): Marginal {
  const steps = new Steps();
  const present = valid.reduce((n, v) => n + v, 0);
  steps.add(0, 0, present);
  steps.add(1, 1, valid.length - present);
  return steps.build()!;
}

class Steps {
  readonly #low: number[] = [];
  readonly #high: number[] = [];
  readonly #weights: number[] = [];

  add(low: number, high: number, weight: number): void {
    if (weight <= 0) return;
    this.#low.push(low);
    this.#high.push(high);
    this.#weights.push(weight);
  }

  build(): Marginal | undefined {
    const total = this.#weights.reduce((sum, w) => sum + w, 0);
    if (total === 0) return undefined;
    let sum = 0;
    return { low: this.#low, high: this.#high, upTo: this.#weights.map((w) => (sum += w) / total) };
  }
}

/** Cells between spikes, so that the steps ascend. */
function addNumbers(steps: Steps, column: NumericColumn, options: CompiledCopula): void {
  const sorted = column.values.filter((_, i) => column.valid[i] === 1).sort();
  const least = Math.max(options.rareRows, Math.ceil(options.spikeShare * sorted.length));
  const spikes = spikesOf(column.values, column.valid, least);
  for (let i = 0; i < sorted.length;) {
    const spike = spikes.has(sorted[i]!);
    let end = i + 1;
    while (end < sorted.length && (spike ? sorted[end] === sorted[i] : !spikes.has(sorted[end]!))) end++;
    if (spike) steps.add(sorted[i]!, sorted[i]!, end - i);
    else {
      const cells = Math.max(1, Math.round((options.quantiles * (end - i)) / sorted.length));
      smoothCells(sorted.subarray(i, end), cells, (low, high, weight) => {
        steps.add(low, high, weight);
      });
    }
    i = end;
  }
}

function addCategories(steps: Steps, column: CategoricalColumn, rareRows: number): void {
  const counts = categoryCounts(column);
  const some = counts.some((count) => count >= rareRows);
  const codes = [...counts.keys()].filter(
    (code) => counts[code]! > 0 && (!some || counts[code]! >= rareRows),
  );
  if (column.schema.kind !== 'ordinal') codes.sort((a, b) => counts[b]! - counts[a]! || a - b);
  for (const code of codes) steps.add(code, code, counts[code]!);
}

/** The outcome for a value `u` of the latent's distribution function: a code, or a number that is not yet rounded. */
export function quantileOf({ low, high, upTo }: Marginal, u: number): number {
  let first = 0;
  let last = upTo.length - 1;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (upTo[middle]! > u) last = middle;
    else first = middle + 1;
  }
  if (low[first] === high[first]) return low[first]!;
  const below = first === 0 ? 0 : upTo[first - 1]!;
  const part = Math.min(1, (u - below) / (upTo[first]! - below));
  return low[first]! + part * (high[first]! - low[first]!);
}

/** Where the latent normal lies for an outcome. */
export interface LatentInterval {
  readonly from: number;
  readonly to: number;
}

/**
 * The interval of the latent normal that gives an outcome: one point for a smooth number, a step's interval for a
 * spike. A number outside the training range counts as the nearest inside; undefined for a category that is never drawn.
 */
export function latentOf(marginal: Marginal, outcome: number, isNumber: boolean): LatentInterval | undefined {
  const { low, high, upTo } = marginal;
  const spike = low.findIndex((value, i) => value === outcome && high[i] === outcome);
  if (spike >= 0) {
    return { from: normalQuantileOpen(upTo[spike - 1] ?? 0), to: normalQuantileOpen(upTo[spike]!) };
  }
  if (!isNumber) return undefined;
  const at = high.findIndex((value) => value >= outcome);
  const step = at < 0 ? upTo.length - 1 : at;
  const below = upTo[step - 1] ?? 0;
  const width = high[step]! - low[step]!;
  const part = width > 0 ? Math.min(Math.max((outcome - low[step]!) / width, 0), 1) : 0.5;
  // never quite at the ends of the step, where the outermost would be infinite
  const u = below + (0.001 + 0.998 * part) * (upTo[step]! - below);
  const z = normalQuantileOpen(u);
  return { from: z, to: z };
}

function normalQuantileOpen(p: number): number {
  if (p <= 0) return -Infinity;
  return p >= 1 ? Infinity : normalQuantile(p);
}

/** Number of Hermite coefficients; enough for correlations of 0.95 between rare binary columns. */
const TERMS = 40;

/** Standard scores of a marginal's steps, and what they do to correlations. */
export interface StepScores {
  /** Mean of the latent normal in each step. */
  readonly scores: Float64Array;
  /** Coefficients 1 … {@link TERMS} of the score, as a function of the latent, in normalised Hermite polynomials. */
  readonly hermite: Float64Array;
  /** Variance of the scores, at most 1. */
  readonly variance: number;
}

export function scoreSteps({ upTo }: Marginal): StepScores {
  const scores = new Float64Array(upTo.length);
  const hermite = new Float64Array(TERMS);
  let variance = 0;
  for (const [i, to] of upTo.entries()) {
    const below = i === 0 ? 0 : upTo[i - 1]!;
    const lower = edge(below);
    const upper = edge(to);
    const score = (lower[0]! - upper[0]!) / (to - below);
    scores[i] = score;
    variance += score * score * (to - below);
    // ∫ h_k φ over the step is (φ h_{k−1} at its lower edge − at its upper edge) / √k
    for (let k = 1; k <= TERMS; k++) {
      hermite[k - 1]! += (score * (lower[k - 1]! - upper[k - 1]!)) / Math.sqrt(k);
    }
  }
  return { scores, hermite, variance };
}

/** φ(z)·h_k(z), k = 0 … TERMS − 1, at the z with Φ(z) = p; zeros at the ends. */
function edge(p: number): Float64Array {
  const out = new Float64Array(TERMS);
  if (p <= 0 || p >= 1) return out;
  const z = normalQuantile(p);
  out[0] = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  out[1] = z * out[0];
  for (let k = 1; k + 1 < TERMS; k++) {
    out[k + 1] = (z * out[k]! - Math.sqrt(k) * out[k - 1]!) / Math.sqrt(k + 1);
  }
  return out;
}

/** The step of each present outcome (nearest for numbers), for scoring training rows; −1 where there is none. */
export function stepOf({ low, high }: Marginal, outcome: number, isNumber: boolean): number {
  if (!isNumber) return low.indexOf(outcome);
  let first = 0;
  let last = high.length - 1;
  while (first < last) {
    const middle = (first + last) >>> 1;
    if (high[middle]! >= outcome) last = middle;
    else first = middle + 1;
  }
  // a spike may share its lower end with the cell before it
  const next = first + 1;
  return next < low.length && low[next] === outcome && high[next] === outcome ? next : first;
}

/** A latent normal's value from a probability strictly inside (0, 1), and back. */
export const toLatent = normalQuantileOpen;
export const toProbability = normalCdf;
