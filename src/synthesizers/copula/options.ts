import { z } from 'zod';
import { compileOptions } from '../options.js';

/** Options of the Gaussian copula. */
export interface CopulaOptions {
  /** Cells that a number's smooth values are cut into; inside a cell every value is equally likely. Default 200. */
  readonly quantiles?: number;
  /** A number that so large a share of the present values has is a spike and drawn exactly, in (0, 1]. Default 0.01. */
  readonly spikeShare?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare; a spike needs as many rows. Default 5. */
  readonly rareRows?: number;
}

export const copulaOptionsSchema = z.strictObject({
  quantiles: z.int().min(2).max(10_000).default(200),
  spikeShare: z.number().gt(0).max(1).default(0.01),
  rareRows: z.int().min(1).default(5),
});

/** Checked options with every default filled in. */
export type CompiledCopula = Readonly<z.output<typeof copulaOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileCopula(options: CopulaOptions = {}): CompiledCopula {
  return Object.freeze(compileOptions('copula', copulaOptionsSchema, options));
}
