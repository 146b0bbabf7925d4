import type { Coding } from '../../../cohort/index.js';
import { snomedMappings } from '../../../cohort/index.js';

const bySnomed = new Map(snomedMappings.map((row) => [row.snomed, row]));

/** The ICD-10-CM 2021 code of a SNOMED CT condition, or undefined where our table (cohort/vocabulary) has none. */
export function icd10For(snomed: string, sex: 'female' | 'male'): Coding | undefined {
  const row = bySnomed.get(snomed);
  if (row === undefined) return undefined;
  const { icd10cm, display } = sex === 'male' && row.male !== undefined ? row.male : row;
  return { system: 'ICD10CM', code: icd10cm, display };
}

/** Every SNOMED CT code that {@link icd10For} knows. */
export const mappedConditions: readonly string[] = snomedMappings.map((row) => row.snomed);
