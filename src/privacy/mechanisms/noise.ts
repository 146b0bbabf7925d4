import { randomFillSync } from 'node:crypto';
import type { Rng } from '../../core/index.js';

/** Where the mechanisms take their random bits from. */
export interface NoiseSource {
  /** Whether the bits come from the operating system; a receipt tells it. */
  readonly secure: boolean;
  /** Whether other threads can fetch bits as good for themselves: those of the operating system. */
  readonly anyThread?: boolean;
  /** An integer, uniform on 0 … 2³² − 1. */
  uint32(): number;
  /** Such integers, one for each place of the list. */
  fill(words: Uint32Array): void;
}

/** Words fetched together: 64 KiB, the most of one call. */
const FETCHED = 16_384;

/** Bits from the operating system's generator (`node:crypto`), fetched 64 KiB at a time. Nothing can repeat them. */
export function secureNoise(): NoiseSource {
  const fetched = new Uint32Array(FETCHED);
  let at = FETCHED;
  return {
    secure: true,
    anyThread: true,
    uint32: () => {
      if (at === FETCHED) {
        randomFillSync(fetched);
        at = 0;
      }
      const word = fetched[at]!;
      fetched[at++] = 0; // used bits do not stay in memory
      return word;
    },
    fill: (words) => void randomFillSync(words),
  };
}

/** Bits from a seeded stream, for tests and benchmarks: whoever knows the seed can take the noise off again. */
export function injectedNoise(rng: Rng): NoiseSource {
  const fill = (words: Uint32Array): void => {
    for (let i = 0; i < words.length; i++) words[i] = rng.uint32();
  };
  return { secure: false, uint32: () => rng.uint32(), fill };
}

/** A uniform integer of 53 bits. */
export function uniform53(noise: NoiseSource): number {
  const high = noise.uint32() >>> 5;
  const low = noise.uint32() >>> 6;
  return high * 67_108_864 + low;
}

const two53 = 2 ** 53;

/** A uniform integer on 0 … n − 1 without bias (rejection), 1 ≤ n ≤ 2⁵³. */
export function uniformInt(n: number, noise: NoiseSource): number {
  if (n <= 4_294_967_296) {
    const limit = 4_294_967_296 - (4_294_967_296 % n);
    let x = noise.uint32();
    while (x >= limit) x = noise.uint32();
    return x % n;
  }
  const limit = two53 - (two53 % n);
  let x = uniform53(noise);
  while (x >= limit) x = uniform53(noise);
  return x % n;
}
