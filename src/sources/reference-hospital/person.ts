import type { Rng } from '../../core/index.js';
import type { Traits } from './parameters.js';
import { linear, logistic, parameters } from './parameters.js';

/** A patient before any admission. Hidden scores are never written out. */
export interface Person {
  readonly sex: 'female' | 'male';
  readonly race: string | null;
  readonly ethnicity: string;
  readonly language: string;
  readonly region: string;
  readonly payer: string;
  /** Age at the first admission, years. */
  readonly age: number;
  /** First admission, minutes since 1970. */
  readonly firstMinute: number;
  /** Hidden. */
  readonly frailty: number;
  /** Traits at the first admission; deprivation and smoking are hidden. */
  readonly traits: Traits;
}

const minutesPerDay = 1440;

/** Draws a patient: demography, hidden scores, then chronic conditions in their causal order. */
export function drawPerson(rng: Rng): Person {
  const p = parameters.population;
  const age = cutNormal(rng, p.age);
  const female = rng.next() < p.femaleShare.value;
  const race = pick(rng, p.race.shares);
  const hispanic = rng.next() < p.hispanicShare.value;
  const deprivation =
    rng.normal() * p.deprivation.sd +
    (race === 'black' ? p.deprivation.shiftIfBlack : 0) +
    (hispanic ? p.deprivation.shiftIfHispanic : 0);
  const smoking = rng.normal() * p.smoking.sd + (female ? 0 : p.smoking.shiftIfMale);
  const traits: Traits = {
    age10: (age - 60) / 10,
    female: female ? 1 : 0,
    deprivation,
    smoking,
    hypertension: 0,
    diabetes: 0,
    ckd: 0,
    heartFailure: 0,
    copd: 0,
    cancer: 0,
  };
  for (const condition of parameters.conditions.list) {
    const odds = condition.intercept + linear(condition.effects, traits);
    traits[condition.id] = rng.next() < logistic(odds) ? 1 : 0;
  }
  const start = Date.UTC(p.firstAdmission.fromYear, 0, 1) / 60_000;
  return {
    sex: female ? 'female' : 'male',
    race: race === 'unknown' ? null : race,
    ethnicity: hispanic ? 'hispanic or latino' : 'not hispanic or latino',
    language: drawLanguage(rng, hispanic),
    region: pick(rng, p.region.shares),
    payer: drawPayer(rng, age, deprivation),
    age,
    firstMinute: start + rng.int(Math.round(p.firstAdmission.years * 365.25 * minutesPerDay)),
    frailty: rng.normal() * p.frailty.sd,
    traits,
  };
}

/** One of the names, by its share. */
function pick(rng: Rng, shares: Readonly<Record<string, number>>): string {
  return Object.keys(shares)[rng.weightedIndex(Object.values(shares))]!;
}

function drawLanguage(rng: Rng, hispanic: boolean): string {
  const p = parameters.population.language;
  const u = rng.next();
  if (hispanic) return u < p.spanishIfHispanic ? 'spanish' : 'english';
  return u < p.otherIfNot ? 'other' : 'english';
}

function drawPayer(rng: Rng, age: number, deprivation: number): string {
  const p = parameters.population.payer;
  const u = rng.next();
  const v = rng.next();
  if (age >= p.medicareAge) return u < p.medicareShare ? 'medicare' : 'private';
  if (u < logistic(p.medicaidIntercept + p.medicaidPerDeprivation * deprivation)) return 'medicaid';
  return v < p.selfPayShare ? 'self-pay' : 'private';
}

function cutNormal(rng: Rng, p: { mean: number; sd: number; low: number; high: number }): number {
  for (;;) {
    const value = p.mean + p.sd * rng.normal();
    if (value >= p.low && value <= p.high) return value;
  }
}
