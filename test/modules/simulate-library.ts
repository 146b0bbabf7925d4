import { fileURLToPath } from 'node:url';
import type { PatientRecord } from '../../src/cohort/index.js';
import { Rng } from '../../src/core/index.js';
import {
  compileLibrary,
  compilePrograms,
  lifeWorld,
  readModuleFiles,
  Simulator,
  weekMs,
} from '../../src/stages/simulate/index.js';
import { compilePopulation } from '../../src/stages/simulate/life/index.js';
import { ageAt } from '../../src/stages/simulate/life/time.js';

export const modulesFolder = fileURLToPath(new URL('../../modules/', import.meta.url));

/** Lives of the built-in library, ages drawn evenly between two bounds; the dead among them too. */
export async function simulateLibrary(
  size: number,
  ageYears: { min: number; max: number },
): Promise<PatientRecord[]> {
  const population = compilePopulation({ size, state: 'US', endDate: '2025-01-01', ageYears });
  const seed = Rng.create(20_250_101);
  const world = lifeWorld({ population, modules: 'library', seed });
  const library = compilePrograms(compileLibrary(await readModuleFiles(modulesFolder)), world, {
    physiology: false,
    only: null,
    derived: ['bmi_percentile', 'current_weight_length_percentile'],
  });
  const simulator = new Simulator(library, world, { endTime: population.endTime, stepMs: weekMs });
  return Array.from({ length: size }, (_, i) => simulator.patient(i, seed.split('patient', i)));
}

export const ageOf = (record: PatientRecord, time: number = record.endTime): number =>
  ageAt(record.person.birthTime, time);

/** Whether a condition with one of these SNOMED CT codes is in the record (`active`: and has not ended). */
export function has(record: PatientRecord, codes: readonly string[], active = false): boolean {
  return record.conditions.some((c) => codes.includes(c.codes[0]!.code) && (!active || c.abatement === null));
}

/** Values of a quantity by its LOINC code, in order of time. */
export function values(
  record: PatientRecord,
  loinc: string,
): { readonly time: number; readonly value: number }[] {
  return record.observations.flatMap((o) =>
    [o, ...o.components].flatMap((part) =>
      part.codes[0]!.code === loinc && part.value?.kind === 'quantity'
        ? [{ time: o.time, value: part.value.value }]
        : [],
    ),
  );
}
