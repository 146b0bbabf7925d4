import { z } from 'zod';
import type { LatentOptions, PrivateOptions } from '../mixed/index.js';
import { latentFields, learningRate, privateFields, units, validation } from '../mixed/index.js';
import { compileOptions } from '../options.js';

/** Options of the variational autoencoder; defaults are the paper's. It ends before the last pass when the validation part no longer improves. */
export interface TvaeOptions extends LatentOptions, PrivateOptions {
  /** Learning rate of Adam. Default 0.001; with a budget 0.01. */
  readonly learningRate?: number;
  /** Hidden units of each layer of encoder and decoder. Default 128; with a budget 32. */
  readonly units?: number;
  /** Weight of the reconstruction against the divergence. Default 2, as in the authors' code; with a budget 4. */
  readonly lossFactor?: number;
  /**
   * Whether the decoder is told a row's labels, which are drawn first by their joint shares, so that the rest follows from them. Default true; the paper's decoder says them with
   * the rest. With a budget it is told them in any case.
   */
  readonly labelsFirst?: boolean;
  /** Share of the rows that decides when to stop, 0 … 0.5. Default 0.1. */
  readonly validation?: number;
}

export const tvaeOptionsSchema = z.strictObject({
  ...latentFields,
  ...privateFields,
  /** Default 128; with a budget 8. */
  latent: latentFields.latent.unwrap().optional(),
  learningRate: learningRate.optional(),
  units: units.optional(),
  lossFactor: z.number().gt(0).max(1000).optional(),
  labelsFirst: z.boolean().default(true),
  validation: validation.default(0.1),
});

/** Checked options with every default filled in. */
export type CompiledTvae = Readonly<z.output<typeof tvaeOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileTvae(options: TvaeOptions = {}): CompiledTvae {
  return Object.freeze(compileOptions('tvae', tvaeOptionsSchema, options));
}

/** Defaults that a budget changes: noise grows with the number of parameters. */
export const plainDefaults = { learningRate: 0.001, units: 128, latent: 128, lossFactor: 2 } as const;
export const privateDefaults = { learningRate: 0.01, units: 32, latent: 8, lossFactor: 4 } as const;
