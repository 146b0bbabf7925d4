import { z } from 'zod';
import { providers } from '../../tensor/index.js';
import { compileOptions } from '../options.js';

/** Options of the variational autoencoder; defaults are the paper's. */
export interface TvaeOptions {
  /** Most passes over the rows. Default 300; it ends earlier when the validation part no longer improves. */
  readonly epochs?: number;
  /** Rows of a step, at most those that there are. Default 500. */
  readonly batchRows?: number;
  /** Learning rate of Adam. Default 0.001. */
  readonly learningRate?: number;
  /** Hidden units of each of the two layers of encoder and decoder. Default 128. */
  readonly units?: number;
  /** Numbers of a latent row. Default 128. */
  readonly latent?: number;
  /** Weight of the reconstruction against the divergence. Default 2, as in the authors' code. */
  readonly lossFactor?: number;
  /** Share of the rows that decides when to stop, 0 … 0.5. Default 0.1. */
  readonly validation?: number;
  /** Latent rows that are tried for a row that has columns given. Default 64. */
  readonly candidates?: number;
  /** A number that so large a share of the present cells has is drawn exactly. Default 0.05. */
  readonly spikeShare?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare. Default 5. */
  readonly rareRows?: number;
  /** Threads that train. Another number may round differently, so it is never taken from the machine. Default 1. */
  readonly threads?: number;
  /** Where the network trains. Default `cpu`. */
  readonly provider?: 'cpu' | 'webgpu' | 'cuda';
}

export const tvaeOptionsSchema = z.strictObject({
  epochs: z.int().min(1).max(1_000_000).default(300),
  batchRows: z.int().min(1).max(65_536).default(500),
  learningRate: z.number().gt(0).max(1).default(0.001),
  units: z.int().min(4).max(8192).default(128),
  latent: z.int().min(1).max(4096).default(128),
  lossFactor: z.number().gt(0).max(1000).default(2),
  validation: z.number().min(0).max(0.5).default(0.1),
  candidates: z.int().min(1).max(4096).default(64),
  spikeShare: z.number().gt(0).max(1).default(0.05),
  rareRows: z.int().min(1).default(5),
  threads: z.int().min(1).max(64).default(1),
  provider: z.enum(providers).default('cpu'),
});

/** Checked options with every default filled in. */
export type CompiledTvae = Readonly<z.output<typeof tvaeOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileTvae(options: TvaeOptions = {}): CompiledTvae {
  return Object.freeze(compileOptions('tvae', tvaeOptionsSchema, options));
}
