import { z } from 'zod';
import { accountantIds, mechanisms, purposes } from '../privacy/index.js';
import type { PrivacyReceipt } from '../privacy/index.js';
import type { PrivacySpend } from './types.js';

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

/** What a network may claim, by its receipt. */
export function spentOf(receipt: PrivacyReceipt | undefined): PrivacySpend {
  if (receipt === undefined) {
    return {
      kind: 'none',
      reason: 'The network is trained on the records without noise, so no ε can be claimed.',
    };
  }
  const { epsilon, delta, unit } = receipt;
  return { kind: 'dp', epsilon, delta, unit };
}
