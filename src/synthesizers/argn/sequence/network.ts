import type { OpenNetwork, Tensor } from '../../../tensor/index.js';
import {
  add,
  cast,
  concat,
  div,
  dropout,
  embedding,
  expandDims,
  fanIn,
  gatherRows,
  Graph,
  groupedCrossEntropy,
  less,
  linear,
  matmul,
  maximum,
  mul,
  Parameters,
  relu,
  reshape,
  slice,
  split,
  sub,
  sum,
  values,
} from '../../../tensor/index.js';
import type { LogShares } from '../network.js';
import type { SequenceLayout } from './layout.js';
import { DECAYS, pastWidth } from './layout.js';

export interface SequenceInputs {
  /** Codes of the context's and the step's variables at each place of each window (int32 [batch, window, inputs]). */
  readonly codes: Tensor;
  /** Codes that are to be predicted (int32 [batch · window, outputs]). */
  readonly targets: Tensor;
  /** Place in the window where the history of each place begins [batch, window]. */
  readonly begins: Tensor;
  /** Logarithm of one more than the steps before, for each place [batch, window]. */
  readonly position: Tensor;
  /** Place of each output in this batch's order [outputs]: it sees the context, the past, and the step's variables of outputs before it. */
  readonly rank: Tensor;
  /** Bytes that decide which hidden units are left out (uint8 [batch · window, Σ hidden]); none when not training. */
  readonly noise?: Tensor;
}

/** Rows of a product over all places. */
const ROWS = (window: number): string => (window === 1 ? 'batch' : `batch*${window}`);

/** The inputs of a graph. */
export function sequenceInputs(graph: Graph, layout: SequenceLayout, training: boolean): SequenceInputs {
  const { window, inputs, outputs } = layout;
  const units = layout.hidden.reduce((total, h) => total + h, 0);
  const all = {
    codes: graph.input('codes', ['batch', window, inputs.length], 'int32'),
    targets: graph.input('targets', [ROWS(window), outputs.length], 'int32'),
    begins: graph.input('begins', ['batch', window]),
    position: graph.input('position', ['batch', window]),
    rank: graph.input('rank', [outputs.length]),
  };
  return training ? { ...all, noise: graph.input('noise', [ROWS(window), units], 'uint8') } : all;
}

/**
 * Cross entropy of each output at each place [batch · window, outputs]. The past of a place is a few fading sums (traces) of what encodes the steps before it
 * in the same history: products with fixed matrices, so that all places are computed at once, and one step of drawing only adds to the sums.
 */
export function sequenceNetwork(
  parameters: Parameters,
  inputs: SequenceInputs,
  { layout, shares, rate }: { layout: SequenceLayout; shares: LogShares; rate: number },
): Tensor {
  const { logits } = predictions(parameters, inputs, {
    layout,
    shares,
    rate,
    past: (encoded) => traces(encoded, inputs, layout),
  });
  return groupedCrossEntropy({
    logits,
    sizes: layout.outputs.map(({ size }) => size),
    codes: inputs.targets,
  });
}

/**
 * One place of a history as another tool draws it: the traces are an input, and what encodes the step is an output that they are made of. We draw from the
 * same numbers without the graph.
 */
export function drawingNetwork(layout: SequenceLayout): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const place = { ...layout, window: 1 };
  const codes = graph.input('codes', ['batch', layout.inputs.length], 'int32');
  const past = graph.input('past', ['batch', pastWidth(layout)]);
  const rank = graph.input('rank', [layout.outputs.length]);
  const { logits, encoded } = predictions(
    parameters,
    { codes, rank },
    { layout: place, rate: 0, past: () => past },
  );
  const outputs = { logits, encoded: reshape(encoded, ['batch', layout.memory]) };
  return { graph, parameters: [parameters], outputs };
}

