import { value } from '../../tensor/index.js';
import type { Table } from '../../table/index.js';
import {
  calibrateClasses,
  hasNetwork,
  hotRows,
  learnPrivately,
  noLabels,
  refuseCollapsePrivately,
  trainLearned,
} from '../mixed/index.js';
import type { FitContext } from '../types.js';
import { classLosses, decoderPart } from './class-network.js';
import type { TvaeModel } from './model.js';
import { classShapeOf } from './model.js';
import type { CompiledTvae } from './options.js';
import { privateDefaults } from './options.js';
import { sampleBlock } from './sample-block.js';

/**
 * Learns a table under the curator's promise: codes and each class's shares from noisy counts, from which the decoder starts; then noisy gradients of encoder and decoder
 * together, and calibration to the same shares. The noise in a row's latent numbers goes by what the row holds, never by its place among the others.
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
    lossFactor: given.lossFactor ?? privateDefaults.lossFactor,
  };
  const learned = learnPrivately(table, { ...options, id: 'tvae' }, context);
  const { curator, coders, layout, rows, groups, classes, classOf, rng } = learned;
  const model = { schema: table.schema, options, coders, labels: noLabels, classes, curve: [] };
  if (!hasNetwork(layout)) return { ...model, parameters: new Float32Array(0), receipt: curator.receipt() };
  const shape = classShapeOf(model, classes);
  const { latent } = shape;
  const choices = layout.choices.length;
  const trained = await trainLearned(
    {
      losses: (graph, parameters) =>
        classLosses(graph, parameters, { shape, lossFactor: options.lossFactor }),
      step: (chance) => {
        // one latent noise for each group of rows
        const noise = Float32Array.from({ length: 256 * latent }, () => chance.normal());
        return (places, length) => {
          const drawn = new Float32Array(length * latent);
          const codes = new Int32Array(length * choices);
          const own = new Int32Array(length);
          for (const [i, row] of places.entries()) {
            const group = groups[row]!;
            drawn.set(noise.subarray(group * latent, (group + 1) * latent), i * latent);
            codes.set(rows.codes.subarray(row * choices, (row + 1) * choices), i * choices);
            own[i] = classOf[row]!;
          }
          return {
            hot: value(hotRows(rows, places, { layout, length }), [length, layout.width]),
            codes: value(codes, [length, choices]),
            noise: value(drawn, [length, latent]),
            class: value(own),
          };
        };
      },
    },
    { learned, options },
    context,
  );
  const parameters = decoderPart(trained, shape);
  await calibrateClasses(parameters, shape, rng.split('calibrate'));
  const fitted = { ...model, parameters, receipt: curator.receipt() };
  await refuseCollapsePrivately(learned, { model: fitted, sampleBlock });
  return fitted;
}
