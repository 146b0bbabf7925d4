import { z } from 'zod';
import { organs } from './types.js';

const unit = z.string();
const number = z.number();

/** Death, intensive care and discharge by acuity. */
export const hazardsSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  death: z.strictObject({
    atZero: number,
    perPoint: number,
    perDecade: number,
    perOrganPoint: z.partialRecord(z.enum(organs), number),
    unit,
    source: z.string(),
  }),
  spread: z.strictObject({
    links: z.array(
      z.strictObject({ from: z.enum(organs), to: z.enum(organs), above: number, perPoint: number }),
    ),
    unit,
    source: z.string(),
  }),
  refractory: z.strictObject({
    reference: number,
    perPoint: number,
    perDecadeAbove60: number,
    perExcess: number,
    unit,
  }),
  comfort: z.strictObject({
    atZero: number,
    perPoint: number,
    perDecadeAbove60: number,
    deathFactor: number,
    unit,
  }),
  planned: z.strictObject({ fromUtcHour: number, toUtcHour: number, unit }),
  rescue: z.strictObject({ median: z.number().positive(), sigma: z.number().min(0), unit }),
  codeStatus: z.strictObject({
    intercept: number,
    perDecadeAbove60: number,
    perPoint: number,
    askedHour: number,
    unit,
  }),
  hospice: z.strictObject({ value: number, afterHours: number, latestHours: number, unit }),
  intensive: z.strictObject({ above: number, below: number, forHours: number, unit }),
  ed: z.strictObject({ median: number, sigma: number, unit }),
  discharge: z.strictObject({
    below: number,
    forHours: number,
    fromUtcHour: number,
    toUtcHour: number,
    perHour: number,
    unit,
  }),
  facility: z.strictObject({ intercept: number, perDecadeAbove60: number, perPointOfPeak: number, unit }),
  hospital: z.strictObject({ severity: number, recovery: z.number().positive(), unit }),
  walk: z.strictObject({ hours: number, sd: number, unit }),
  frailty: z.strictObject({ sd: number, unit }),
});
export type Hazards = z.output<typeof hazardsSchema>;
