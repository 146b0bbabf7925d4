import { InternalError } from '../../core/index.js';
import type { Rng } from '../../core/index.js';
import type { Tensor } from '../graph/graph.js';
import { cast, mul } from '../ops/elementwise.js';

/**
 * Dropout (Srivastava et al. 2014): an element is kept where its byte of noise is at least 256 · rate, and scaled by 1 / (1 − rate). `noise` has
 * the shape of x and type uint8, filled by {@link dropoutNoise}: chance stays outside of the graph. The rate is rounded to 1/256.
 */
export function dropout(x: Tensor, noise: Tensor, rate: number): Tensor {
  const threshold = Math.round(rate * 256);
  if (!(threshold >= 0 && threshold < 256))
    throw new InternalError('DROPOUT_RATE', `A rate of ${rate} leaves nothing.`);
  if (threshold === 0) return x;
  const { graph } = x;
  const least = graph.constant(Uint8Array.of(threshold), []);
  const dropped = graph.node({ op: 'Less', inputs: [noise, least] }, { dtype: 'bool', shape: noise.shape });
  const kept = graph.node({ op: 'Not', inputs: [dropped] }, { dtype: 'bool', shape: noise.shape });
  return mul(x, mul(cast(kept, 'float32'), 256 / (256 - threshold)));
}

/** Fills bytes of noise, four from each draw. */
export function dropoutNoise(rng: Rng, out: Uint8Array): Uint8Array {
  let i = 0;
  for (; i + 4 <= out.length; i += 4) {
    const bits = rng.uint32();
    out[i] = bits;
    out[i + 1] = bits >>> 8;
    out[i + 2] = bits >>> 16;
    out[i + 3] = bits >>> 24;
  }
  for (; i < out.length; i++) out[i] = rng.uint32();
  return out;
}
