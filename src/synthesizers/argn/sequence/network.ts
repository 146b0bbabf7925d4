import type { Graph, Parameters, Tensor } from '../../../tensor/index.js';
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
  groupedCrossEntropy,
  less,
  linear,
  matmul,
  maximum,
  mul,
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
import { DECAYS } from './layout.js';

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

const ROWS = (window: number): string => `batch*${window}`;

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
  const { window, outputs } = layout;
  const rows = ROWS(window);
  const known = embedAll(parameters, inputs.codes, layout);
  const units = layout.hidden.reduce((total, h) => total + h, 0);
  const seen = orderedLinear(
    parameters,
    reshape(known, [rows, layout.inputs.length * layout.width]),
    inputs.rank,
    layout,
  );
  const past = summary(parameters, known, inputs, layout);
  const fromPast = matmul(
    past,
    parameters.add('fromPast.weight', [layout.memory, units], fanIn(layout.memory)),
  );
  const active = relu(add(seen, fromPast));
  const kept = inputs.noise === undefined ? active : dropout(active, inputs.noise, rate);
  const pieces = split(kept, layout.hidden, 1);
  const flatCodes = reshape(inputs.codes, [rows, layout.inputs.length]);
  const logits = pieces.map((piece, o) => {
    const { size, parent } = outputs[o]!;
    const out = linear(parameters, `out.${o}`, piece, {
      units: size,
      ...(parent === undefined ? { biasInit: values(shares[o]!) } : {}),
    });
    if (parent === undefined) return out;
    const groups = reshape(slice(flatCodes, 1, layout.context + parent, 1), [rows]);
    const groupCount = layout.inputs[layout.context + parent]!;
    return add(
      out,
      embedding(parameters, `places.${o}`, groups, {
        size: groupCount,
        width: size,
        init: values(shares[o]!),
      }),
    );
  });
  return groupedCrossEntropy({
    logits: concat(logits, 1),
    sizes: outputs.map(({ size }) => size),
    codes: inputs.targets,
  });
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

/** The past of each place in `memory` numbers [batch · window, memory]. */
function summary(
  parameters: Parameters,
  known: Tensor,
  { begins, position }: SequenceInputs,
  { window, inputs, context, width, memory }: SequenceLayout,
): Tensor {
  const { graph } = known;
  const step = slice(known, 2, context * width, (inputs.length - context) * width);
  const encoded = relu(linear(parameters, 'step', step, { units: memory }));
  const places = graph.constant(
    Float32Array.from({ length: window }, (_, j) => j),
    [1, 1, window],
  );
  const same = sub(1, cast(less(places, expandDims(begins, -1)), 'float32')); // [batch, to, from]
  const traces = DECAYS.map((decay) => {
    const fade = graph.constant(fadeMatrix(window, decay), [1, window, window]);
    const reach = mul(fade, same);
    const trace = matmul(reach, encoded);
    return decay === 1 ? div(trace, maximum(sum(reach, { axes: [2], keep: true }), 1)) : trace;
  });
  const past = concat([...traces, expandDims(position, -1)], 2);
  const flat = reshape(past, [ROWS(window), DECAYS.length * memory + 1]);
  return relu(linear(parameters, 'summary', flat, { units: memory }));
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
