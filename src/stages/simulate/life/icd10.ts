import { z } from 'zod';
import type { Coding } from '../../../cohort/index.js';
import { loadData, sourced } from './load.js';

const target = { icd10cm: z.string().regex(/^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/), display: z.string() };
const { rows } = loadData(
  'icd10',
  z.strictObject({
    ...sourced,
    rows: z.array(
      z.strictObject({
        snomed: z.string().regex(/^\d+$/),
        ...target,
        /** Where men have another code. */
        male: z.strictObject(target).optional(),
      }),
    ),
  }),
);
const bySnomed = new Map(rows.map((row) => [row.snomed, row]));

/** The ICD-10-CM 2021 code of a SNOMED CT condition, or undefined where our table has none (data/icd10.json says how it was made). */
export function icd10For(snomed: string, sex: 'female' | 'male'): Coding | undefined {
  const row = bySnomed.get(snomed);
  if (row === undefined) return undefined;
  const { icd10cm, display } = sex === 'male' && row.male !== undefined ? row.male : row;
  return { system: 'ICD10CM', code: icd10cm, display };
}

/** Every SNOMED CT code that {@link icd10For} knows. */
export const mappedConditions: readonly string[] = rows.map((row) => row.snomed);
