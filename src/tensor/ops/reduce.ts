import { withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { normalAxes, sameShape } from '../graph/shape.js';
import type { Dim } from '../graph/types.js';
import { mul } from './elementwise.js';
import { reshapeLike, sizeRatio } from './shape.js';

/** Axes to reduce over, and whether they stay with length 1. */
export interface ReduceOptions {
  /** Default: all. */
  readonly axes?: readonly number[];
  /** Default: no. */
  readonly keep?: boolean;
}

/** Sum over axes. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axes, keep, shape } = plan(x, options);
  if (axes.length === 0) return x;
  const out = x.graph.node(
    { op: 'ReduceSum', inputs: [x, x.graph.integers(axes)], attributes: { keepdims: keep ? 1 : 0 } },
    { dtype: x.dtype, shape },
  );
  return withGradient(out, [x], (g) => [expandLike(keep ? g : insertAxes(g, axes), x)]);
}

/** Mean over axes; its length may be known only at run time. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axes, keep, shape } = plan(x, options);
  if (axes.length === 0) return x;
  const out = x.graph.node(
    { op: 'ReduceMean', inputs: [x, x.graph.integers(axes)], attributes: { keepdims: keep ? 1 : 0 } },
    { shape },
  );
  return withGradient(out, [x], (g) => {
    const share = mul(g, sizeRatio(out, x));
    return [expandLike(keep ? share : insertAxes(share, axes), x)];
  });
}

/** Repeats a tensor along axes of length 1 (or absent in front) to the shape of another. */
export function expandLike(x: Tensor, like: Tensor): Tensor {
  if (sameShape(x.shape, like.shape)) return x;
  const shape = x.graph.node({ op: 'Shape', inputs: [like] }, { dtype: 'int64', shape: [like.rank] });
  const out = x.graph.node({ op: 'Expand', inputs: [x, shape] }, { dtype: x.dtype, shape: like.shape });
  return withGradient(out, [x], (g) => [sumTo(g, x)]);
}

/** Adds up what broadcasting had repeated, so that a gradient has the shape of its operand. */
export function sumTo(gradient: Tensor, operand: Tensor): Tensor {
  if (sameShape(gradient.shape, operand.shape)) return gradient;
  const extra = gradient.rank - operand.rank;
  const axes: number[] = [];
  for (const [i, dim] of gradient.shape.entries()) {
    if (i < extra || (operand.shape[i - extra] === 1 && dim !== 1)) axes.push(i);
  }
  const summed = sum(gradient, { axes, keep: true });
  return extra === 0 ? summed : reshapeLike(summed, operand);
}

function insertAxes(x: Tensor, axes: readonly number[]): Tensor {
  const shape: Dim[] = [...x.shape];
  for (const axis of axes) shape.splice(axis, 0, 1);
  return unsqueeze(x, axes, shape);
}

function unsqueeze(x: Tensor, axes: readonly number[], shape: readonly Dim[]): Tensor {
  const out = x.graph.node(
    { op: 'Unsqueeze', inputs: [x, x.graph.integers(axes)] },
    { dtype: x.dtype, shape },
  );
  return withGradient(out, [x], (g) => [squeeze(g, axes, x.shape)]);
}

function squeeze(x: Tensor, axes: readonly number[], shape: readonly Dim[]): Tensor {
  const out = x.graph.node({ op: 'Squeeze', inputs: [x, x.graph.integers(axes)] }, { dtype: x.dtype, shape });
  return withGradient(out, [x], (g) => [unsqueeze(g, axes, x.shape)]);
}

/** A tensor with axes of length 1 inserted where `axes` says, counted in the result. */
export function expandDims(x: Tensor, ...axes: readonly number[]): Tensor {
  return insertAxes(x, normalAxes(axes, x.rank + axes.length));
}

function plan(x: Tensor, options: ReduceOptions): { axes: number[]; keep: boolean; shape: Dim[] } {
  const axes = normalAxes(options.axes ?? x.shape.map((_, i) => i), x.rank);
  const keep = options.keep ?? false;
  const reduced = new Set(axes);
  const shape = keep
    ? x.shape.map((dim, i) => (reduced.has(i) ? 1 : dim))
    : x.shape.filter((_, i) => !reduced.has(i));
  return { axes, keep, shape };
}
