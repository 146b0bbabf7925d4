import { z } from 'zod';
import { section } from '../../../core/index.js';
import type { CodeSystem } from '../../../cohort/index.js';

export const remarks = z.union([z.string(), z.array(z.string())]).optional();

export const timeUnits = [
  'years',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
] as const;
export type TimeUnit = (typeof timeUnits)[number];

const dayMs = 86_400_000;
/**
 * Milliseconds of a module's time unit. A year has 365 and a month 30 days, as in Synthea (helpers/Utilities.convertTime): a
 * module's durations are meant in these units.
 */
export const unitMs: Readonly<Record<TimeUnit, number>> = {
  years: 365 * dayMs,
  months: 30 * dayMs,
  weeks: 7 * dayMs,
  days: dayMs,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};

/** Names of code systems in modules, and ours. `NullFlavor` says that a value is not known. */
export const moduleSystems: Readonly<Record<string, CodeSystem | null>> = {
  'SNOMED-CT': 'SNOMED',
  SNOMED: 'SNOMED',
  LOINC: 'LOINC',
  RxNorm: 'RXNORM',
  CVX: 'CVX',
  NUBC: 'NUBC',
  'DICOM-DCM': 'DICOM-DCM',
  'DICOM-SOP': 'DICOM-SOP',
  'ICD10-CM': 'ICD10CM',
  ICD10CM: 'ICD10CM',
  ICD10PCS: 'ICD10PCS',
  CPT: 'CPT',
  HCPCS: 'HCPCS',
  NullFlavor: null,
};

/** A code as modules write it; `code` may be a number there and is a text from here on. */
export const codeSchema = section({
  system: z.string().refine((name) => name in moduleSystems, {
    error: `one of ${Object.keys(moduleSystems).join(', ')}`,
  }),
  code: z.union([z.string().min(1), z.number()]).transform(String),
  display: z.string(),
  value_set: z.string().optional(),
  version: z.string().optional(),
});
export type ModuleCode = z.output<typeof codeSchema>;

export const rangeSchema = section({
  low: z.number(),
  high: z.number(),
  decimals: z.number().int().min(0).optional(),
});
export type RangeDefinition = z.output<typeof rangeSchema>;

export const exactSchema = section({ quantity: z.union([z.number(), z.string(), z.boolean()]) });

const round = z.boolean().optional();
const n = z.number();
/** The distributions of GMF v2, each with exactly the parameters that it needs. */
export const distributionSchema = z.discriminatedUnion('kind', [
  section({ kind: z.literal('EXACT'), round, parameters: section({ value: n }) }),
  section({
    kind: z.literal('UNIFORM'),
    round,
    parameters: section({ low: n, high: n }),
  }),
  section({
    kind: z.literal('GAUSSIAN'),
    round,
    parameters: section({ mean: n, standardDeviation: n.min(0), min: n.optional(), max: n.optional() }),
  }),
  section({
    kind: z.literal('EXPONENTIAL'),
    round,
    parameters: section({ mean: n.positive(), min: n.optional(), max: n.optional() }),
  }),
  section({
    kind: z.literal('TRIANGULAR'),
    round,
    parameters: section({ min: n, mode: n, max: n }).refine((p) => p.min <= p.mode && p.mode <= p.max, {
      error: 'min ≤ mode ≤ max',
    }),
  }),
]);
export type DistributionDefinition = z.output<typeof distributionSchema>;
