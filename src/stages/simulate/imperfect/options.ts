import { z } from 'zod';
import { absentReasons, observationCategories } from '../../../cohort/index.js';
import { checkShape, UserError } from '../../../core/index.js';

export const mechanisms = ['mcar', 'mar', 'mnar'] as const;
export const dirtyKinds = ['unit-mix-up', 'transposed-digits', 'duplicate', 'shifted-date'] as const;

const which = {
  /** Codes (`LOINC//2160-0`) that it is about; all where left out. */
  codes: z.array(z.string().regex(/^[^/]+\/\/.+$/)).optional(),
  /** Categories that it is about; all where left out. */
  categories: z.array(z.enum(observationCategories)).optional(),
};

const missingRule = z.strictObject({
  /**
   * Why values go missing (Rubin, Inference and missing data, Biometrika 63:3, 1976):
   * - `mcar`: completely at random, every value with probability `rate`;
   * - `mar`: at random given what stays visible, the patient's age and where the value was taken;
   * - `mnar`: not at random, depending on the value itself, which nobody then sees.
   */
  mechanism: z.enum(mechanisms),
  /** Probability that a value is missing; for `mar` and `mnar` that of the reference (aged 50 in ambulatory care; a value of no note). */
  rate: z.number().min(0).max(1),
  /** How much the odds change: `mar` per 20 years of age and its inverse in hospital, `mnar` for the values that `values` names. */
  oddsRatio: z.number().positive().default(3),
  /** `mnar`: the values that go missing with changed odds, by the normal range; values without a range are the reference. */
  values: z.enum(['abnormal', 'normal', 'high', 'low']).default('abnormal'),
  /** `absent` leaves the observation with its data-absent-reason, `dropped` leaves no trace of it. */
  leave: z.enum(['absent', 'dropped']).default('absent'),
  reason: z.enum(absentReasons).default('unknown'),
  ...which,
});

const dirtyRule = z.strictObject({
  /**
   * - `unit-mix-up`: the number is in another unit than its label says (pounds under kg);
   * - `transposed-digits`: two neighbouring digits of the number changed places;
   * - `duplicate`: the observation stands twice, under another id;
   * - `shifted-date`: the day is wrong by up to `days` days, the time of day stays.
   */
  kind: z.enum(dirtyKinds),
  /** Probability for each observation that it can happen to. */
  rate: z.number().min(0).max(1),
  /** `shifted-date`: most days that a date is off. */
  days: z.int().min(1).max(3650).default(30),
  ...which,
});

const schema = z.strictObject({
  missing: z.array(missingRule).default([]),
  dirty: z.array(dirtyRule).default([]),
});

/** What is to be wrong with the records: values that are missing and why, and errors of data entry. Rules apply in their order. */
export type ImperfectionOptions = z.input<typeof schema>;
/** The same as it comes from outside, not yet checked. */
export interface UncheckedImperfection {
  readonly missing: readonly Readonly<Record<string, unknown>>[];
  readonly dirty: readonly Readonly<Record<string, unknown>>[];
}
export type CompiledImperfection = z.output<typeof schema>;
export type MissingRule = CompiledImperfection['missing'][number];
export type DirtyRule = CompiledImperfection['dirty'][number];

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileImperfection(
  options: ImperfectionOptions | UncheckedImperfection,
): CompiledImperfection {
  const checked = checkShape(schema, options);
  if (checked.ok) return checked.data;
  throw new UserError('BAD_OPTIONS', 'The missing or dirty data are not asked for in a form that is known.', {
    got: checked.problems
      .map(({ path, expected, got }) => `${path.join('.')}: expected ${expected}, got ${got}`)
      .join('; '),
    fix: 'correct the rules under missing and dirty',
  });
}
