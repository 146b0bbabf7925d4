import { z } from 'zod';
import { section } from '../../core/index.js';
import { compileSettings } from '../settings.js';

/** The sets that the Challenge published. */
export const challengeSets = ['a', 'b', 'c'] as const;
export type ChallengeSet = (typeof challengeSets)[number];

/** Settings of the Challenge 2012 source. */
export interface Physionet2012Options {
  /** Sets to read. Default: all that the folder holds. */
  readonly sets?: readonly ChallengeSet[];
}

export interface CompiledPhysionet2012Options {
  /** Undefined: all that the folder holds. */
  readonly sets: readonly ChallengeSet[] | undefined;
}

const schema = section({ sets: z.array(z.enum(challengeSets)).min(1).optional() });

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compilePhysionet2012Options(settings: unknown): CompiledPhysionet2012Options {
  const { sets } = compileSettings('physionet2012', schema, settings);
  return { sets: sets === undefined ? undefined : challengeSets.filter((set) => sets.includes(set)) };
}
