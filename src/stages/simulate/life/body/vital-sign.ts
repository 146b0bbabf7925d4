import { pointNoise } from '../noise.js';
import { ageAt } from '../time.js';
import type { Attributes, PersonDraft } from '../types.js';
import { basicValue } from './basic.js';
import {
  bmiPercentile,
  headCm,
  headPercentile,
  heightCm,
  heightPercentile,
  weightForLengthPercentile,
  weightKg,
} from './growth.js';
import { creatinineFromFiltration, filtrationFromCreatinine } from './kidney.js';
import { basicSign, basicSigns, derivedConstants } from './signs.js';
import type { BasicSign } from './signs.js';

const derivedFacts = {
  Height: { unit: 'cm', decimals: 1, low: null, high: null },
  'Height Percentile': { unit: '%', decimals: 1, low: null, high: null },
  Weight: { unit: 'kg', decimals: 1, low: null, high: null },
  'Weight-for-Length Percentile': { unit: '%', decimals: 1, low: null, high: null },
  BMI: { unit: 'kg/m2', decimals: 1, low: 18.5, high: 25 },
  'BMI Percentile': { unit: '%', decimals: 1, low: 5, high: 85 },
  'Head Circumference': { unit: 'cm', decimals: 1, low: null, high: null },
  'Head Circumference Percentile': { unit: '%', decimals: 1, low: null, high: null },
  HbA1c: { unit: '%', decimals: 1, low: 4, high: 5.6 },
  Glucose: { unit: 'mg/dL', decimals: 0, low: 70, high: 99 },
  LDL: { unit: 'mg/dL', decimals: 0, low: null, high: 100 },
  Creatinine: { unit: 'mg/dL', decimals: 2, low: 0.5, high: 1.2 },
  EGFR: { unit: 'mL/min/{1.73_m2}', decimals: 0, low: 60, high: null },
} as const;
type DerivedSign = keyof typeof derivedFacts;

/** Every sign that can be asked for: those that Synthea's modules name and a few more. */
export type VitalSign = BasicSign | DerivedSign;
export const vitalSigns: readonly VitalSign[] = [
  ...basicSigns,
  ...(Object.keys(derivedFacts) as DerivedSign[]),
];
const names: ReadonlySet<string> = new Set(vitalSigns);
const basic: ReadonlySet<string> = new Set(basicSigns);
const glucoseChannel = 60;
const readingMs = 60_000;

export function isVitalSign(name: string): name is VitalSign {
  return names.has(name);
}

function isBasic(name: VitalSign): name is BasicSign {
  return basic.has(name);
}

/** Unit (UCUM), decimals of the instrument and normal range of a sign. */
export interface SignFacts {
  readonly unit: string;
  readonly decimals: number;
  readonly low: number | null;
  readonly high: number | null;
}

const factsByName: ReadonlyMap<string, SignFacts> = new Map(
  vitalSigns.map((name): [string, SignFacts] => {
    if (!isBasic(name)) return [name, derivedFacts[name]];
    const { sign } = basicSign(name);
    return [name, { unit: sign.unit, decimals: sign.decimals, ...sign.normal }];
  }),
);

export function vitalFacts(name: VitalSign): SignFacts {
  return factsByName.get(name)!;
}

/**
 * The value of a sign at a time, in its own unit, rounded to the instrument.
 *
 * There is no state and nothing is drawn: what varies is smooth noise fixed by person, sign and time. Readings a day apart resemble each
 * other more than readings a year apart, and a reading more or less, or another order, changes none. Derived signs agree with what
 * they come from: BMI = weight / height², LDL by Friedewald, eGFR from the rounded creatinine.
 *
 * @param attributes the person's attributes at that time; data/effects.json says how they act on the body.
 */
export function vitalSign(name: VitalSign, draft: PersonDraft, time: number, attributes: Attributes): number {
  const value = isBasic(name)
    ? basicValue(name, draft, time, attributes)
    : derivedValue(name, draft, time, attributes);
  return roundTo(value, vitalFacts(name).decimals);
}

