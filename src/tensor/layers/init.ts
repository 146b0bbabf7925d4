import type { Rng } from '../../core/index.js';

/** Fills a parameter's numbers before training. */
export type Init = (rng: Rng, out: Float32Array) => void;

export const zeros: Init = () => undefined;

export const ones: Init = (_, out) => {
  out.fill(1);
};

/** Uniform on [−bound, bound]. */
export function uniform(bound: number): Init {
  return (rng, out) => {
    for (let i = 0; i < out.length; i++) out[i] = (2 * rng.next() - 1) * bound;
  };
}

export function normal(deviation: number): Init {
  return (rng, out) => {
    for (let i = 0; i < out.length; i++) out[i] = rng.normal() * deviation;
  };
}

/** Uniform on ±√(6 / (in + out)) (Glorot and Bengio 2010, equation 16). */
export function glorot(inputs: number, outputs: number): Init {
  return uniform(Math.sqrt(6 / (inputs + outputs)));
}

/** Uniform on ±1/√in: what PyTorch's linear layers start with. */
export function fanIn(inputs: number): Init {
  return uniform(1 / Math.sqrt(inputs));
}

/** Given numbers. */
export function values(from: ArrayLike<number>): Init {
  return (_, out) => {
    out.set(from);
  };
}
