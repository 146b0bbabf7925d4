import { z } from 'zod';
import { UserError } from '../../core/index.js';

/** How patients are divided into train and test. */
export interface SplitOptions {
  /** Share of the patients in the test part, 0 < share < 1. Default 0.2. */
  readonly testShare?: number;
  /**
   * - `hash` (default): each patient's own draw decides, so a patient stays where it is when others join or leave; the share is
   *   met on average (standard deviation √(share·(1−share)/n)).
   * - `exact`: the share is met to within one patient (per stratum), and who is in test depends on who else is there.
   */
  readonly method?: 'hash' | 'exact';
}

export interface CompiledSplit {
  readonly testShare: number;
  readonly method: 'hash' | 'exact';
}

const schema = z.strictObject({
  testShare: z.number().gt(0).lt(1).default(0.2),
  method: z.enum(['hash', 'exact']).default('hash'),
});

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileSplit(options: SplitOptions = {}): CompiledSplit {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new UserError('BAD_OPTIONS', 'The split options do not fit.', {
    got: parsed.error.issues.map((i) => `${i.path.join('.') || 'split'}: ${i.message}`).join('; '),
    fix: 'give testShare between 0 and 1 and method hash or exact',
  });
}
