import fc from 'fast-check';
import { Rng } from '../../../src/core/index.js';
import type { Directory, PatientRecord } from '../../../src/cohort/index.js';
import { makeDirectory } from './directory.js';
import { makeRecord } from './make.js';

/** Records that property tests vary over: any age (a newborn too), alive, dead or still in hospital, insured or not. */
export function recordArbitrary(): fc.Arbitrary<{ directory: Directory; record: PatientRecord }> {
  return fc
    .record({
      seed: fc.nat(),
      index: fc.nat(1_000_000),
      ageYears: fc.double({ min: 0.2, max: 105, noNaN: true }),
      dies: fc.boolean(),
      endsInside: fc.boolean(),
      insured: fc.boolean(),
      visits: fc.integer({ min: 1, max: 12 }),
    })
    .map((recipe) => {
      const directory = makeDirectory(Rng.create(recipe.seed).split('directory'));
      return { directory, record: makeRecord(directory, recipe) };
    });
}
