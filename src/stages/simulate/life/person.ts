import type { Coding, Person } from '../../../cohort/index.js';
import type { Rng } from '../../../core/index.js';
import type { LifeCourse } from './course.js';
import { demography } from './population/data.js';
import { educationRank } from './population/draw.js';
import { completedYears } from './time.js';
import type { AttributeValue, PersonDraft } from './types.js';

/**
 * Attributes that a person has from birth on, under the names that Synthea's modules read (`income`, `education`, `poverty_ratio`,
 * `first_language`, `sexual_orientation`, `RH_NEG` …), and the two traits that steer care: `adherence` and `care_seeking` (0 to 1).
 * @param rng a stream of its own (`attributes`).
 */
export function initialAttributes(draft: PersonDraft, rng: Rng): ReadonlyMap<string, AttributeValue> {
  const first = demography.firstAttributes;
  const need = draft.povertyRatio < 1 ? 'poor' : draft.povertyRatio < 2 ? 'near' : 'rest';
  const orientations = Object.entries(first.orientation);
  const orientation = orientations[rng.weightedIndex(orientations.map(([, share]) => share))]![0];
  const foreign =
    draft.ethnicity === 'hispanic'
      ? first.foreignBorn.hispanic
      : draft.race === 'asian'
        ? first.foreignBorn.asian
        : first.foreignBorn.rest;
  return new Map<string, AttributeValue>([
    ['race', draft.race],
    ['ethnicity', draft.ethnicity],
    ['first_language', draft.language],
    ['education', draft.education],
    ['income', draft.incomeUsd],
    ['poverty_ratio', draft.povertyRatio],
    ['socioeconomic_category', draft.socioeconomicCategory],
    ['state', draft.address.state],
    ['marital_status', 'S'],
    ['sexual_orientation', orientation],
    ['RH_NEG', rng.next() < first.rhNegative[draft.race]],
    ['bicuspid_aortic_valve', rng.next() < first.bicuspid[draft.sex]],
    ['unemployed', rng.next() < first.unemployed[educationRank(draft.education)]!],
    ['food_insecurity', rng.next() < first.foodInsecurity[need]],
    ['no_vehicle_access', rng.next() < first.noVehicle[need]],
    ['severe_housing_cost_burden', rng.next() < first.housingBurden[need]],
    ['birth_country', rng.next() < foreign ? 'OTHER' : 'US'],
    ['adherence', rank(draft.traits.z.adherence)],
    ['care_seeking', rank(draft.traits.z.careSeeking)],
  ]);
}

/** A standard score as a number of 0 to 1, logistic approximation of the normal rank, two decimals. */
function rank(score: number): number {
  return Math.round(100 / (1 + Math.exp(-1.702 * score))) / 100;
}

/** How a life ended, or that it goes on. */
export interface LifeEnd {
  /** UUID of the patient. */
  readonly id: string;
  /** End of observation. */
  readonly endTime: number;
  readonly deathTime: number | null;
  readonly causeOfDeath: Coding | null;
}

const adult = 18;
/** Record number of the first patient; the others follow. Above every position in a population. */
export const firstMrn = 10_000_001;

/** The demographics of the finished record, as they are at its end. */
export function finishPerson(draft: PersonDraft, course: LifeCourse, end: LifeEnd): Person {
  const ageYears = completedYears(draft.birthTime, end.endTime);
  const past = course.marital.filter((change) => change.time <= end.endTime);
  const status = past.at(-1)?.status ?? null;
  const renamed = past.some((change) => change.newName) && draft.marriedName !== draft.family;
  return {
    id: end.id,
    mrn: String(firstMrn + draft.index),
    birthTime: draft.birthTime,
    deathTime: end.deathTime,
    causeOfDeath: end.causeOfDeath,
    sex: draft.sex,
    race: draft.race,
    ethnicity: draft.ethnicity,
    language: draft.language,
    given: draft.given,
    family: renamed ? draft.marriedName : draft.family,
    prefix: ageYears < adult ? null : draft.sex === 'male' ? 'Mr.' : status === 'M' ? 'Mrs.' : 'Ms.',
    maiden: renamed ? draft.family : null,
    maritalStatus: ageYears < adult ? null : (status ?? 'S'),
    address: draft.address,
    phone: draft.phone,
    birthplace: draft.birthplace,
    income: draft.incomeUsd,
  };
}
