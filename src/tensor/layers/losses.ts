import { gradients, withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { InternalError } from '../../core/index.js';
import { fixedDim } from '../graph/shape.js';
import {
  abs,
  add,
  cast,
  clamp,
  div,
  exp,
  log,
  maximum,
  mul,
  neg,
  softplus,
  sqrt,
  square,
  sub,
} from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
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

/** Logits outside ±this are held there: e³⁰ is far from the limits of 32-bit numbers, so no shift by the largest is needed. */
const MOST_LOGIT = 30;

export interface GroupedRequest {
  /** Logits of all groups side by side [batch, Σ sizes]. */
  readonly logits: Tensor;
  /** Categories of each group. */
  readonly sizes: readonly number[];
  /** The code of each group (int32 [batch, groups]). */
  readonly codes: Tensor;
}

/**
 * Cross entropy of many categorical variables at once [batch, groups], in a number of operators that does not depend on how many there are.
 */
export function groupedCrossEntropy({ logits, sizes, codes }: GroupedRequest): Tensor {
  const { graph } = logits;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const groups = sizes.length;
  const groupOf = Int32Array.from(sizes.flatMap((size, group) => Array.from({ length: size }, () => group)));
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const indicator = new Float32Array(total * groups);
  for (const [k, group] of groupOf.entries()) indicator[k * groups + group] = 1;
  const places = cast(add(codes, graph.constant(Int32Array.from(starts), [groups], 'int32')), 'int64');
  const held = clamp(logits, -MOST_LOGIT, MOST_LOGIT);
  const weights = exp(held);
  const membership = graph.constant(indicator, [total, groups]);
  const totals = matmul(weights, membership);
  const chosen = graph.node(
    { op: 'GatherElements', inputs: [held, places], attributes: { axis: 1 } },
    { shape: codes.shape },
  );
  const loss = sub(log(totals), chosen);
  return withGradient(loss, [held], (g) => {
    // softmax of each group times the group's gradient, less that gradient at the chosen places
    // each of its sums has one term, so that the product only repeats; a tenth of the time of `Gather`
    const perCode = matmul(div(g, totals), membership, { b: true });
    const soft = mul(weights, perCode);
    const slope = graph.node(
      { op: 'ScatterElements', inputs: [soft, places, neg(g)], attributes: { axis: 1, reduction: 'add' } },
      { shape: logits.shape },
    );
    return [slope];
  });
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
