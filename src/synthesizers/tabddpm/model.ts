import type { NetworkModel } from '../mixed/index.js';
import { layoutOf } from '../mixed/index.js';
import type { Labels } from './labels.js';
import type { Shape } from './network.js';
import type { CompiledTabddpm } from './options.js';
import { plainDefaults } from './options.js';

/** Everything that drawing needs, and how it was learned; losses of the curve as in `losses`. */
export interface TabddpmModel extends NetworkModel {
  readonly options: CompiledTabddpm;
  readonly labels: Labels;
}

export function shapeOf({ coders, options }: Pick<TabddpmModel, 'coders' | 'options'>): Shape {
  const { units = plainDefaults.units, layers, noiseSteps } = options;
  return { layout: layoutOf(coders), units, layers, noiseSteps };
}
