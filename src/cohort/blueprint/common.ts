import { z } from 'zod';
import { section } from '../../core/index.js';
import { idSchema } from './names.js';
import { simulationSchema } from './simulation-schema.js';

/** What counts as good enough; the defaults are the paper's (design §9). */
const thresholdsSchema = section({
  /** Smallest mean of TSTR/TRTR over tasks and models. */
  tstrRatio: z.number().min(0).default(0.94),
  /** Smallest aggregate fidelity of layer 1. */
  fidelity: z.number().min(0).max(1).default(0.9),
});

const validateSchema = section({
  thresholds: thresholdsSchema.prefault({}),
  /** Replicates of the paired bootstrap behind every interval. */
  bootstrap: z.int().min(100).max(100_000).default(1000),
});

const splitSchema = section({
  /** Share of the patients held back for every score. */
  testShare: z.number().gt(0).lt(1).default(0.2),
  /** Task whose label rate is kept equal on both sides. */
  stratify: idSchema.optional(),
  /** Own seed of the split; the blueprint's seed otherwise. */
  seed: z.int().min(0).optional(),
});

const synthesizerSchema = section({
  /** Registered synthesizer, e.g. `cart`. */
  id: idSchema,
  /** Name in the run, when one synthesizer runs twice with different options. Default: its id. */
  name: idSchema.optional(),
  /** The synthesizer's own options, which it checks itself. */
  options: z.record(z.string(), z.unknown()).default({}),
});

/** Keys that blueprints of every source share. */
export const commonShape = {
  name: idSchema,
  title: z.string().min(1),
  /** The clinical purpose, in a sentence or two. */
  purpose: z.string().min(1),
  /** Master seed of the run. */
  seed: z.int().min(0).default(1),
  split: splitSchema.prefault({}),
  synthesizers: z
    .array(synthesizerSchema)
    .min(1)
    .default([
      { id: 'copula', options: {} },
      { id: 'cart', options: {} },
    ]),
  /** Rows to draw: a number, or as many as the train part has. */
  samples: z.union([z.literal('train'), z.int().min(1)]).default('train'),
  validate: validateSchema.prefault({}),
  /** Stage 1, for `anamnesis simulate --blueprint`. */
  simulation: simulationSchema.optional(),
};
