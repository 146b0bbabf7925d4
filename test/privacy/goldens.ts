import { readFileSync } from 'node:fs';
import { z } from 'zod';

const numbers = z.array(z.number());
const run = z.strictObject({
  rate: z.number(),
  noise: z.number(),
  steps: z.int(),
  delta: z.number(),
  pld: z.number(),
  pldOptimistic: z.number(),
  prv: z.tuple([z.number(), z.number(), z.number()]),
  rdp: z.number(),
  opacus: z.number(),
});

/** Numbers of dp-accounting, prv-accountant, Opacus, OpenDP and mpmath; goldens/generate.py made them. */
export const goldens = z
  .strictObject({
    erfcx: z.array(z.tuple([z.number(), z.number()])),
    gaussianDelta: z.array(z.tuple([z.number(), z.number(), z.number()])),
    gaussianMu: z.array(z.tuple([z.number(), z.number(), z.number()])),
    zcdp: z.array(numbers.length(4)),
    training: z.array(run),
    rdp: z.array(numbers.length(4)),
    rdpExact: z.array(numbers.length(4)),
    discreteGaussian: z.array(
      z.strictObject({
        variance: z.number(),
        shift: z.int(),
        epsilon: z.number(),
        delta: z.number(),
        optimistic: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./goldens/accountants.json', import.meta.url), 'utf8')));
