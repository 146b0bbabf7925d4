import { InternalError } from '../../core/index.js';
import { withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { fixedDim, normalAxis, sameShape } from '../graph/shape.js';
import type { Dim } from '../graph/types.js';
import { cast, div, mul } from './elementwise.js';

/** The same numbers in another shape. At most one open dimension may change its place or be merged with others. */
export function reshape(x: Tensor, shape: readonly Dim[]): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const open = shape.filter((dim) => typeof dim === 'string');
  if (open.length > 1) {
    throw new InternalError(
      'TENSOR_SHAPE',
      `[${shape.join(', ')}] has more than one open dimension: use reshapeLike.`,
    );
  }
  const sizes = x.graph.integers(shape.map((dim) => (typeof dim === 'number' ? dim : -1)));
  return reshapeBy(x, sizes, shape);
}

/** The same numbers in the shape of another tensor. */
export function reshapeLike(x: Tensor, like: Tensor): Tensor {
  if (sameShape(x.shape, like.shape)) return x;
  const open = like.shape.filter((dim) => typeof dim === 'string').length;
  return open <= 1 ? reshape(x, like.shape) : reshapeBy(x, shapeOf(like), like.shape);
}

function reshapeBy(x: Tensor, sizes: Tensor, shape: readonly Dim[]): Tensor {
  const out = x.graph.node({ op: 'Reshape', inputs: [x, sizes] }, { dtype: x.dtype, shape });
  return withGradient(out, [x], (g) => [reshapeLike(g, x)]);
}

/** Lengths of the axes, as they are at run time. */
export function shapeOf(x: Tensor): Tensor {
  return x.graph.node({ op: 'Shape', inputs: [x] }, { dtype: 'int64', shape: [x.rank] });
}

/** Number of elements of `part` over that of `whole`, as it is at run time. */
export function sizeRatio(part: Tensor, whole: Tensor): Tensor {
  const size = (x: Tensor): number =>
    x.shape.reduce<number>((n, dim) => n * (typeof dim === 'number' ? dim : NaN), 1);
  const known = size(part) / size(whole);
  if (!Number.isNaN(known)) return part.graph.scalar(known);
  return div(sizeOf(part), sizeOf(whole));
}

function sizeOf(x: Tensor): Tensor {
  return cast(x.graph.node({ op: 'Size', inputs: [x] }, { dtype: 'int64', shape: [] }), 'float32');
}

/** Axes in another order; default: reversed. */
export function transpose(
  x: Tensor,
  order: readonly number[] = x.shape.map((_, i) => x.rank - 1 - i),
): Tensor {
  const shape = order.map((axis) => x.shape[normalAxis(axis, x.rank)]!);
  const out = x.graph.node(
    { op: 'Transpose', inputs: [x], attributes: { perm: order } },
    { dtype: x.dtype, shape },
  );
  const back = order.map((_, i) => order.indexOf(i));
  return withGradient(out, [x], (g) => [transpose(g, back)]);
}

/** Tensors side by side along an axis. */
export function concat(parts: readonly Tensor[], axis = -1): Tensor {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const at = normalAxis(axis, first.rank);
  const lengths = parts.map((part) => fixedDim(part.shape[at], 'concat'));
  const shape = first.shape.map((dim, i) => (i === at ? lengths.reduce((sum, n) => sum + n, 0) : dim));
  const out = first.graph.node(
    { op: 'Concat', inputs: parts, attributes: { axis: at } },
    { dtype: first.dtype, shape },
  );
  return withGradient(out, parts, (g) => split(g, lengths, at));
}

/** A tensor cut along an axis into pieces of given lengths. */
export function split(x: Tensor, lengths: readonly number[], axis = -1): Tensor[] {
  if (lengths.length === 1) return [x];
  const at = normalAxis(axis, x.rank);
  const shapes = lengths.map((length) => x.shape.map((dim, i) => (i === at ? length : dim)));
  const parts = x.graph.nodes(
    { op: 'Split', inputs: [x, x.graph.integers(lengths)], attributes: { axis: at } },
    shapes.map((shape) => ({ dtype: x.dtype, shape })),
  );
  const join = (gradients: readonly (Tensor | undefined)[]): Tensor =>
    concat(
      gradients.map((g, i) => g ?? mul(parts[i]!, 0)),
      at,
    );
  for (const part of parts) part.origin = { inputs: [x], backward: () => [], pieces: { all: parts, join } };
  return parts;
}

/** `length` elements along an axis, from `start` on. */
export function slice(x: Tensor, axis: number, start: number, length: number): Tensor {
  const at = normalAxis(axis, x.rank);
  const shape = x.shape.map((dim, i) => (i === at ? length : dim));
  const { graph } = x;
  const out = graph.node(
    {
      op: 'Slice',
      inputs: [x, graph.integers([start]), graph.integers([start + length]), graph.integers([at])],
    },
    { dtype: x.dtype, shape },
  );
  return withGradient(out, [x], (g) => [padTo(g, x, { axis: at, before: start })]);
}

/** Zeros before and behind, along one axis, up to the shape of another tensor. */
function padTo(x: Tensor, like: Tensor, { axis, before }: { axis: number; before: number }): Tensor {
  const length = fixedDim(x.shape[axis], 'pad');
  const behind = fixedDim(like.shape[axis], 'pad') - before - length;
  const pads = [
    ...like.shape.map((_, i) => (i === axis ? before : 0)),
    ...like.shape.map((_, i) => (i === axis ? behind : 0)),
  ];
  const out = x.graph.node({ op: 'Pad', inputs: [x, x.graph.integers(pads)] }, { shape: like.shape });
  return withGradient(out, [x], (g) => [slice(g, axis, before, length)]);
}
