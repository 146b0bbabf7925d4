import type { Rng } from '../../core/index.js';

/** Fewer rows cannot say when to stop: the training rows then do. */
const LEAST_VALIDATION = 10;

/** Rows to learn from, and rows that say when to stop. */
export interface Split {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
}

/** Sets a share of the rows aside at random; of too few rows none, which are then both. */
export function splitRows(rows: number, share: number, rng: Rng): Split {
  const shuffled = rng.permutation(rows);
  const held = Math.floor(rows * share);
  if (held < LEAST_VALIDATION) return { training: shuffled, validation: shuffled };
  return { training: shuffled.slice(held), validation: shuffled.slice(0, held) };
}
