import type { Table } from '../../table/index.js';
import {
  hasNetwork,
  learnPrivately,
  privateLogShares,
  refuseCollapsePrivately,
  trainLearned,
} from '../mixed/index.js';
import type { FitContext } from '../types.js';
import type { TvaeModel } from './model.js';
import { shapeOf } from './model.js';
import { decoderPart, rowInputs, rowLosses } from './network.js';
import type { CompiledTvae } from './options.js';
import { privateDefaults } from './options.js';
import { rowFeeds } from './learner.js';
import { sampleBlock } from './sample-block.js';

/**
 * Learns a table under the curator's promise: codes and first biases from noisy one-way counts (the mixture of each column's modes from its noisy histogram), then noisy
 * gradients of encoder and decoder together. The noise in a row's latent numbers goes by what the row holds, never by its place among the others.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`, `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`.
 */
export async function fitPrivately(
  table: Table,
  given: CompiledTvae,
  context: FitContext,
): Promise<TvaeModel> {
  // kept with their defaults, so that a saved model has the widths that it was learned with
  const options = {
    ...given,
    units: given.units ?? privateDefaults.units,
    latent: given.latent ?? privateDefaults.latent,
    learningRate: given.learningRate ?? privateDefaults.learningRate,
  };
  const learned = learnPrivately(table, { ...options, id: 'tvae', modes: 'mixture' }, context);
  const { curator, coders, layout, rows, groups } = learned;
  const model = { schema: table.schema, options, coders, curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const shape = shapeOf(model);
  const start = new Float32Array(layout.numbers.length + layout.width);
  start.set(privateLogShares(learned), layout.numbers.length);
  const parameters = await trainLearned(
    {
      losses: (graph, parameters) => {
        const noise = graph.input('noise', ['batch', shape.latent]);
        const { lossFactor } = options;
        return rowLosses(parameters, rowInputs(graph, shape), { shape, noise, lossFactor, start });
      },
      step: (chance) => {
        // one latent noise for each group of rows
        const noise = Float32Array.from({ length: 256 * shape.latent }, () => chance.normal());
        return (places, length) =>
          rowFeeds(rows, places, {
            shape,
            length,
            noiseOf: (i) =>
              noise.subarray(groups[places[i]!]! * shape.latent, (groups[places[i]!]! + 1) * shape.latent),
          });
      },
    },
    { learned, options },
    context,
  );
  const fitted = { ...model, parameters: decoderPart(parameters, shape), receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}