function derivedValue(name: DerivedSign, draft: PersonDraft, time: number, attributes: Attributes): number {
  const sign = (other: VitalSign): number => vitalSign(other, draft, time, attributes);
  switch (name) {
    case 'Height':
      return heightCm(draft, time);
    case 'Height Percentile':
      return heightPercentile(draft);
    case 'Weight':
      return weightKg(draft, time, attributes);
    case 'Weight-for-Length Percentile':
      return weightForLengthPercentile(draft, time, sign('Weight')) ?? 50;
    case 'BMI':
      return sign('Weight') / (sign('Height') / 100) ** 2;
    case 'BMI Percentile':
      return bmiPercentile(draft.sex, ageAt(draft.birthTime, time), sign('BMI')) ?? 50;
    case 'Head Circumference':
      return headCm(draft, time);
    case 'Head Circumference Percentile':
      return headPercentile(draft);
    case 'HbA1c':
      return basicValue('Blood Glucose', draft, time, attributes);
    case 'Glucose':
      return glucose(draft, time, attributes);
    case 'LDL':
      return Math.max(
        derivedConstants.lowestLdl.value,
        sign('Total Cholesterol') - sign('HDL') - sign('Triglycerides') / derivedConstants.friedewald.value,
      );
    case 'Creatinine':
      return creatinine(draft, time, attributes);
    case 'EGFR':
      return filtrationFromCreatinine(Math.max(0.1, sign('Creatinine')), kidneyPerson(draft, time));
  }
}

/** Serum creatinine in mg/dL that belongs to the person's filtration; in adults not under the lowest usual value. */
function creatinine(draft: PersonDraft, time: number, attributes: Attributes): number {
  const person = kidneyPerson(draft, time);
  const value = creatinineFromFiltration(
    basicValue('Glomerular Filtration', draft, time, attributes),
    person,
  );
  return person.ageYears < 18 ? value : Math.max(derivedConstants.lowestCreatinine.value, value);
}

function kidneyPerson(
  draft: PersonDraft,
  time: number,
): { sex: PersonDraft['sex']; ageYears: number; heightCm: number } {
  return { sex: draft.sex, ageYears: ageAt(draft.birthTime, time), heightCm: heightCm(draft, time) };
}

/** Morning glucose in mg/dL: what HbA1c says of the mean, less the rise after meals, with the reading's own spread. */
function glucose(draft: PersonDraft, time: number, attributes: Attributes): number {
  const { glucosePerHbA1c, glucoseFastingShare, glucoseSpread } = derivedConstants;
  const mean =
    glucosePerHbA1c.slope * basicValue('Blood Glucose', draft, time, attributes) + glucosePerHbA1c.offset;
  const reading = pointNoise(draft.traits.noise, glucoseChannel, Math.floor(time / readingMs));
  return Math.max(40, mean * glucoseFastingShare.value * Math.exp(glucoseSpread.value * reading));
}

const powers = Array.from({ length: 10 }, (_, i) => 10 ** i);

function roundTo(value: number, decimals: number): number {
  const factor = powers[decimals] ?? 10 ** decimals;
  return Math.round(value * factor) / factor;
}

/**
 * Attributes that follow from the body, under the names that Synthea's modules read: `bmi_percentile` (0 to 100, 2 to 20 years) and
 * `current_weight_length_percentile` (0 to 100, under three). Undefined for any other name or age.
 */
export function derivedAttribute(
  name: string,
  draft: PersonDraft,
  time: number,
  attributes: Attributes,
): number | undefined {
  const age = ageAt(draft.birthTime, time);
  if (name === 'bmi_percentile') {
    const percentile = bmiPercentile(draft.sex, age, vitalSign('BMI', draft, time, attributes));
    return percentile === undefined ? undefined : roundTo(percentile, 1);
  }
  if (name === 'current_weight_length_percentile') {
    const percentile = weightForLengthPercentile(draft, time, weightKg(draft, time, attributes));
    return percentile === undefined ? undefined : roundTo(percentile, 1);
  }
  return undefined;
}
