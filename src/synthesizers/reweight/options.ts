import { z } from 'zod';
import { compileOptions } from '../options.js';

/** Options of reweighting. */
export interface ReweightOptions {
  /** Tables that are chosen and measured one after the other. Default: two for each column. */
  readonly rounds?: number;
  /** Most columns of a measured table, 2 or 3. Default 2. */
  readonly degree?: number;
  /** Most codes of a column. Default 32. */
  readonly maxBins?: number;
  /** Tables with more cells are not measured. Default 10,000. */
  readonly maxCells?: number;
  /** Fine cells and categories below so many standard deviations of the noise do not stand alone. Default 2. */
  readonly rareSigmas?: number;
  /** Steps of mirror descent in each round; the last fit takes ten times as many. Default 50. */
  readonly iterations?: number;
  /** Share of the budget for one-way tables, in (0, 1). Default 0.15. */
  readonly oneWayShare?: number;
  /** Share of what remains after them that goes into choosing, in (0, 1). Default 0.1. */
  readonly selectShare?: number;
  /** How much the tables with a column count, by name; default 1 each. */
  readonly columnWeights?: Readonly<Record<string, number>>;
}

const share = z.number().gt(0).lt(1);

export const reweightOptionsSchema = z.strictObject({
  rounds: z.int().min(1).max(2000).optional(),
  degree: z.int().min(2).max(3).default(2),
  maxBins: z.int().min(2).max(4096).default(32),
  maxCells: z.int().min(4).max(10_000_000).default(10_000),
  rareSigmas: z.number().min(0).max(100).default(2),
  iterations: z.int().min(1).max(100_000).default(50),
  oneWayShare: share.default(0.15),
  selectShare: share.default(0.1),
  columnWeights: z.record(z.string(), z.number().gt(0)).default({}),
});

/** Checked options with every default filled in. */
export type CompiledReweight = Readonly<z.output<typeof reweightOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileReweight(options: ReweightOptions = {}): CompiledReweight {
  return Object.freeze(compileOptions('reweight', reweightOptionsSchema, options));
}
