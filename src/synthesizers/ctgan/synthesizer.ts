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
import { fitCtgan } from './fit.js';
import { ctganManual } from './manual.js';
import type { CtganModel } from './model.js';
import { classShapeOf, conditionsSchema, shapeOf } from './model.js';
import { drawingNetwork } from './network.js';
import type { CompiledCtgan, CtganOptions } from './options.js';
import { compileCtgan, ctganOptionsSchema } from './options.js';
import { fitPrivately } from './private-fit.js';

const kind: NetworkKind<CtganModel> = {
  id: 'ctgan',
  module: new URL('./sample-block.js', import.meta.url).href,
  network: (model) => {
    const { classes } = model;
    if (classes !== undefined) {
      const shape = classShapeOf(model, classes);
      return hasNetwork(shape.layout) ? classDecoderNetwork(shape) : undefined;
    }
    const shape = shapeOf(model);
    return hasNetwork(shape.layout) ? drawingNetwork(shape) : undefined;
  },
  manual: ctganManual,
  record: { loss: "critic's distance", plateau: 'none' },
};

const modelSchema = z.strictObject({
  ...modelFields,
  options: ctganOptionsSchema,
  conditions: conditionsSchema,
  labels: labelsSchema.default(noLabels),
  classes: classesSchema.optional(),
});

export const ctgan: Synthesizer<CtganOptions, CompiledCtgan> = {
  id: 'ctgan',
  title: 'Conditional GAN (CTGAN)',
  generation: 'data-driven',
  summary:
    'A generator against a critic (Wasserstein, with gradient penalty), trained on rows drawn evenly over categories. To compare with published results, where it usually loses to the others.',
  budget: 'optional',
  source: 'Xu et al. 2019, "Modeling Tabular Data using Conditional GAN", NeurIPS 2019, arXiv 1907.00503',
  compile: compileCtgan,
  fit: async (table, options, context) =>
    new FittedNetwork(
      await (context.curator === undefined ? fitCtgan : fitPrivately)(table, options, context),
      kind,
    ),
  load: async (dir) => new FittedNetwork(await loadNetwork(dir, { ...kind, schema: modelSchema }), kind),
};
