import { z } from 'zod';
import { constant, loadData, sourced } from '../load.js';
import { traitNames } from '../types.js';

const bySex = z
  .strictObject({
    ageYears: z.array(z.number()).min(2),
    mean: z.array(z.number()),
    sd: z.array(z.number().positive()),
  })
  .refine(
    (c) => c.ageYears.length === c.mean.length && c.mean.length === c.sd.length,
    'columns of equal length',
  );

/** Signs that are drawn from a curve of their own (data/vital-signs.json). */
export const basicSigns = [
  'Systolic Blood Pressure',
  'Diastolic Blood Pressure',
  'Heart Rate',
  'Respiration Rate',
  'Body Temperature',
  'Oxygen Saturation',
  'Total Cholesterol',
  'HDL',
  'Triglycerides',
  'Blood Glucose',
  'Glomerular Filtration',
  'Urea Nitrogen',
  'Calcium',
  'Sodium',
  'Potassium',
  'Chloride',
  'Carbon Dioxide',
  'Microalbumin Creatinine Ratio',
  'Left ventricular Ejection fraction',
  'Hemoglobin',
] as const;
export type BasicSign = (typeof basicSigns)[number];

const share = z.number().min(0).max(1);
const signSchema = z.strictObject({
  name: z.enum(basicSigns),
  ...sourced,
  decimals: z.number().int().min(0).max(3),
  /** log: `mean` is the median and `sd` that of the natural logarithm. */
  scale: z.enum(['linear', 'log']),
  trait: z.enum(traitNames).nullable(),
  follows: z.strictObject({ sign: z.enum(basicSigns), correlation: share }).optional(),
  female: bySex,
  male: bySex,
  shares: z
    .strictObject({ trait: share, slow: share, fast: share, reading: share })
    .refine((s) => Math.abs(s.trait + s.slow + s.fast + s.reading - 1) < 1e-9, 'shares that add up to 1'),
  slowDays: z.number().positive(),
  fastDays: z.number().positive(),
  limits: z.tuple([z.number(), z.number()]),
  normal: z.strictObject({ low: z.number().nullable(), high: z.number().nullable() }),
  normalSource: z.string(),
});
export type Sign = z.infer<typeof signSchema>;

const sexOfKidney = z.strictObject({ kappa: z.number(), alpha: z.number() });
const data = loadData(
  'vital-signs',
  z.strictObject({
    remarks: z.string(),
    signs: z.array(signSchema),
    derived: z.strictObject({
      glucosePerHbA1c: z.strictObject({ slope: z.number(), offset: z.number(), ...sourced }),
      glucoseFastingShare: constant,
      glucoseSpread: constant,
      ckdEpi2021: z.strictObject({
        scale: z.number(),
        exponentAbove: z.number(),
        ageFactor: z.number(),
        femaleFactor: z.number(),
        female: sexOfKidney,
        male: sexOfKidney,
        ...sourced,
      }),
      schwartz: constant,
      friedewald: constant,
      lowestCreatinine: constant,
      lowestLdl: constant,
    }),
  }),
);

/** Constants of the values that follow from others. */
export const derivedConstants = data.derived;

const byName = new Map(data.signs.map((sign, i) => [sign.name, { sign, channel: 100 + 10 * i }]));

/** A sign's curve and its noise channels. */
export function basicSign(name: BasicSign): { readonly sign: Sign; readonly channel: number } {
  return byName.get(name)!;
}
