import type { Block } from './basis.js';
import { cellsOf } from './basis.js';

/** Rows seen through a basis: `cells[b][i]` is the cell of row i in block b. */
export interface BasisRows {
  readonly rows: number;
  readonly cells: readonly Uint16Array[];
}

export function basisRows(
  blocks: readonly Block[],
  codes: readonly ArrayLike<number>[],
  rows: number,
): BasisRows {
  return { rows, cells: blocks.map((block) => cellsOf(block, codes)) };
}

/** Where each block's cells begin in a vector of parameters or sums; place 0 is the intercept, the last entry the vector's length. */
export function offsets(blocks: readonly Block[]): number[] {
  const at = [1];
  for (const block of blocks) at.push(at.at(-1)! + block.cells);
  return at;
}

/** Σ over rows of value × (1, onehot of each block's cell). */
export function basisSums(
  { rows, cells }: BasisRows,
  at: readonly number[],
  values: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(at.at(-1)!);
  for (let i = 0; i < rows; i++) out[0]! += values[i]!;
  for (const [b, cell] of cells.entries()) {
    const from = at[b]!;
    for (let i = 0; i < rows; i++) out[from + cell[i]!]! += values[i]!;
  }
  return out;
}

/** Parameters · (1, onehot of each block's cell), for each row. */
export function rowScores(
  { rows, cells }: BasisRows,
  at: readonly number[],
  parameters: Float64Array,
): Float64Array {
  const out = new Float64Array(rows).fill(parameters[0]!);
  for (const [b, cell] of cells.entries()) {
    const from = at[b]!;
    for (let i = 0; i < rows; i++) out[i]! += parameters[from + cell[i]!]!;
  }
  return out;
}

/**
 * Class probabilities from scores, one array an output, in place. One output: log odds of the second class, and its probability comes back;
 * several: one score a class (softmax).
 */
export function probabilities(scores: readonly Float64Array[]): readonly Float64Array[] {
  const [only] = scores;
  if (scores.length === 1 && only !== undefined) {
    for (let i = 0; i < only.length; i++) only[i] = 1 / (1 + Math.exp(-only[i]!));
    return scores;
  }
  const rows = only?.length ?? 0;
  for (let i = 0; i < rows; i++) {
    let top = -Infinity;
    for (const score of scores) top = Math.max(top, score[i]!);
    let total = 0;
    for (const score of scores) total += score[i] = Math.exp(score[i]! - top);
    for (const score of scores) score[i]! /= total;
  }
  return scores;
}
