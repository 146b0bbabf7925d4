import type { Tensor } from '../graph/graph.js';
import { fixedDim } from '../graph/shape.js';
import { add, div, mul, sqrt, square, sub } from '../ops/elementwise.js';
import { mean, sum } from '../ops/reduce.js';
import { sizeRatio } from '../ops/shape.js';
import { ones, zeros } from './init.js';
import type { Parameters } from './parameters.js';

const EPSILON = 1e-5;

/** Layer normalisation over the last axis (Ba et al. 2016). Declares `name.scale` and `name.shift`. */
export function layerNorm(parameters: Parameters, name: string, x: Tensor): Tensor {
  const width = fixedDim(x.shape.at(-1), 'layerNorm');
  const scale = parameters.add(`${name}.scale`, [width], ones);
  const shift = parameters.add(`${name}.shift`, [width], zeros);
  const centred = sub(x, mean(x, { axes: [-1], keep: true }));
  const variance = mean(square(centred), { axes: [-1], keep: true });
  const unit = div(centred, sqrt(add(variance, EPSILON)));
  const output = add(mul(unit, scale), shift);
  if (x.rank === 2) {
    parameters.sites.push({
      parameters: [scale, shift],
      output,
      squaredNorms: (delta) => sum(add(square(mul(delta, unit)), square(delta)), { axes: [1] }),
      sums: (delta, part) => [sum(mul(delta, part(unit)), { axes: [0] }), sum(delta, { axes: [0] })],
    });
  }
  return output;
}

/** What batch normalisation hands on. */
export interface BatchNormalised {
  readonly output: Tensor;
  /** Mean and (unbiased) variance that the next batches should remember: (1 − momentum) · old + momentum · this batch's. */
  readonly next: readonly [mean: Tensor, variance: Tensor];
}

export interface BatchNormOptions {
  /** Remembered means and variances; not trained. Declares `name.mean` and `name.variance` there. */
  readonly remembered: Parameters;
  /** In training the batch's own mean and variance normalise, else the remembered ones. */
  readonly training: boolean;
  /** Default 0.1. */
  readonly momentum?: number;
}

/**
 * Batch normalisation over the first axis of [batch, features] (Ioffe and Szegedy 2015). Declares `name.scale` and `name.shift`. It mixes
 * examples, so it has no per-example gradient and cannot be trained privately.
 */
export function batchNorm(
  parameters: Parameters,
  name: string,
  x: Tensor,
  options: BatchNormOptions,
): BatchNormalised {
  const { remembered, training, momentum = 0.1 } = options;
  const width = fixedDim(x.shape[1], 'batchNorm');
  const scale = parameters.add(`${name}.scale`, [width], ones);
  const shift = parameters.add(`${name}.shift`, [width], zeros);
  const oldMean = remembered.add(`${name}.mean`, [width], zeros);
  const oldVariance = remembered.add(`${name}.variance`, [width], ones);
  const batchMean = mean(x, { axes: [0] });
  const batchVariance = mean(square(sub(x, batchMean)), { axes: [0] });
  const [center, spread] = training ? [batchMean, batchVariance] : [oldMean, oldVariance];
  const unit = div(sub(x, center), sqrt(add(spread, EPSILON)));
  // n / (n − 1), as PyTorch remembers the unbiased variance
  const n = div(1, sizeRatio(batchMean, x));
  const unbiased = mul(batchVariance, div(n, sub(n, 1)));
  return {
    output: add(mul(unit, scale), shift),
    next: [mix(oldMean, batchMean, momentum), mix(oldVariance, unbiased, momentum)],
  };
}

function mix(old: Tensor, now: Tensor, momentum: number): Tensor {
  return add(mul(old, 1 - momentum), mul(now, momentum));
}
