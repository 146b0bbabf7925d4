import { z } from 'zod';
import { normalCdf } from '../../../../numerics/index.js';
import { along, curveSchema, interpolate } from '../interpolate.js';
import { constant, loadData, sourced } from '../load.js';
import { smoothNoise } from '../noise.js';
import { ageAt, dayMs, yearMs } from '../time.js';
import type { Attributes, PersonDraft } from '../types.js';
import { applyEffects } from './effects.js';

const medians = z
  .strictObject({ ageYears: z.array(z.number()).min(2), median: z.array(z.number().positive()) })
  .refine((c) => c.ageYears.length === c.median.length, 'columns of equal length');
const lms = z.strictObject({
  ageYears: z.array(z.number()).min(2),
  median: z.array(z.number()),
  power: z.array(z.number()),
  spread: z.array(z.number()),
});
const spread = z.strictObject({ ...sourced, female: curveSchema, male: curveSchema });
const data = loadData(
  'growth',
  z.strictObject({
    height: z.strictObject({ ...sourced, female: medians, male: medians }),
    heightSpread: spread,
    bmi: z.strictObject({ ...sourced, female: medians, male: medians }),
    bmiSpread: spread,
    bmiCourse: z.strictObject({
      slowYears: constant,
      persistent: constant,
      fast: constant,
      adultFrom: constant,
      childAdultCorrelation: constant,
    }),
    head: z.strictObject({ ...sourced, spread: z.number(), female: medians, male: medians }),
    reference: z.strictObject({ ...sourced, female: lms, male: lms }),
  }),
);
const course = data.bmiCourse;
const bmiChannel = 1;

/** Standing height in cm (length under two years), the same at every reading: a standard score that is kept for life. */
export function heightCm(draft: PersonDraft, time: number): number {
  const age = ageAt(draft.birthTime, time);
  const curve = data.height[draft.sex];
  const median = interpolate(curve.ageYears, curve.median, age);
  return median * (1 + along(data.heightSpread[draft.sex], age) * draft.traits.z.height);
}

/** Body mass index in kg/m2 before anything a module does, log-normal about the median for age. */
function ownBmi(draft: PersonDraft, time: number): number {
  const age = ageAt(draft.birthTime, time);
  const curve = data.bmi[draft.sex];
  const { z: traits, noise } = draft.traits;
  const grown = Math.min(1, Math.max(0, age / course.adultFrom.value));
  const rho = course.childAdultCorrelation.value;
  const mixed = (1 - grown) * traits.childBmi + grown * traits.adultBmi;
  const trait = mixed / Math.sqrt((1 - grown) ** 2 + grown ** 2 + 2 * grown * (1 - grown) * rho);
  const keep = course.persistent.value;
  const score =
    Math.sqrt(keep) * trait +
    Math.sqrt(1 - keep) * smoothNoise(noise, bmiChannel, time, course.slowYears.value * yearMs);
  const daily = Math.sqrt(course.fast.value) * smoothNoise(noise, bmiChannel + 1, time, 20 * dayMs);
  const sd = along(data.bmiSpread[draft.sex], age);
  return interpolate(curve.ageYears, curve.median, age) * Math.exp(sd * score + daily);
}

/** Body weight in kg: BMI × height², changed by pregnancy, illness or a programme. Never below a third of the person's own weight. */
export function weightKg(draft: PersonDraft, time: number, attributes: Attributes): number {
  const own = ownBmi(draft, time) * (heightCm(draft, time) / 100) ** 2;
  return Math.max(own / 3, applyEffects('Weight', own, 0, attributes));
}

/** Head circumference in cm. */
export function headCm(draft: PersonDraft, time: number): number {
  const curve = data.head[draft.sex];
  const age = ageAt(draft.birthTime, time);
  return interpolate(curve.ageYears, curve.median, age) * (1 + data.head.spread * draft.traits.z.head);
}

/** Percentile (0 to 100) of a head circumference against the median for age and sex. */
export function headPercentile(draft: PersonDraft): number {
  return 100 * normalCdf(draft.traits.z.head);
}

/** Percentile (0 to 100) of a height against the reference for age and sex. */
export function heightPercentile(draft: PersonDraft): number {
  return 100 * normalCdf(draft.traits.z.height);
}

/**
 * Percentile (0 to 100) of a BMI for age by the LMS method (Cole and Green, Stat Med 11:1305, 1992):
 * z = ((bmi / M)^L − 1) / (L S) on the CDC 2000 reference; undefined under 2 and over 20 years.
 */
export function bmiPercentile(sex: 'female' | 'male', ageYears: number, bmi: number): number | undefined {
  const { ageYears: knots, median, power, spread: wide } = data.reference[sex];
  if (ageYears < knots[0]! || ageYears > knots.at(-1)!) return undefined;
  const l = interpolate(knots, power, ageYears);
  const m = interpolate(knots, median, ageYears);
  const s = interpolate(knots, wide, ageYears);
  return 100 * normalCdf(((bmi / m) ** l - 1) / (l * s));
}

/**
 * Percentile (0 to 100) of weight for length under three years: the weight against that of a child of the same length whose BMI is the
 * median for age (WHO curves within 0 to 2 years), log-normal with the spread for age.
 */
export function weightForLengthPercentile(
  draft: PersonDraft,
  time: number,
  weight: number,
): number | undefined {
  const age = ageAt(draft.birthTime, time);
  if (age > 3) return undefined;
  const curve = data.bmi[draft.sex];
  const expected = interpolate(curve.ageYears, curve.median, age) * (heightCm(draft, time) / 100) ** 2;
  return 100 * normalCdf(Math.log(weight / expected) / along(data.bmiSpread[draft.sex], age));
}
