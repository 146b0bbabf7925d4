import type { ColumnSchema } from '../../table/index.js';
import type { Bounds } from '../bounds.js';
import type { Marginal } from './marginal.js';
import type { CompiledCopula } from './options.js';

/** A latent normal: the value of a column, or whether it is missing. */
export interface LatentVariable {
  readonly column: number;
  readonly what: 'value' | 'missing';
  readonly marginal: Marginal;
}

/** Everything that drawing needs. Lists of columns follow the table. */
export interface CopulaModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledCopula;
  /** Null for categories and for columns without a value. */
  readonly bounds: readonly (Bounds | null)[];
  readonly latents: readonly LatentVariable[];
  /** Correlations of the latents, positive definite, row-major. */
  readonly correlations: Float64Array;
}
