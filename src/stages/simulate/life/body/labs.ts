import { z } from 'zod';
import { loadData, sourced } from '../load.js';
import type { SignFacts } from './vital-sign.js';

const { labs } = loadData(
  'labs',
  z.strictObject({
    ...sourced,
    labs: z.array(
      z.strictObject({
        loinc: z.string().regex(/^\d{1,5}-\d$/),
        unit: z.string(),
        decimals: z.number().int().min(0),
        low: z.number().nullable(),
        high: z.number().nullable(),
      }),
    ),
  }),
);
const byLoinc = new Map<string, SignFacts>(labs.map(({ loinc, ...facts }) => [loinc, facts]));

/** Unit, decimals and normal range of a laboratory value by its LOINC code (data/labs.json), where we have them. */
export function labFacts(loinc: string): SignFacts | undefined {
  return byLoinc.get(loinc);
}
