import type { OpenNetwork, Tensor } from '../../tensor/index.js';
import {
  add,
  affine,
  batchNorm,
  concat,
  dropout,
  fanIn,
  Graph,
  gradientPenalty,
  groupedCrossEntropy,
  gumbelOf,
  gumbelSoftmax,
  leakyRelu,
  linear,
  mean,
  mul,
  neg,
  Parameters,
  relu,
  reshape,
  slice,
  split,
  sub,
  sum,
  tanh,
} from '../../tensor/index.js';
import type { Layout } from '../mixed/index.js';

/** What the networks are built from. */
export interface Shape {
  readonly layout: Layout;
  readonly units: number;
  readonly latent: number;
  readonly pac: number;
  /** Whether rows are asked for with a condition: a vector as wide as all codes together. */
  readonly conditional: boolean;
  /** Choices that the generator is told by the condition instead of making them: those of the label columns. */
  readonly labels: readonly number[];
}

const LAYERS = 2;

/** Width of a row as the critic sees it: numbers, codes, condition. */
export function rowWidth({ layout, conditional }: Shape): number {
  return layout.numbers.length + layout.width + conditionWidth({ layout, conditional });
}

export function conditionWidth({ layout, conditional }: Pick<Shape, 'layout' | 'conditional'>): number {
  return conditional ? layout.width : 0;
}

/** What the generator is fed. */
export interface GeneratorInputs {
  /** Latent rows beside their conditions [batch, latent + condition]. */
  readonly latent: Tensor;
  /** Gumbel noise [batch, codes]; none where there are no choices. */
  readonly gumbel: Tensor | undefined;
}

function generatorInputs(graph: Graph, shape: Shape): GeneratorInputs {
  const { width } = shape.layout;
  return {
    latent: graph.input('latent', ['batch', shape.latent + conditionWidth(shape)]),
    gumbel: width === 0 ? undefined : gumbelOf(graph.input('uniform', ['batch', width])),
  };
}

/** What the generator makes. */
interface Generated {
  readonly numbers: Tensor | undefined;
  readonly logits: Tensor | undefined;
  /** Remembered means and variances of the batch norms, flat, after this batch. */
  readonly remembered: Tensor;
}

/** Share of a batch in what the batch norms remember. */
const MOMENTUM = 0.05;

/** Residual layers: each adds relu(batch norm(linear)) beside its input; then one linear layer (Xu et al. 2019, §4.4). */
function generator(
  parameters: Parameters,
  latent: Tensor,
  { shape, remembered, training }: { shape: Shape; remembered: Parameters; training: boolean },
): Generated {
  const { layout, units } = shape;
  const next: Tensor[] = [];
  let x = latent;
  for (let layer = 0; layer < LAYERS; layer++) {
    const own = linear(parameters, `generator.${layer}`, x, { units });
    const normed = batchNorm(parameters, `norm.${layer}`, own, { remembered, training, momentum: MOMENTUM });
    next.push(...normed.next);
    x = concat([relu(normed.output), x], 1);
  }
  const numbers = layout.numbers.length;
  const out = linear(parameters, 'generator.out', x, { units: numbers + layout.width });
  const flat = remembered.flatten(next);
  if (numbers === 0) return { numbers: undefined, logits: out, remembered: flat };
  if (layout.width === 0) return { numbers: tanh(out), logits: undefined, remembered: flat };
  const [raw, logits] = split(out, [numbers, layout.width], 1);
  return { numbers: tanh(raw!), logits, remembered: flat };
}

/**
 * A made row as the critic sees it: numbers, soft codes, and the condition that it was made for. A number counts as far as its row has a code that goes with a
 * number, as real rows have 0 for the others.
 */
function softRow({ numbers, logits }: Generated, { latent, gumbel }: GeneratorInputs, shape: Shape): Tensor {
  const parts: Tensor[] = [];
  let codes: Tensor | undefined;
  if (logits !== undefined && gumbel !== undefined) {
    const { sizes } = shape.layout;
    const noise = split(gumbel, sizes, 1);
    const pieces = split(logits, sizes, 1);
    codes = concat(
      pieces.map((piece, k) =>
        shape.labels.includes(k)
          ? slice(latent, 1, shape.latent + shape.layout.starts[k]!, sizes[k]!)
          : gumbelSoftmax(piece, noise[k]!),
      ),
      1,
    );
  }
  if (numbers !== undefined) parts.push(codes === undefined ? numbers : mul(numbers, presence(codes, shape)));
  if (codes !== undefined) parts.push(codes);
  const condition = conditionWidth(shape);
  if (condition > 0) parts.push(slice(latent, 1, shape.latent, condition));
  return concat(parts, 1);
}

/** How far each number is there [batch, numbers], from soft codes. */
function presence(codes: Tensor, { layout }: Shape): Tensor {
  const { width, modes } = layout;
  const weights = new Float32Array(width * modes.length);
  const always = new Float32Array(modes.length);
  for (const [n, range] of modes.entries()) {
    if (range === undefined) always[n] = 1;
    else for (let code = range.from; code < range.to; code++) weights[code * modes.length + n] = 1;
  }
  const { graph } = codes;
  return affine(
    codes,
    graph.constant(weights, [width, modes.length]),
    graph.constant(always, [modes.length]),
  );
}

/** Packs of rows that are judged together (Lin et al. 2018, PacGAN). */
function packed(rows: Tensor, shape: Shape): Tensor {
  return reshape(rows, ['packs', shape.pac * rowWidth(shape)]);
}

