import type { Rng } from '../../core/index.js';

/** Rows in batches of one size: every pass over the rows has an order of its own. What a step gets hangs on its number alone. */
export class Batches {
  readonly #rows: Uint32Array;
  readonly #size: number;
  readonly #rng: Rng;
  /** Steps of a pass over the rows. */
  readonly perEpoch: number;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  constructor(rows: Uint32Array, size: number, rng: Rng) {
    this.#rows = rows;
    this.#size = Math.min(size, rows.length);
    this.#rng = rng;
    this.perEpoch = Math.max(1, Math.floor(rows.length / this.#size));
  }

  /** Rows of step 0, 1, … */
  at(step: number): Uint32Array {
    const epoch = Math.floor(step / this.perEpoch);
    if (epoch !== this.#epoch) {
      this.#order = this.#rng.split('epoch', epoch).permutation(this.#rows.length);
      this.#epoch = epoch;
    }
    const from = (step - epoch * this.perEpoch) * this.#size;
    return this.#order.slice(from, from + this.#size).map((place) => this.#rows[place]!);
  }
}
