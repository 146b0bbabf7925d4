import { z } from 'zod';
import type { NetworkKind } from '../mixed/index.js';
import {
  classesSchema,
  FittedNetwork,
  hasNetwork,
  labelsSchema,
  loadNetwork,
  modelFields,
} from '../mixed/index.js';
import type { Synthesizer } from '../types.js';
import { fitTabddpm, plateau } from './fit.js';
import { classNetwork } from './class-network.js';
import { tabddpmManual } from './manual.js';
import type { TabddpmModel } from './model.js';
import { classShapeOf, shapeOf } from './model.js';
import { drawingNetwork } from './network.js';
import { fitPrivately } from './private-fit.js';
import type { CompiledTabddpm, TabddpmOptions } from './options.js';
import { compileTabddpm, tabddpmOptionsSchema } from './options.js';

const kind: NetworkKind<TabddpmModel> = {
  id: 'tabddpm',
  module: new URL('./sample-block.js', import.meta.url).href,
  network: (model) => {
    const { classes } = model;
    if (classes !== undefined) {
      const shape = classShapeOf(model, classes);
      return hasNetwork(shape.layout) ? classNetwork(shape) : undefined;
    }
    const shape = shapeOf(model);
    return hasNetwork(shape.layout) ? drawingNetwork(shape) : undefined;
  },
  manual: tabddpmManual,
  record: { loss: 'loss of a row', plateau },
};

const modelSchema = z.strictObject({
  ...modelFields,
  options: tabddpmOptionsSchema,
  labels: labelsSchema,
  classes: classesSchema.optional(),
});

export const tabddpm: Synthesizer<TabddpmOptions, CompiledTabddpm> = {
  id: 'tabddpm',
  title: 'Diffusion model (TabDDPM)',
  generation: 'data-driven',
  summary:
    'A network that takes noise out of rows step by step, numbers and categories together, given the label. The best of the classic networks in published comparisons, with smooth numbers; slower to learn and to draw than trees. Any columns can be given.',
  budget: 'optional',
  source:
    'Kotelnikov et al. 2023, "TabDDPM: Modelling Tabular Data with Diffusion Models", ICML 2023, arXiv 2209.15421',
  compile: compileTabddpm,
  fit: async (table, options, context) =>
    new FittedNetwork(
      await (context.curator === undefined ? fitTabddpm : fitPrivately)(table, options, context),
      kind,
    ),
  load: async (dir) => new FittedNetwork(await loadNetwork(dir, { ...kind, schema: modelSchema }), kind),
};
