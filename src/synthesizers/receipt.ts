import { z } from 'zod';
import { accountantIds, mechanisms, purposes } from '../privacy/index.js';

/** A privacy receipt as it stands in a manifest. */
export const receiptSchema = z.strictObject({
  epsilon: z.number().positive(),
  delta: z.number().positive(),
  unit: z.string(),
  rowsPerUnit: z.int().min(1),
  accountant: z.enum(accountantIds),
  secureNoise: z.boolean(),
  rho: z.number(),
  spentRho: z.number(),
  spentDelta: z.number(),
  entries: z.array(
    z.strictObject({
      purpose: z.enum(purposes),
      about: z.string(),
      mechanism: z.enum(mechanisms),
      parameters: z.record(z.string(), z.number()),
      rho: z.number(),
      delta: z.number(),
    }),
  ),
});
