import type { PrivacyReceipt } from '../../privacy/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { ColumnCoder } from '../coding.js';
import type { GraphicalModel } from './features.js';
import type { HeadsModel } from './heads/index.js';
import type { CompiledAim } from './options.js';

/** Everything that drawing needs: plain data. */
export interface AimModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledAim;
  /** One a column of the table. */
  readonly coders: readonly ColumnCoder[];
  /** Columns of the graphical model, by their places in the table. */
  readonly features: readonly number[];
  readonly graph: GraphicalModel;
  /** Columns drawn by heads, by their places in the table, in the order of drawing. */
  readonly labels: readonly number[];
  readonly heads: HeadsModel | undefined;
  /** Noisy number of rows that were learned from. */
  readonly total: number;
  readonly receipt: PrivacyReceipt;
}
