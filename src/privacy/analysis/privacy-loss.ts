import { fft, inverseFft, multiply, power } from './fft.js';
import type { Complex } from './fft.js';

/**
 * A privacy loss distribution on a grid (Sommer, Meiser and Mohammadi 2019; Koskela, Jälkö and Honkela 2020): under the first of two
 * distributions, log(P/Q) is `(first + i) · step` with probability `mass[i]`, and infinite with probability `infinite`. Always
 * pessimistic: its hockey-stick divergences are no less than those of the pair that it stands for.
 */
export interface PrivacyLoss {
  readonly step: number;
  readonly first: number;
  readonly mass: Float64Array;
  readonly infinite: number;
  /** Bound of the Euclidean norm of the rounding errors in `mass`. */
  readonly error: number;
}

/** A pair of distributions (P, Q) by the distribution of its loss log(P/Q). */
export interface LossPair {
  /** Probability of a loss in (a, b] under P and under Q, precise in both tails; a and b may be infinite. */
  between(a: number, b: number): { readonly p: number; readonly q: number };
}

/** The pair (Q, P). */
export function reversed(pair: LossPair): LossPair {
  return {
    between: (a, b) => {
      const { p, q } = pair.between(-b, -a);
      return { p: q, q: p };
    },
  };
}

/**
 * Puts a pair on a grid: what lies in a cell is spread to the cell's two ends so that its probability under P and Q stays the
 * same, which makes the pair no less distinguishable ("connect the dots": Doroshenko et al., PoPETs 2022).
 * Losses above the grid count as infinite, losses below as its lowest value.
 */
export function discretise(pair: LossPair, step: number, range: readonly [number, number]): PrivacyLoss {
  const first = Math.floor(range[0] / step);
  const last = Math.ceil(range[1] / step);
  const mass = new Float64Array(last - first + 1);
  mass[0] = pair.between(-Infinity, first * step).p;
  for (let i = first; i < last; i++) {
    const low = i * step;
    const { p, q } = pair.between(low, low + step);
    if (p <= 0) continue;
    // a + b = p, a e^−low + b e^−(low+step) = q
    const atLow = (q * Math.exp(low) - p * Math.exp(-step)) / -Math.expm1(-step);
    const kept = Math.min(Math.max(atLow, 0), p);
    mass[i - first]! += kept;
    mass[i - first + 1]! += p - kept;
  }
  return { step, first, mass, infinite: pair.between(last * step, Infinity).p, error: 0 };
}

/** Several equal releases. */
export interface Repeated {
  readonly loss: PrivacyLoss;
  readonly count: number;
}

/** Probability that composition may lose track of in all; it counts as infinite loss. */
const lost = 1e-16;

/**
 * The loss of independent releases together: their convolution, by Fourier transform on a window outside which lies a probability of
 * at most 1e-16 on either side (Chernoff's bound); what lies outside counts as infinite. The transforms' rounding (log₂ of their length
 * in units of 2⁻⁵², once a release: the other spectra damp it like the mass itself) is kept in `error`. All on the same step.
 */
export function compose(parts: readonly Repeated[]): PrivacyLoss {
  const step = parts[0]!.loss.step;
  const { low, high } = window(parts);
  let length = 2;
  while (length < high - low + 1) length *= 2;
  const total: Complex = { re: new Float64Array(length).fill(1), im: new Float64Array(length) };
  let finite = 1;
  let releases = 0;
  for (const { loss, count } of parts) {
    const spectrum: Complex = { re: new Float64Array(length), im: new Float64Array(length) };
    for (let i = 0; i < loss.mass.length; i++) spectrum.re[modulo(loss.first + i, length)]! += loss.mass[i]!;
    fft(spectrum);
    multiply(total, power(spectrum, count));
    finite *= (1 - loss.infinite) ** count;
    releases += count;
  }
  inverseFft(total);
  const mass = new Float64Array(high - low + 1);
  for (let i = 0; i < mass.length; i++) mass[i] = Math.max(0, total.re[modulo(low + i, length)]!);
  const error = releases * Math.log2(length) * Number.EPSILON * norm(mass);
  return { step, first: low, mass, infinite: 1 - finite + 2 * lost, error };
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((total, v) => total + v * v, 0));
}

