import type { Layout, NetworkModel } from '../mixed/index.js';
import { layoutOf } from '../mixed/index.js';
import type { Shape } from './network.js';
import type { CompiledTvae } from './options.js';

/** Everything that drawing needs, and how it was learned; losses of the curve as in `rowLosses`. */
export interface TvaeModel extends NetworkModel {
  readonly options: CompiledTvae;
}

/** A table of constants needs no network. */
export function hasNetwork({ choices, numbers }: Layout): boolean {
  return choices.length + numbers.length > 0;
}

export function shapeOf({ coders, options }: Pick<TvaeModel, 'coders' | 'options'>): Shape {
  return { layout: layoutOf(coders), units: options.units, latent: options.latent };
}
