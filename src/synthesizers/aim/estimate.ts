import type { Projection } from './factor.js';
import type { Measurement } from '../workload.js';
import { cellsOf, groupedCells } from '../workload.js';
import { multiplyBy, projectionOf, sumOnto } from './factor.js';
import { junctionTree } from './junction.js';
import { Propagation } from './propagate.js';

/** A pooled measurement with its potential and everything that a step needs. */
interface Part {
  readonly columns: readonly number[];
  /** The cell of `values` of each cell of the columns' codes; undefined where they are the same. */
  readonly cellOf: Uint32Array | undefined;
  /** As many numbers as the columns' codes have cells, to spread groups over codes. */
  readonly spread: Float64Array;
  readonly values: Float64Array;
  readonly weights: Float64Array;
  /** Logarithmic potential. */
  theta: Float64Array;
  /** The potential from which a line search starts, e to the potential, the gradient, the model's shares now and at the start. */
  start: Float64Array;
  readonly factor: Float64Array;
  readonly gradient: Float64Array;
  readonly shares: Float64Array;
  readonly before: Float64Array;
  clique: number;
  projection: Projection;
}

/**
 * The distribution of most entropy among those that fit noisy tables best by weighted squares, as a graphical model (McKenna, Sheldon
 * and Miklau 2019, "Graphical-model based estimation and inference for differential privacy", algorithm 1: mirror descent with the
 * marginals of belief propagation, and a line search for the step). Potentials are kept from one fit to the next.
 */
export class Estimator {
  readonly sizes: readonly number[];
  readonly #parts = new Map<string, Part>();
  #total = 1;
  #step = 0;
  #inference: Propagation | undefined;

  constructor(sizes: readonly number[]) {
    this.sizes = sizes;
  }

  /** The calibrated model of the last fit: marginals of its cliques. */
  get model(): Propagation {
    return this.#ready();
  }

  /** The sets of columns measured so far. */
  get measured(): readonly (readonly number[])[] {
    return [...this.#parts.values()].map((part) => part.columns);
  }

  add(measurement: Measurement): void {
    const { columns, groups, values, weights } = measurement;
    const key = keyOf(measurement);
    const old = this.#parts.get(key);
    const floats = (): Float64Array => new Float64Array(values.length);
    const pooled = old === undefined ? weights : weights.map((w, i) => w + old.weights[i]!);
    const means =
      old === undefined
        ? values
        : values.map((v, i) => (v * weights[i]! + old.values[i]! * old.weights[i]!) / pooled[i]!);
    this.#parts.set(key, {
      columns,
      cellOf:
        old === undefined ? groupedCells({ columns, ...(groups && { groups }) }, this.sizes) : old.cellOf,
      spread: old?.spread ?? new Float64Array(cellsOf(columns, this.sizes)),
      values: means,
      weights: pooled,
      theta: old?.theta ?? floats(),
      start: floats(),
      factor: floats(),
      gradient: floats(),
      shares: floats(),
      before: floats(),
      clique: old?.clique ?? 0,
      projection: old?.projection ?? projectionOf(columns, columns, this.sizes),
    });
    if (old === undefined) this.#inference = undefined;
  }

  /**
   * Fits the model to everything measured.
   * @param total the number of rows that the tables count.
   * @returns half the weighted sum of squares that is left.
   */
  fit(total: number, iterations: number): number {
    this.#total = total;
    const parts = [...this.#parts.values()];
    this.#ready();
    let loss = this.#evaluate(parts);
    if (this.#step === 0) this.#step = 1 / total;
    for (let t = 0; t < iterations; t++) {
      const next = this.#descend(parts, loss);
      if (next === undefined) break;
      loss = next;
    }
    return loss;
  }

  /** One step of mirror descent; undefined when no step makes it better. */
  #descend(parts: readonly Part[], loss: number): number | undefined {
    for (const part of parts) {
      const { gradient, shares, values, weights, before, start, theta } = part;
      for (let i = 0; i < gradient.length; i++) {
        gradient[i] = weights[i]! * (this.#total * shares[i]! - values[i]!);
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
      // Armijo's rule: at least half of what the slope promises
      if (loss - next >= 0.5 * this.#total * slope(parts)) return next;
      this.#step *= SHRINK;
    }
    for (const part of parts) part.theta.set(part.start);
    this.#evaluate(parts);
    return undefined;
  }

  /** Marginals of the present potentials into `shares`, and the loss; infinite when the model has no weight left. */
  #evaluate(parts: readonly Part[]): number {
    const { beliefs } = this.#ready();
    for (const belief of beliefs) belief.fill(1);
    for (const { clique, projection, theta, factor, cellOf, spread } of parts) {
      let most = -Infinity;
      for (let i = 0; i < theta.length; i++) most = Math.max(most, theta[i]!);
      for (let i = 0; i < theta.length; i++) factor[i] = Math.exp(theta[i]! - most);
      if (cellOf !== undefined) for (let i = 0; i < spread.length; i++) spread[i] = factor[cellOf[i]!]!;
      multiplyBy(projection, beliefs[clique]!, cellOf === undefined ? factor : spread);
    }
    if (!this.#ready().calibrate()) return Infinity;
    let loss = 0;
    for (const { clique, projection, shares, values, weights, cellOf, spread } of parts) {
      if (cellOf === undefined) sumOnto(projection, beliefs[clique]!, shares);
      else {
        sumOnto(projection, beliefs[clique]!, spread);
        shares.fill(0);
        for (let i = 0; i < spread.length; i++) shares[cellOf[i]!]! += spread[i]!;
      }
      for (let i = 0; i < shares.length; i++) {
        const error = this.#total * shares[i]! - values[i]!;
        loss += 0.5 * weights[i]! * error * error;
      }
    }
    return loss;
  }

  /** The junction tree of what was measured; made anew when a set of columns has been added. */
  #ready(): Propagation {
    if (this.#inference === undefined) {
      const { cliques, ...rest } = junctionTree(this.measured, this.sizes);
      this.#inference = new Propagation({ cliques, ...rest }, this.sizes);
      for (const part of this.#parts.values()) {
        part.clique = smallestWith(cliques, part.columns, this.sizes);
        part.projection = projectionOf(cliques[part.clique]!, part.columns, this.sizes);
      }
      this.#evaluate([...this.#parts.values()]);
    }
    return this.#inference;
  }
}

function keyOf({ columns, groups }: Measurement): string {
  return `${columns.join()}/${columns.map((_, k) => groups?.[k]?.size ?? '').join()}`;
}

const GROW = 1.5;
const SHRINK = 0.5;
const MOST_SEARCH = 25;

/** Gradient times the change of the shares. */
function slope(parts: readonly Part[]): number {
  let sum = 0;
  for (const { gradient, before, shares } of parts) {
    for (let i = 0; i < gradient.length; i++) sum += gradient[i]! * (before[i]! - shares[i]!);
  }
  return sum;
}

function smallestWith(
  cliques: readonly (readonly number[])[],
  columns: readonly number[],
  sizes: readonly number[],
): number {
  let best = -1;
  let least = Infinity;
  for (const [i, clique] of cliques.entries()) {
    const cells = cellsOf(clique, sizes);
    if (cells < least && columns.every((c) => clique.includes(c))) {
      best = i;
      least = cells;
    }
  }
  return best;
}
