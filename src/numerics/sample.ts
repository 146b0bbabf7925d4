import type { Rng } from '../core/index.js';

/** `size` of the numbers 0 … n − 1 without repeats, ascending; all of them when `size` ≥ n. */
export function sampleIndexes(n: number, size: number, rng: Rng): Uint32Array {
  return size >= n ? Uint32Array.from({ length: n }, (_, i) => i) : rng.permutation(n).slice(0, size).sort();
}
