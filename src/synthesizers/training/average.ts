import type { Value } from '../../tensor/index.js';

/** Running average of a network's parameters (Polyak and Juditsky 1992, with exponential weights): it spares most of the noise of single steps. */
export class RunningAverage {
  readonly values: Float32Array;
  readonly #steps: number;

  /** @param steps how many steps it looks back on. */
  constructor(start: Float32Array, steps: number) {
    this.values = Float32Array.from(start);
    this.#steps = steps;
  }

  /** Moves the average towards the parameters after step 1, 2, … */
  follow({ data }: Value, step: number): void {
    const share = 1 / Math.min(step, this.#steps);
    const { values } = this;
    for (let i = 0; i < values.length; i++) values[i]! += (Number(data[i]) - values[i]!) * share;
  }
}