/**
 * Hockey-stick divergence at e^ε, rounded up: E[(1 − e^(ε − loss))₊], plus rounding (Cauchy-Schwarz).
 * @param rest divergence of what else is released, at a given ε (default: nothing else, (1 − e^ε)₊).
 */
export function lossDelta(
  loss: PrivacyLoss,
  epsilon: number,
  rest: (epsilon: number) => number = (e) => (e < 0 ? -Math.expm1(e) : 0),
): number {
  let delta = loss.infinite;
  let squares = 0;
  for (let i = 0; i < loss.mass.length; i++) {
    const part = rest(epsilon - (loss.first + i) * loss.step);
    delta += loss.mass[i]! * part;
    squares += part * part;
  }
  return Math.min(1, delta * (1 + 1e-12) + loss.error * Math.sqrt(squares));
}

/** Grid positions between which the sum lies but for a probability of 1e-16 on either side. */
function window(parts: readonly Repeated[]): { low: number; high: number } {
  let variance = 0;
  for (const { loss, count } of parts) variance += count * spread(loss) ** 2;
  const logs = parts.map(({ loss }) => loss.mass.map((mass) => Math.log(mass)));
  const bound = (sign: 1 | -1): number => {
    let best = 0;
    for (const { loss, count } of parts) {
      best += count * (sign > 0 ? loss.first + loss.mass.length - 1 : -loss.first);
    }
    for (let power = -8; power <= 3; power++) {
      const slope = 2 ** power * Math.sqrt((-2 * Math.log(lost)) / Math.max(variance, 1e-12));
      let log = 0;
      parts.forEach(({ loss, count }, i) => {
        log += count * (logMoment(logs[i]!, sign * slope) + sign * slope * loss.first);
      });
      best = Math.min(best, (log - Math.log(lost)) / slope);
    }
    return Math.ceil(best);
  };
  return { low: -bound(-1), high: bound(1) };
}

/** Standard deviation of the finite losses, in cells. */
export function spread(loss: PrivacyLoss): number {
  let [total, mean] = [0, 0];
  loss.mass.forEach((mass, i) => {
    total += mass;
    mean += mass * i;
  });
  mean /= total;
  return Math.sqrt(loss.mass.reduce((sum, mass, i) => sum + mass * (i - mean) ** 2, 0) / total);
}

/** log Σ exp(logs[i] + slope · i). */
function logMoment(logs: Float64Array, slope: number): number {
  let most = -Infinity;
  for (let i = 0; i < logs.length; i++) most = Math.max(most, logs[i]! + slope * i);
  let total = 0;
  for (let i = 0; i < logs.length; i++) {
    const gap = logs[i]! + slope * i - most;
    if (gap > -40) total += Math.exp(gap);
    else if (gap > -Infinity) total += 1e-17; // an upper bound
  }
  return Math.log(total) + most;
}

function modulo(a: number, n: number): number {
  return ((a % n) + n) % n;
}

/** Losses outside of which P has a probability of at most `outside` on either side, to a grid of powers of 1.1 of 1e-3. */
export function reachOf(pair: LossPair, outside: number): readonly [number, number] {
  let high = 1e-3;
  while (pair.between(high, Infinity).p > outside) high *= 1.1;
  let low = 1e-3;
  while (pair.between(-Infinity, -low).p > outside) low *= 1.1;
  return [-low, high];
}

/**
 * ε at which {@link lossDelta} is δ, rounded up; infinite where δ is never reached. One pass from the largest loss down: with
 * A = P(loss > x) and B = E[e^(x − loss); loss > x], δ(ε) = A − e^(ε − x) B between two grid points.
 */
export function lossEpsilon(loss: PrivacyLoss, delta: number): number {
  const down = Math.exp(-loss.step);
  const lowest = Math.min(0, -loss.first); // where all losses are positive the pass goes on to x = 0
  let above = 0;
  let weighted = 0;
  let squares = 0;
  for (let i = loss.mass.length - 1; i >= lowest && loss.first + i >= 0; i--) {
    const extra = loss.infinite + loss.error * Math.sqrt(squares);
    if (above - weighted + extra > delta) {
      if (weighted === 0) return Infinity;
      const inside = Math.log((above + extra - delta) / weighted);
      return ((loss.first + i) * loss.step + inside) * (1 + 1e-9);
    }
    const mass = i >= 0 ? loss.mass[i]! : 0;
    above += mass;
    weighted = (weighted + mass) * down;
    squares += 1;
  }
  return 0;
}
