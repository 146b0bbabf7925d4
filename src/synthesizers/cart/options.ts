import { z } from 'zod';
import { compileOptions } from '../options.js';

/** Options of sequential trees. */
export interface CartOptions {
  /**
   * Least rows of a leaf: the privacy dial. A drawn value is one of the values of at least so many people who are alike;
   * 20 is faithful, 50 careful, 100 more so. Default: a hundredth of the rows, but at least 20 and at most 100; of more than
   * 500,000 rows a five-thousandth, which keeps time and model in bounds.
   */
  readonly minLeaf?: number;
  /**
   * Least gain of a split, as a multiple of what a given split of pure noise gains on average. More prunes splits that
   * fit noise, too much overlooks weak dependence. Default 4.
   */
  readonly minGain?: number;
  /** Columns that a column may depend on directly: the so many earlier ones that tell most about it. Default 64. */
  readonly maxPredecessors?: number;
  /** Bins of a column where others are split by it, 2 … 255. Default 255. */
  readonly maxBins?: number;
  /** Categories of fewer rows are never drawn, unless all are so rare. Default 5. */
  readonly rareRows?: number;
  /** Order of the features: strongest dependence next, or as in the table. Anchors come first and labels last in both. Default `dependence`. */
  readonly order?: 'dependence' | 'table';
  /** How labels are drawn: from the probabilities of boosted trees, or from a tree's leaves like features. Default `boosted`. */
  readonly labels?: 'boosted' | 'tree';
}

const leaf = z.int().min(2).max(1_000_000);

const cartOptionsSchema = z.strictObject({
  minLeaf: leaf.optional(),
  minGain: z.number().min(0).default(4),
  maxPredecessors: z.int().min(1).max(100_000).default(64),
  maxBins: z.int().min(2).max(255).default(255),
  rareRows: z.int().min(1).default(5),
  order: z.enum(['dependence', 'table']).default('dependence'),
  labels: z.enum(['boosted', 'tree']).default('boosted'),
});

/** Checked options with every default filled in. */
export type CompiledCart = Readonly<z.output<typeof cartOptionsSchema>>;

/** Options as a model was fitted with: nothing is left to the table. */
export const settledOptionsSchema = cartOptionsSchema.extend({ minLeaf: leaf });
export type SettledCart = Readonly<z.output<typeof settledOptionsSchema>>;

/** Options with the defaults that depend on the table. */
export function settleOptions(options: CompiledCart, rows: number): SettledCart {
  const usual = Math.min(Math.max(Math.round(rows / 100), 20), 100);
  return { ...options, minLeaf: options.minLeaf ?? Math.max(usual, Math.round(rows / 5000)) };
}

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileCart(options: CartOptions = {}): CompiledCart {
  return Object.freeze(compileOptions('cart', cartOptionsSchema, options));
}
