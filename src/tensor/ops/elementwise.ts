import { stopGradient, withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { broadcastShapes } from '../graph/shape.js';
import type { DType } from '../graph/types.js';
import { sumTo } from './reduce.js';

/** A tensor, or a number that stands for one. */
export type Operand = Tensor | number;

export function add(a: Operand, b: Operand): Tensor {
  return binary('Add', a, b, (g, x, y) => [sumTo(g, x), sumTo(g, y)]);
}

export function sub(a: Operand, b: Operand): Tensor {
  return binary('Sub', a, b, (g, x, y) => [sumTo(g, x), sumTo(neg(g), y)]);
}

export function mul(a: Operand, b: Operand): Tensor {
  return binary('Mul', a, b, (g, x, y) => [sumTo(mul(g, y), x), sumTo(mul(g, x), y)]);
}

export function div(a: Operand, b: Operand): Tensor {
  return binary('Div', a, b, (g, x, y) => {
    const gx = div(g, y);
    return [sumTo(gx, x), sumTo(neg(mul(gx, div(x, y))), y)];
  });
}

/** The larger of two; where they are equal the gradient is the second's. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binary('Max', a, b, (g, x, y) => {
    const first = cast(greater(x, y), 'float32');
    return [sumTo(mul(g, first), x), sumTo(mul(g, sub(1, first)), y)];
  });
}

export function neg(x: Tensor): Tensor {
  return unary('Neg', x, (g) => neg(g));
}

export function exp(x: Tensor): Tensor {
  return unary('Exp', x, (g, out) => mul(g, out));
}

export function log(x: Tensor): Tensor {
  return unary('Log', x, (g) => div(g, x));
}

export function sqrt(x: Tensor): Tensor {
  return unary('Sqrt', x, (g, out) => div(mul(g, 0.5), out));
}

export function square(x: Tensor): Tensor {
  return mul(x, x);
}

export function tanh(x: Tensor): Tensor {
  return unary('Tanh', x, (g, out) => mul(g, sub(1, square(out))));
}

export function sigmoid(x: Tensor): Tensor {
  return unary('Sigmoid', x, (g, out) => mul(g, mul(out, sub(1, out))));
}

/** log(1 + eˣ). */
export function softplus(x: Tensor): Tensor {
  return unary('Softplus', x, (g) => mul(g, sigmoid(x)));
}

/** x · sigmoid(x) (Elfwing et al. 2018), the activation of denoisers. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** max(x, 0); at 0 its slope is taken to be 0. */
export function relu(x: Tensor): Tensor {
  // a third of the time of `sign`, which is not vectorised
  return unary('Relu', x, (g, out) => mul(g, cast(greater(out, 0), 'float32')));
}

/** x where positive, else `slope` · x. */
export function leakyRelu(x: Tensor, slope = 0.2): Tensor {
  const out = x.graph.node(
    { op: 'LeakyRelu', inputs: [x], attributes: { alpha: { float: slope } } },
    { shape: x.shape },
  );
  return withGradient(out, [x], (g) => [mul(g, where(greater(x, 0), 1, slope))]);
}

/** |x|; at 0 its slope is taken to be 0. */
export function abs(x: Tensor): Tensor {
  return unary('Abs', x, (g) => mul(g, sign(x)));
}

/** −1, 0 or 1, without a gradient. */
export function sign(x: Tensor): Tensor {
  return x.graph.node({ op: 'Sign', inputs: [x] }, { shape: x.shape });
}

/** Numbers held inside [low, high]; outside, no gradient passes. */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  const { graph } = x;
  const out = graph.node(
    { op: 'Clip', inputs: [x, graph.scalar(low), graph.scalar(high)] },
    { shape: x.shape },
  );
  // inside, the clipped number is the number itself
  return withGradient(out, [x], (g) => [mul(g, cast(equal(out, x), 'float32'))]);
}

/** `yes` where the condition holds, else `no`; the gradient goes the same way. */
export function where(condition: Tensor, yes: Operand, no: Operand): Tensor {
  const { graph } = condition;
  const a = typeof yes === 'number' ? graph.scalar(yes) : yes;
  const b = typeof no === 'number' ? graph.scalar(no) : no;
  const shape = broadcastShapes(condition.shape, broadcastShapes(a.shape, b.shape));
  const out = graph.node({ op: 'Where', inputs: [condition, a, b] }, { dtype: a.dtype, shape });
  return withGradient(out, [a, b], (g) => [
    sumTo(where(condition, g, 0), a),
    sumTo(where(condition, 0, g), b),
  ]);
}

export function greater(a: Operand, b: Operand): Tensor {
  return compare('Greater', a, b);
}

export function less(a: Operand, b: Operand): Tensor {
  return compare('Less', a, b);
}

export function equal(a: Operand, b: Operand): Tensor {
  return compare('Equal', a, b);
}

/** Another element type, without a gradient. */
export function cast(x: Tensor, dtype: Exclude<DType, 'uint8'>): Tensor {
  if (x.dtype === dtype) return stopGradient(x);
  const to = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 }[dtype];
  return x.graph.node({ op: 'Cast', inputs: [x], attributes: { to } }, { dtype, shape: x.shape });
}

/** The element type of another tensor, without a gradient. */
export function castLike(x: Tensor, like: Tensor): Tensor {
  if (x.dtype === like.dtype) return x;
  if (like.dtype === 'uint8') throw new TypeError('Nothing is cast to bytes.');
  return cast(x, like.dtype);
}

function compare(op: string, a: Operand, b: Operand): Tensor {
  const [x, y] = pair(a, b);
  return x.graph.node({ op, inputs: [x, y] }, { dtype: 'bool', shape: broadcastShapes(x.shape, y.shape) });
}

function unary(op: string, x: Tensor, gradient: (g: Tensor, out: Tensor) => Tensor): Tensor {
  const out = x.graph.node({ op, inputs: [x] }, { shape: x.shape });
  return withGradient(out, [x], (g) => [gradient(g, out)]);
}

function binary(
  op: string,
  a: Operand,
  b: Operand,
  gradient: (g: Tensor, x: Tensor, y: Tensor) => readonly [Tensor, Tensor],
): Tensor {
  const [x, y] = pair(a, b);
  const shape = broadcastShapes(x.shape, y.shape);
  const out = x.graph.node({ op, inputs: [x, y] }, { dtype: x.dtype, shape });
  return withGradient(out, [x, y], (g) => gradient(g, x, y));
}

function pair(a: Operand, b: Operand): [Tensor, Tensor] {
  if (typeof a !== 'number') return [a, typeof b === 'number' ? numberLike(a, b) : b];
  if (typeof b !== 'number') return [numberLike(b, a), b];
  throw new TypeError('One of two operands must be a tensor.');
}

function numberLike({ graph, dtype }: Tensor, value: number): Tensor {
  switch (dtype) {
    case 'int32':
      return graph.constant(Int32Array.of(value), []);
    case 'int64':
      return graph.constant(BigInt64Array.of(BigInt(value)), []);
    case 'uint8':
      return graph.constant(Uint8Array.of(value), []);
    case 'float32':
    case 'float64':
    case 'bool':
      return graph.scalar(value);
  }
}
