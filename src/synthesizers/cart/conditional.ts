import type { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Binning } from '../../trees/index.js';
import { evenUniforms } from './even.js';
import { headProbabilities } from './head.js';
import { outcomeAt, probabilityOf } from './leaves.js';
import type { Head, Stage } from './model.js';
import { leafOf } from './tree.js';

/** A column's distribution in each row, given what the row already holds. An outcome is a category's code or a number. */
export interface Conditional {
  /** An outcome for each of the rows, by even draws: each row has its distribution, all together have less noise than independent draws. */
  draw(rows: Uint32Array, rng: Rng): Float64Array;
  /** Probability of the outcome; of a number, that of its bin. */
  likelihood(row: number, outcome: number): number;
}

/**
 * A number that a leaf lacks but whose bin training has is not impossible, only unlikely: leaves are samples. It counts as
 * this part of what one bin among all has on average.
 */
const UNSEEN = 1e-3;

/** By a tree; `codes[c]` are the rows' bins in table column `c`, `binning` the bins of the column itself. */
export function treeConditional(stage: Stage, codes: readonly Uint8Array[], binning?: Binning): Conditional {
  const { tree, leaves } = stage;
  const edges = binning?.type === 'ordered' && binning.levels === undefined ? binning.edges : undefined;
  return {
    draw: (rows, rng) => {
      const at = rows.map((row) => leafOf(tree, codes, row));
      const uniforms = evenUniforms(at, leaves.start.length - 1, rng);
      return uniforms.map((u, i) => outcomeAt(leaves, at[i]!, u));
    },
    likelihood: (row, outcome) => {
      const leaf = leafOf(tree, codes, row);
      if (edges === undefined) return probabilityOf(leaves, leaf, outcome - 0.5, outcome + 0.5);
      const bin = edges.findIndex((edge) => edge >= outcome);
      if (bin < 0) return 0;
      const inBin = probabilityOf(leaves, leaf, edges[bin - 1] ?? -Infinity, edges[bin]!);
      return Math.max(inBin, UNSEEN / edges.length);
    },
  };
}

/** By boosted trees and logistic regression, from the rows' earlier columns. */
export function headConditional(head: Head, columns: readonly Column[]): Conditional {
  const probabilities = headProbabilities(head, columns);
  const { classes } = head;
  const k = classes.length;
  return {
    draw: (rows, rng) => {
      const own = new Float64Array(rows.length * k);
      for (const [i, row] of rows.entries()) own.set(probabilities.subarray(row * k, (row + 1) * k), i * k);
      const drawn = k === 2 ? drawEvenly(own, rng) : drawClasses(own, k, rng);
      return Float64Array.from(drawn, (at) => classes[at]!);
    },
    likelihood: (row, outcome) => {
      const at = classes.indexOf(outcome);
      return at < 0 ? 0 : probabilities[row * k + at]!;
    },
  };
}

/** Draws one of `k` classes for each row, evenly among the rows that have the same likeliest class. */
function drawClasses(probabilities: Float64Array, k: number, rng: Rng): Uint8Array {
  const rows = probabilities.length / k;
  const of = (row: number): Float64Array => probabilities.subarray(row * k, (row + 1) * k);
  const likeliest = Uint32Array.from({ length: rows }, (_, row) => {
    const own = of(row);
    return own.indexOf(Math.max(...own));
  });
  const uniforms = evenUniforms(likeliest, k, rng);
  return Uint8Array.from(uniforms, (u, row) => classAt(of(row), u));
}

function classAt(probabilities: Float64Array, uniform: number): number {
  let left = uniform * probabilities.reduce((sum, p) => sum + p, 0);
  let last = 0;
  for (const [at, p] of probabilities.entries()) {
    if (p <= 0) continue;
    last = at;
    left -= p;
    if (left < 0) return at;
  }
  return last;
}

/**
 * Draws one of two classes for each row by systematic sampling (Madow 1949, Annals of Mathematical Statistics 20:333) over the rows in the
 * order of their probability: each row has class 1 with exactly its probability, and among any run of rows alike the number of them is off by
 * less than one. Models trained on the rows see less noise than coin tosses would give them.
 */
export function drawEvenly(probabilities: Float64Array, rng: Rng): Uint8Array {
  const rows = probabilities.length / 2;
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  order.sort((a, b) => probabilities[2 * a + 1]! - probabilities[2 * b + 1]! || a - b);
  const drawn = new Uint8Array(rows);
  let passed = rng.next();
  for (const row of order) {
    const before = Math.floor(passed);
    passed += probabilities[2 * row + 1]!;
    if (Math.floor(passed) > before) drawn[row] = 1;
  }
  return drawn;
}
