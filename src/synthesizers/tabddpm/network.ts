import type { OpenNetwork, Tensor } from '../../tensor/index.js';
import {
  add,
  clamp,
  dropout,
  embedding,
  exp,
  gatherRows,
  Graph,
  groupedCrossEntropy,
  linear,
  matmul,
  mean,
  mul,
  normal,
  Parameters,
  relu,
  silu,
  slice,
  split,
  square,
  sub,
  sum,
  values,
} from '../../tensor/index.js';
import type { Layout } from '../mixed/index.js';
import { cosineSchedule } from './schedule.js';

/** What the network is built from. */
export interface Shape {
  readonly layout: Layout;
  readonly units: number;
  readonly layers: number;
  readonly noiseSteps: number;
}

/** A batch of rows in noise. */
export interface NoisyInputs {
  /** Codes of all choices (int32 [batch, choices]); none where there are no choices. */
  readonly codes: Tensor | undefined;
  /** The same with a 1 for each code [batch, codes of all choices], instead. */
  readonly hot?: Tensor | undefined;
  /** Numbers [batch, numbers]; none where there are no numbers. */
  readonly numbers: Tensor | undefined;
  /** 1 for columns that are given, without noise [batch, columns]. */
  readonly known: Tensor;
  /** Steps of noise (int32 [batch], or [1] where all rows are at the same). */
  readonly time: Tensor;
}

/** What the network says: the noise in the numbers, and logits of the codes without noise, all choices side by side. */
export interface Denoised {
  readonly noise: Tensor | undefined;
  readonly logits: Tensor | undefined;
}

export function noisyInputs(graph: Graph, { layout }: Shape): NoisyInputs {
  const numbers = layout.numbers.length;
  return {
    codes: noisyCodes(graph, layout),
    numbers: numbers === 0 ? undefined : graph.input('numbers', ['batch', numbers]),
    known: graph.input('known', ['batch', layout.ofColumn.length]),
    time: graph.input('time', ['batch'], 'int32'),
  };
}

/** The inputs for drawing a block: all rows are at the same step, and codes are given in the form that is faster. */
function blockInputs(graph: Graph, shape: Shape): NoisyInputs {
  const { layout } = shape;
  const numbers = layout.numbers.length;
  return {
    codes: isHot(layout) ? undefined : noisyCodes(graph, layout),
    hot: isHot(layout) ? graph.input('hot', ['batch', layout.width]) : undefined,
    numbers: numbers === 0 ? undefined : graph.input('numbers', ['batch', numbers]),
    known: graph.input('known', ['batch', layout.ofColumn.length]),
    time: graph.input('time', [1], 'int32'),
  };
}

/** A product is faster than looking rows up where there are few codes a choice. */
const MOST_HOT = 40;

/** Whether drawing gives codes as ones among zeros. */
export const isHot = ({ choices, width }: Layout): boolean =>
  choices.length > 0 && width <= MOST_HOT * choices.length;

const noisyCodes = (graph: Graph, { choices }: Layout): Tensor | undefined =>
  choices.length === 0 ? undefined : graph.input('codes', ['batch', choices.length], 'int32');

export interface DenoiserOptions {
  readonly shape: Shape;
  /** Share of hidden units that are left out. */
  readonly rate: number;
  /** Bytes for that (uint8 [batch, layers · units]); none when not training. */
  readonly chance?: Tensor | undefined;
  /** Biases of the outputs to start from. Default: zeros. */
  readonly start?: Float32Array;
}

/** Length of the vector that stands for a step of noise, as in the paper's code. */
const TIME_WIDTH = 128;

/**
 * The paper's MLP (Kotelnikov et al. 2023, equation 6 and appendix A): a linear map of the noisy row plus an embedding of the step,
 * then linear layers with ReLU and dropout. A choice's one-hot code times the first map is a row of a table, which is looked up.
 */
export function denoiser(
  parameters: Parameters,
  inputs: NoisyInputs,
  { shape, rate, chance, start }: DenoiserOptions,
): Denoised {
  const { layout, units, layers } = shape;
  let x = add(linear(parameters, 'known', inputs.known, { units }), timeOf(parameters, inputs.time, shape));
  if (inputs.numbers !== undefined)
    x = add(x, linear(parameters, 'numbers', inputs.numbers, { units, bias: false }));
  const init = normal(1 / Math.sqrt(layout.choices.length));
  if (inputs.hot !== undefined) {
    x = add(x, matmul(inputs.hot, parameters.add('codes.table', [layout.width, units], init)));
  } else if (inputs.codes !== undefined) {
    const starts = inputs.codes.graph.constant(
      Int32Array.from(layout.starts),
      [layout.starts.length],
      'int32',
    );
    const rows = embedding(parameters, 'codes', add(inputs.codes, starts), {
      size: layout.width,
      width: units,
      init,
      distinct: true,
    });
    x = add(x, sum(rows, { axes: [1] }));
  }
  for (let layer = 0; layer < layers; layer++) {
    const hidden = relu(linear(parameters, `hidden.${layer}`, x, { units }));
    x = chance === undefined ? hidden : dropout(hidden, slice(chance, 1, layer * units, units), rate);
  }
  const numbers = layout.numbers.length;
  const out = linear(parameters, 'out', x, {
    units: numbers + layout.width,
    ...(start === undefined ? {} : { biasInit: values(start) }),
  });
  if (inputs.numbers === undefined) return { noise: undefined, logits: out };
  if (layout.choices.length === 0)
    return { noise: noiseOf(out, inputs.numbers, inputs.time, shape), logits: undefined };
  const [velocity, logits] = split(out, [numbers, layout.width], 1);
  return { noise: noiseOf(velocity!, inputs.numbers, inputs.time, shape), logits };
}

