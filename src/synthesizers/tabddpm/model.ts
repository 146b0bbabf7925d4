import type { Classes, Labels, NetworkModel } from '../mixed/index.js';
import { layoutOf } from '../mixed/index.js';
import type { ClassDenoiserShape } from './class-network.js';
import type { Shape } from './network.js';
import type { CompiledTabddpm } from './options.js';
import { plainDefaults, privateDefaults } from './options.js';

/** Everything that drawing needs, and how it was learned; losses of the curve as in `losses`. */
export interface TabddpmModel extends NetworkModel {
  readonly options: CompiledTabddpm;
  readonly labels: Labels;
  /** With a budget: what the denoiser starts from; labels are drawn as it says. */
  readonly classes?: Classes | undefined;
}

export function shapeOf({ coders, options }: Pick<TabddpmModel, 'coders' | 'options'>): Shape {
  const { units = plainDefaults.units, layers, noiseSteps = plainDefaults.noiseSteps } = options;
  return { layout: layoutOf(coders), units, layers, noiseSteps };
}

/** With a budget. */
export function classShapeOf(
  { coders, options }: Pick<TabddpmModel, 'coders' | 'options'>,
  classes: Classes,
): ClassDenoiserShape {
  const { units = privateDefaults.units, noiseSteps = privateDefaults.noiseSteps } = options;
  return { layout: layoutOf(coders), classes, units, noiseSteps };
}
