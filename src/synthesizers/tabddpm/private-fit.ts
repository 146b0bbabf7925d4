import type { Rng } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import type { PrivatelyLearned } from '../mixed/index.js';
import {
  hasNetwork,
  learnPrivately,
  privateLogShares,
  refuseCollapsePrivately,
  trainLearned,
} from '../mixed/index.js';
import type { FitContext } from '../types.js';
import type { Labels } from './labels.js';
import { batchFeeds } from './learner.js';
import type { TabddpmModel } from './model.js';
import { shapeOf } from './model.js';
import { denoiser, losses, noisyInputs, targetInputs } from './network.js';
import type { RowChance } from './noise.js';
import { noisyBatch } from './noise.js';
import type { CompiledTabddpm } from './options.js';
import { privateDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';
import { cosineSchedule } from './schedule.js';

/**
 * Learns a table under the curator's promise: codes, shares of the label and first biases from noisy one-way counts, then noisy gradients. A row's step of noise and
 * the noise itself go by what the row holds (one of 256 groups, drawn anew each step), never by its place among the others.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`, `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`.
 */
export async function fitPrivately(
  table: Table,
  given: CompiledTabddpm,
  context: FitContext,
): Promise<TabddpmModel> {
  // kept with their defaults, so that a saved model has the widths that it was learned with
  const options = {
    ...given,
    units: given.units ?? privateDefaults.units,
    learningRate: given.learningRate ?? privateDefaults.learningRate,
  };
  const learned = learnPrivately(table, { ...options, id: 'tabddpm', modes: 'quantiles' }, context);
  const { curator, coders, layout } = learned;
  const model = { schema: table.schema, options, coders, labels: labelOf(table, learned), curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const parameters = await train(learned, { model, context });
  const fitted = { ...model, parameters, receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}

async function train(
  learned: PrivatelyLearned,
  { model, context }: { model: Pick<TabddpmModel, 'coders' | 'options' | 'labels'>; context: FitContext },
): Promise<Float32Array> {
  const { layout, rows, groups } = learned;
  const { options, labels } = model;
  const { learningRate = privateDefaults.learningRate } = options;
  const shape = shapeOf(model);
  const start = new Float32Array(layout.numbers.length + layout.width);
  start.set(privateLogShares(learned), layout.numbers.length);
  const noise = {
    layout,
    alphaBar: cosineSchedule(options.noiseSteps),
    labels: Uint8Array.from(learned.coders, (_, c) => Number(labels.columns.includes(c))),
    givenShare: options.givenShare,
  };
  return trainLearned(
    {
      losses: (graph, parameters) => {
        const said = denoiser(parameters, noisyInputs(graph, shape), { shape, rate: 0, start });
        return losses(said, targetInputs(graph, shape), shape);
      },
      step: (chance) => (places, length) =>
        batchFeeds(
          noisyBatch(rows, places, noise, { chance: byGroup(places, groups, chance), rows: length }),
          shape,
        ),
    },
    { learned, options: { ...options, learningRate } },
    context,
  );
}

/** All rows of a group have the same stream, and groups are spread evenly over the steps of noise. */
function byGroup(places: Uint32Array, groups: Uint8Array, chance: Rng): RowChance {
  const turn = chance.int(256);
  return (row) => {
    const group = groups[places[row]!]!;
    const rng = chance.split('group', group);
    return { rng, at: (((group + turn) % 256) + rng.next()) / 256 };
  };
}

/** A single label is drawn first, by its noisy shares; several would need their joint shares, and are drawn with the rest. */
function labelOf({ schema }: Table, { layout, counts, coders }: PrivatelyLearned): Labels {
  const columns = [...schema.keys()].filter((c) => schema[c]!.role === 'label');
  const [column] = columns;
  const none = { columns: [], classes: [] };
  if (column === undefined || columns.length > 1) return none;
  const { choices, number } = layout.ofColumn[column]!;
  const coder = coders[column]!;
  if (choices.length !== 1 || number !== undefined) return none;
  const classes = [...counts[column]!.entries()]
    .filter(([code]) => coder.kind === 'numbers' || code !== coder.rare)
    .map(([code, count]) => ({ codes: [code], rows: Math.max(1, Math.round(count)) }));
  return { columns, classes };
}
