import type { AdamOptions } from './adam.js';

/** Adam on a vector outside of any graph, for gradients that something is done to first; as {@link AdamOptions} say. */
export class AdamVector {
  readonly parameters: Float32Array;
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #options: Required<AdamOptions>;
  #step = 0;

  /** @param parameters is changed in place. */
  constructor(parameters: Float32Array, options: AdamOptions = {}) {
    this.parameters = parameters;
    this.#first = new Float64Array(parameters.length);
    this.#second = new Float64Array(parameters.length);
    this.#options = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, ...options };
  }

  /** One step down a gradient. */
  advance(gradient: ArrayLike<number>, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.#step++;
    const first = 1 - beta1 ** this.#step;
    const second = 1 - beta2 ** this.#step;
    for (let i = 0; i < this.parameters.length; i++) {
      const g = gradient[i]!;
      this.#first[i] = beta1 * this.#first[i]! + (1 - beta1) * g;
      this.#second[i] = beta2 * this.#second[i]! + (1 - beta2) * g * g;
      const move = this.#first[i]! / first / (Math.sqrt(this.#second[i]! / second) + epsilon);
      this.parameters[i] = this.parameters[i]! * (1 - learningRate * weightDecay) - learningRate * move;
    }
  }
}
