import { largestWhere } from '../analysis/search.js';

/** Noise multipliers between which a training's is looked for. */
const LEAST = 0.1;
const MOST = 1e4;

/**
 * The least noise multiplier for which a condition holds, rounded up by at most a thousandth.
 * @param from where it is known to hold, if anywhere; it is then looked for between half of that and that.
 */
export function noiseWhere(holds: (noise: number) => boolean, from?: number): number {
  const [low, high] = from === undefined ? [1 / MOST, 1 / LEAST] : [1 / from, 2 / from];
  return 1 / largestWhere((inverse) => holds(1 / inverse), low, high, 1e-3);
}
