import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What the process's regressions may read: age per 10 years above 60, female 0/1, hidden scores, conditions 0/1. */
const traitNames = [
  'age10',
  'female',
  'deprivation',
  'smoking',
  'hypertension',
  'diabetes',
  'ckd',
  'heartFailure',
  'copd',
  'cancer',
] as const;
type Trait = (typeof traitNames)[number];
export type Traits = Record<Trait, number>;
export type Effects = Partial<Traits>;

const text = z.string().min(1);
const number = z.number();
const share = z.number().min(0).max(1);
const positive = z.number().positive();
const effects = z.partialRecord(z.enum(traitNames), number);
/** Where numbers come from and why they are what they are; every file and every entry says it. */
const origin = { source: text, reasoning: text };
/** One parameter, or several of one purpose, with unit and reason. */
const group = <S extends z.ZodRawShape>(shape: S) =>
  z.strictObject({ ...shape, unit: text, reasoning: text });

const populationSchema = z.strictObject({
  ...origin,
  age: group({ mean: number, sd: positive, low: number, high: number }),
  femaleShare: group({ value: share }),
  race: group({ shares: z.record(text, share) }),
  hispanicShare: group({ value: share }),
  language: group({ spanishIfHispanic: share, otherIfNot: share }),
  region: group({ shares: z.record(text, share) }),
  deprivation: group({ sd: positive, shiftIfBlack: number, shiftIfHispanic: number }),
  smoking: group({ sd: positive, shiftIfMale: number }),
  frailty: group({ sd: positive }),
  payer: group({
    medicareAge: number,
    medicareShare: share,
    medicaidIntercept: number,
    medicaidPerDeprivation: number,
    selfPayShare: share,
  }),
  firstAdmission: group({ fromYear: z.int(), years: positive }),
});

const conditionsSchema = z.strictObject({
  ...origin,
  unit: text,
  recordedShare: group({ value: share }),
  list: z.array(
    z.strictObject({
      id: z.enum(traitNames),
      code: text,
      display: text,
      intercept: number,
      effects,
      reasoning: text,
    }),
  ),
});

const diagnosesSchema = z.strictObject({
  ...origin,
  unit: text,
  shiftHalfLife: group({ value: positive }),
  list: z
    .array(
      z.strictObject({
        code: text,
        display: text,
        type: z.enum(['emergency', 'elective']),
        logWeight: number,
        effects,
        severity: number,
        icu: number,
        logStay: number,
        readmission: number,
        icuUnit: z.enum(['medical', 'surgical', 'cardiac', 'neurological']),
        shifts: z.record(text, number),
        reasoning: text,
      }),
    )
    .min(25),
});

const measurementsSchema = z.strictObject({
  ...origin,
  unit: text,
  pulsePressure: group({ coupling: number }),
  panels: z.array(
    z.strictObject({
      id: text,
      firstIntercept: number,
      firstPerSeverity: number,
      wardPerHour: share,
      icuPerHour: share,
      perAcuity: number,
      laterPerDay: number.min(0),
      reasoning: text,
    }),
  ),
  analytes: z.array(
    z.strictObject({
      id: text,
      loinc: text,
      display: text,
      unit: text,
      panel: text,
      scale: z.enum(['linear', 'log']),
      base: number,
      personSd: positive,
      noiseSd: positive,
      perAcuity: number,
      effects,
      decimals: z.int().min(0).max(4),
      low: number,
      high: number,
      missingShare: share,
      reasoning: text,
    }),
  ),
});

const courseSchema = z.strictObject({
  ...origin,
  severity: group({ intercept: number, effects, perFrailty: number, sd: positive }),
  hospitals: group({
    shares: z.array(share),
    severity: z.array(number),
    orderingRate: z.array(positive),
  }),
  acuity: group({
    hours: z.int().positive(),
    persistence: share,
    noiseSd: positive,
    startSd: positive,
    driftPerDay: number,
    driftSd: positive,
  }),
  later: group({ recoveryPerDay: share, deteriorationPerDay: number, noiseSd: positive }),
  intensiveCare: group({
    threshold: number,
    sd: positive,
    directShare: share,
    laterHours: positive,
    logHours: number,
    perAcuity: number,
    logSd: positive,
    lowestHours: positive,
  }),
  ward: group({ logHours: number, perAcuity: number, logSd: positive, lowestHours: positive }),
  admission: group({ urgentShare: share, transferShare: share }),
});

const outcomesSchema = z.strictObject({
  ...origin,
  death: group({
    intercept: number,
    perAcuity: number,
    effects,
    hiddenSd: positive,
    logHours: number,
    logHoursSd: positive,
    lowestHours: positive,
  }),
  hospice: group({ intercept: number, perAcuity: number, effects, meanDays: positive }),
  facility: group({ intercept: number, perAcuity: number, effects, homeHealthShare: share }),
  readmission: group({
    intercept: number,
    perAcuity: number,
    perFrailty: number,
    perDeprivation: number,
    perEarlierAdmission: number,
    effects,
    meanDays: positive,
    windowDays: positive,
  }),
  planned: group({ share, shareIfChemotherapy: share }),
  later: group({ share, plannedShare: share, meanDays: positive }),
  deathAtHome: group({ intercept: number, perFrailty: number, effects, meanDays: positive }),
  mostAdmissions: group({ value: z.int().positive() }),
});

export type Diagnosis = z.infer<typeof diagnosesSchema>['list'][number];
export type Analyte = z.infer<typeof measurementsSchema>['analytes'][number];

function read<T>(name: string, schema: z.ZodType<T>): T {
  const file = new URL(`./parameters/${name}.json`, import.meta.url);
  const raw: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return schema.parse(raw);
}

/** The whole process as numbers (parameters/*.json). */
export const parameters = {
  population: read('population', populationSchema),
  conditions: read('conditions', conditionsSchema),
  diagnoses: read('diagnoses', diagnosesSchema),
  measurements: read('measurements', measurementsSchema),
  course: read('course', courseSchema),
  outcomes: read('outcomes', outcomesSchema),
};

/** Σ effect × trait. */
export function linear(effects: Effects, traits: Traits): number {
  let sum = 0;
  for (const name of traitNames) sum += (effects[name] ?? 0) * traits[name];
  return sum;
}

/** 1 / (1 + e^−x). */
export function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
