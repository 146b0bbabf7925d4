import { z } from 'zod';
import { compileOptions } from '../options.js';
import { StoreEncoder, storePreamble } from '../store-encoder.js';
import type { Export } from '../types.js';
import { finishStore } from './finish.js';

const schema = z.strictObject({
  /** Events that a shard may hold. */
  rowsPerShard: z.int().min(1).default(2_000_000),
});

/** The cohort store: what imports of real records give, so that blueprints run on simulated patients too. See README.md beside this file. */
export const cohort: Export = {
  id: 'cohort',
  title: 'Cohort store (Parquet)',
  compile: (options) => {
    const { rowsPerShard } = compileOptions('cohort', schema, options);
    return {
      preamble: storePreamble,
      encoder: (directory) => new StoreEncoder(directory),
      finish: (folder, facts, context) => finishStore({ folder, rowsPerShard }, facts, context),
    };
  },
};
