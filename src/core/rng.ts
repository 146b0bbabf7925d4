import { createHash } from 'node:crypto';
import { InternalError } from './errors.js';
import { sha256Words } from './sha256.js';
import type { Words } from './sha256.js';

const TWO_POW_53 = 2 ** 53;

/** Layers of the ziggurat; where its tail begins, and the area of a layer, for so many layers (Marsaglia and Tsang 2000, §3). */
const LAYERS = 128;
const TAIL = 3.442619855899;
const AREA = 9.91256303526217e-3;
const ziggurat = makeZiggurat();

/** The layers from the widest up: what a place of 24 bits is worth, places below which are inside of the curve, and the curve's height at the layer's edge. */
function makeZiggurat(): { step: Float64Array; inside: Int32Array; height: Float64Array } {
  const curve = (x: number): number => Math.exp((-x * x) / 2);
  // edges[k] is the right edge of layer k; layer 0 is the base, as wide as if its tail were part of it
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = AREA / curve(TAIL);
  edges[1] = TAIL;
  for (let k = 2; k < LAYERS; k++)
    edges[k] = Math.sqrt(-2 * Math.log(AREA / edges[k - 1]! + curve(edges[k - 1]!)));
  return {
    step: Float64Array.from({ length: LAYERS }, (_, k) => edges[k]! / 2 ** 24),
    inside: Int32Array.from({ length: LAYERS }, (_, k) => Math.floor((edges[k + 1]! / edges[k]!) * 2 ** 24)),
    height: edges.map((x, k) => (k === 0 ? 0 : curve(x))),
  };
}

/**
 * A named stream of random numbers (design §4.7).
 *
 * A stream is identified by a 256-bit key. `split(label, subject)` derives the key of a child stream as
 * SHA-256(key, label, subject); it does not draw from the parent, so one more draw in one place moves nothing
 * elsewhere, and work can be spread over any number of workers. Numbers come from xoshiro128** 1.1
 * (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47:4, 2021).
 *
 * Never use it for differential-privacy noise: that comes from the operating system (privacy/mechanisms).
 */
export class Rng {
  readonly #key: Words;
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spareNormal: number | undefined;

