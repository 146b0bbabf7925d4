import { InternalError } from '../../core/index.js';
import { withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { broadcastShapes } from '../graph/shape.js';
import { sum, sumTo } from './reduce.js';

/** Which operands of a product are transposed (in their last two axes). */
export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/**
 * A product of matrices, or of batches of them. Matrices go through `Gemm`, batches with a transposed operand through ONNX
 * Runtime's `FusedMatMul`, so nothing is copied to be transposed.
 */
export function matmul(a: Tensor, b: Tensor, transposed: Transposed = {}): Tensor {
  const ta = transposed.a ?? false;
  const tb = transposed.b ?? false;
  const [m, k] = lastTwo(a, ta);
  const [l, n] = lastTwo(b, tb);
  if (k !== l) {
    throw new InternalError(
      'TENSOR_SHAPE',
      `A product of [${a.shape.join(', ')}] and [${b.shape.join(', ')}] does not exist.`,
    );
  }
  const flat = a.rank === 2 && b.rank === 2;
  const shape = [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n];
  const request = flat
    ? { op: 'Gemm', attributes: { transA: ta ? 1 : 0, transB: tb ? 1 : 0 } }
    : { op: 'FusedMatMul', domain: 'com.microsoft', attributes: { transA: ta ? 1 : 0, transB: tb ? 1 : 0 } };
  const out = a.graph.node({ ...request, inputs: [a, b] }, { dtype: a.dtype, shape });
  return withGradient(out, [a, b], (g) => {
    const ga = ta ? matmul(b, g, { a: tb, b: true }) : matmul(g, b, { b: !tb });
    const gb = tb ? matmul(g, a, { a: true, b: ta }) : matmul(a, g, { a: !ta });
    return [sumTo(ga, a), sumTo(gb, b)];
  });
}

/** x · w + bias for matrices x and w and a row `bias`, in one operator. */
export function affine(x: Tensor, w: Tensor, bias: Tensor): Tensor {
  if (x.rank !== 2 || w.rank !== 2 || x.shape[1] !== w.shape[0] || bias.shape.at(-1) !== w.shape[1]) {
    throw new InternalError(
      'TENSOR_SHAPE',
      `A layer of [${w.shape.join(', ')}] + [${bias.shape.join(', ')}] does not fit [${x.shape.join(', ')}].`,
    );
  }
  const out = x.graph.node({ op: 'Gemm', inputs: [x, w, bias] }, { shape: [x.shape[0]!, w.shape[1]!] });
  return withGradient(out, [x, w, bias], (g) => [
    matmul(g, w, { b: true }),
    matmul(x, g, { a: true }),
    sum(g, { axes: [0], keep: bias.rank === 2 }),
  ]);
}

function lastTwo({ shape }: Tensor, transposed: boolean): [string | number, string | number] {
  const [rows, columns] = [shape.at(-2), shape.at(-1)];
  if (rows === undefined || columns === undefined)
    throw new InternalError('TENSOR_SHAPE', 'A product needs matrices.');
  return transposed ? [columns, rows] : [rows, columns];
}
