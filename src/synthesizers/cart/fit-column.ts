import { Rng } from '../../core/index.js';
import type { CategoricalColumn, Column } from '../../table/index.js';
import { donorLeaves, drawableRows, missingLeaves } from './donors.js';
import { growTree } from './grow.js';
import { fitHead } from './head.js';
import type { ColumnModel, Head, Stage } from './model.js';
import type { SettledCart } from './options.js';
import type { Feature } from './split.js';
import { missingTarget, valueTarget } from './target.js';

export interface FitColumnInput {
  readonly column: Column;
  /** The columns that it may depend on, as bins. */
  readonly features: readonly Feature[];
  readonly options: SettledCart;
  /** For a label that boosted trees should draw: what they learn from, and the key of their stream. */
  readonly head?: { readonly features: readonly Column[]; readonly key: string } | undefined;
}

/** Learns one column from its predecessors; runs on a worker thread. */
export function fitColumn(input: FitColumnInput): ColumnModel {
  const rows = drawableRows(input.column, input.options.rareRows);
  const missing = input.column.valid.includes(0) ? missingStage(input) : undefined;
  return rows.length === 0 ? { missing } : { missing, value: valueStage(input, rows) };
}

function missingStage({ column, features, options }: FitColumnInput): Stage {
  const rows = new Uint32Array(column.valid.length);
  for (let row = 0; row < rows.length; row++) rows[row] = row;
  // among so many cuts noise alone gains more than a few times its mean: the threshold of Schwarz 1978 (BIC), as most columns
  // are missing for one reason, or for none
  const limits = { ...options, minGain: Math.max(options.minGain, Math.log(rows.length)) };
  const grown = growTree({ features, target: missingTarget(column), rows, limits });
  return { type: 'tree', tree: grown.tree, leaves: missingLeaves(column, grown.leaves) };
}

function valueStage(input: FitColumnInput, rows: Uint32Array): Stage | Head {
  const { column, features, options, head } = input;
  const grown = growTree({ features, target: valueTarget(column), rows, limits: options });
  if (head !== undefined && column.type === 'categorical' && !isDetermined(column, rows, grown.leaves)) {
    const fitted = fitHead({ column, features: head.features, rows, rng: Rng.fromKey(head.key) });
    if (fitted !== undefined) return fitted;
  }
  const leaves = donorLeaves(column, grown.leaves, { spikeRows: options.minLeaf });
  return { type: 'tree', tree: grown.tree, leaves };
}

/** Share of a label's Gini impurity that may be left inside leaves when earlier columns decide the label. */
const LEFT_UNDECIDED = 0.03;

/** Whether leaves are almost pure: then the label follows from earlier columns, and a tree keeps that rule where probabilities would blur it. */
function isDetermined(column: CategoricalColumn, rows: Uint32Array, leaves: readonly Uint32Array[]): boolean {
  const inside = leaves.reduce((sum, leaf) => sum + impurity(column, leaf), 0);
  return inside <= LEFT_UNDECIDED * impurity(column, rows);
}

/** Rows times Gini impurity. */
function impurity(column: CategoricalColumn, rows: Uint32Array): number {
  const counts = new Float64Array(column.schema.categories.length);
  for (const row of rows) counts[column.codes[row]!]!++;
  return counts.reduce((left, count) => left - (count * count) / rows.length, rows.length);
}
