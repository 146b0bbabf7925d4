import type { Coding } from '../../../cohort/index.js';
import { snomedMappings } from '../../../cohort/index.js';

const icd10 = ({ icd10cm, display }: { readonly icd10cm: string; readonly display: string }): Coding => ({
  system: 'ICD10CM',
  code: icd10cm,
  display,
});
const bySnomed = new Map(
  snomedMappings.map((row) => {
    const female = icd10(row);
    return [row.snomed, { female, male: row.male === undefined ? female : icd10(row.male) }];
  }),
);

/** The ICD-10-CM 2021 code of a SNOMED CT condition, or undefined where our table (cohort/vocabulary) has none. */
export function icd10For(snomed: string, sex: 'female' | 'male'): Coding | undefined {
  return bySnomed.get(snomed)?.[sex];
}

/** Every SNOMED CT code that {@link icd10For} knows. */
export const mappedConditions: readonly string[] = snomedMappings.map((row) => row.snomed);
