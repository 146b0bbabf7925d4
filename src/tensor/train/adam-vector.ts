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

  /** One step down a gradient that is `scale` times the numbers given. */
  advance(gradient: Float32Array | Float64Array, learningRate: number, scale = 1): void {
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    this.#step++;
    const firstShare = 1 / (1 - beta1 ** this.#step);
    const secondShare = 1 / (1 - beta2 ** this.#step);
    const kept = 1 - learningRate * weightDecay;
    const [first, second, parameters] = [this.#first, this.#second, this.parameters];
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i]! * scale;
      const m = beta1 * first[i]! + (1 - beta1) * g;
      const v = beta2 * second[i]! + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      parameters[i] =
        parameters[i]! * kept - (learningRate * firstShare * m) / (Math.sqrt(v * secondShare) + epsilon);
    }
  }
}
