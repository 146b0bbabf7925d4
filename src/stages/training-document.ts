import { z } from 'zod';

/** How a network was trained (`TrainingRecord` of synthesizers). */
export const trainingSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('passes'),
    loss: z.string(),
    passes: z.array(z.strictObject({ training: z.number(), validation: z.number() })).min(1),
    kept: z.int().min(1),
    stopped: z.enum(['no-gain', 'all-passes']),
  }),
  z.strictObject({
    kind: z.literal('noise'),
    steps: z.int(),
    rate: z.number(),
    noise: z.number(),
    size: z.int(),
  }),
]);
export type Training = z.infer<typeof trainingSchema>;
