import { z } from 'zod';
import type { NetworkModel } from '../mixed/index.js';
import { layoutOf } from '../mixed/index.js';
import type { ConditionChoice } from './conditions.js';
import type { Shape } from './network.js';
import type { CompiledCtgan } from './options.js';
import { plainDefaults } from './options.js';

export const conditionsSchema = z.array(
  z.strictObject({ choice: z.int().min(0), counts: z.array(z.int().min(0)) }),
);

/** Everything that drawing needs, and how it was learned. The curve has the critic's distance between real and made rows, of training and set-aside rows. */
export interface CtganModel extends NetworkModel {
  readonly options: CompiledCtgan;
  readonly conditions: readonly ConditionChoice[];
}

export function shapeOf({
  coders,
  options,
  conditions,
}: Pick<CtganModel, 'coders' | 'options' | 'conditions'>): Shape {
  const { units = plainDefaults.units, latent = plainDefaults.latent, pac } = options;
  return { layout: layoutOf(coders), units, latent, pac, conditional: conditions.length > 0 };
}
