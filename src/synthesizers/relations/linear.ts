import type { NumericColumn } from '../../table/index.js';

/** Least number of rows with values, and of different values on both sides, for a formula to be believed. */
const LEAST_ROWS = 50;
const LEAST_DISTINCT = 10;
const MOST_DECIMALS = 8;

/** A numeric column with what formulas need to know of it. */
export interface Numbers {
  readonly name: string;
  readonly values: Float64Array;
  readonly valid: Uint8Array;
  readonly present: number;
  /** Different values, counted up to {@link LEAST_DISTINCT} times a hundred. */
  readonly distinct: number;
  /** Half of the last decimal; 0 when values have too many decimals to tell. */
  readonly half: number;
  /** Row of the least and of the greatest value. */
  readonly low: number;
  readonly high: number;
}

export function numbersOf({ schema, values, valid }: NumericColumn): Numbers {
  const seen = new Set<number>();
  let present = 0;
  let low = -1;
  let high = -1;
  let decimals = 0;
  for (let i = 0; i < values.length; i++) {
    if (valid[i] !== 1) continue;
    const x = values[i]!;
    present++;
    if (seen.size < LEAST_DISTINCT * 100) seen.add(x);
    if (low < 0 || x < values[low]!) low = i;
    if (high < 0 || x > values[high]!) high = i;
    while (decimals <= MOST_DECIMALS && Math.round(x * 10 ** decimals) / 10 ** decimals !== x) decimals++;
  }
  const half = decimals > MOST_DECIMALS ? 0 : 0.5 / 10 ** decimals;
  return { name: schema.name, values, valid, present, distinct: seen.size, half, low, high };
}

/** Enough values to tell a formula from chance. */
export function tellsEnough(n: Numbers): boolean {
  return n.present >= LEAST_ROWS && n.distinct >= LEAST_DISTINCT;
}

/**
 * `b = times · a + plus` in every row, within what rounding of both to their decimals explains; undefined when there is no such formula.
 * The constants are the ones with the fewest digits that fit.
 */
export function affineOf(
  a: Numbers,
  b: Numbers,
): { readonly times: number; readonly plus: number } | undefined {
  if (!tellsEnough(a) || !tellsEnough(b) || a.present !== b.present) return undefined;
  const range = a.values[a.high]! - a.values[a.low]!;
  const rough = (b.values[a.high]! - b.values[a.low]!) / range;
  if (rough === 0 || !Number.isFinite(rough)) return undefined;
  const tolerance = (times: number): number => {
    const scale = Math.max(Math.abs(b.values[b.low]!), Math.abs(b.values[b.high]!));
    return Math.abs(times) * a.half + b.half + 1e-9 * scale;
  };
  // the ends may be off by their rounding, which tilts the line by so much
  const slack = 4 * tolerance(rough);
  const start = b.values[a.low]! - rough * a.values[a.low]!;
  if (!everywhere(a, b, (x, y) => Math.abs(y - rough * x - start) <= slack)) return undefined;
  const fitted = leastSquares(a, b);
  for (let digits = 1; digits <= 12; digits++) {
    const times = Number(fitted.times.toPrecision(digits));
    const exactPlus = middle(a, b, times);
    for (let places = 0; places <= 6; places += 2) {
      const plus = Number(exactPlus.toFixed(places));
      const most = tolerance(times);
      if (everywhere(a, b, (x, y) => Math.abs(y - times * x - plus) <= most))
        return { times, plus: plus === 0 ? 0 : plus };
    }
  }
  return undefined;
}

/** Whether a total is the sum of parts in every row, with enough rows in which several parts count. */
export function isSum(total: Numbers, parts: readonly Numbers[]): boolean {
  const tolerance = [total, ...parts].reduce((sum, n) => sum + (n.half === 0 ? 0 : n.half), 0);
  // whole numbers add up exactly; decimals may each be rounded
  const whole = [total, ...parts].every((n) => n.half === 0.5);
  let telling = 0;
  for (let i = 0; i < total.values.length; i++) {
    const complete = parts.every((part) => part.valid[i] === 1);
    if ((total.valid[i] === 1) !== complete) return false;
    if (!complete) continue;
    let sum = 0;
    let nonZero = 0;
    for (const part of parts) {
      sum += part.values[i]!;
      if (part.values[i] !== 0) nonZero++;
    }
    const most = (whole ? 0 : tolerance) + 1e-9 * Math.abs(sum);
    if (Math.abs(total.values[i]! - sum) > most) return false;
    if (nonZero === parts.length) telling++;
  }
  return telling >= LEAST_ROWS;
}

function everywhere(a: Numbers, b: Numbers, holds: (x: number, y: number) => boolean): boolean {
  for (let i = 0; i < a.values.length; i++) {
    if (a.valid[i] !== b.valid[i]) return false;
    if (a.valid[i] === 1 && !holds(a.values[i]!, b.values[i]!)) return false;
  }
  return true;
}

function leastSquares(a: Numbers, b: Numbers): { times: number } {
  let n = 0;
  let meanA = 0;
  let meanB = 0;
  let sab = 0;
  let saa = 0;
  for (let i = 0; i < a.values.length; i++) {
    if (a.valid[i] !== 1) continue;
    n++;
    const da = a.values[i]! - meanA;
    meanA += da / n;
    meanB += (b.values[i]! - meanB) / n;
    saa += da * (a.values[i]! - meanA);
    sab += da * (b.values[i]! - meanB);
  }
  return { times: sab / saa };
}

/** Middle between the least and greatest remainder. */
function middle(a: Numbers, b: Numbers, times: number): number {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < a.values.length; i++) {
    if (a.valid[i] !== 1) continue;
    const rest = b.values[i]! - times * a.values[i]!;
    low = Math.min(low, rest);
    high = Math.max(high, rest);
  }
  return (low + high) / 2;
}
