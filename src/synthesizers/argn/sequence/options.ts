import { z } from 'zod';
import { compileOptions } from '../../options.js';
import type { ArgnOptions, CompiledArgn } from '../options.js';
import { argnOptionsSchema } from '../options.js';

/** Options of the sequential form; those of the flat one are for the context table and for each step. */
export interface ArgnSequenceOptions extends Omit<
  ArgnOptions,
  'steps' | 'rate' | 'clip' | 'oneWayShare' | 'rareSigmas'
> {
  /** Steps that training looks at together, 4 … 512. Of longer histories it sees overlapping windows. Default 64. */
  readonly window?: number;
  /** Units of the memory of past steps. Default 64. */
  readonly memory?: number;
  /** Longest history that is drawn. Default: the longest in training. */
  readonly longest?: number;
}

export const sequenceOptionsSchema = argnOptionsSchema
  .omit({ steps: true, rate: true, clip: true, oneWayShare: true, rareSigmas: true })
  .extend({
    window: z.int().min(4).max(512).default(64),
    memory: z.int().min(1).max(1024).default(64),
    longest: z.int().min(1).optional(),
  });

export type CompiledArgnSequence = Readonly<z.output<typeof sequenceOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileArgnSequence(options: ArgnSequenceOptions = {}): CompiledArgnSequence {
  return Object.freeze(compileOptions('argn (sequences)', sequenceOptionsSchema, options));
}

/** Those of them that are the flat form's, for the context table. */
export function flatOptions(options: CompiledArgnSequence): CompiledArgn {
  const known = Object.entries(options).filter(([key]) => key in argnOptionsSchema.shape);
  return Object.freeze(argnOptionsSchema.parse(Object.fromEntries(known)));
}