/**
 * The noise in the numbers from the network's output v (Salimans and Ho 2022, "Progressive distillation for fast sampling of diffusion models", appendix D):
 * √(1 − ᾱ) · x + √ᾱ · v. With v = 0 that is right for independent standard normal numbers, which quantile-normalised ones are one by one, so a network that has
 * learned little still draws columns of their own shape. The paper's code has the network say the noise outright.
 */
function noiseOf(velocity: Tensor, numbers: Tensor, time: Tensor, { noiseSteps }: Shape): Tensor {
  const alphaBar = cosineSchedule(noiseSteps);
  const at = (weight: (signal: number) => number): Tensor =>
    gatherRows(time.graph.constant(Float32Array.from(alphaBar, weight), [noiseSteps + 1, 1]), time);
  return add(
    mul(
      at((signal) => Math.sqrt(1 - signal)),
      numbers,
    ),
    mul(at(Math.sqrt), velocity),
  );
}

/** Sines and cosines of the step, then two layers, as in the paper's code. */
function timeOf(parameters: Parameters, time: Tensor, { units, noiseSteps }: Shape): Tensor {
  const half = TIME_WIDTH / 2;
  const waves = new Float32Array((noiseSteps + 1) * TIME_WIDTH);
  for (let t = 0; t <= noiseSteps; t++) {
    for (let k = 0; k < half; k++) {
      const angle = ((1000 * t) / noiseSteps) * Math.exp((-Math.log(10_000) * k) / half);
      waves[t * TIME_WIDTH + k] = Math.cos(angle);
      waves[t * TIME_WIDTH + half + k] = Math.sin(angle);
    }
  }
  const table = time.graph.constant(waves, [noiseSteps + 1, TIME_WIDTH]);
  const hidden = silu(linear(parameters, 'time.0', gatherRows(table, time), { units }));
  return linear(parameters, 'time.1', hidden, { units });
}

/** What the losses are measured against. */
export interface Targets {
  /** The noise that is in the numbers [batch, numbers]. */
  readonly noise: Tensor | undefined;
  /** Codes without noise (int32 [batch, choices]). */
  readonly codes: Tensor | undefined;
  /** 1 for variables that are not given, else 0. */
  readonly openNumbers: Tensor | undefined;
  readonly openChoices: Tensor | undefined;
}

export function targetInputs(graph: Graph, { layout }: Shape): Targets {
  const [choices, numbers] = [layout.choices.length, layout.numbers.length];
  const ofNumbers = (name: string): Tensor | undefined =>
    numbers === 0 ? undefined : graph.input(name, ['batch', numbers]);
  return {
    noise: ofNumbers('noise'),
    openNumbers: ofNumbers('openNumbers'),
    codes: choices === 0 ? undefined : graph.input('cleanCodes', ['batch', choices], 'int32'),
    openChoices: choices === 0 ? undefined : graph.input('openChoices', ['batch', choices]),
  };
}

/**
 * Loss of each row [batch]: mean squared error of the noise over numbers (Ho et al. 2020) plus mean cross entropy of the codes over choices. The
 * paper has the divergence of one step's posterior there; both are least for the same network, and the cross entropy needs no weights
 * by step (Austin et al. 2021, "Structured denoising diffusion models in discrete state-spaces", equation 5, its second term).
 */
export function losses(said: Denoised, targets: Targets, { layout }: Shape): Tensor {
  const parts: Tensor[] = [];
  if (said.noise !== undefined && targets.noise !== undefined && targets.openNumbers !== undefined) {
    const errors = mul(square(sub(said.noise, targets.noise)), targets.openNumbers);
    parts.push(mean(errors, { axes: [1] }));
  }
  if (said.logits !== undefined && targets.codes !== undefined && targets.openChoices !== undefined) {
    const entropies = groupedCrossEntropy({ logits: said.logits, sizes: layout.sizes, codes: targets.codes });
    parts.push(mean(mul(entropies, targets.openChoices), { axes: [1] }));
  }
  return parts.reduce((total, part) => add(total, part));
}

/** The denoiser as rows are drawn. */
export function drawingNetwork(shape: Shape): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const { noise, logits } = denoiser(parameters, noisyInputs(graph, shape), { shape, rate: 0 });
  return {
    graph,
    parameters: [parameters],
    outputs: { ...(noise && { noise }), ...(logits && { logits }) },
  };
}

/** As in training (tensor's groupedCrossEntropy). */
const MOST_LOGIT = 30;

/** The same for a block of rows that are all at one step, with `weights` instead of logits: shares of the codes of each choice, not yet divided by their sum. */
export function blockNetwork(shape: Shape): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const { noise, logits } = denoiser(parameters, blockInputs(graph, shape), { shape, rate: 0 });
  const weights = logits && exp(clamp(logits, -MOST_LOGIT, MOST_LOGIT));
  return {
    graph,
    parameters: [parameters],
    outputs: { ...(noise && { noise }), ...(weights && { weights }) },
  };
}
