import type { Table } from '../../table/index.js';
import type { Learned } from '../mixed/index.js';
import {
  fingerprintOf,
  hasNetwork,
  learnLabels,
  learnTable,
  noLabels,
  refuseCollapse,
} from '../mixed/index.js';
import { Batches, splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { Learner } from './learner.js';
import type { TvaeModel } from './model.js';
import { shapeOf } from './model.js';
import { decoderPart } from './network.js';
import type { CompiledTvae } from './options.js';
import { plainDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';

/** Learns a table. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitTvae(table: Table, options: CompiledTvae, context: FitContext): Promise<TvaeModel> {
  const { rareRows, spikeShare } = options;
  const learned = learnTable(table, { id: 'tvae', modes: 'mixture', rareRows, spikeShare }, context);
  const { coders, layout, rows } = learned;
  const { schema } = table;
  const labels = options.labelsFirst ? learnLabels(rows, { schema, coders, layout, rareRows }) : noLabels;
  const start = { schema, options, coders, labels };
  if (!hasNetwork(layout)) return { ...start, curve: [], parameters: new Float32Array(0) };
  const { curve, parameters } = await train(start, learned, context);
  const model = { ...start, curve, parameters: decoderPart(parameters, shapeOf(start)) };
  await refuseCollapse(table.columns, learned, { model, sampleBlock });
  return model;
}

/** The validation part is looked at so many times at most. */
const PASSES = 100;
/** Looks without a better loss that end training: at first, latent rows may say nothing for a while. */
const STOP_AFTER = 30;
/** The rate stays as it is. */
export const plateau = { factor: 1, stopAfter: STOP_AFTER };

async function train(
  model: Pick<TvaeModel, 'coders' | 'labels' | 'options'>,
  learned: Learned,
  context: FitContext,
): Promise<Pick<TvaeModel, 'curve' | 'parameters'>> {
  const { options } = model;
  const { rows, rng } = learned;
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const batches = new Batches(split.training, options.batchRows, rng.split('batches'));
  const passes = Math.min(PASSES, options.epochs);
  const learner = await Learner.create({
    shape: shapeOf(model),
    rows,
    split,
    stepsPerPass: Math.ceil((options.epochs * batches.perEpoch) / passes),
    batches,
    options,
    rng,
    signal: context.signal,
  });
  try {
    return await trainInPasses(
      learner,
      {
        id: 'tvae',
        epochs: passes,
        learningRate: options.learningRate ?? plainDefaults.learningRate,
        plateau,
        fingerprint: fingerprintOf(learned, { options, labels: [...model.labels.columns] }),
        unit: 'loss',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}
