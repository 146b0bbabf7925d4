import type { Rng } from '../../core/index.js';
import type { Table } from '../../table/index.js';
import { value } from '../../tensor/index.js';
import type { PrivatelyLearned } from '../mixed/index.js';
import { hasNetwork, learnPrivately, refuseCollapsePrivately, trainLearned } from '../mixed/index.js';
import type { FitContext } from '../types.js';
import { classLosses } from './class-network.js';
import { classBatch } from './class-noise.js';
import type { TabddpmModel } from './model.js';
import { classShapeOf } from './model.js';
import type { CompiledTabddpm } from './options.js';
import { privateDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';
import { evenSchedule } from './schedule.js';

/**
 * Learns a table under the curator's promise: codes and each class's shares from noisy counts, from which the denoiser starts, then noisy gradients. A row's step of noise and
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
    noiseSteps: given.noiseSteps ?? privateDefaults.noiseSteps,
  };
  const learned = learnPrivately(table, { ...options, id: 'tabddpm' }, context);
  const { curator, coders, layout, classes } = learned;
  const labels = { columns: [], classes: [] };
  const model = { schema: table.schema, options, coders, labels, classes, curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const parameters = await train(learned, options, context);
  const fitted = { ...model, parameters, receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}

async function train(
  learned: PrivatelyLearned,
  options: CompiledTabddpm & { readonly learningRate: number },
  context: FitContext,
): Promise<Float32Array> {
  const { layout, rows, groups, classes, classOf } = learned;
  const shape = classShapeOf({ coders: learned.coders, options }, classes);
  const { givenShare } = options;
  const noise = {
    layout,
    alphaBar: evenSchedule(shape.noiseSteps),
    shares: classes.shares,
    classOf,
    givenShare,
  };
  return trainLearned(
    {
      losses: (graph, parameters) => classLosses(graph, parameters, shape),
      step: (chance) => {
        const rowChance = byGroup(groups, chance);
        return (places, length) => {
          const batch = classBatch(rows, places, noise, { chance: rowChance, length });
          const choices = layout.choices.length;
          return {
            hot: value(batch.hot, [length, layout.width]),
            known: value(batch.known, [length, choices]),
            class: value(batch.classOf),
            time: value(batch.time),
            cleanCodes: value(batch.cleanCodes, [length, choices]),
          };
        };
      },
    },
    { learned, options },
    context,
  );
}

/** All rows of a group have the same stream, and groups are spread evenly over the steps of noise. */
function byGroup(groups: Uint8Array, chance: Rng): (row: number) => { rng: Rng; at: number } {
  const turn = chance.int(256);
  return (row) => {
    const group = groups[row]!;
    const rng = chance.split('group', group);
    return { rng, at: (((group + turn) % 256) + rng.next()) / 256 };
  };
}
