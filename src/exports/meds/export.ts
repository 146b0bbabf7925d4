import { z } from 'zod';
import { compileOptions } from '../options.js';
import { StoreEncoder, storePreamble } from '../store-encoder.js';
import type { Export } from '../types.js';
import { finishMeds } from './finish.js';

const share = z.number().min(0).max(1);
const schema = z.strictObject({
  /** Subjects a data file. */
  subjectsPerShard: z.int().min(1).default(10_000),
  /** Shares of subjects in the splits; the rest is held out. Without it no splits are written. */
  splits: z
    .strictObject({ train: share, tuning: share })
    .refine(({ train, tuning }) => train + tuning <= 1, 'train + tuning must not exceed 1')
    .optional(),
});

/** The Medical Event Data Standard 0.4. See README.md beside this file. */
export const meds: Export = {
  id: 'meds',
  title: 'MEDS 0.4 (Parquet)',
  compile: (options) => {
    const { subjectsPerShard, splits } = compileOptions('meds', schema, options);
    return {
      preamble: storePreamble,
      encoder: (directory) => new StoreEncoder(directory),
      finish: (folder, facts, context) => finishMeds({ folder, subjectsPerShard, splits }, facts, context),
    };
  },
};
