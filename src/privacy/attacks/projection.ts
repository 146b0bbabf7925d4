import type { Rng } from '../../core/index.js';
import type { MixedRows } from './space.js';
import { cellsPerWord } from './space.js';

/** Rounds of orthogonal iteration; densities need the subspace, not converged axes. */
const ROUNDS = 12;

/** Principal axes of rows of a mixed space. */
export interface Projection {
  readonly components: number;
  readonly dimensions: number;
  /** First feature of each cell's indicators, and the number of features at the end. */
  readonly offsets: readonly number[];
  /** Features × components, orthonormal columns. Indicators are worth 1/√2. */
  readonly axes: Float64Array;
  /** What the mean row projects to. */
  readonly centre: Float64Array;
}

/**
 * Principal component analysis of the standardised and one-hot encoded rows by orthogonal iteration (Golub and Van Loan, Matrix
 * Computations, 4th edition, §8.2.4) that never forms a matrix of features × features, so columns of many categories cost
 * nothing. Fewer components where there are fewer features.
 */
export function learnProjection(rows: MixedRows, components: number, rng: Rng): Projection {
  const offsets = offsetsOf(rows);
  const features = offsets.at(-1)!;
  const k = Math.min(components, features);
  const mean = meanOf(rows, offsets);
  const axes = Float64Array.from({ length: features * k }, () => rng.normal());
  orthonormalise(axes, features, k);
  let projection: Projection = {
    components: k,
    dimensions: rows.dimensions,
    offsets,
    axes,
    centre: dots(axes, mean, k),
  };
  for (let round = 0; round < ROUNDS; round++) {
    const next = backwards(rows, projection, project(rows, projection));
    orthonormalise(next, features, k);
    projection = { ...projection, axes: next, centre: dots(next, mean, k) };
  }
  return projection;
}

/** Coordinates of rows on the axes, centred: rows × components. Cells that the axes do not know add nothing. */
export function project(rows: MixedRows, { components: k, offsets, axes, centre }: Projection): Float64Array {
  const out = new Float64Array(new SharedArrayBuffer(8 * rows.rows * k));
  for (let row = 0; row < rows.rows; row++) {
    const at = row * k;
    for (let c = 0; c < k; c++) out[at + c] = -centre[c]!;
    for (let j = 0; j < rows.dimensions; j++) {
      const x = rows.numeric[row * rows.dimensions + j]!;
      if (x !== 0) for (let c = 0; c < k; c++) out[at + c]! += x * axes[j * k + c]!;
    }
    for (let cell = 0; cell + 1 < offsets.length; cell++) {
      const feature = featureOf(rows, row, cell, offsets);
      if (feature >= 0) for (let c = 0; c < k; c++) out[at + c]! += Math.SQRT1_2 * axes[feature * k + c]!;
    }
  }
  return out;
}

/** Cells of a row, unused ones of a word among them (always 0). */
function cellCount({ wordsOf }: MixedRows): number {
  return cellsPerWord.reduce<number>((n, per, size) => n + per * wordsOf[size]!, 0);
}

function cellAt({ words, wordCount, wordsOf }: MixedRows, row: number, cell: number): number {
  let at = row * wordCount;
  let i = cell;
  for (const [size, per] of cellsPerWord.entries()) {
    const here = per * wordsOf[size]!;
    if (i < here) {
      const bits = 32 / per;
      return (words[at + Math.floor(i / per)]! >>> (bits * (i % per))) & (per === 1 ? -1 : 2 ** bits - 1);
    }
    i -= here;
    at += wordsOf[size]!;
  }
  return 0;
}

/** Feature of a row's cell, −1 for a value beyond those known. */
function featureOf(rows: MixedRows, row: number, cell: number, offsets: readonly number[]): number {
  const feature = offsets[cell]! + cellAt(rows, row, cell);
  return feature < offsets[cell + 1]! ? feature : -1;
}

function offsetsOf(rows: MixedRows): number[] {
  const offsets = [rows.dimensions];
  for (let cell = 0; cell < cellCount(rows); cell++) {
    let largest = 0;
    for (let row = 0; row < rows.rows; row++) largest = Math.max(largest, cellAt(rows, row, cell));
    offsets.push(offsets.at(-1)! + largest + 1);
  }
  return offsets;
}

function meanOf(rows: MixedRows, offsets: readonly number[]): Float64Array {
  const mean = new Float64Array(offsets.at(-1)!);
  for (let row = 0; row < rows.rows; row++) {
    for (let j = 0; j < rows.dimensions; j++) mean[j]! += rows.numeric[row * rows.dimensions + j]!;
    for (let cell = 0; cell + 1 < offsets.length; cell++)
      mean[featureOf(rows, row, cell, offsets)]! += Math.SQRT1_2;
  }
  return mean.map((total) => total / Math.max(1, rows.rows));
}

/** Axes × mean, one number a component. */
function dots(axes: Float64Array, mean: Float64Array, k: number): Float64Array {
  const out = new Float64Array(k);
  for (let f = 0; f < mean.length; f++) for (let c = 0; c < k; c++) out[c]! += mean[f]! * axes[f * k + c]!;
  return out;
}

/** Xᵀ Y for centred coordinates Y (their sums are 0, so X need not be centred). */
function backwards(rows: MixedRows, { components: k, offsets }: Projection, y: Float64Array): Float64Array {
  const out = new Float64Array(offsets.at(-1)! * k);
  for (let row = 0; row < rows.rows; row++) {
    const at = row * k;
    for (let j = 0; j < rows.dimensions; j++) {
      const x = rows.numeric[row * rows.dimensions + j]!;
      if (x !== 0) for (let c = 0; c < k; c++) out[j * k + c]! += x * y[at + c]!;
    }
    for (let cell = 0; cell + 1 < offsets.length; cell++) {
      const feature = featureOf(rows, row, cell, offsets);
      for (let c = 0; c < k; c++) out[feature * k + c]! += Math.SQRT1_2 * y[at + c]!;
    }
  }
  return out;
}

/** Modified Gram-Schmidt, in place; a column without anything left becomes 0. */
function orthonormalise(axes: Float64Array, features: number, k: number): void {
  for (let c = 0; c < k; c++) {
    for (let b = 0; b < c; b++) {
      let dot = 0;
      for (let f = 0; f < features; f++) dot += axes[f * k + c]! * axes[f * k + b]!;
      for (let f = 0; f < features; f++) axes[f * k + c]! -= dot * axes[f * k + b]!;
    }
    let norm = 0;
    for (let f = 0; f < features; f++) norm += axes[f * k + c]! ** 2;
    const scale = norm > 1e-18 ? 1 / Math.sqrt(norm) : 0;
    for (let f = 0; f < features; f++) axes[f * k + c]! *= scale;
  }
}