const SLOPE = 0.2;
const DROPOUT = 0.5;

/** The critic: layers of leaky ReLU and dropout; its weights may be used more than once. */
class Critic {
  readonly #layers: readonly { readonly weight: Tensor; readonly bias: Tensor }[];
  readonly #units: number;

  constructor(parameters: Parameters, shape: Shape) {
    const widths = [shape.pac * rowWidth(shape), ...new Array<number>(LAYERS).fill(shape.units), 1];
    this.#units = shape.units;
    this.#layers = widths.slice(1).map((units, i) => ({
      weight: parameters.add(`critic.${i}.weight`, [widths[i]!, units], fanIn(widths[i]!)),
      bias: parameters.add(`critic.${i}.bias`, [units], fanIn(widths[i]!)),
    }));
  }

  /** Scores of packs [packs, 1]. @param chance bytes for dropout (uint8 [packs, layers · units]); none: no dropout. */
  score(packs: Tensor, chance?: Tensor): Tensor {
    let x = packs;
    for (const [i, { weight, bias }] of this.#layers.entries()) {
      x = affine(x, weight, bias);
      if (i === LAYERS) break;
      x = leakyRelu(x, SLOPE);
      if (chance !== undefined) x = dropout(x, slice(chance, 1, i * this.#units, this.#units), DROPOUT);
    }
    return x;
  }
}

/** Bytes of noise for dropout in a pack. */
export function chanceWidth({ units }: Shape): number {
  return LAYERS * units;
}

/** Parameters of the other network, fed as they are. */
interface Fed {
  readonly generator: Parameters;
  readonly remembered: Parameters;
}

function fedGenerator(graph: Graph): Fed {
  return { generator: new Parameters(graph, 'generator'), remembered: new Parameters(graph, 'remembered') };
}

const PENALTY = 10;

/** The critic's step: made rows' scores less real rows', and the gradient penalty of Gulrajani et al. 2017. */
export function criticLoss(
  graph: Graph,
  parameters: Parameters,
  shape: Shape,
): { readonly loss: Tensor; readonly distance: Tensor } {
  const { made, real, critic } = judged(graph, parameters, shape);
  const chance = graph.input('chance', ['packs', 3 * chanceWidth(shape)], 'uint8');
  const [ofReal, ofMade, ofMixed] = split(
    chance,
    [1, 1, 1].map(() => chanceWidth(shape)),
    1,
  );
  const mixed = add(made, mul(graph.input('share', ['packs', 1]), sub(real, made)));
  const penalty = mean(gradientPenalty(critic.score(mixed, ofMixed), mixed));
  const distance = sub(mean(critic.score(real, ofReal)), mean(critic.score(made, ofMade)));
  return { loss: sub(mul(penalty, PENALTY), distance), distance };
}

/** How far the critic, without dropout, sees real rows from made ones: the loss that the curves show. */
export function criticDistance(graph: Graph, parameters: Parameters, shape: Shape): Tensor {
  const { made, real, critic } = judged(graph, parameters, shape);
  return sub(mean(critic.score(real)), mean(critic.score(made)));
}

function judged(
  graph: Graph,
  parameters: Parameters,
  shape: Shape,
): { made: Tensor; real: Tensor; critic: Critic } {
  const { generator: fed, remembered } = fedGenerator(graph);
  const inputs = generatorInputs(graph, shape);
  const made = packed(
    softRow(generator(fed, inputs.latent, { shape, remembered, training: true }), inputs, shape),
    shape,
  );
  fed.seal();
  remembered.seal();
  const real = graph.input('real', ['packs', shape.pac * rowWidth(shape)]);
  return { made, real, critic: new Critic(parameters, shape) };
}

/** The generator's step: high scores for made rows, and the codes that the conditions ask for. */
export function generatorLoss(
  graph: Graph,
  parameters: Parameters,
  shape: Shape,
): { readonly loss: Tensor; readonly remembered: Tensor } {
  const inputs = generatorInputs(graph, shape);
  const remembered = new Parameters(graph, 'remembered');
  const made = generator(parameters, inputs.latent, { shape, remembered, training: true });
  remembered.seal();
  const fed = new Parameters(graph, 'critic');
  const critic = new Critic(fed, shape);
  fed.seal();
  const chance = graph.input('chance', ['packs', chanceWidth(shape)], 'uint8');
  let loss = neg(mean(critic.score(packed(softRow(made, inputs, shape), shape), chance)));
  if (made.logits !== undefined && shape.conditional) {
    const { sizes } = shape.layout;
    const codes = graph.input('codes', ['batch', sizes.length], 'int32');
    const asked = graph.input('asked', ['batch', sizes.length]);
    const entropies = groupedCrossEntropy({ logits: made.logits, sizes, codes });
    loss = add(loss, mean(sum(mul(entropies, asked), { axes: [1] })));
  }
  return { loss, remembered: made.remembered };
}

/** The generator alone, as rows are drawn: batch norms use what they remember. */
export function drawingNetwork(shape: Shape): OpenNetwork {
  const graph = new Graph();
  const { generator: fed, remembered } = fedGenerator(graph);
  const latent = graph.input('latent', ['batch', shape.latent + conditionWidth(shape)]);
  const { numbers, logits } = generator(fed, latent, { shape, remembered, training: false });
  return {
    graph,
    parameters: [fed, remembered],
    outputs: { ...(numbers && { numbers }), ...(logits && { logits }) },
  };
}
