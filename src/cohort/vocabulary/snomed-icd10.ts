import { readFileSync } from 'node:fs';
import { z } from 'zod';

const target = { icd10cm: z.string().regex(/^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/), display: z.string() };
const schema = z.strictObject({
  unit: z.string().min(1),
  source: z.string().min(20),
  rows: z.array(
    z.strictObject({
      snomed: z.string().regex(/^\d+$/),
      ...target,
      /** Where men have another code. */
      male: z.strictObject(target).optional(),
    }),
  ),
});

/** A SNOMED CT condition and its ICD-10-CM 2021 code; `male` where men have another one. */
export type SnomedMapping = z.infer<typeof schema>['rows'][number];

/** ICD-10-CM beside SNOMED CT (snomed-icd10.json says how it was made). */
export const snomedMappings: readonly SnomedMapping[] = schema.parse(
  JSON.parse(readFileSync(new URL('./snomed-icd10.json', import.meta.url), 'utf8')),
).rows;
