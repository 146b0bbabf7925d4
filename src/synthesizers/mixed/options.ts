import { z } from 'zod';
import { providers } from '../../tensor/index.js';

/** Options of every network that learns mixed rows. */
export interface NetworkOptions {
  /** A number that so large a share of the present cells has is drawn exactly. Default 0.05. */
  readonly spikeShare?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare; a stretch of numbers has as many rows. Default 5. */
  readonly rareRows?: number;
  /** Threads that train. Another number may round differently, so it is never taken from the machine. Default 1. */
  readonly threads?: number;
  /** Where the network trains. Default `cpu`. */
  readonly provider?: 'cpu' | 'webgpu' | 'cuda';
}

/** {@link NetworkOptions} checked, with their defaults. */
export const networkFields = {
  spikeShare: z.number().gt(0).max(1).default(0.05),
  rareRows: z.int().min(1).default(5),
  threads: z.int().min(1).max(64).default(1),
  provider: z.enum(providers).default('cpu'),
};

/** Options of networks that make rows from latent numbers. */
export interface LatentOptions extends NetworkOptions {
  /** Most passes over the rows. Default 300. */
  readonly epochs?: number;
  /** Rows of a step, at most those that there are. Default 500. */
  readonly batchRows?: number;
  /** Numbers of a latent row. Default 128. */
  readonly latent?: number;
  /** Latent rows that are tried for a row that has columns given. Default 64. */
  readonly candidates?: number;
}

/** {@link LatentOptions} checked, with their defaults. */
export const latentFields = {
  ...networkFields,
  epochs: z.int().min(1).max(1_000_000).default(300),
  batchRows: z.int().min(1).max(65_536).default(500),
  latent: z.int().min(1).max(4096).default(128),
  candidates: z.int().min(1).max(4096).default(64),
};

/** Schemas of options that every network has with a default of its own. */
export const learningRate = z.number().gt(0).max(1);
export const units = z.int().min(4).max(8192);
export const validation = z.number().min(0).max(0.5);

/** What a budget adds to the options of a network. */
export interface PrivateOptions {
  /** With a budget: steps of training. Default 300. */
  readonly privateSteps?: number;
  /** With a budget: probability with which a row takes part in a step. Never taken from the number of rows, which is private. Default 0.1. */
  readonly rate?: number;
  /** With a budget: norm that each row's gradient is clipped to. Default 1. */
  readonly clip?: number;
  /** With a budget: share of it for counting each column's values, at most 0.5. Default 0.08. */
  readonly oneWayShare?: number;
  /** With a budget: share of it for counting each column's codes by label, at most 0.45. Without labels it goes to the training; with labels of too many codes it is left unspent. Default 0.1. */
  readonly classShare?: number;
  /** With a budget: codes of a numeric column at most. Default 24. */
  readonly maxBins?: number;
  /** With a budget: cells and categories below so many standard deviations of the noise do not stand alone. Default 2. */
  readonly rareSigmas?: number;
}

/** {@link PrivateOptions} checked, with their defaults. */
export const privateFields = {
  privateSteps: z.int().min(1).max(1_000_000).default(300),
  rate: z.number().gt(0).max(1).default(0.1),
  clip: z.number().gt(0).max(1000).default(1),
  oneWayShare: z.number().gt(0).max(0.5).default(0.08),
  classShare: z.number().gt(0).max(0.45).default(0.1),
  maxBins: z.int().min(2).max(1000).default(24),
  rareSigmas: z.number().min(0).max(100).default(2),
};
export interface PrivateFields {
  readonly privateSteps: number;
  readonly rate: number;
  readonly clip: number;
  readonly oneWayShare: number;
  readonly classShare: number;
  readonly maxBins: number;
  readonly rareSigmas: number;
}
