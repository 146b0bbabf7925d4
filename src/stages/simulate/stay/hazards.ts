import { z } from 'zod';
import { codeSystems } from '../../../cohort/index.js';
import { organs } from './types.js';

const unit = z.string();
const number = z.number();
const logNormal = z.strictObject({ median: z.number().positive(), sigma: z.number().min(0) });

/** Death, intensive care and discharge by acuity. */
export const hazardsSchema = z.strictObject({
  remarks: z.string(),
  source: z.string(),
  death: z.strictObject({
    atZero: number,
    perPoint: number,
    perDecade: number,
    perOrganPoint: z.partialRecord(z.enum(organs), number),
    /** Acuity counts as its mean over so many hours, … */
    hours: z.number().positive(),
    /** … and every severe day, up to so many, adds. */
    perSevereDay: number,
    mostDays: number,
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
    shift: number,
    perPoint: number,
    perDecadeAbove60: number,
    perExcess: number,
    unit,
    source: z.string(),
  }),
  persistence: z.strictObject({
    pace: logNormal,
    days: logNormal,
    least: z.strictObject({ acuity: number, hours: z.number().positive() }),
    walk: z.strictObject({ hours: z.number().positive(), sd: z.number().min(0) }),
    unit,
    source: z.string(),
  }),
  abatement: z.strictObject({
    above: number,
    perPoint: number,
    organAbove: number,
    perOrganPoint: number,
    perSevereDay: number,
    mostDays: number,
    unit,
    source: z.string(),
  }),
  /** Acuity, or the score of an organ, above which an hour counts as severe. */
  severe: z.strictObject({ acuity: number, organ: number, unit, source: z.string() }),
  comfort: z.strictObject({
    atZero: number,
    perPoint: number,
    perDecadeAbove60: number,
    perSevereDay: number,
    mostDays: number,
    deathFactor: number,
    unit,
  }),
  /** Complications that intensive care brings, whatever the illness. */
  acquired: z.strictObject({
    complications: z.array(
      z.strictObject({
        code: z.strictObject({ system: z.enum(codeSystems), code: z.string(), display: z.string() }),
        during: z.enum(['ventilation', 'intensive care']),
        afterHours: number,
        perDay: number,
        organ: z.enum(organs),
        dysfunction: number,
        acuity: number,
      }),
    ),
    unit,
    source: z.string(),
  }),
  planned: z.strictObject({ fromUtcHour: number, toUtcHour: number, unit }),
  rescue: logNormal.extend({ unit }),
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
    /** Hours without severe illness that each severe day, up to so many, asks for: strength comes back slowly. */
    regain: z.strictObject({ perSevereDay: number, mostDays: number }),
    unit,
    source: z.string(),
  }),
  /** Who comes back in the weeks after a stay: logs of a factor of the hazards after discharge. */
  returning: z.strictObject({
    shift: number,
    perEarlierStay: number,
    mostStays: number,
    withinDays: number,
    /** Of the person's attributes that are not nil, false or 0. */
    diseases: z.record(z.string(), number),
    long: number,
    longDays: number,
    planned: number,
    perPointOfPeak: number,
    unit,
    source: z.string(),
  }),
  facility: z.strictObject({ intercept: number, perDecadeAbove60: number, perPointOfPeak: number, unit }),
  hospital: z.strictObject({ severity: number, recovery: z.number().positive(), unit }),
  walk: z.strictObject({ hours: number, sd: number, unit }),
  frailty: z.strictObject({ sd: number, unit }),
});
export type Hazards = z.output<typeof hazardsSchema>;
