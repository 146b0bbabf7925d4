import type { Tensor } from '../graph/graph.js';
import { fixedDim } from '../graph/shape.js';
import { add, mul, square } from '../ops/elementwise.js';
import { affine, matmul } from '../ops/matmul.js';
import { sum } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import type { Init } from './init.js';
import { fanIn, zeros } from './init.js';
import type { Parameters } from './parameters.js';

export interface LinearOptions {
  readonly units: number;
  /** Default: yes. */
  readonly bias?: boolean;
  /** Default: {@link fanIn}. */
  readonly init?: Init;
  /** Default: zeros. */
  readonly biasInit?: Init;
}

/** x · W + b over the last axis of x: [batch, in] or [batch, time, in]. Declares `name.weight` [in, units] and `name.bias` [units]. */
export function linear(parameters: Parameters, name: string, x: Tensor, options: LinearOptions): Tensor {
  const { units, bias = true } = options;
  const inputs = fixedDim(x.shape.at(-1), 'linear');
  const w = parameters.add(`${name}.weight`, [inputs, units], options.init ?? fanIn(inputs));
  const b = bias ? parameters.add(`${name}.bias`, [units], options.biasInit ?? zeros) : undefined;
  const flat = x.rank === 2 ? x : reshape(x, [flatRows(x), inputs]);
  const rows = b === undefined ? matmul(flat, w) : affine(flat, w, b);
  const output = x.rank === 2 ? rows : reshape(rows, [...x.shape.slice(0, -1), units]);
  parameters.sites.push({
    parameters: b === undefined ? [w] : [w, b],
    output,
    squaredNorms: (delta) => (x.rank === 2 ? rowNorms(x, delta, bias) : sequenceNorms(x, delta, bias)),
    sums: (delta, part) => {
      const own = part(x);
      const d = x.rank === 2 ? delta : reshape(delta, [flatRows(own), units]);
      const a = x.rank === 2 ? own : reshape(own, [flatRows(own), inputs]);
      const forWeight = matmul(a, d, { a: true });
      return b === undefined ? [forWeight] : [forWeight, sumRows(d)];
    },
  });
  return output;
}

/** Sum over the first axis of a matrix. As a product where its rows are known: ONNX Runtime sums few rows of wide matrices number by number. */
function sumRows(d: Tensor): Tensor {
  const [rows, units] = d.shape;
  if (typeof rows !== 'number' || d.dtype !== 'float32') return sum(d, { axes: [0] });
  const ones = d.graph.constant(new Float32Array(rows).fill(1), [1, rows]);
  return reshape(matmul(ones, d), [units!]);
}

/** ‖a‖²‖δ‖² (+ ‖δ‖² for the bias). */
function rowNorms(x: Tensor, delta: Tensor, bias: boolean): Tensor {
  const a = sum(square(x), { axes: [1] });
  const d = sum(square(delta), { axes: [1] });
  return mul(bias ? add(a, 1) : a, d);
}

/** Σ over pairs of times of (a_t · a_s)(δ_t · δ_s), (+ (δ_t · δ_s) for the bias). */
function sequenceNorms(x: Tensor, delta: Tensor, bias: boolean): Tensor {
  const a = matmul(x, x, { b: true });
  const d = matmul(delta, delta, { b: true });
  return sum(mul(bias ? add(a, 1) : a, d), { axes: [1, 2] });
}

function flatRows({ shape }: Tensor): number | string {
  const lead = shape.slice(0, -1);
  const known = lead.filter((dim): dim is number => typeof dim === 'number').reduce((n, dim) => n * dim, 1);
  const open = lead.find((dim) => typeof dim === 'string');
  return open === undefined ? known : `${open}*${known}`;
}
