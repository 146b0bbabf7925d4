import { uniform53 } from './noise.js';
import type { NoiseSource } from './noise.js';

/** An exact rational number, `top / bottom`, bottom > 0. */
export interface Ratio {
  readonly top: bigint;
  readonly bottom: bigint;
}

const two53 = 2 ** 53;
/** Slack of the fast comparison. It covers the rounding of γ (at most 2⁻³¹ where γ ≤ 1000) and of `Math.exp`. */
const slack = 2 ** -30;

/**
 * True with probability exp(−γ), exactly. The draw is that of a real number U, uniform on [0, 1], of which as many binary
 * digits are drawn as are needed to tell whether U < exp(−γ): 53 nearly always; where these leave a doubt (about once
 * in 2³⁰ draws) both sides get further digits in integer arithmetic. The same event as in Canonne, Kamath and Steinke (2020,
 * algorithm 1), without its loop.
 * @param gamma γ ≥ 0 in floating point, off by 2⁻³¹ at most where γ ≤ 1000.
 * @param exact γ itself; asked for in doubt only.
 */
export function bernoulliExp(gamma: number, exact: () => Ratio, noise: NoiseSource): boolean {
  if (gamma === 0 && exact().top === 0n) return true;
  const u = uniform53(noise);
  const p = Math.exp(-gamma) * two53;
  if (u + 1 <= p * (1 - slack)) return true;
  if (u >= p * (1 + slack) && u > 0) return false;
  return compareDigits(u, exact(), noise);
}

/** Whether U < exp(−γ) where the first 53 digits of U are given, by more and more digits. */
export function compareDigits(first53: number, gamma: Ratio, noise: NoiseSource): boolean {
  let digits = BigInt(first53);
  for (let bits = 53n; ; bits += 64n) {
    const { low, high } = expDigits(gamma, bits);
    if (digits + 1n <= low) return true;
    if (digits >= high) return false;
    digits = (digits << 64n) | (BigInt(noise.uint32()) << 32n) | BigInt(noise.uint32());
  }
}

/**
 * Bounds of exp(−γ) · 2^bits for a rational γ ≥ 0, a few units apart, in integer arithmetic: Taylor's series of
 * exp(−γ / 2ˢ) with γ / 2ˢ ≤ ½, squared s times, every rounding outwards.
 */
export function expDigits(gamma: Ratio, bits: bigint): { readonly low: bigint; readonly high: bigint } {
  let halvings = 0n;
  while (2n * gamma.top > gamma.bottom << halvings) halvings++;
  const work = bits + halvings + 32n;
  const one = 1n << work;
  const x = (gamma.top << work) / (gamma.bottom << halvings); // rounded down by less than one unit
  let term = one;
  let sum = one;
  let steps = 0n;
  for (let i = 1n; term > 0n; i++) {
    term = (term * x) / (one * i);
    sum += i % 2n === 0n ? term : -term;
    steps++;
  }
  const error = 4n * steps + 4n; // x off by one unit, each term by two at most, and the series' rest
  let low = sum - error;
  let high = sum + error > one ? one : sum + error;
  if (low < 0n) low = 0n;
  for (let i = 0n; i < halvings; i++) {
    low = (low * low) >> work;
    high = ((high * high) >> work) + 1n;
  }
  const drop = work - bits;
  return { low: low >> drop, high: (high >> drop) + 1n };
}

/** The rational number that a finite double is. */
export function ratioOf(value: number): Ratio {
  let scaled = value;
  let bottom = 1n;
  while (!Number.isInteger(scaled)) {
    scaled *= 2;
    bottom *= 2n;
  }
  return { top: BigInt(scaled), bottom };
}
