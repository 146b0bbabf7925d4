import type { Init, OpenNetwork, Site, Tensor } from '../../tensor/index.js';
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
  transpose,
  values,
  slice,
  concat,
  split,
} from '../../tensor/index.js';
import type { Parts } from './parts.js';
import { deciders } from './parts.js';
import { MOST_READ } from './reads.js';

/** Widths of a network, from its variables alone. */
export interface Layout {
  readonly sizes: readonly number[];
  /** Whether a variable's neighbouring codes are neighbouring numbers. */
  readonly ordered: readonly boolean[];
  /** Numbers that stand for a code, the same for all variables. */
  readonly width: number;
  /** Hidden units of each variable's predictor. */
  readonly hidden: readonly number[];
  /** For each column that has variables, what its predictors read. Undefined: everything. */
  readonly reads: readonly ColumnReads[] | undefined;
}

export interface ColumnReads {
  /** Variables of the column. */
  readonly own: readonly number[];
  /** Columns that are read, by their places in the list of those that have variables. */
  readonly read: readonly number[];
}

/** The paper's rules: an embedding of max(10, 3·⌈k^¼⌉), here the largest for all; a predictor of 16·round(ln k) units, at least 16. */
export function layoutOf(
  { parts, ofColumn }: Parts,
  units: number,
  reads?: readonly (readonly number[])[],
): Layout {
  const sizes = parts.map((part) => part.size);
  const width = Math.max(10, ...sizes.map((size) => 3 * Math.ceil(size ** 0.25)));
  const hidden = sizes.map((size) =>
    Math.max(8, Math.round(16 * units * Math.max(1, Math.round(Math.log(size))))),
  );
  const varied = [...ofColumn.keys()].filter((c) => ofColumn[c]!.length > 0);
  const places = new Map(varied.map((c, place) => [c, place]));
  const columnReads =
    reads &&
    varied.map((c) => ({
      own: ofColumn[c]!,
      read: reads[c]!.flatMap((other) => places.get(other) ?? []),
    }));
  const ordered = parts.map((part) => part.ordered);
  return { sizes, ordered, width, hidden, reads: columnReads };
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

/** The same where a variable that another decides counts 0. */
export function openLosses(
  parameters: Parameters,
  inputs: NetworkInputs,
  setup: { parts: Parts; layout: Layout; shares: LogShares; rate: number },
): Tensor {
  const losses = network(parameters, inputs, setup);
  const open = openOf(inputs.codes, setup.parts);
  return open === undefined ? losses : mul(losses, open);
}

/** What the predictors say of each variable given those before it: logits of all variables' codes side by side [batch, Σ sizes]. */
function predictions(
  parameters: Parameters,
  { codes, rank, noise }: NetworkInputs,
  { parts, layout, shares, rate }: { parts: Parts; layout: Layout; shares?: LogShares; rate: number },
): Tensor {
  const hidden = relu(
    layout.reads === undefined
      ? orderedLinear(parameters, embedAll(parameters, codes, layout), rank, layout)
      : readingLinear(parameters, { codes, rank }, layout, layout.reads),
  );
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

/** 1 where a variable is to be learned [batch, variables], 0 where another says its code outright. */
function openOf(codes: Tensor, { parts }: Parts): Tensor | undefined {
  const n = parts.length;
  const decides = new Float32Array(n * n);
  for (const [v, part] of parts.entries()) for (const d of deciders(part)) decides[d * n + v] = 1;
  if (!decides.includes(1)) return undefined;
  const decided = matmul(cast(codes, 'float32'), codes.graph.constant(decides, [n, n]));
  return cast(less(decided, 0.5), 'float32');
}

/** All variables' embeddings side by side [batch, variables · width], from one table. */
function embedAll(parameters: Parameters, codes: Tensor, layout: Layout): Tensor {
  const { table, rows, output } = lookUp(parameters, codes, layout);
  parameters.sites.push({
    parameters: [table],
    output,
    squaredNorms: (delta) => sum(square(delta), { axes: [1, 2] }), // an example looks up each row at most once
    sums: (delta, part) => [scatterRows(delta, part(rows), table)],
  });
  return reshape(output, ['batch', layout.sizes.length * layout.width]);
}

function lookUp(
  parameters: Parameters,
  codes: Tensor,
  layout: Layout,
): Record<'table' | 'rows' | 'output', Tensor> {
  const { sizes, width } = layout;
  const starts = sizes.map((_, v) => sizes.slice(0, v).reduce((total, size) => total + size, 0));
  const total = sizes.reduce((all, size) => all + size, 0);
  const table = parameters.add('codes.table', [total, width], firstEmbeddings(layout));
  const rows = add(codes, codes.graph.constant(Int32Array.from(starts), [sizes.length], 'int32'));
  return { table, rows, output: gatherRows(table, rows) };
}

/** Waves of an ordered variable's codes begin with this share of chance. */
const CHANCE = 0.25;

/**
 * Embeddings to start from: standard normal; of ordered variables slow waves over the codes, each slower one larger, so that neighbours begin alike and a
 * predictor need not learn each code apart. All have the same expected length.
 */
function firstEmbeddings({ sizes, ordered, width }: Layout): Init {
  const amplitude = Float64Array.from({ length: width }, (_, d) => 1 / (d + 1));
  const length = Math.sqrt(amplitude.reduce((all, a) => all + a * a, 0));
  return (rng, out) => {
    normal(1)(rng, out);
    let at = 0;
    for (const [v, size] of sizes.entries()) {
      for (let k = 0; k < size; k++) {
        for (let d = 0; d < width; d++, at++) {
          if (ordered[v] !== true || size < 3) continue;
          const wave = Math.SQRT2 * Math.cos(Math.PI * (d + 1) * ((k + 0.5) / size));
          const large = Math.sqrt(width * (1 - CHANCE ** 2)) * (amplitude[d]! / length);
          out[at] = CHANCE * out[at]! + large * wave;
        }
      }
    }
  };
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

/**
 * The same where the predictors of a column read some others only: a layer for each column. What is read of another column is the sum of its variables'
 * embeddings; of its own, each one that comes before. For wide tables; without a budget.
 */
function readingLinear(
  parameters: Parameters,
  { codes, rank }: Pick<NetworkInputs, 'codes' | 'rank'>,
  layout: Layout,
  reads: readonly ColumnReads[],
): Tensor {
  const { graph } = codes;
  const { sizes, width, hidden } = layout;
  const known = transpose(lookUp(parameters, codes, layout).output, [1, 0, 2]); // [variables, batch, width]
  const columns = sumsOf(known, reads, { sizes, width }); // [columns, batch, width]
  const indices = (list: readonly number[]): Tensor =>
    graph.constant(Int32Array.from(list), [list.length], 'int32');
  const first = gatherRows(rank, indices(reads.map(({ own }) => own[0]!)));
  const layers = reads.map(({ own, read }, c) => {
    const units = own.flatMap((v) => new Array<number>(hidden[v]!).fill(v));
    const layer = (of: Tensor, name: string, rows: readonly number[], mask?: Float32Array): Tensor => {
      const inputs = rows.length * width;
      const init = fanIn(Math.max(1, ((read.length + own.length) * width) / 2));
      const weight = parameters.add(`${name}.${c}`, [inputs, units.length], init);
      const x = reshape(transpose(of, [1, 0, 2]), ['batch', inputs]);
      return matmul(
        x,
        mask === undefined ? weight : mul(weight, graph.constant(mask, [inputs, units.length])),
      );
    };
    const before = less(gatherRows(first, indices(read)), gatherRows(first, indices([c])));
    const others = mul(
      gatherRows(columns, indices(read)),
      reshape(cast(before, 'float32'), [read.length, 1, 1]),
    );
    const inner = Float32Array.from({ length: own.length * width * units.length }, (_, i) =>
      Number(own[Math.floor(i / (units.length * width))]! < units[i % units.length]!),
    );
    const within = gatherRows(known, indices(own));
    return add(layer(others, 'hidden.others', read), layer(within, 'hidden.own', own, inner));
  });
  const all = hidden.reduce((sum, h) => sum + h, 0);
  return add(concat(layers, 1), parameters.add('hidden.bias', [all], fanIn(Math.max(1, MOST_READ * width))));
}

/** Sums over the variables of each column [columns, batch, width]. */
function sumsOf(
  known: Tensor,
  reads: readonly ColumnReads[],
  { sizes, width }: Pick<Layout, 'sizes' | 'width'>,
): Tensor {
  const variables = sizes.length;
  const member = new Float32Array(reads.length * variables);
  for (const [c, { own }] of reads.entries()) for (const v of own) member[c * variables + v] = 1;
  const flat = matmul(
    known.graph.constant(member, [reads.length, variables]),
    reshape(known, [variables, `batch*${width}`]),
  );
  return reshape(flat, [reads.length, 'batch', width]);
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
