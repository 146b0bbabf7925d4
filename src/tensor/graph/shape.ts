import { InternalError } from '../../core/index.js';
import type { Dim } from './types.js';

/** The shape of two operands joined elementwise, by NumPy's rules. */
export function broadcastShapes(a: readonly Dim[], b: readonly Dim[]): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new InternalError(
      'TENSOR_SHAPE',
      `Shapes [${a.join(', ')}] and [${b.join(', ')}] do not fit together.`,
    );
  });
}

/** Whether two shapes are the same. */
export function sameShape(a: readonly Dim[], b: readonly Dim[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Axes counted from the front, ascending. */
export function normalAxes(axes: readonly number[], rank: number): number[] {
  return axes.map((axis) => normalAxis(axis, rank)).sort((a, b) => a - b);
}

/** An axis counted from the front. */
export function normalAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(normal) && normal >= 0 && normal < rank)) {
    throw new InternalError('TENSOR_AXIS', `There is no axis ${axis} among ${rank}.`);
  }
  return normal;
}

/** A dimension that must be known when the graph is built. */
export function fixedDim(dim: Dim | undefined, what: string): number {
  if (typeof dim === 'number') return dim;
  throw new InternalError('TENSOR_SHAPE', `${what} needs a fixed length, not '${String(dim)}'.`);
}
