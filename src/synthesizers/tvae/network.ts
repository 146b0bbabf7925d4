import type { OpenNetwork, Tensor } from '../../tensor/index.js';
import {
  add,
  div,
  embedding,
  exp,
  expandLike,
  Graph,
  groupedCrossEntropy,
  linear,
  log,
  mul,
  networkSize,
  normal,
  normalDivergence,
  Parameters,
  relu,
  sigmoid,
  split,
  square,
  sub,
  sum,
  tanh,
  values,
} from '../../tensor/index.js';
import type { Layout } from '../mixed/index.js';

/** What the network is built from. */
export interface Shape {
  readonly layout: Layout;
  readonly units: number;
  readonly latent: number;
  /** Choices that the decoder is told instead of saying them: those of the label columns. */
  readonly labels: readonly number[];
}

/** Rows; neither where a table has none of them. */
export interface RowInputs {
  /** Codes of all choices (int32 [batch, choices]). */
  readonly codes: Tensor | undefined;
  /** Codes of the labels (int32 [batch, labels]). */
  readonly labels: Tensor | undefined;
  /** Numbers, 0 where a row has none [batch, numbers]. */
  readonly numbers: Tensor | undefined;
  /** 1 where a row has a number, else 0. */
  readonly present: Tensor | undefined;
}

export function rowInputs(graph: Graph, shape: Shape): RowInputs {
  const { layout } = shape;
  const [choices, numbers] = [layout.choices.length, layout.numbers.length];
  const ofNumbers = (name: string): Tensor | undefined =>
    numbers === 0 ? undefined : graph.input(name, ['batch', numbers]);
  return {
    codes: choices === 0 ? undefined : graph.input('codes', ['batch', choices], 'int32'),
    labels: labelInput(graph, shape),
    numbers: ofNumbers('numbers'),
    present: ofNumbers('present'),
  };
}

function labelInput(graph: Graph, { labels }: Shape): Tensor | undefined {
  return labels.length === 0 ? undefined : graph.input('labels', ['batch', labels.length], 'int32');
}

/** A learned row for each code of some choices, summed [batch, units]: what a linear layer makes of their one-hot codes. @param codes int32 [batch, choices]. */
function codeLayer(
  parameters: Parameters,
  name: string,
  codes: Tensor,
  { sizes, units }: { sizes: readonly number[]; units: number },
): Tensor {
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((total, size) => total + size, 0));
  const looked = embedding(
    parameters,
    name,
    add(codes, codes.graph.constant(Int32Array.from(starts), [starts.length], 'int32')),
    {
      size: sizes.reduce((total, size) => total + size, 0),
      width: units,
      init: normal(1 / Math.sqrt(sizes.length)),
      distinct: true,
    },
  );
  return sum(looked, { axes: [1] });
}

/** Mean and log variance of the latent rows. */
interface Posterior {
  readonly means: Tensor;
  readonly logVariance: Tensor;
}

/** Two layers with ReLU, then means and log variances (Xu et al. 2019, §4.4). A choice's one-hot code times the first layer is a row of a table. */
function encoder(parameters: Parameters, rows: RowInputs, { layout, units, latent }: Shape): Posterior {
  const terms: Tensor[] = [];
  if (rows.numbers !== undefined) terms.push(linear(parameters, 'encoder.numbers', rows.numbers, { units }));
  if (rows.codes !== undefined) {
    terms.push(codeLayer(parameters, 'encoder.codes', rows.codes, { sizes: layout.sizes, units }));
  }
  const first = relu(terms.reduce((total, term) => add(total, term)));
  const second = relu(linear(parameters, 'encoder.hidden', first, { units }));
  return {
    means: linear(parameters, 'encoder.means', second, { units: latent }),
    logVariance: linear(parameters, 'encoder.logVariance', second, { units: latent }),
  };
}

/** What the decoder says: means of the numbers, logits of the choices. */
interface Said {
  readonly numbers: Tensor | undefined;
  readonly logits: Tensor | undefined;
}

/** What the decoder is fed. */
interface DecoderInputs {
  /** Latent rows [batch, latent]. */
  readonly latent: Tensor;
  readonly labels: Tensor | undefined;
}

