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
import type { Split } from '../training/index.js';
import { splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { learnConditions } from './conditions.js';
import { Learner } from './learner.js';
import type { CtganModel } from './model.js';
import { shapeOf } from './model.js';
import type { CompiledCtgan } from './options.js';
import { plainDefaults, settleBatch } from './options.js';
import { sampleBlock } from './sample-block.js';

/** Learns a table. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitCtgan(
  table: Table,
  options: CompiledCtgan,
  context: FitContext,
): Promise<CtganModel> {
  const { rareRows, spikeShare } = options;
  const learned = learnTable(table, { id: 'ctgan', modes: 'mixture', rareRows, spikeShare }, context);
  const { rows, layout, coders, rng } = learned;
  const { schema } = table;
  const labels = options.labelsFirst ? learnLabels(rows, { schema, coders, layout, rareRows }) : noLabels;
  const start = { schema, options, coders, labels };
  if (!hasNetwork(layout)) return { ...start, conditions: [], curve: [], parameters: new Float32Array(0) };
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const described = {
    ...start,
    conditions: learnConditions(rows, { layout, training: split.training, labels }),
  };
  const model = { ...described, ...(await train(described, { learned, split, context })) };
  await refuseCollapse(table.columns, learned, { model, sampleBlock });
  return model;
}

/** What the average of the generator looks back on: a share of all steps, so that short trainings forget their start, and no more than so many. */
const AVERAGED = { share: 0.2, most: 500 };
/** The curve has so many points at most. */
const PASSES = 100;

async function train(
  model: Pick<CtganModel, 'coders' | 'options' | 'conditions' | 'labels'>,
  { learned, split, context }: { learned: Learned; split: Split; context: FitContext },
): Promise<Pick<CtganModel, 'curve' | 'parameters'>> {
  const { options, conditions } = model;
  const { rows, rng } = learned;
  const batchRows = settleBatch(options, split.training.length);
  // as many steps as if no rows were set aside, like the authors' code
  const perEpoch = Math.max(1, Math.floor(rows.rows / batchRows));
  const passes = Math.min(PASSES, options.epochs);
  const stepsPerPass = Math.ceil((options.epochs * perEpoch) / passes);
  const learner = await Learner.create({
    shape: shapeOf(model),
    rows,
    split,
    conditions,
    batchRows,
    stepsPerPass,
    averagedSteps: Math.min(AVERAGED.most, Math.ceil(AVERAGED.share * passes * stepsPerPass)),
    options,
    rng,
    signal: context.signal,
  });
  try {
    return await trainInPasses(
      learner,
      {
        id: 'ctgan',
        epochs: passes,
        learningRate: options.learningRate ?? plainDefaults.learningRate,
        // a critic's distance does not say how good the generator is
        plateau: 'none',
        fingerprint: fingerprintOf(learned, { options, labels: [...model.labels.columns] }),
        unit: "critic's distance",
      },
      context,
    );
  } finally {
    await learner.close();
  }
}
