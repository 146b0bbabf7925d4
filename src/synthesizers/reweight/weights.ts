import type { CodedTable } from '../coding.js';
import type { Measurement } from '../workload.js';

/** A measured table with its potential. */
interface Part {
  readonly columns: readonly number[];
  values: Float64Array;
  weights: Float64Array;
  /** The cell that each public record falls into. */
  readonly cellOf: Uint32Array;
  /** Records of each cell. */
  readonly support: Uint32Array;
  readonly theta: Float64Array;
  readonly start: Float64Array;
  readonly gradient: Float64Array;
  readonly shares: Float64Array;
  readonly before: Float64Array;
}

/** How much of the real records lies where there is no public record, as one measured table tells. */
export interface Unmatched {
  readonly columns: readonly number[];
  /** Share of the rows, from noisy counts; noise can make it negative. */
  readonly share: number;
  /** Standard deviation of that share. */
  readonly error: number;
}

const GROW = 1.5;
const SHRINK = 0.5;
const MOST_SEARCH = 25;

/**
 * Weights of public records, softmax of potentials, that fit noisy tables best: PMW^Pub (Liu, Vietri, Steinke, Ullman and Wu 2021, "Leveraging
 * public data for practical private query release"), with all answers fitted again after each one by entropic mirror descent with a line
 * search, as in private-pgm's `reweighted_dataset.py`. Starts from equal weights.
 */
export class RecordWeights {
  readonly #records: CodedTable;
  readonly #parts = new Map<string, Part>();
  /** Sum to 1. */
  readonly weights: Float64Array;
  #total = 1;
  #step = 0;

  constructor(records: CodedTable) {
    this.#records = records;
    this.weights = new Float64Array(records.rows).fill(1 / records.rows);
  }

  add({ columns, values, weights }: Measurement): void {
    const key = columns.join();
    const old = this.#parts.get(key);
    if (old === undefined) this.#parts.set(key, this.#newPart({ columns, values, weights }));
    else {
      const pooled = weights.map((w, i) => w + old.weights[i]!);
      old.values = values.map((v, i) => (v * weights[i]! + old.values[i]! * old.weights[i]!) / pooled[i]!);
      old.weights = pooled;
    }
  }

  /** Weighted shares of the cells of a table over some columns. */
  sharesOf(columns: readonly number[]): Float64Array {
    const { sizes, codes, rows } = this.#records;
    const shares = new Float64Array(columns.reduce((cells, c) => cells * sizes[c]!, 1));
    for (let i = 0; i < rows; i++) {
      let cell = 0;
      for (const c of columns) cell = cell * sizes[c]! + codes[c]![i]!;
      shares[cell]! += this.weights[i]!;
    }
    return shares;
  }

  /** Fits the weights to everything measured. @param total the noisy number of rows that the tables count. */
  fit(total: number, iterations: number): void {
    this.#total = total;
    if (this.#step === 0) this.#step = 1 / total;
    const parts = [...this.#parts.values()];
    let loss = this.#evaluate(parts);
    for (let t = 0; t < iterations; t++) {
      const next = this.#descend(parts, loss);
      if (next === undefined) break;
      loss = next;
    }
  }

  /** For every measured table: the noisy mass of cells without a public record. */
  unmatched(): Unmatched[] {
    return [...this.#parts.values()].map(({ columns, values, weights, support }) => {
      let mass = 0;
      let variance = 0;
      for (const [cell, n] of support.entries()) {
        if (n > 0) continue;
        mass += values[cell]!;
        variance += 1 / weights[cell]!;
      }
      return { columns, share: mass / this.#total, error: Math.sqrt(variance) / this.#total };
    });
  }

  #newPart({ columns, values, weights }: Measurement): Part {
    const { sizes, codes, rows } = this.#records;
    const cellOf = new Uint32Array(rows);
    for (const c of columns) {
      const column = codes[c]!;
      for (let i = 0; i < rows; i++) cellOf[i] = cellOf[i]! * sizes[c]! + column[i]!;
    }
    const support = new Uint32Array(values.length);
    for (const cell of cellOf) support[cell]!++;
    const floats = (): Float64Array => new Float64Array(values.length);
    return {
      columns,
      values,
      weights,
      cellOf,
      support,
      theta: floats(),
      start: floats(),
      gradient: floats(),
      shares: floats(),
      before: floats(),
    };
  }

  /** One step of mirror descent; undefined when no step makes it better. */
  #descend(parts: readonly Part[], loss: number): number | undefined {
    for (const { gradient, shares, values, weights, support, before, start, theta } of parts) {
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] = support[i]! > 0 ? weights[i]! * (this.#total * shares[i]! - values[i]!) : 0;
      }
      before.set(shares);
      start.set(theta);
    }
    this.#step *= GROW;
    for (let search = 0; search < MOST_SEARCH; search++) {
      for (const { theta, start, gradient } of parts) {
        for (let i = 0; i < theta.length; i++) theta[i] = start[i]! - this.#step * gradient[i]!;
      }
      const next = this.#evaluate(parts);
      if (loss - next >= 0.5 * this.#total * slope(parts)) return next;
      this.#step *= SHRINK;
    }
    for (const part of parts) part.theta.set(part.start);
    this.#evaluate(parts);
    return undefined;
  }

  /** Weights and shares for the present potentials, and the loss over cells that have public records. */
  #evaluate(parts: readonly Part[]): number {
    const { weights } = this;
    weights.fill(0);
    for (const { theta, cellOf } of parts) {
      for (let i = 0; i < weights.length; i++) weights[i]! += theta[cellOf[i]!]!;
    }
    let most = -Infinity;
    for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i]!);
    let sum = 0;
    for (let i = 0; i < weights.length; i++) sum += weights[i] = Math.exp(weights[i]! - most);
    for (let i = 0; i < weights.length; i++) weights[i]! /= sum;
    let loss = 0;
    for (const { cellOf, shares, support, values, weights: precision } of parts) {
      shares.fill(0);
      for (let i = 0; i < weights.length; i++) shares[cellOf[i]!]! += weights[i]!;
      for (let cell = 0; cell < shares.length; cell++) {
        if (support[cell]! > 0)
          loss += 0.5 * precision[cell]! * (this.#total * shares[cell]! - values[cell]!) ** 2;
      }
    }
    return loss;
  }
}

/** Gradient times the change of the shares. */
function slope(parts: readonly Part[]): number {
  let sum = 0;
  for (const { gradient, before, shares } of parts) {
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * (before[i]! - shares[i]!);
  }
  return sum;
}
