import type { Table } from '../../table/index.js';
import type { CodedRows, Layout, Learned } from '../mixed/index.js';
import { fingerprintOf, hasNetwork, learnLabels, learnTable, refuseCollapse } from '../mixed/index.js';
import { splitRows, trainInPasses } from '../training/index.js';
import type { FitContext } from '../types.js';
import { Learner } from './learner.js';
import type { TabddpmModel } from './model.js';
import { shapeOf } from './model.js';
import type { CompiledTabddpm } from './options.js';
import { plainDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';
import { cosineSchedule } from './schedule.js';

/** Learns a table. @throws DataError `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`, and those of `checkTable`; PrivacyError `NOT_PRIVATE`. */
export async function fitTabddpm(
  table: Table,
  options: CompiledTabddpm,
  context: FitContext,
): Promise<TabddpmModel> {
  const { rareRows, spikeShare } = options;
  const learned = learnTable(table, { id: 'tabddpm', modes: 'quantiles', rareRows, spikeShare }, context);
  const { coders, layout, rows } = learned;
  const labels = learnLabels(rows, { schema: table.schema, coders, layout, rareRows });
  const model = { schema: table.schema, options, coders, labels };
  if (!hasNetwork(layout)) return { ...model, curve: [], parameters: new Float32Array(0) };
  const fitted = { ...model, ...(await train(learned, model, context)) };
  await refuseCollapse(table.columns, learned, { model: fitted, sampleBlock });
  return fitted;
}

/** The validation part is looked at so many times at most. */
const PASSES = 100;
/** Looks without a better loss that end training. */
const STOP_AFTER = 15;
/** The rate falls by itself. */
export const plateau = { factor: 1, stopAfter: STOP_AFTER };

async function train(
  learned: Learned,
  { options, ...model }: Pick<TabddpmModel, 'labels' | 'options'>,
  context: FitContext,
): Promise<Pick<TabddpmModel, 'curve' | 'parameters'>> {
  const { coders, layout, rows, rng } = learned;
  /** Columns that are drawn first. */
  const labels = model.labels.columns;
  const split = splitRows(rows.rows, options.validation, rng.split('validation'));
  const steps = settleSteps(options, split.training.length);
  const passes = Math.min(PASSES, steps);
  const shape = shapeOf({ coders, options });
  const learner = await Learner.create({
    shape,
    noise: {
      layout,
      alphaBar: cosineSchedule(shape.noiseSteps),
      labels: Uint8Array.from(coders, (_, c) => Number(labels.includes(c))),
      givenShare: options.givenShare,
    },
    rows,
    split,
    start: logShares(rows, layout, split.training),
    stepsPerPass: Math.ceil(steps / passes),
    passes,
    options,
    rng,
    signal: context.signal,
  });
  try {
    return await trainInPasses(
      learner,
      {
        id: 'tabddpm',
        epochs: passes,
        learningRate: options.learningRate ?? plainDefaults.learningRate,
        plateau,
        fingerprint: fingerprintOf(learned, { options, labels: [...labels] }),
        unit: 'loss',
      },
      context,
    );
  } finally {
    await learner.close();
  }
}

/** 250 passes over the rows, within bounds. */
function settleSteps({ steps, batchRows }: CompiledTabddpm, rows: number): number {
  const perEpoch = Math.max(1, Math.floor(rows / batchRows));
  return steps ?? Math.min(Math.max(250 * perEpoch, 1500), 12_000);
}

/** Zeros for the numbers, then log shares of the codes among the training rows, each counted half a row more. */
function logShares({ codes }: CodedRows, layout: Layout, training: Uint32Array): Float32Array {
  const { choices, starts, sizes, numbers, width } = layout;
  const out = new Float32Array(numbers.length + width);
  const counts = out.subarray(numbers.length).fill(0.5);
  for (const row of training) {
    for (const [k, start] of starts.entries()) counts[start + codes[row * choices.length + k]!]!++;
  }
  for (const [k, start] of starts.entries()) {
    const total = training.length + sizes[k]! / 2;
    for (let code = start; code < start + sizes[k]!; code++) counts[code] = Math.log(counts[code]! / total);
  }
  return out;
}
