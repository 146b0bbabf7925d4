import type { Parameters, Tensor } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';

/** An operator or layer of goldens/gradients.py by the same name, over the same inputs; `extra` are inputs without gradients. */
export interface Case {
  readonly build: (inputs: Tensor[], layer: (constants: Tensor[]) => Parameters) => Tensor;
  /** Where slopes jump: finite differences are not asked there. Default: nowhere. */
  readonly kinks?: readonly number[];
}

const op =
  (f: (...inputs: Tensor[]) => Tensor): Case['build'] =>
  (inputs) =>
    f(...inputs);
const codesOf = (x: Tensor): Tensor => x.graph.constant(Int32Array.of(2, 0, 2, 1, 2), [5], 'int32');

export const cases: Readonly<Record<string, Case>> = {
  add: { build: op(t.add) },
  sub: { build: op(t.sub) },
  mul: { build: op(t.mul) },
  div: { build: op(t.div) },
  maximum: { build: op(t.maximum) },
  exp: { build: op(t.exp) },
  log: { build: op(t.log) },
  sqrt: { build: op(t.sqrt) },
  tanh: { build: op(t.tanh) },
  sigmoid: { build: op(t.sigmoid) },
  softplus: { build: op(t.softplus) },
  silu: { build: op(t.silu) },
  relu: { build: op(t.relu), kinks: [0] },
  leakyRelu: { build: op((x) => t.leakyRelu(x, 0.2)), kinks: [0] },
  abs: { build: op(t.abs), kinks: [0] },
  clamp: { build: op((x) => t.clamp(x, -0.3, 0.4)), kinks: [-0.3, 0.4] },
  sumAxis: { build: op((x) => t.sum(x, { axes: [1] })) },
  meanAxis: { build: op((x) => t.mean(t.square(x), { axes: [0] })) },
  matmul: { build: op((a, b) => t.matmul(a, b)) },
  matmulTa: { build: op((a, b) => t.matmul(a, b, { a: true })) },
  matmulTb: { build: op((a, b) => t.matmul(a, b, { b: true })) },
  matmulTaTb: { build: op((a, b) => t.matmul(a, b, { a: true, b: true })) },
  batched: { build: op((a, b) => t.matmul(a, b, { b: true })) },
  batchedTa: { build: op((a, b) => t.matmul(a, b, { a: true })) },
  affine: { build: op(t.affine) },
  transpose: { build: op((x) => t.square(t.transpose(x, [2, 0, 1]))) },
  concatSplit: {
    build: op((a, b) => {
      const first = t.split(a, [1, 3])[0]!;
      return t.concat([t.mul(first, t.slice(b, 1, 1, 1)), a, b]);
    }),
  },
  slice: { build: op((x) => t.square(t.slice(x, 1, 1, 2))) },
  softmax: { build: op(t.softmax) },
  logSoftmax: { build: op(t.logSoftmax) },
  embedding: { build: op((table) => t.square(t.gatherRows(table, codesOf(table)))) },
  crossEntropy: { build: op((x) => t.crossEntropy(x, codesOf(x))) },
  binaryCrossEntropy: { build: op(t.binaryCrossEntropy) },
  normalDivergence: { build: op(t.normalDivergence) },
  gumbelSoftmax: { build: op((x, noise) => t.gumbelSoftmax(x, noise)) },
  layerNorm: { build: ([x, ...rest], layer) => t.layerNorm(layer(rest), 'n', x!) },
  batchNorm: {
    build: ([x, ...rest], layer) => {
      const remembered = new t.Parameters(x!.graph, 'remembered');
      const { output } = t.batchNorm(layer(rest), 'n', x!, { remembered, training: true });
      remembered.seal();
      return output;
    },
  },
  attention: { build: ([x, ...rest], layer) => t.selfAttention(layer(rest), 'a', x!, { heads: 2 }) },
  gru: { build: ([x, ...rest], layer) => t.gru(layer(rest), 'r', x!, 3).outputs },
  lstm: { build: ([x, ...rest], layer) => t.lstm(layer(rest), 'r', x!, 3).outputs },
  mlp: { build: op((x, w, b, v) => t.matmul(t.tanh(t.affine(x, w, b)), v)) },
};
