import type { LogisticModel } from '../../numerics/index.js';
import type { ColumnSchema, FeatureEncoder } from '../../table/index.js';
import type { BoostedTreesData, Binning } from '../../trees/index.js';
import type { Bounds } from '../bounds.js';
import type { Leaves } from './leaves.js';
import type { SettledCart } from './options.js';
import type { Tree } from './tree.js';

/** A tree with what its leaves hold. */
export interface Stage {
  readonly type: 'tree';
  readonly tree: Tree;
  readonly leaves: Leaves;
}

/** A logistic regression on encoded columns. */
export interface Logistic {
  readonly encoder: FeatureEncoder;
  readonly model: LogisticModel;
}

/** Probabilities of a label's classes: a weighted mean of two models, tilted by odds. */
export interface Head {
  readonly type: 'head';
  /** The category that each class stands for. */
  readonly classes: readonly number[];
  /** Weight of the boosted trees, 0 … 1; the rest is the logistic regression's. A model without weight is absent. */
  readonly weight: number;
  readonly trees: BoostedTreesData | undefined;
  readonly logistic: Logistic | undefined;
  /** Factor on each class's odds. */
  readonly odds: readonly number[];
}

/** How one column is drawn: whether it is missing, then its value. Absent parts: never missing; always missing. */
export interface ColumnModel {
  readonly missing?: Stage | undefined;
  readonly value?: Stage | Head | undefined;
}

/** Everything that drawing needs: plain data with its numbers on shared memory. Lists follow the table's columns. */
export interface CartModel {
  readonly schema: readonly ColumnSchema[];
  readonly options: SettledCart;
  /** Column numbers in the order of drawing. */
  readonly order: readonly number[];
  readonly binnings: readonly Binning[];
  /** Null for categories and for columns without a value. */
  readonly bounds: readonly (Bounds | null)[];
  readonly columns: readonly ColumnModel[];
}
