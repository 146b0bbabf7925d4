import { InternalError } from '../../core/index.js';
import type { Tensor } from '../graph/graph.js';
import { fixedDim } from '../graph/shape.js';
import { add, mul } from '../ops/elementwise.js';
import { matmul } from '../ops/matmul.js';
import { softmax } from '../ops/select.js';
import { reshape, transpose } from '../ops/shape.js';
import { linear } from './linear.js';
import type { Parameters } from './parameters.js';

export interface AttentionOptions {
  readonly heads: number;
  /** Added to the scores [..., time, time]: 0 where looking is allowed, a large negative number elsewhere. */
  readonly mask?: Tensor;
}

/** Multi-head self-attention (Vaswani et al. 2017, section 3.2) over [batch, time, width]. Declares `name.query`, `.key`, `.value`, `.out`. */
export function selfAttention(
  parameters: Parameters,
  name: string,
  x: Tensor,
  options: AttentionOptions,
): Tensor {
  const { heads, mask } = options;
  const batch = x.shape[0]!;
  const time = fixedDim(x.shape[1], 'selfAttention');
  const width = fixedDim(x.shape[2], 'selfAttention');
  const each = width / heads;
  if (!Number.isInteger(each))
    throw new InternalError('TENSOR_SHAPE', `${heads} heads do not divide ${width}.`);
  const project = (part: string): Tensor => {
    const y = linear(parameters, `${name}.${part}`, x, { units: width });
    return transpose(reshape(y, [batch, time, heads, each]), [0, 2, 1, 3]);
  };
  const [query, key, value] = [project('query'), project('key'), project('value')];
  const scores = mul(matmul(query, key, { b: true }), 1 / Math.sqrt(each));
  const weights = softmax(mask === undefined ? scores : add(scores, mask));
  const mixed = transpose(matmul(weights, value), [0, 2, 1, 3]);
  return linear(parameters, `${name}.out`, reshape(mixed, [batch, time, width]), { units: width });
}
