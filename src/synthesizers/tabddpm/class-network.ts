import type { OpenNetwork, Tensor } from '../../tensor/index.js';
import {
  add,
  clamp,
  div,
  exp,
  gatherRows,
  Graph,
  groupedCrossEntropy,
  linear,
  log,
  matmul,
  mul,
  Parameters,
  relu,
  sub,
  sum,
  zeros,
} from '../../tensor/index.js';
import type { Classes, Layout } from '../mixed/index.js';
import { beyondClass, classInput, classTable, flatShares, learnedCodes } from '../mixed/index.js';
import { evenSchedule } from './schedule.js';

/** What the network with a budget is built from. */
export interface ClassDenoiserShape {
  readonly layout: Layout;
  readonly classes: Classes;
  readonly units: number;
  readonly noiseSteps: number;
}

/** A batch of rows in noise. */
interface ClassInputs {
  /** 1 for each code [batch, width]. */
  readonly hot: Tensor;
  /** 1 for choices that are given, without noise [batch, choices]. */
  readonly known: Tensor;
  /** The class of each row (int32 [batch]). */
  readonly classOf: Tensor;
  /** Steps of noise (int32 [batch], or [1] where all rows are at the same). */
  readonly time: Tensor;
}

function inputsOf(graph: Graph, { layout }: ClassDenoiserShape, times: string | number): ClassInputs {
  return {
    hot: graph.input('hot', ['batch', layout.width]),
    known: graph.input('known', ['batch', layout.choices.length]),
    classOf: classInput(graph),
    time: graph.input('time', [times], 'int32'),
  };
}

/** A share of noise that is none would make the logit infinite. */
const LEAST_NOISE = 1e-4;
/** Numbers that stand for a step. */
const TIME_WIDTH = 4;

/**
 * Logits of the codes without noise [batch, width]. Noise is drawn from the class's shares (Vignac et al. 2023, "DiGress: Discrete denoising diffusion for graph generation", §4.1), so what a column in noise says of itself is known exactly: with a
 * share ᾱ of rows still as they were, its code k has the weight share(k) · (ᾱ [k = code in noise] + (1 − ᾱ) share(code in noise)). The network starts from that, and one hidden layer adds what other columns say;
 * they come less their shares and times ᾱ, which is all that noise leaves of them.
 */
function classDenoiser(parameters: Parameters, inputs: ClassInputs, shape: ClassDenoiserShape): Tensor {
  const { layout, classes, units, noiseSteps } = shape;
  const { hot, known, classOf, time } = inputs;
  const { graph } = hot;
  const alphaBar = evenSchedule(noiseSteps);
  const kept = gatherRows(graph.constant(Float32Array.from(alphaBar), [noiseSteps + 1, 1]), time);
  // given columns are as they were
  const ofCodes = matmul(known, graph.constant(membership(layout), [layout.choices.length, layout.width]));
  const strength = add(ofCodes, mul(sub(1, ofCodes), kept));
  const seen = mul(beyondClass(hot, classOf, shape), strength);
  const step = gatherRows(graph.constant(waves(noiseSteps), [noiseSteps + 1, TIME_WIDTH]), time);
  const hidden = relu(
    add(
      linear(parameters, 'seen', seen, { units }),
      linear(parameters, 'time', step, { units, bias: false }),
    ),
  );
  const moved = linear(parameters, 'out', hidden, { units: layout.width, bias: false, init: zeros });
  const shares = graph.constant(flatShares(classes), [classes.rows.length, layout.width]);
  const noise = mul(gatherRows(shares, classOf), clamp(sub(1, kept), LEAST_NOISE, 1));
  const own = mul(hot, log(add(div(kept, noise), 1)));
  return add(add(moved, own), classTable(parameters, classOf, shape));
}

/** 1 where a code is of a choice [choices, width]. */
function membership({ choices, starts, sizes, width }: Layout): Float32Array {
  const out = new Float32Array(choices.length * width);
  for (const [k, start] of starts.entries()) out.fill(1, k * width + start, k * width + start + sizes[k]!);
  return out;
}

function waves(noiseSteps: number): Float32Array {
  const out = new Float32Array((noiseSteps + 1) * TIME_WIDTH);
  for (const [t, alphaBar] of evenSchedule(noiseSteps).entries()) {
    const angle = (2 * Math.PI * t) / noiseSteps;
    out.set(
      [2 * (t / noiseSteps) - 1, Math.sqrt(alphaBar), Math.cos(angle), Math.sin(angle)],
      t * TIME_WIDTH,
    );
  }
  return out;
}

/** Loss of each row [batch]: sum of the cross entropies of its choices that are not given. */
export function classLosses(graph: Graph, parameters: Parameters, shape: ClassDenoiserShape): Tensor {
  const { layout, classes } = shape;
  const inputs = inputsOf(graph, shape, 'batch');
  const logits = classDenoiser(parameters, inputs, shape);
  const codes = graph.input('cleanCodes', ['batch', layout.choices.length], 'int32');
  const open = learnedCodes(classes, layout);
  const learned = graph.constant(
    Float32Array.from(layout.starts, (start) => open[start]!),
    [layout.choices.length],
  );
  const entropies = groupedCrossEntropy({ logits, sizes: layout.sizes, codes });
  return sum(mul(mul(entropies, sub(1, inputs.known)), learned), { axes: [1] });
}

/** The denoiser as another tool draws rows with it. */
export function classNetwork(shape: ClassDenoiserShape): OpenNetwork {
  const graph = new Graph();
  const parameters = new Parameters(graph);
  const logits = classDenoiser(parameters, inputsOf(graph, shape, 1), shape);
  return { graph, parameters: [parameters], outputs: { logits } };
}

/** As in training (tensor's groupedCrossEntropy). */
const MOST_LOGIT = 30;

/** The same with `weights`: shares of the codes of each choice, not yet divided by their sum. */
export function classBlockNetwork(shape: ClassDenoiserShape): OpenNetwork {
  const { graph, parameters, outputs } = classNetwork(shape);
  return { graph, parameters, outputs: { weights: exp(clamp(outputs['logits']!, -MOST_LOGIT, MOST_LOGIT)) } };
}
