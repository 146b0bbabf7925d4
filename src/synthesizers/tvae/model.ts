import type { Classes, ClassShape, Labels, NetworkModel } from '../mixed/index.js';
import { labelChoices, layoutOf } from '../mixed/index.js';
import type { Shape } from './network.js';
import type { CompiledTvae } from './options.js';
import { plainDefaults, privateDefaults } from './options.js';

/** Everything that drawing needs, and how it was learned; losses of the curve as in `rowLosses`. */
export interface TvaeModel extends NetworkModel {
  readonly options: CompiledTvae;
  /** What the decoder is told; nothing with a budget, where {@link TvaeModel.classes} are. */
  readonly labels: Labels;
  /** With a budget: what the decoder starts from. */
  readonly classes?: Classes | undefined;
}

export function shapeOf({
  coders,
  options,
  labels,
}: Pick<TvaeModel, 'coders' | 'labels' | 'options'>): Shape {
  const { units = plainDefaults.units, latent = plainDefaults.latent } = options;
  const layout = layoutOf(coders);
  return { layout, units, latent, labels: labelChoices(labels, layout) };
}

/** With a budget. */
export function classShapeOf(
  { coders, options }: Pick<TvaeModel, 'coders' | 'options'>,
  classes: Classes,
): ClassShape {
  const { units = privateDefaults.units, latent = privateDefaults.latent } = options;
  return { layout: layoutOf(coders), classes, units, latent };
}
