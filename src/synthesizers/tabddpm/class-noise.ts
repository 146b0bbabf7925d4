import type { Rng } from '../../core/index.js';
import type { CodedRows, Layout, Place } from '../mixed/index.js';
import { drawShare } from '../mixed/index.js';

export interface ClassNoise {
  readonly layout: Layout;
  /** ᾱ at 0 … steps. */
  readonly alphaBar: Float64Array;
  /** Shares of all codes in each class. */
  readonly shares: readonly (readonly number[])[];
  readonly classOf: Int32Array;
  /** Share of rows that have random columns given. */
  readonly givenShare: number;
}

/** Rows in noise. */
export interface ClassBatch {
  /** 1 for each code [length, width]. */
  readonly hot: Float32Array;
  readonly known: Float32Array;
  readonly classOf: Int32Array;
  readonly time: Int32Array;
  readonly cleanCodes: Int32Array;
}

/**
 * Puts the rows at `places` in noise, each at a step of its own: each choice keeps its code with probability ᾱ, or has one drawn from its class's shares. A share of the rows has
 * each column given, without noise, with a probability that is uniform on (0, 1).
 * @param chance where a row's step and noise come from.
 * @param length further rows hold nothing.
 */
export function classBatch(
  from: CodedRows,
  places: Uint32Array,
  { layout, alphaBar, shares, classOf, givenShare }: ClassNoise,
  { chance, length }: { chance: (row: number) => { rng: Rng; at: number }; length: number },
): ClassBatch {
  const many = layout.choices.length;
  const steps = alphaBar.length - 1;
  const batch: ClassBatch = {
    hot: new Float32Array(length * layout.width),
    known: new Float32Array(length * many),
    classOf: new Int32Array(length),
    time: new Int32Array(length).fill(1),
    cleanCodes: new Int32Array(length * many),
  };
  for (const [i, row] of places.entries()) {
    const { rng, at } = chance(row);
    const t = 1 + Math.min(steps - 1, Math.floor(at * steps));
    const own = classOf[row]!;
    batch.time[i] = t;
    batch.classOf[i] = own;
    const given = rng.next() < givenShare ? rng.next() : 0;
    const known = Uint8Array.from(layout.ofColumn, () => Number(rng.next() < given));
    for (const [k, { column, size }] of layout.choices.entries()) {
      const clean = from.codes[row * many + k]!;
      const start = layout.starts[k]!;
      const isKnown = known[column] === 1;
      const kept = isKnown || rng.next() < alphaBar[t]!;
      batch.cleanCodes[i * many + k] = clean;
      batch.known[i * many + k] = Number(isKnown);
      batch.hot[i * layout.width + start + (kept ? clean : drawShare(shares[own]!, { start, size }, rng))] =
        1;
    }
  }
  return batch;
}

/** One choice between two points of the noise: ᾱ at the later point and at the earlier one, and the codes' shares. */
export interface ClassStep extends Place {
  readonly now: number;
  readonly next: number;
  readonly shares: ArrayLike<number>;
}

/**
 * Draws a code at an earlier point, given the code `now` and the code without noise: with a = ᾱ now / ᾱ next and c = ᾱ next its weight is
 * (a [k = code] + (1 − a) share(code)) (c [k = clean] + (1 − c) share(k)), as in `stepBack` with shares instead of even ones.
 */
export function classStepBack(step: ClassStep, code: number, clean: number, rng: Rng): number {
  const { now, next, shares, start, size } = step;
  const a = now / next;
  const of = (k: number): number => shares[start + k]!;
  let all = 0;
  for (let k = 0; k < size; k++) all += of(k);
  const own = of(code) / all;
  const stays = a * ((code === clean ? next : 0) + (1 - next) * own);
  const cleans = (1 - a) * own * next;
  const draws = (1 - a) * own * (1 - next);
  const u = rng.next() * (stays + cleans + draws);
  if (u < stays) return code;
  if (u < stays + cleans) return clean;
  return drawShare(shares, { start, size }, rng);
}
