import { z } from 'zod';
import { readData } from '../data-file.js';
import type { Life } from './life.js';

const sourced = { unit: z.string(), source: z.string() };
const cox = z.strictObject({
  lnAge: z.number(),
  lnTotalCholesterol: z.number(),
  lnHdl: z.number(),
  lnSystolicUntreated: z.number(),
  lnSystolicTreated: z.number(),
  smoker: z.number(),
  diabetes: z.number(),
  mean: z.number(),
  baselineSurvival: z.number(),
});
const data = readData(
  new URL('./risk.json', import.meta.url),
  z.strictObject({
    source: z.string(),
    tenYearCardiovascular: z.strictObject({ unit: z.string(), female: cox, male: cox }),
    shares: z.strictObject({
      ...sourced,
      mi_risk: z.number(),
      ihd_risk: z.number(),
      stroke_risk: z.number(),
    }),
    atrialFibrillation: z.strictObject({
      ...sourced,
      atAge: z.number(),
      male: z.number(),
      female: z.number(),
      doublingYears: z.number(),
    }),
    fromAge: z.strictObject({ ...sourced, value: z.number() }),
  }),
);

/** Monthly risks that Synthea's heart modules expect from its cardiovascular module; set anew at each birthday. */
export const riskAttributes = ['mi_risk', 'ihd_risk', 'stroke_risk', 'atrial_fibrillation_risk'] as const;
export const riskFrom = data.fromAge.value;
const months = 120;

/** Sets the risks of the coming year from what the body and the record say now. */
export function assessRisks(life: Life): void {
  if (!riskAttributes.some((name) => life.library.attributes.find(name) !== undefined)) return;
  const age = life.ages.yearsAt(life.now);
  const tenYears = cardiovascularRisk({
    sex: life.being.sex,
    ageYears: age,
    totalCholesterol: life.vitalSign('Total Cholesterol'),
    hdl: life.vitalSign('HDL'),
    systolic: life.vitalSign('Systolic Blood Pressure'),
    treated: life.get('hypertension_dx') !== undefined,
    smoker: life.get('smoker') === true,
    diabetes: life.get('diabetes') === true,
  });
  for (const name of ['mi_risk', 'ihd_risk', 'stroke_risk'] as const)
    life.setByName(name, 1 - (1 - tenYears * data.shares[name]) ** (1 / months));
  const { atAge, doublingYears, ...rates } = data.atrialFibrillation;
  const yearly = Math.min(0.1, rates[life.being.sex] * 2 ** ((age - atAge) / doublingYears));
  life.setByName('atrial_fibrillation_risk', 1 - (1 - yearly) ** (1 / 12));
}

export interface RiskFactors {
  readonly sex: 'female' | 'male';
  readonly ageYears: number;
  /** mg/dL. */
  readonly totalCholesterol: number;
  readonly hdl: number;
  /** mmHg. */
  readonly systolic: number;
  readonly treated: boolean;
  readonly smoker: boolean;
  readonly diabetes: boolean;
}

/**
 * Risk of a first cardiovascular event within ten years, 0 to 1: 1 − S₀^exp(Σ β x − mean) (D'Agostino et al. 2008, table 2). Ages above
 * 74, for which the model was not made, count as 74.
 */
export function cardiovascularRisk(person: RiskFactors): number {
  const b = data.tenYearCardiovascular[person.sex];
  const age = Math.min(74, Math.max(riskFrom, person.ageYears));
  const sum =
    b.lnAge * Math.log(age) +
    b.lnTotalCholesterol * Math.log(person.totalCholesterol) +
    b.lnHdl * Math.log(person.hdl) +
    (person.treated ? b.lnSystolicTreated : b.lnSystolicUntreated) * Math.log(person.systolic) +
    (person.smoker ? b.smoker : 0) +
    (person.diabetes ? b.diabetes : 0);
  return 1 - b.baselineSurvival ** Math.exp(sum - b.mean);
}
