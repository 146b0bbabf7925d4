import { z } from 'zod';
import { providers } from '../../tensor/index.js';
import { compileOptions } from '../options.js';

/** Options of the conditional GAN; defaults are the paper's. */
export interface CtganOptions {
  /** Passes over the rows. Default 300. */
  readonly epochs?: number;
  /** Rows of a step; rounded down to a multiple of `pac`. Default 500, at most those that there are. */
  readonly batchRows?: number;
  /** Learning rate of Adam, for both networks. Default 0.0002. */
  readonly learningRate?: number;
  /** Hidden units of each of the two layers of generator and critic. Default 256. */
  readonly units?: number;
  /** Numbers of a latent row. Default 128. */
  readonly latent?: number;
  /** Rows that the critic judges together (PacGAN), against mode collapse. Default 10. */
  readonly pac?: number;
  /** Share of the rows that the second curve is measured on, 0 … 0.5. Default 0.05. */
  readonly validation?: number;
  /** Latent rows that are tried for a row that has columns given. Default 64. */
  readonly candidates?: number;
  /** A number that so large a share of the present cells has is drawn exactly. Default 0.05. */
  readonly spikeShare?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare. Default 5. */
  readonly rareRows?: number;
  /** Threads that train. Another number may round differently, so it is never taken from the machine. Default 1. */
  readonly threads?: number;
  /** Where the networks train. Default `cpu`. */
  readonly provider?: 'cpu' | 'webgpu' | 'cuda';
}

export const ctganOptionsSchema = z.strictObject({
  epochs: z.int().min(1).max(1_000_000).default(300),
  batchRows: z.int().min(1).max(65_536).default(500),
  learningRate: z.number().gt(0).max(1).default(0.0002),
  units: z.int().min(4).max(8192).default(256),
  latent: z.int().min(1).max(4096).default(128),
  pac: z.int().min(1).max(100).default(10),
  validation: z.number().min(0).max(0.5).default(0.05),
  candidates: z.int().min(1).max(4096).default(64),
  spikeShare: z.number().gt(0).max(1).default(0.05),
  rareRows: z.int().min(1).default(5),
  threads: z.int().min(1).max(64).default(1),
  provider: z.enum(providers).default('cpu'),
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
