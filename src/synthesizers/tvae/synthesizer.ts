import { z } from 'zod';
import type { NetworkKind } from '../mixed/index.js';
import {
  classDecoderNetwork,
  classesSchema,
  FittedNetwork,
  hasNetwork,
  labelsSchema,
  loadNetwork,
  modelFields,
  noLabels,
} from '../mixed/index.js';
import type { Synthesizer } from '../types.js';
import { fitTvae, plateau } from './fit.js';
import { tvaeManual } from './manual.js';
import type { TvaeModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import { decoderNetwork } from './network.js';
import type { CompiledTvae, TvaeOptions } from './options.js';
import { compileTvae, tvaeOptionsSchema } from './options.js';
import { fitPrivately } from './private-fit.js';

const kind: NetworkKind<TvaeModel> = {
  id: 'tvae',
  module: new URL('./sample-block.js', import.meta.url).href,
  network: (model) => {
    const { classes } = model;
    if (classes !== undefined) {
      const shape = classShapeOf(model, classes);
      return hasNetwork(shape.layout) ? classDecoderNetwork(shape) : undefined;
    }
    const shape = shapeOf(model);
    return hasNetwork(shape.layout) ? decoderNetwork(shape) : undefined;
  },
  manual: tvaeManual,
  record: { loss: 'loss of a row', plateau },
};

const modelSchema = z.strictObject({
  ...modelFields,
  options: tvaeOptionsSchema,
  labels: labelsSchema.default(noLabels),
  classes: classesSchema.optional(),
});

export const tvae: Synthesizer<TvaeOptions, CompiledTvae> = {
  id: 'tvae',
  title: 'Variational autoencoder (TVAE)',
  generation: 'data-driven',
  summary:
    'Rows from latent numbers by a decoder, learned together with an encoder. A small network whose rows take one pass to draw; blurs rare combinations. To compare with published results.',
  budget: 'optional',
  source:
    'Xu et al. 2019, "Modeling Tabular Data using Conditional GAN", NeurIPS 2019, arXiv 1907.00503, §4.4',
  compile: compileTvae,
  fit: async (table, options, context) =>
    new FittedNetwork(
      await (context.curator === undefined ? fitTvae : fitPrivately)(table, options, context),
      kind,
    ),
  load: async (dir) => new FittedNetwork(await loadNetwork(dir, { ...kind, schema: modelSchema }), kind),
};
