import type { BasisRows } from './rows.js';
import { probabilities, rowScores } from './rows.js';

/** Interval of each output's probability that residuals are taken from; probabilities outside are moved to its ends. Public. */
export interface Range {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Share of the drawn rows beyond each end of the interval. */
const TAIL = 0.005;

export function rangeOf(p: readonly Float64Array[]): Range {
  const sorted = p.map((values) => Float64Array.from(values).sort());
  const at = (values: Float64Array, share: number): number =>
    values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0.5;
  return {
    low: sorted.map((values) => at(values, TAIL)),
    high: sorted.map((values) => at(values, 1 - TAIL)),
  };
}

/** Probabilities of each output, moved into the interval. */
export function clipped(
  rows: BasisRows,
  at: readonly number[],
  { parameters, range }: { readonly parameters: readonly Float64Array[]; readonly range: Range },
): readonly Float64Array[] {
  const p = probabilities(parameters.map((w) => rowScores(rows, at, w)));
  return p.map((values, o) =>
    values.map((value) => Math.min(Math.max(value, range.low[o]!), range.high[o]!)),
  );
}

/** One number an output: 1 where the label is that output's class, else 0. With two classes the only output is the second class. */
export function indicators(label: ArrayLike<number>, classes: number): readonly Float64Array[] {
  const outputs = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return outputs.map((k) => Float64Array.from(label, (code) => (code === k ? 1 : 0)));
}

/** Numbers a row has: one for two classes, else one a class. */
export function outputsOf(classes: number): number {
  return classes === 2 ? 1 : classes;
}

/** Most that the norm of (y − 1/classes) can be. */
export function centredBound(classes: number): number {
  return classes === 2 ? 0.5 : Math.sqrt(1 - 1 / classes);
}

/** What is taken from y − p so that it lies around zero: (y − 1/k) − (p − middle). */
export function centreOf({ low, high }: Range, classes: number): number[] {
  return low.map((l, o) => 1 / classes - (l + high[o]!) / 2);
}

/** Most that the norm of (y − 1/k) − (p − middle) can be for p in the interval. */
export function residualBound({ low, high }: Range, classes: number): number {
  const half = low.map((l, o) => (high[o]! - l) / 2);
  return centredBound(classes) + Math.hypot(...half);
}

/** Most that the norm of y − p can be for p in the interval, Euclidean (2) or sum of absolute values (1). */
export function plainBound({ low, high }: Range, classes: number, norm: 1 | 2): number {
  const size = (values: readonly number[]): number =>
    norm === 2 ? Math.hypot(...values) : values.reduce((sum, v) => sum + Math.abs(v), 0);
  const own = low.map((l) => 1 - l);
  if (classes === 2) return Math.max(own[0]!, high[0]!);
  return Math.max(...low.map((_, y) => size(high.map((h, o) => (o === y ? own[o]! : h)))));
}
