import { z } from 'zod';
import { compileOptions } from '../options.js';

/** Options of AIM. */
export interface AimOptions {
  /**
   * Tables that are chosen and measured one after the other. Default: from the number of columns and the budget, see
   * {@link defaultRounds}; never from the records.
   */
  readonly rounds?: number;
  /** Most columns of a measured table, 2 or 3. Default 2. */
  readonly degree?: number;
  /** Most memory of the graphical model's cliques in MiB, at the end of the fit. Default 1. */
  readonly modelMiB?: number;
  /** Most codes of a column. Default 32. */
  readonly maxBins?: number;
  /**
   * Tables may also take a column's codes in about so many groups, whose larger counts drown less in noise; 0 for codes alone. Default 6.
   */
  readonly groups?: number;
  /** Tables with more cells are not measured. Default 10,000. */
  readonly maxCells?: number;
  /** Fine cells and categories below so many standard deviations of the noise do not stand alone. Default 2. */
  readonly rareSigmas?: number;
  /** Steps of mirror descent in each round; the last fit takes ten times as many. Few steps leave noise out. Default 25. */
  readonly iterations?: number;
  /** Share of the budget for one-way tables, in (0, 1). Default 0.15. */
  readonly oneWayShare?: number;
  /** Share of what remains after them that goes into choosing, in (0, 1). Default 0.1. */
  readonly selectShare?: number;
  /** How much more a table with a label counts, where labels are in the graphical model. Default 4. */
  readonly labelWeight?: number;
  /** How much the tables with a column count, by name; default 1 each. */
  readonly columnWeights?: Readonly<Record<string, number>>;
  /** Whether labels are drawn by private task heads, and not by the graphical model. Default true. */
  readonly heads?: boolean;
  /**
   * Share of the budget after the one-way tables that the features get where there are heads, in (0, 1). Default: by the number of labels, see
   * {@link defaultFeatureShare}.
   */
  readonly featureShare?: number;
  /** Labels that follow from another one, by name: `change: insulin`. Such a label's head leans on what it follows. */
  readonly followers?: Readonly<Record<string, string>>;
}

const share = z.number().gt(0).lt(1);

export const aimOptionsSchema = z.strictObject({
  rounds: z.int().min(1).max(2000).optional(),
  degree: z.int().min(2).max(3).default(2),
  modelMiB: z.number().gt(0).max(1024).default(1),
  maxBins: z.int().min(2).max(4096).default(32),
  groups: z.union([z.literal(0), z.int().min(3).max(256)]).default(6),
  maxCells: z.int().min(4).max(10_000_000).default(10_000),
  rareSigmas: z.number().min(0).max(100).default(2),
  iterations: z.int().min(1).max(100_000).default(25),
  oneWayShare: share.default(0.15),
  selectShare: share.default(0.1),
  labelWeight: z.number().gt(0).max(1000).default(4),
  columnWeights: z.record(z.string(), z.number().gt(0)).default({}),
  heads: z.boolean().default(true),
  featureShare: share.optional(),
  followers: z.record(z.string(), z.string()).default({}),
});

/** Checked options with every default filled in. */
export type CompiledAim = Readonly<z.output<typeof aimOptionsSchema>>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileAim(options: AimOptions = {}): CompiledAim {
  return Object.freeze(compileOptions('aim', aimOptionsSchema, options));
}

/** Rounds for so many columns and so large a budget ρ: two for each column at a small budget, up to five at a large one. */
export function defaultRounds(columns: number, rho: number): number {
  const perColumn = Math.min(Math.max(2 + Math.log10(rho / 0.01), 1.5), 5);
  return Math.max(1, Math.round(perColumn * columns));
}

/** What a head's share is to that of the features: chosen on Adult (one label) and Diabetes-130 (three, and two that follow). */
const HEAD_TO_FEATURES = 0.43;

/** The features' share: 0.7 beside one label, less beside more; a label that follows another counts half. */
export function defaultFeatureShare(labels: number, followers: number): number {
  return 1 / (1 + HEAD_TO_FEATURES * (labels - followers / 2));
}
