import { z } from 'zod';
import type { LatentOptions, PrivateOptions } from '../mixed/index.js';
import { latentFields, learningRate, privateFields, units, validation } from '../mixed/index.js';
import { compileOptions } from '../options.js';

/** Options of the conditional GAN; defaults are the paper's. `batchRows` is rounded down to a multiple of `pac`; all passes are made. */
export interface CtganOptions extends LatentOptions, PrivateOptions {
  /** Learning rate of Adam, for both networks. Default 0.0002; with a budget 0.01, of the critic. */
  readonly learningRate?: number;
  /** Hidden units of each of the two layers of generator and critic. Default 256; with a budget 32, of the one layer of each. */
  readonly units?: number;
  /** Rows that the critic judges together (PacGAN), against mode collapse. Default 10; with a budget 1. */
  readonly pac?: number;
  /** With a budget: the generator's learning rate as a multiple of the critic's. Default 0.3. */
  readonly generatorShare?: number;
  /**
   * Whether the generator is told a row's labels, which are drawn first by their joint shares, so that the rest follows from them. Default true; the paper's makes them with the
   * rest. With a budget it is told them in any case.
   */
  readonly labelsFirst?: boolean;
  /** Share of the rows that the second curve is measured on, 0 … 0.5. Default 0.05. */
  readonly validation?: number;
}

export const ctganOptionsSchema = z.strictObject({
  ...latentFields,
  ...privateFields,
  generatorShare: z.number().gt(0).max(100).default(0.3),
  latent: latentFields.latent.unwrap().optional(),
  learningRate: learningRate.optional(),
  units: units.optional(),
  pac: z.int().min(1).max(100).default(10),
  labelsFirst: z.boolean().default(true),
  validation: validation.default(0.05),
});

/** Checked options with every default filled in. */
export type CompiledCtgan = Readonly<z.output<typeof ctganOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileCtgan(options: CtganOptions = {}): CompiledCtgan {
  return Object.freeze(compileOptions('ctgan', ctganOptionsSchema, options));
}

/** Rows of a step: at least one pack, a multiple of it, and no more than about as many as there are. */
export function settleBatch({ batchRows, pac }: CompiledCtgan, rows: number): number {
  return Math.max(1, Math.floor(Math.min(batchRows, rows) / pac)) * pac;
}

/** Defaults that a budget changes: noise grows with the number of parameters. */
export const plainDefaults = { learningRate: 0.0002, units: 256, latent: 128 } as const;
export const privateDefaults = { learningRate: 0.01, units: 32, latent: 8 } as const;
