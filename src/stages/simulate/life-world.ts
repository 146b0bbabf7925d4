import type { Rng } from '../../core/index.js';
import type { Coding } from '../../cohort/index.js';
import type { Being, World } from './engine/world.js';
import {
  baselineDeath,
  buildDirectory,
  coverageTimeline,
  derivedAttribute,
  drawLifeCourse,
  drawPerson,
  dueImmunizations,
  encounterCost,
  finishPerson,
  icd10For,
  initialAttributes,
  isVitalSign,
  itemCost,
  labFacts,
  medicationCost,
  nextWellness,
  procedureCost,
  vitalFacts,
  vitalSign,
} from './life/index.js';
import type { CompiledPopulation, ModulesBeside, PersonDraft } from './life/index.js';

export interface LifeWorldOptions {
  readonly population: CompiledPopulation;
  /** Which causes of death the modules bring themselves. */
  readonly modules: ModulesBeside;
  /** Stream of the run, for what all patients share. */
  readonly seed: Rng;
}

/** Attributes that the body answers for while no module sets them. */
export const derivedAttributes = ['bmi_percentile', 'current_weight_length_percentile'] as const;

/** The world of `life`: people drawn from a population, with bodies, doctors and payers. */
export function lifeWorld({ population, modules, seed }: LifeWorldOptions): World {
  const { directory, choose } = buildDirectory(population, seed);
  return {
    directory,
    isVitalSign,
    vitalFacts: (name) => {
      if (isVitalSign(name)) return vitalFacts(name);
      return { unit: '1', decimals: 1, low: null, high: null };
    },
    labFacts,
    equivalents: (code, { sex }): readonly Coding[] => {
      const found = code.system === 'SNOMED' ? icd10For(code.code, sex) : undefined;
      return found === undefined ? [] : [found];
    },
    encounterCost,
    procedureCost,
    medicationCost,
    reportCost: () => itemCost('report'),
    immunizationCost: () => itemCost('supply'),
    being: (index, rng, group) =>
      beingOf(drawPerson(population, rng.split('person'), index, group), rng, {
        population,
        modules,
        choose,
      }),
  };
}

interface Around {
  readonly population: CompiledPopulation;
  readonly modules: ModulesBeside;
  readonly choose: ReturnType<typeof buildDirectory>['choose'];
}

function beingOf(draft: PersonDraft, rng: Rng, { population, modules, choose }: Around): Being {
  const course = drawLifeCourse(draft, rng.split('course'));
  const history = new Map<string, number[]>();
  return {
    birthTime: draft.birthTime,
    sex: draft.sex,
    race: draft.race,
    ethnicity: draft.ethnicity,
    socioeconomicCategory: draft.socioeconomicCategory,
    attributes: initialAttributes(draft, rng.split('attributes')),
    changes: course.changes,
    death: baselineDeath(draft, rng.split('death'), modules),
    vitalSign: (name, time, attributes) => (isVitalSign(name) ? vitalSign(name, draft, time, attributes) : 0),
    derived: (name, time, attributes) => derivedAttribute(name, draft, time, attributes),
    nextWellness: (last, own) => nextWellness(draft, last, own),
    immunizations: (time) => dueImmunizations(draft, time, history),
    choose: (encounterClass, time) => choose(draft, encounterClass, time),
    coverages: (endTime) => coverageTimeline(population, draft, endTime, rng.split('coverage')),
    finish: (end) => finishPerson(draft, course, end),
  };
}
