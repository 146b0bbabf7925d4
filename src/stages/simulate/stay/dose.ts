import { z } from 'zod';
import { codeSystems } from '../../../cohort/index.js';

export const doseSchema = z.strictObject({
  value: z.number().positive(),
  unit: z.string(),
  /** Null: continuously. */
  everyHours: z.number().positive().nullable(),
});
export const routes = ['oral', 'nasogastric', 'intravenous', 'subcutaneous', 'inhaled'] as const;
export const coding = z.strictObject({ system: z.enum(codeSystems), code: z.string(), display: z.string() });
