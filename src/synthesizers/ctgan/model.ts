import { z } from 'zod';
import type { Classes, ClassShape, Labels, NetworkModel } from '../mixed/index.js';
import { labelChoices, layoutOf } from '../mixed/index.js';
import type { ConditionChoice } from './conditions.js';
import type { Shape } from './network.js';
import type { CompiledCtgan } from './options.js';
import { plainDefaults, privateDefaults } from './options.js';

export const conditionsSchema = z.array(
  z.strictObject({
    choice: z.int().min(0),
    counts: z.array(z.int().min(0)),
    ofClass: z.array(z.array(z.int().min(0))).default([]),
  }),
);

/** Everything that drawing needs, and how it was learned. The curve has the critic's distance between real and made rows, of training and set-aside rows. */
export interface CtganModel extends NetworkModel {
  readonly options: CompiledCtgan;
  readonly conditions: readonly ConditionChoice[];
  /** What the generator is told; nothing with a budget, where {@link CtganModel.classes} are. */
  readonly labels: Labels;
  /** With a budget: what the generator starts from; they are its conditions. */
  readonly classes?: Classes | undefined;
}

export function shapeOf({
  coders,
  options,
  conditions,
  labels,
}: Pick<CtganModel, 'coders' | 'options' | 'conditions' | 'labels'>): Shape {
  const { units = plainDefaults.units, latent = plainDefaults.latent, pac } = options;
  const layout = layoutOf(coders);
  const conditional = conditions.length > 0;
  return { layout, units, latent, pac, conditional, labels: labelChoices(labels, layout) };
}

/** With a budget. */
export function classShapeOf(
  { coders, options }: Pick<CtganModel, 'coders' | 'options'>,
  classes: Classes,
): ClassShape {
  const { units = privateDefaults.units, latent = privateDefaults.latent } = options;
  return { layout: layoutOf(coders), classes, units, latent };
}
