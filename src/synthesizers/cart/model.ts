import type { ColumnSchema } from '../../table/index.js';
import type { BoostedTreesData, Binning } from '../../trees/index.js';
import type { Bounds } from '../bounds.js';
import type { Leaves } from './leaves.js';
import type { CompiledCart } from './options.js';
import type { Tree } from './tree.js';

/** A tree with what its leaves hold. */
export interface Stage {
  readonly type: 'tree';
  readonly tree: Tree;
  readonly leaves: Leaves;
}

/** Probabilities of a label's classes by boosted trees. */
export interface Head {
  readonly type: 'boosted';
  readonly trees: BoostedTreesData;
  /** The category that each of the trees' classes stands for. */
  readonly classes: readonly number[];
}

/** How one column is drawn: whether it is missing, then its value. Absent parts: never missing; always missing. */
export interface ColumnModel {
  readonly missing?: Stage | undefined;
  readonly value?: Stage | Head | undefined;
}

/** Everything that drawing needs: plain data with its numbers on shared memory. Lists follow the table's columns. */
export interface CartModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: CompiledCart;
  /** Column numbers in the order of drawing. */
  readonly order: readonly number[];
  readonly binnings: readonly Binning[];
  /** Null for categories and for columns without a value. */
  readonly bounds: readonly (Bounds | null)[];
  readonly columns: readonly ColumnModel[];
}
