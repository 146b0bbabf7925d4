import type { Rng } from '../../core/index.js';
import type { Expected } from '../collapse.js';
import { PROBE_ROWS, refuseBadModel } from '../collapse.js';
import { packModel } from '../packed-model.js';
import type { ArgnModel } from './model.js';
import { sampleBlock } from './sample-block.js';

/** Draws some rows of a model and holds them against what is expected. @throws as `refuseBadModel`. */
export function refuseCollapse(model: ArgnModel, expected: Expected, rng: Rng): Promise<void> {
  const { key } = rng.split('probe');
  return refuseBadModel(model, expected, () =>
    sampleBlock({ model: packModel(model), key, rows: PROBE_ROWS, given: new Map(), impute: false }),
  );
}
