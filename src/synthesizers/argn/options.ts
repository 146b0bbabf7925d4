import { z } from 'zod';
import { providers } from '../../tensor/index.js';
import { compileOptions } from '../options.js';

/** Options of the any-order autoregressive network. */
export interface ArgnOptions {
  /** Most passes over the rows. Default 100; training ends earlier when the validation part no longer improves. */
  readonly epochs?: number;
  /** Rows of a step. Default: a power of two near a 64th of the rows, 16 … 2048. */
  readonly batchRows?: number;
  /** Learning rate of AdamW. Default 0.001 · √(batchRows / 32); with a budget, of Adam, 0.01. */
  readonly learningRate?: number;
  /** Share of hidden units that are left out at random in training. Default 0.25. */
  readonly dropout?: number;
  /** Hidden units of each column's predictor, as a multiple of the paper's 16 · round(ln k). Default 1. */
  readonly units?: number;
  /** Share of the rows that decides when to stop, 0 … 0.5. Default 0.1. */
  readonly validation?: number;
  /** Share of steps that use the order in which rows are drawn; the others use random orders. 0 is the paper's way. Default 0.5; with a budget 1. */
  readonly drawingOrder?: number;
  /** Codes of a numeric column at most. Default 100; with a budget 32. */
  readonly maxBins?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare; a bin of numbers has as many rows. Default 5. */
  readonly rareRows?: number;
  /** With a budget: steps of training. Default 300. */
  readonly steps?: number;
  /** With a budget: probability with which a row takes part in a step. Never taken from the number of rows, which is private. Default 0.1. */
  readonly rate?: number;
  /** With a budget: norm that each row's gradient is clipped to. Default 1. */
  readonly clip?: number;
  /** With a budget: share of it for counting each column's codes, in (0, 1). Default 0.1. */
  readonly oneWayShare?: number;
  /** With a budget: cells and categories below so many standard deviations of the noise do not stand alone. Default 2. */
  readonly rareSigmas?: number;
  /** Threads that train. Another number may round differently, so it is never taken from the machine. Default 1. */
  readonly threads?: number;
  /** Where the network runs. Default `cpu`. */
  readonly provider?: 'cpu' | 'webgpu' | 'cuda';
}

export const argnOptionsSchema = z.strictObject({
  epochs: z.int().min(1).max(100_000).default(100),
  batchRows: z.int().min(1).max(65_536).optional(),
  learningRate: z.number().gt(0).max(1).optional(),
  dropout: z.number().min(0).max(0.9).default(0.25),
  units: z.number().gt(0).max(64).default(1),
  validation: z.number().min(0).max(0.5).default(0.1),
  drawingOrder: z.number().min(0).max(1).optional(),
  maxBins: z.int().min(2).max(1000).optional(),
  rareRows: z.int().min(1).default(5),
  steps: z.int().min(1).max(1_000_000).default(300),
  rate: z.number().gt(0).max(1).default(0.1),
  clip: z.number().gt(0).max(1000).default(1),
  oneWayShare: z.number().gt(0).lt(1).default(0.1),
  rareSigmas: z.number().min(0).max(100).default(2),
  threads: z.int().min(1).max(64).default(1),
  provider: z.enum(providers).default('cpu'),
});

/** Checked options; the defaults of those that a budget changes are filled in by the fit. */
export type CompiledArgn = Readonly<z.output<typeof argnOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileArgn(options: ArgnOptions = {}): CompiledArgn {
  return Object.freeze(compileOptions('argn', argnOptionsSchema, options));
}

/** Rows of a step and its learning rate. */
export function settleSteps(
  options: Pick<CompiledArgn, 'batchRows' | 'learningRate'>,
  rows: number,
): { batchRows: number; learningRate: number } {
  const near = 2 ** Math.round(Math.log2(Math.max(rows / 64, 1)));
  const batchRows = options.batchRows ?? Math.min(Math.max(near, 16), 2048);
  return { batchRows, learningRate: options.learningRate ?? 0.001 * Math.sqrt(batchRows / 32) };
}

/** Defaults that a budget changes: few codes and one order are learned better through noise. */
export const plainDefaults = { drawingOrder: 0.5, maxBins: 100 } as const;
export const privateDefaults = { drawingOrder: 1, maxBins: 32, learningRate: 0.01 } as const;
