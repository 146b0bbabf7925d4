import type { NetworkModel } from '../mixed/index.js';
import { layoutOf } from '../mixed/index.js';
import type { Shape } from './network.js';
import type { CompiledTvae } from './options.js';
import { plainDefaults } from './options.js';

/** Everything that drawing needs, and how it was learned; losses of the curve as in `rowLosses`. */
export interface TvaeModel extends NetworkModel {
  readonly options: CompiledTvae;
}

export function shapeOf({ coders, options }: Pick<TvaeModel, 'coders' | 'options'>): Shape {
  const { units = plainDefaults.units, latent = plainDefaults.latent } = options;
  return { layout: layoutOf(coders), units, latent };
}
