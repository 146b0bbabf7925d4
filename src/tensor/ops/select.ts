import { withGradient } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import { fixedDim, normalAxis } from '../graph/shape.js';
import { cast, castLike, equal, mul, sub } from './elementwise.js';
import { expandDims, sum } from './reduce.js';
import { shapeOf } from './shape.js';

/** Rows of `table` [k, …] by their numbers: the result has the shape of `rows`, then that of a row. */
export function gatherRows(table: Tensor, rows: Tensor): Tensor {
  const shape = [...rows.shape, ...table.shape.slice(1)];
  const out = table.graph.node(
    { op: 'Gather', inputs: [table, rows], attributes: { axis: 0 } },
    { dtype: table.dtype, shape },
  );
  return withGradient(out, [table], (g) => [scatterRows(g, rows, table)]);
}

/** A tensor shaped like `table` in whose rows those of `values` are added up, each at its number. */
export function scatterRows(values: Tensor, rows: Tensor, table: Tensor): Tensor {
  const { graph } = table;
  const at = expandDims(cast(rows, 'int64'), -1);
  const zero = castLike(
    graph.node({ op: 'ConstantOfShape', inputs: [shapeOf(table)] }, { shape: table.shape }),
    values,
  );
  const out = graph.node(
    { op: 'ScatterND', inputs: [zero, at, values], attributes: { reduction: 'add' } },
    { dtype: values.dtype, shape: table.shape },
  );
  return withGradient(out, [values], (g) => [gatherRows(g, rows)]);
}

/** 1 where the last axis' place is the code, else 0: codes [...] become [..., size]. */
export function oneHot(codes: Tensor, size: number): Tensor {
  const places = codes.graph.constant(
    Int32Array.from({ length: size }, (_, i) => i),
    [size],
  );
  return cast(equal(expandDims(cast(codes, 'int32'), -1), places), 'float32');
}

/** The element of the last axis at each code: values [..., k] and codes [...] become [...]. */
export function pick(values: Tensor, codes: Tensor): Tensor {
  const size = fixedDim(values.shape.at(-1), 'pick');
  const { graph } = values;
  const at = expandDims(cast(codes, 'int64'), -1);
  const found = graph.node(
    { op: 'GatherElements', inputs: [values, at], attributes: { axis: -1 } },
    { shape: [...codes.shape, 1] },
  );
  const out = graph.node({ op: 'Squeeze', inputs: [found, graph.integers([-1])] }, { shape: codes.shape });
  return withGradient(out, [values], (g) => [mul(expandDims(g, -1), oneHot(codes, size))]);
}

/** Place of the largest element along an axis, as int64, without a gradient. */
export function argmax(x: Tensor, axis = -1): Tensor {
  const at = normalAxis(axis, x.rank);
  return x.graph.node(
    { op: 'ArgMax', inputs: [x], attributes: { axis: at, keepdims: 0 } },
    { dtype: 'int64', shape: x.shape.filter((_, i) => i !== at) },
  );
}

/** Softmax over the last axis. */
export function softmax(x: Tensor): Tensor {
  const out = x.graph.node({ op: 'Softmax', inputs: [x], attributes: { axis: -1 } }, { shape: x.shape });
  return withGradient(out, [x], (g) => {
    const inner = mul(g, out);
    return [sub(inner, mul(out, sum(inner, { axes: [-1], keep: true })))];
  });
}

/** log softmax over the last axis. */
export function logSoftmax(x: Tensor): Tensor {
  const out = x.graph.node({ op: 'LogSoftmax', inputs: [x], attributes: { axis: -1 } }, { shape: x.shape });
  return withGradient(out, [x], (g) => [sub(g, mul(softmax(x), sum(g, { axes: [-1], keep: true })))]);
}
