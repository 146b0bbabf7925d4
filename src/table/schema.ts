import { z } from 'zod';

/** What a column's values mean. Continuous and count columns hold numbers; the others hold category codes. */
export const columnKinds = ['continuous', 'count', 'ordinal', 'categorical', 'binary'] as const;
export type ColumnKind = (typeof columnKinds)[number];

/**
 * What a column is for: `key` identifies (never modelled), `anchor` is kept from the scaffold when features are
 * corrected (age, sex, …), `feature` is modelled, `label` is what a task predicts.
 */
export const columnRoles = ['key', 'anchor', 'feature', 'label'] as const;
export type ColumnRole = (typeof columnRoles)[number];

/** Description of one column (design §4.3). */
export const columnSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(columnKinds),
  role: z.enum(columnRoles),
  /** UCUM unit of a numeric column. */
  unit: z.string().optional(),
  /** Whether a value may be missing. Missing is a state of its own, never 0 or −1. */
  missing: z.boolean(),
  /** The categories in code order; ordinal: from low to high; binary: [negative, positive]. */
  categories: z.array(z.string()).readonly().optional(),
  /** Number of decimals that the values are recorded with (0 for integers). */
  decimals: z.int().min(0).max(15).optional(),
  /** Least and greatest value of a numeric column that may occur; values outside are moved to them before anything is learned. */
  bounds: z.tuple([z.number(), z.number()]).readonly().optional(),
  /** Cut points that a numeric column is binned by where a model needs bins, ascending, within the bounds. */
  edges: z.array(z.number()).readonly().optional(),
  /**
   * Where kind, categories, bounds, decimals and `missing` come from, if not from the data as they are: `declared` by somebody who knew
   * them without these records, or `released` under differential privacy. Only such columns may be modelled with a claim of ε.
   */
  domain: z.enum(['declared', 'released']).optional(),
  /** What a reader should know of it: code, window, aggregate. */
  description: z.string().optional(),
});
export type ColumnSchema = z.infer<typeof columnSchema>;

/** Continuous and count columns hold numbers. */
export function isNumericKind(kind: ColumnKind): kind is 'continuous' | 'count' {
  return kind === 'continuous' || kind === 'count';
}
