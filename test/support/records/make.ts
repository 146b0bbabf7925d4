import { Rng } from '../../../src/core/index.js';
import type { Directory, PatientRecord } from '../../../src/cohort/index.js';
import type { RunFacts } from '../../../src/exports/index.js';
import { makeDirectory } from './directory.js';
import { hospitalStay } from './hospital.js';
import { Life } from './life.js';
import { checkUp, childhoodAllergy, clinicVisit, emergency, remoteVisit } from './outpatient.js';
import { makePerson } from './person.js';
import { chance, day, hour, year } from './random.js';

/** When the runs of the fixture end. */
export const runEnd = Date.UTC(2026, 0, 1);

export interface RecordRecipe {
  readonly seed: number | string;
  readonly index: number;
  /** Years from birth to death or to the end of the run. */
  readonly ageYears: number;
  readonly dies: boolean;
  /** The record ends while the patient is in hospital. */
  readonly endsInside: boolean;
  readonly insured: boolean;
  /** Visits besides the yearly one. */
  readonly visits: number;
}

/** One life with every kind of entry (given visits enough). The same recipe gives the same record. */
export function makeRecord(directory: Directory, recipe: RecordRecipe): PatientRecord {
  const rng = Rng.create(recipe.seed).split('record', recipe.index);
  const endTime = recipe.dies ? runEnd - 200 * day - rng.int(1000) * hour : runEnd;
  const birthTime = Math.round((endTime - recipe.ageYears * year) / hour) * hour + 754_321;
  const person = makePerson(rng.split('person'), {
    index: recipe.index,
    birthTime,
    deathTime: recipe.dies ? endTime : null,
  });
  const life = new Life(rng, directory, { index: recipe.index, person, endTime });
  if (recipe.insured) addCoverages(life);
  childhoodAllergy(life, rng);
  const room = endTime - birthTime - 30 * day;
  const steps = Math.max(1, recipe.visits);
  for (let i = 0; i < steps; i++) {
    const time = birthTime + Math.round(((i + 0.2) / steps) * room);
    const age = (time - birthTime) / year;
    checkUp(life, rng, { time, age });
    if (i % 4 === 0) clinicVisit(life, rng, time + 4 * hour);
    if (i % 4 === 1) emergency(life, rng, time + 6 * hour);
    if (i % 4 === 2) hospitalStay(life, rng, { time: time + 12 * hour, stillThere: false });
    if (i % 4 === 3) remoteVisit(life, rng, time + 5 * hour);
  }
  if (recipe.endsInside) hospitalStay(life, rng, { time: endTime - 20 * hour, stillThere: true });
  life.leave();
  if (recipe.dies) life.addTruth({ time: endTime, kind: 'latent', name: 'acuity', value: 1 });
  return life.build();
}

function addCoverages(life: Life): void {
  const { birthTime } = life.person;
  const change = birthTime + Math.floor((life.endTime - birthTime) / 2);
  life.addCoverage({ start: birthTime, end: change, payer: 1, memberId: 'M-1001', relationship: 'child' });
  life.addCoverage({ start: change, end: null, payer: 0, memberId: 'M-1002', relationship: 'self' });
}

export const fixtureFacts: RunFacts = {
  generation: 'process-driven',
  seed: '7',
  endTime: runEnd,
  recordedTime: Date.UTC(2026, 1, 2, 3, 4, 5),
  generator: { name: 'anamnesis', version: '0.0.0-test' },
};

/** `count` lives of all ages, a third of them ended by death, sharing one directory; each with 4 to `mostVisits` visits. */
export function makeRecords(
  count: number,
  seed: number | string = 1,
  mostVisits = 15,
): { directory: Directory; records: PatientRecord[] } {
  const rng = Rng.create(seed);
  const directory = makeDirectory(rng.split('directory'));
  const records = Array.from({ length: count }, (_, index) => {
    const r = rng.split('recipe', index);
    return makeRecord(directory, {
      seed,
      index,
      ageYears: 0.5 + r.next() * 89,
      dies: chance(r, 0.33),
      endsInside: chance(r, 0.2),
      insured: chance(r, 0.85),
      visits: 4 + r.int(mostVisits - 3),
    });
  });
  return { directory, records };
}
