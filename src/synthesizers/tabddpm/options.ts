import { z } from 'zod';
import type { NetworkOptions, PrivateOptions } from '../mixed/index.js';
import { learningRate, networkFields, privateFields, units, validation } from '../mixed/index.js';
import { compileOptions } from '../options.js';

/** Options of the diffusion model. */
export interface TabddpmOptions extends NetworkOptions, PrivateOptions {
  /** Steps of training at most. Default: 250 passes over the rows, but 1,500 … 12,000; it ends earlier when the validation part no longer improves. */
  readonly steps?: number;
  /** Rows of a step, at most those that there are. Default 512. */
  readonly batchRows?: number;
  /** Learning rate of AdamW at the start; it falls in a line to 0. Default 0.002; with a budget, of Adam, 0.015. */
  readonly learningRate?: number;
  /** Hidden units of a layer. Default 256; with a budget 32. */
  readonly units?: number;
  /** Hidden layers. Default 3; with a budget there is one, whatever is said here. */
  readonly layers?: number;
  /** Share of hidden units that are left out at random in training. Default 0. */
  readonly dropout?: number;
  /** Steps of noise that training knows. Default 1000; with a budget 100. */
  readonly noiseSteps?: number;
  /** Steps that drawing takes through them. More are slower and closer to what was learned. Default 40. */
  readonly drawSteps?: number;
  /** Share of training rows that have a random subset of their columns given, so that `given` can be any; the others have the labels. Default 0.3. */
  readonly givenShare?: number;
  /** Share of the rows that decides when to stop, 0 … 0.5. Default 0.1. */
  readonly validation?: number;
}

export const tabddpmOptionsSchema = z.strictObject({
  ...networkFields,
  ...privateFields,
  steps: z.int().min(1).max(10_000_000).optional(),
  batchRows: z.int().min(1).max(65_536).default(512),
  learningRate: learningRate.optional(),
  units: units.optional(),
  layers: z.int().min(1).max(32).default(3),
  dropout: z.number().min(0).max(0.9).default(0),
  noiseSteps: z.int().min(2).max(10_000).optional(),
  drawSteps: z.int().min(1).max(10_000).default(40),
  givenShare: z.number().min(0).max(1).default(0.3),
  validation: validation.default(0.1),
});

/** Checked options with every default filled in. */
export type CompiledTabddpm = Readonly<z.output<typeof tabddpmOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileTabddpm(options: TabddpmOptions = {}): CompiledTabddpm {
  return Object.freeze(compileOptions('tabddpm', tabddpmOptionsSchema, options));
}

/** Defaults that a budget changes: noise grows with the number of parameters. */
export const plainDefaults = { learningRate: 0.002, units: 256, noiseSteps: 1000 } as const;
export const privateDefaults = { learningRate: 0.015, units: 32, noiseSteps: 100 } as const;