/** Two layers with ReLU, of which the first is told the labels (Sohn et al. 2015, "Learning structured output representation using deep conditional generative models"). */
function decoder(parameters: Parameters, { latent, labels }: DecoderInputs, shape: Shape): Said {
  const { layout, units } = shape;
  let own = linear(parameters, 'decoder.0', latent, { units });
  if (labels !== undefined) {
    const sizes = shape.labels.map((k) => layout.sizes[k]!);
    own = add(own, codeLayer(parameters, 'decoder.labels', labels, { sizes, units }));
  }
  const first = relu(own);
  const second = relu(linear(parameters, 'decoder.1', first, { units }));
  const numbers = layout.numbers.length;
  const out = linear(parameters, 'decoder.out', second, { units: numbers + layout.width });
  if (numbers === 0) return { numbers: undefined, logits: out };
  if (layout.width === 0) return { numbers: tanh(out), logits: undefined };
  const [raw, logits] = split(out, [numbers, layout.width], 1);
  return { numbers: tanh(raw!), logits };
}

/** Deviations lie between these, as in the authors' code, and start at the third. */
const DEVIATIONS = { least: 0.01, greatest: 1, start: 0.1 };
const RANGE = DEVIATIONS.greatest - DEVIATIONS.least;

/** Deviations of the numbers around their means, learned; kept in their range by a sigmoid instead of by cutting after each step. */
function deviationsOf(parameters: Parameters, numbers: number, like: Tensor): Tensor {
  const share = (DEVIATIONS.start - DEVIATIONS.least) / RANGE;
  const raw = parameters.add(
    'decoder.deviations',
    [numbers],
    values(new Float32Array(numbers).fill(Math.log(share / (1 - share)))),
  );
  return add(mul(sigmoid(expandLike(raw, like)), RANGE), DEVIATIONS.least);
}

/** The deviations from the parameter that {@link deviationsOf} declares, the last of all. */
export function readDeviations(parameters: Float32Array, { layout }: Shape): Float32Array {
  const raw = parameters.subarray(parameters.length - layout.numbers.length);
  return raw.map((x) => DEVIATIONS.least + RANGE / (1 + Math.exp(-x)));
}

/**
 * Loss of each row [batch]: `lossFactor` times the negative log likelihood of the row, plus the divergence of its latent distribution from the standard normal.
 * @param noise standard normal [batch, latent].
 */
export function rowLosses(
  parameters: Parameters,
  rows: RowInputs,
  { shape, noise, lossFactor }: { shape: Shape; noise: Tensor; lossFactor: number },
): Tensor {
  const { means, logVariance } = encoder(parameters, rows, shape);
  const latent = add(means, mul(exp(mul(logVariance, 0.5)), noise));
  const said = decoder(parameters, { latent, labels: rows.labels }, shape);
  const terms: Tensor[] = [];
  if (said.logits !== undefined && rows.codes !== undefined) {
    const request = { logits: said.logits, sizes: shape.layout.sizes, codes: rows.codes };
    const entropies = groupedCrossEntropy(request);
    terms.push(
      sum(shape.labels.length === 0 ? entropies : mul(entropies, saidChoices(rows.codes.graph, shape)), {
        axes: [1],
      }),
    );
  }
  if (said.numbers !== undefined && rows.numbers !== undefined && rows.present !== undefined) {
    const deviations = deviationsOf(parameters, shape.layout.numbers.length, rows.numbers);
    const errors = div(square(sub(rows.numbers, said.numbers)), mul(square(deviations), 2));
    terms.push(sum(mul(add(errors, log(deviations)), rows.present), { axes: [1] }));
  }
  const reconstruction = terms.reduce((total, term) => add(total, term));
  return add(mul(reconstruction, lossFactor), normalDivergence(means, logVariance));
}

/** 1 for choices that the decoder says, 0 for those that it is told. */
function saidChoices(graph: Graph, { layout, labels }: Shape): Tensor {
  const said = Float32Array.from(layout.choices, (_, k) => Number(!labels.includes(k)));
  return graph.constant(said, [said.length]);
}

/** The decoder alone, from inputs `latent` and, where there are some, `labels`: what draws rows. */
export function decoderNetwork(shape: Shape): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const inputs = { latent: graph.input('latent', ['batch', shape.latent]), labels: labelInput(graph, shape) };
  const { numbers, logits } = decoder(parameters, inputs, shape);
  const deviations = numbers && deviationsOf(parameters, shape.layout.numbers.length, numbers);
  return {
    graph,
    parameters: [parameters],
    outputs: { ...(numbers && { numbers }), ...(deviations && { deviations }), ...(logits && { logits }) },
  };
}

/** The decoder's numbers from those of the whole network, where they come last. */
export function decoderPart(parameters: Float32Array, shape: Shape): Float32Array {
  return parameters.subarray(parameters.length - networkSize(decoderNetwork(shape)));
}