  private constructor(key: Words) {
    this.#key = key;
    this.#s0 = swapBytes(key[0]!);
    this.#s1 = swapBytes(key[1]!);
    this.#s2 = swapBytes(key[2]!);
    this.#s3 = swapBytes(key[3]!);
    if ((this.#s0 | this.#s1 | this.#s2 | this.#s3) === 0) this.#s0 = 1; // the one state that xoshiro cannot leave
  }

  /** The root stream of a run. `seed` is any integer or text. */
  static create(seed: number | bigint | string): Rng {
    const key = createHash('sha256')
      .update(`anamnesis/rng/1\0${String(seed)}`)
      .digest();
    return new Rng(wordsOf(key));
  }

  /** A stream from its key, as sent to a worker. */
  static fromKey(keyHex: string): Rng {
    const key = Buffer.from(keyHex, 'hex');
    if (key.length !== 32) throw new InternalError('RNG_KEY', 'A stream key has 64 hexadecimal digits.');
    return new Rng(wordsOf(key));
  }

  /** The stream's key: the same key gives the same numbers from the start, wherever it runs. */
  get key(): string {
    let hex = '';
    for (const word of this.#key) hex += (word >>> 0).toString(16).padStart(8, '0');
    return hex;
  }

  /** A child stream for one purpose and, optionally, one subject, row block or task. Draws nothing from this one. */
  split(label: string, subject?: string | number): Rng {
    const text = subject === undefined ? `\0${label}` : `\0${label}\0${typeof subject}\0${String(subject)}`;
    return new Rng(sha256Words(this.#key, text));
  }

  /** An integer, uniform on 0 … 2³² − 1. */
  uint32(): number {
    const s1 = this.#s1;
    const x = Math.imul(s1, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9);
    const t = s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= s1;
    this.#s1 = s1 ^ this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= t;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result >>> 0;
  }

  /** Uniform on [0, 1) with 53 random bits. */
  next(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67_108_864 + low) / TWO_POW_53;
  }

  /** An integer, uniform on 0 … n − 1 (rejection, so without bias), n ≤ 2³². */
  int(n: number): number {
    if (!(Number.isInteger(n) && n > 0 && n <= 4_294_967_296)) {
      throw new InternalError('RNG_RANGE', `int(n) needs an integer 1 … 2^32, not ${String(n)}.`);
    }
    const limit = 4_294_967_296 - (4_294_967_296 % n);
    let x = this.uint32();
    while (x >= limit) x = this.uint32();
    return x % n;
  }

  /** Standard normal, by Marsaglia's polar method (the second value of a pair is kept for the next call). */
  normal(): number {
    const spare = this.#spareNormal;
    if (spare !== undefined) {
      this.#spareNormal = undefined;
      return spare;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = 2 * this.next() - 1;
      v = 2 * this.next() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const f = Math.sqrt((-2 * Math.log(s)) / s);
    this.#spareNormal = v * f;
    return u * f;
  }

  /**
   * Fills `out` with standard normal numbers in single precision, by the ziggurat (Marsaglia and Tsang 2000, "The ziggurat method for generating random variables", Journal of Statistical
   * Software 5:8), with other bits for the layer than for the place in it, since shared ones correlate. A fifth of the time of {@link normal}, and other numbers; it does not matter how many are asked for at a time.
   */
  normals(out: Float32Array): Float32Array {
    let [s0, s1, s2, s3] = [this.#s0 | 0, this.#s1 | 0, this.#s2 | 0, this.#s3 | 0];
    const { step, inside } = ziggurat;
    for (let i = 0; i < out.length;) {
      // the step of uint32, whose state stays in registers here
      const x = Math.imul(s1, 5);
      const bits = Math.imul((x << 7) | (x >>> 25), 9);
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
      const layer = bits & (LAYERS - 1);
      const place = bits >>> 8;
      let z = place * step[layer]!;
      if (place >= inside[layer]!) {
        [this.#s0, this.#s1, this.#s2, this.#s3] = [s0, s1, s2, s3];
        z = this.#atEdge(layer, z);
        [s0, s1, s2, s3] = [this.#s0 | 0, this.#s1 | 0, this.#s2 | 0, this.#s3 | 0];
        if (Number.isNaN(z)) continue;
      }
      // one bit is the sign; no branch that hangs on chance
      out[i++] = z * (1 - ((bits & LAYERS) >> 6));
    }
    [this.#s0, this.#s1, this.#s2, this.#s3] = [s0, s1, s2, s3];
    return out;
  }

  /** A number of a layer that may lie outside of the curve: itself, one of the tail, or NaN to try anew. */
  #atEdge(layer: number, z: number): number {
    if (layer > 0) {
      const [low, high] = [ziggurat.height[layer]!, ziggurat.height[layer + 1]!];
      return low + this.next() * (high - low) < Math.exp((-z * z) / 2) ? z : NaN;
    }
    for (;;) {
      // the tail beyond TAIL, as in the same paper
      const beyond = this.exponential() / TAIL;
      if (2 * this.exponential() > beyond * beyond) return TAIL + beyond;
    }
  }

  /** Exponential with mean 1. */
  exponential(): number {
    return -Math.log1p(-this.next());
  }

  /** Index i with probability weights[i] / Σ weights. @throws InternalError `RNG_WEIGHTS`. */
  weightedIndex(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i]! >= 0 ? weights[i]! : NaN;
    if (!(total > 0 && Number.isFinite(total))) {
      throw new InternalError(
        'RNG_WEIGHTS',
        'Weights must not be negative or NaN and need a positive, finite sum.',
      );
    }
    let left = this.next() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      const w = weights[i]!;
      if (w <= 0) continue;
      last = i;
      left -= w;
      if (left < 0) return i;
    }
    return last; // rounding at the upper end
  }

  /** Shuffles in place (Fisher-Yates). */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swap = items[i];
      items[i] = items[j];
      items[j] = swap;
    }
    return items;
  }

  /** A random order of 0 … n − 1. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i));
  }
}

function wordsOf(bytes: Buffer): Words {
  return Int32Array.from({ length: 8 }, (_, i) => bytes.readInt32BE(4 * i));
}

/** The same four bytes read from the other end. */
function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
