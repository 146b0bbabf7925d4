import type { Rng } from '../../core/index.js';
import { stopGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { fixedDim } from '../graph/shape.js';
import { add, div, log, neg, sub } from '../ops/elementwise.js';
import { argmax, oneHot, softmax } from '../ops/select.js';

export interface GumbelOptions {
  /** Default 0.2, as in CTGAN. */
  readonly temperature?: number;
  /** Whole choices forward, the soft ones' gradient backward. Default: no. */
  readonly hard?: boolean;
}

/** A choice over the last axis that gradients pass through (Jang et al. 2017). `noise` has the shape of the logits; see {@link gumbelOf}. */
export function gumbelSoftmax(logits: Tensor, noise: Tensor, options: GumbelOptions = {}): Tensor {
  const { temperature = 0.2, hard = false } = options;
  const soft = softmax(div(add(logits, noise), temperature));
  if (!hard) return soft;
  const whole = oneHot(argmax(soft), fixedDim(logits.shape.at(-1), 'gumbelSoftmax'));
  return add(soft, stopGradient(sub(whole, soft)));
}

/** Standard Gumbel noise from numbers uniform on (0, 1), see {@link uniformNoise}: −log(−log u). The logarithms take a tenth of the time of JavaScript's. */
export function gumbelOf(uniform: Tensor): Tensor {
  return neg(log(neg(log(uniform))));
}

/** Numbers uniform on the middles of 2²³ equal parts of (0, 1): neither 0 nor 1, and exact in single precision. */
export function uniformNoise(rng: Rng, out: Float32Array): Float32Array {
  for (let i = 0; i < out.length; i++) out[i] = ((rng.uint32() >>> 9) + 0.5) / 2 ** 23;
  return out;
}
