import type { OpenNetwork, Site, Tensor } from '../../tensor/index.js';
import {
  add,
  cast,
  castLike,
  dropout,
  embedding,
  fanIn,
  gatherRows,
  Graph,
  groupedCrossEntropy,
  less,
  linear,
  matmul,
  mul,
  normal,
  Parameters,
  relu,
  reshape,
  scatterRows,
  square,
  sum,
  values,
  slice,
  concat,
  split,
} from '../../tensor/index.js';
import type { Parts } from './parts.js';

/** Widths of a network, from its variables alone. */
export interface Layout {
  readonly sizes: readonly number[];
  /** Numbers that stand for a code, the same for all variables. */
  readonly width: number;
  /** Hidden units of each variable's predictor. */
  readonly hidden: readonly number[];
}

/** The paper's rules: an embedding of max(10, 3·⌈k^¼⌉), here the largest for all; a predictor of 16·round(ln k) units, at least 16. */
export function layoutOf({ parts }: Parts, units: number): Layout {
  const sizes = parts.map((part) => part.size);
  const width = Math.max(10, ...sizes.map((size) => 3 * Math.ceil(size ** 0.25)));
  const hidden = sizes.map((size) =>
    Math.max(8, Math.round(16 * units * Math.max(1, Math.round(Math.log(size))))),
  );
  return { sizes, width, hidden };
}

/** Log shares to start the output biases from; of second parts, for each group. */
export type LogShares = readonly Float32Array[];

export interface NetworkInputs {
  /** Codes of all variables (int32 [batch, variables]). */
  readonly codes: Tensor;
  /** Place of each variable in this batch's order [variables]: a variable is predicted from those before it. */
  readonly rank: Tensor;
  /** Bytes that decide which hidden units are left out (uint8 [batch, Σ hidden]); none when not training. */
  readonly noise?: Tensor;
}

/**
 * Cross entropy of each variable given those before it [batch, variables]: one product [batch, variables · width] × [variables · width, Σ hidden]
 * whose weights are masked by the order serves all predictors at once.
 */
export function network(
  parameters: Parameters,
  inputs: NetworkInputs,
  setup: { parts: Parts; layout: Layout; shares: LogShares; rate: number },
): Tensor {
  const logits = predictions(parameters, inputs, setup);
  return groupedCrossEntropy({ logits, sizes: setup.layout.sizes, codes: inputs.codes });
}

/** What the predictors say of each variable given those before it: logits of all variables' codes side by side [batch, Σ sizes]. */
function predictions(
  parameters: Parameters,
  { codes, rank, noise }: NetworkInputs,
  { parts, layout, shares, rate }: { parts: Parts; layout: Layout; shares?: LogShares; rate: number },
): Tensor {
  const known = embedAll(parameters, codes, layout);
  const hidden = relu(orderedLinear(parameters, known, rank, layout));
  const kept = noise === undefined ? hidden : dropout(hidden, noise, rate);
  const pieces = split(kept, layout.hidden, 1);
  const logits = pieces.map((piece, v) => {
    const { parent, size } = parts.parts[v]!;
    const out = linear(parameters, `out.${v}`, piece, {
      units: size,
      ...(parent === undefined && shares !== undefined ? { biasInit: values(shares[v]!) } : {}),
    });
    if (parent === undefined) return out;
    const groups = reshape(slice(codes, 1, parent, 1), ['batch']);
    const bias = { size: layout.sizes[parent]!, width: size };
    const init = shares === undefined ? {} : { init: values(shares[v]!) };
    return add(out, embedding(parameters, `places.${v}`, groups, { ...bias, ...init }));
  });
  return concat(logits, 1);
}

/** The predictors as another tool draws rows with them. We draw from the same numbers without the graph: one variable at a time, and only what is known. */
export function drawingNetwork(parts: Parts, layout: Layout): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const logits = predictions(parameters, networkInputs(graph, layout, false), { parts, layout, rate: 0 });
  return { graph, parameters: [parameters], outputs: { logits } };
}

/** All variables' embeddings side by side [batch, variables · width], from one table. */
function embedAll(parameters: Parameters, codes: Tensor, { sizes, width }: Layout): Tensor {
  const { graph } = codes;
  const starts = sizes.map((_, v) => sizes.slice(0, v).reduce((total, size) => total + size, 0));
  const total = sizes.reduce((all, size) => all + size, 0);
  const table = parameters.add('codes.table', [total, width], normal(1));
  const rows = add(codes, graph.constant(Int32Array.from(starts), [sizes.length], 'int32'));
  const output = gatherRows(table, rows);
  parameters.sites.push({
    parameters: [table],
    output,
    squaredNorms: (delta) => sum(square(delta), { axes: [1, 2] }), // an example looks up each row at most once
    sums: (delta, part) => [scatterRows(delta, part(rows), table)],
  });
  return reshape(output, ['batch', sizes.length * width]);
}

/** A layer whose weight between a variable's embedding and another's predictor counts only where the first comes before the second. */
function orderedLinear(parameters: Parameters, x: Tensor, rank: Tensor, layout: Layout): Tensor {
  const { graph } = x;
  const { sizes, width, hidden } = layout;
  const inputs = sizes.length * width;
  const units = hidden.reduce((total, h) => total + h, 0);
  // a predictor has about half of all variables before it
  const weight = parameters.add('hidden.weight', [inputs, units], fanIn(Math.max(1, inputs / 2)));
  const bias = parameters.add('hidden.bias', [units], fanIn(Math.max(1, inputs / 2)));
  const rankOf = (variables: number[], shape: number[]): Tensor =>
    reshape(gatherRows(rank, graph.constant(Int32Array.from(variables), [variables.length], 'int32')), shape);
  const from = rankOf(
    sizes.flatMap((_, v) => new Array<number>(width).fill(v)),
    [inputs, 1],
  );
  const to = rankOf(
    hidden.flatMap((h, v) => new Array<number>(h).fill(v)),
    [1, units],
  );
  const mask = cast(less(from, to), 'float32');
  const output = add(matmul(x, mul(weight, mask)), bias);
  parameters.sites.push(orderedSite({ x, mask, weight, bias, output }));
  return output;
}

function orderedSite(layer: Record<'x' | 'mask' | 'weight' | 'bias' | 'output', Tensor>): Site {
  const { x, mask, weight, bias, output } = layer;
  return {
    parameters: [weight, bias],
    output,
    // Σ over unmasked weights of a²δ², plus δ² for the bias
    squaredNorms: (delta) => sum(mul(add(matmul(square(x), mask), 1), square(delta)), { axes: [1] }),
    sums: (delta, part) => [
      mul(matmul(part(x), delta, { a: true }), castLike(mask, delta)),
      sum(delta, { axes: [0] }),
    ],
  };
}

/** The inputs of a graph. */
export function networkInputs(graph: Graph, layout: Layout, training: boolean): NetworkInputs {
  const units = layout.hidden.reduce((total, h) => total + h, 0);
  const inputs = {
    codes: graph.input('codes', ['batch', layout.sizes.length], 'int32'),
    rank: graph.input('rank', [layout.sizes.length]),
  };
  return training ? { ...inputs, noise: graph.input('noise', ['batch', units], 'uint8') } : inputs;
}
