import { gradients, withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { InternalError } from '../../core/index.js';
import { fixedDim } from '../graph/shape.js';
import { abs, add, exp, maximum, mul, neg, softplus, sqrt, square, sub } from '../ops/elementwise.js';
import { expandDims, expandLike, mean, sum } from '../ops/reduce.js';
import { logSoftmax, oneHot, pick } from '../ops/select.js';

/** −log softmax(logits)[code], one for each row: logits [..., k] and codes [...] give [...]. */
export function crossEntropy(logits: Tensor, codes: Tensor): Tensor {
  const size = fixedDim(logits.shape.at(-1), 'crossEntropy');
  const logShares = logSoftmax(logits);
  const loss = neg(pick(logShares, codes));
  // the gradient of the composed operators, simplified
  return withGradient(loss, [logits], (g) => [
    mul(expandDims(g, -1), sub(exp(logShares), oneHot(codes, size))),
  ]);
}

/** Mean squared difference over the last axis. */
export function squaredError(x: Tensor, target: Tensor): Tensor {
  return mean(square(sub(x, target)), { axes: [-1] });
}

/** −target · log σ(x) − (1 − target) · log(1 − σ(x)), elementwise and safe for large logits. */
export function binaryCrossEntropy(logits: Tensor, target: Tensor): Tensor {
  return add(sub(maximum(logits, 0), mul(logits, target)), softplus(neg(abs(logits))));
}

/** Divergence of N(mean, e^logVariance) from the standard normal, summed over the last axis (Kingma and Welling 2014, appendix B). */
export function normalDivergence(means: Tensor, logVariance: Tensor): Tensor {
  const terms = sub(sub(add(square(means), exp(logVariance)), logVariance), 1);
  return mul(sum(terms, { axes: [-1] }), 0.5);
}

/**
 * (‖∂ Σ score / ∂ x‖₂ − 1)² for each row of x [rows, k] (Gulrajani et al. 2017): the penalty that keeps a critic's slope near one. Its own
 * gradient is a gradient of a gradient.
 */
export function gradientPenalty(scores: Tensor, x: Tensor): Tensor {
  const slope = gradients(scores, [x], expandLike(x.graph.scalar(1), scores))[0];
  if (slope === undefined) throw new InternalError('GRADIENT_NONE', 'The scores do not depend on x.');
  const norm = sqrt(add(sum(square(slope), { axes: [1] }), 1e-12));
  return square(sub(norm, 1));
}