/** Logits of all outputs side by side at each place [batch · window, Σ sizes], and what encodes its step [batch, window, memory]. */
function predictions(
  parameters: Parameters,
  { codes, rank, noise }: Pick<SequenceInputs, 'codes' | 'rank' | 'noise'>,
  setup: {
    readonly layout: SequenceLayout;
    readonly shares?: LogShares;
    readonly rate: number;
    /** The past of each place [batch · window, `pastWidth`] from what encodes the steps. */
    readonly past: (encoded: Tensor) => Tensor;
  },
): { logits: Tensor; encoded: Tensor } {
  const { layout, shares, rate } = setup;
  const { window, inputs, outputs, width, memory, context } = layout;
  const rows = ROWS(window);
  const known = embedAll(parameters, codes, layout);
  const units = layout.hidden.reduce((total, h) => total + h, 0);
  const seen = orderedLinear(parameters, reshape(known, [rows, inputs.length * width]), rank, layout);
  const step = slice(known, 2, context * width, (inputs.length - context) * width);
  const encoded = relu(linear(parameters, 'step', step, { units: memory }));
  const past = relu(linear(parameters, 'summary', setup.past(encoded), { units: memory }));
  const fromPast = matmul(past, parameters.add('fromPast.weight', [memory, units], fanIn(memory)));
  const active = relu(add(seen, fromPast));
  const kept = noise === undefined ? active : dropout(active, noise, rate);
  const pieces = split(kept, layout.hidden, 1);
  const flatCodes = reshape(codes, [rows, inputs.length]);
  const logits = pieces.map((piece, o) => {
    const { size, parent } = outputs[o]!;
    const first = shares === undefined ? undefined : values(shares[o]!);
    const out = linear(parameters, `out.${o}`, piece, {
      units: size,
      ...(parent === undefined && first !== undefined ? { biasInit: first } : {}),
    });
    if (parent === undefined) return out;
    const groups = reshape(slice(flatCodes, 1, context + parent, 1), [rows]);
    const places = { size: inputs[context + parent]!, width: size, ...(first && { init: first }) };
    return add(out, embedding(parameters, `places.${o}`, groups, places));
  });
  return { logits: concat(logits, 1), encoded };
}

/** All variables' embeddings side by side [batch, window, inputs · width], from one table. */
function embedAll(parameters: Parameters, codes: Tensor, { window, inputs, width }: SequenceLayout): Tensor {
  const { graph } = codes;
  const starts = inputs.map((_, v) => inputs.slice(0, v).reduce((total, size) => total + size, 0));
  const total = inputs.reduce((all, size) => all + size, 0);
  const rows = add(codes, graph.constant(Int32Array.from(starts), [inputs.length], 'int32'));
  return reshape(embedding(parameters, 'codes', rows, { size: total, width }), [
    'batch',
    window,
    inputs.length * width,
  ]);
}

/** The past of each place [batch · window, `pastWidth`]: traces of what encodes the steps before it, and its position. */
function traces(
  encoded: Tensor,
  { begins, position }: SequenceInputs,
  { window, memory }: SequenceLayout,
): Tensor {
  const { graph } = encoded;
  const places = graph.constant(
    Float32Array.from({ length: window }, (_, j) => j),
    [1, 1, window],
  );
  const same = sub(1, cast(less(places, expandDims(begins, -1)), 'float32')); // [batch, to, from]
  const faded = DECAYS.map((decay) => {
    const fade = graph.constant(fadeMatrix(window, decay), [1, window, window]);
    const reach = mul(fade, same);
    const trace = matmul(reach, encoded);
    return decay === 1 ? div(trace, maximum(sum(reach, { axes: [2], keep: true }), 1)) : trace;
  });
  const past = concat([...faded, expandDims(position, -1)], 2);
  return reshape(past, [ROWS(window), DECAYS.length * memory + 1]);
}

/** What each place keeps of the places before it: decay to the power of the steps between [to, from]. */
function fadeMatrix(window: number, decay: number): Float32Array {
  const fade = new Float32Array(window * window);
  for (let to = 0; to < window; to++)
    for (let from = 0; from < to; from++) fade[to * window + from] = decay ** (to - from - 1);
  return fade;
}

/** A layer whose weight between a variable's embedding and a predictor counts only where the variable is known before the predictor's. */
function orderedLinear(parameters: Parameters, x: Tensor, rank: Tensor, layout: SequenceLayout): Tensor {
  const { inputs, context, outputs, width, hidden } = layout;
  const { graph } = x;
  const columns = inputs.length * width;
  const units = hidden.reduce((total, h) => total + h, 0);
  const weight = parameters.add('hidden.weight', [columns, units], fanIn(Math.max(1, columns / 2)));
  const bias = parameters.add('hidden.bias', [units], fanIn(Math.max(1, columns / 2)));
  // variables of the context come before everything: their rank is that of a place before the first
  const padded = concat([graph.constant(Float32Array.of(-1), [1]), rank], 0);
  const rankOf = (places: number[], shape: number[]): Tensor =>
    reshape(gatherRows(padded, graph.constant(Int32Array.from(places), [places.length], 'int32')), shape);
  const placeOf = new Map(outputs.flatMap(({ part }, o) => (part === undefined ? [] : [[part, o]])));
  const from = rankOf(
    inputs.flatMap((_, v) => new Array<number>(width).fill(v < context ? 0 : 1 + placeOf.get(v - context)!)),
    [columns, 1],
  );
  const to = rankOf(
    hidden.flatMap((h, o) => new Array<number>(h).fill(1 + o)),
    [1, units],
  );
  const mask = cast(less(from, to), 'float32');
  return add(matmul(x, mul(weight, mask)), bias);
}
