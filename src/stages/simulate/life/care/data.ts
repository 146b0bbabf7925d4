import { z } from 'zod';
import { encounterClasses } from '../../../../cohort/index.js';
import { loadData, sourced } from '../load.js';

const months = z.number().min(0);
const vaccineSchema = z.strictObject({
  id: z.string(),
  /** CVX. */
  code: z.string(),
  display: z.string(),
  /** Ages of its doses. */
  ageMonths: z.array(months).min(1),
  /** Further doses at this interval after the last one named. */
  everyMonths: months.optional(),
  /** Not started or caught up after this age. */
  until: months,
  /** Year from which it is given. */
  from: z.number().int(),
  coverage: z.number().min(0).max(1),
  coverageFrom65: z.number().min(0).max(1).optional(),
  cost: z.number().min(0),
});
export type Vaccine = z.infer<typeof vaccineSchema>;

const money = z.number().min(0);
/** Wellness visits, immunizations and prices (data/care.json). */
export const care = loadData(
  'care',
  z.strictObject({
    wellness: z.strictObject({
      ...sourced,
      childMonths: z.array(months),
      intervals: z.array(z.strictObject({ untilYears: z.number(), female: months, male: months })),
      /** Change of the logarithm of an adult's interval for each unit of the care-seeking trait. */
      careSeekingLog: z.number(),
      jitterDays: z.number(),
    }),
    immunizations: z.strictObject({
      ...sourced,
      vaccines: z.array(vaccineSchema),
      /** A dose may be given this much before its age. */
      dueEarlyDays: z.number(),
      minimumGapDays: z.number(),
      /** Weight of the care-seeking trait in the acceptance of a vaccine. */
      careSeekingWeight: z.number().min(0).max(1),
    }),
    costs: z.strictObject({
      ...sourced,
      encounters: z.record(z.enum(encounterClasses), money),
      procedure: money,
      /** By SNOMED CT code. */
      procedures: z.record(z.string(), money),
      medication: money,
      /** By what the drug's name holds. */
      medications: z.record(z.string(), money),
      report: money,
      device: money,
      supply: money,
    }),
  }),
);
