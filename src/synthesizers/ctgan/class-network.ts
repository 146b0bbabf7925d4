import type { Graph, Tensor } from '../../tensor/index.js';
import {
  add,
  concat,
  embedding,
  gradientPenalty,
  gradients,
  gumbelOf,
  gumbelSoftmax,
  leakyRelu,
  linear,
  mean,
  mul,
  neg,
  Parameters,
  reshape,
  split,
  sub,
  zeros,
} from '../../tensor/index.js';
import type { ClassShape } from '../mixed/index.js';
import { beyondClass, classDecoder, classInput } from '../mixed/index.js';

const SLOPE = 0.2;
const PENALTY = 10;

/** Scores of rows [batch, 1]. @param seen rows less what is expected of their class [batch, width]. */
function critic(
  parameters: Parameters,
  { seen, classOf }: { seen: Tensor; classOf: Tensor },
  { classes, units }: ClassShape,
): Tensor {
  const own = embedding(parameters, 'critic.class', classOf, {
    size: classes.rows.length,
    width: units,
    init: zeros,
  });
  const hidden = leakyRelu(add(linear(parameters, 'critic.0', seen, { units }), own), SLOPE);
  return linear(parameters, 'critic.1', hidden, { units: 1 });
}

/** Made rows, soft codes [batch, width], from inputs `latent`, `uniform` (for Gumbel noise) and the class. */
function made(graph: Graph, generator: Parameters, classOf: Tensor, shape: ClassShape): Tensor {
  const { layout } = shape;
  const latent = graph.input('latent', ['batch', shape.latent]);
  const logits = classDecoder(generator, { latent, classOf }, shape);
  const noise = split(gumbelOf(graph.input('uniform', ['batch', layout.width])), layout.sizes, 1);
  const soft = split(logits, layout.sizes, 1).map((piece, k) => gumbelSoftmax(piece, noise[k]!));
  return concat(soft, 1);
}

/** Less the critic's score of each row `hot` [batch, width], a 1 for each code or soft ones: what noisy gradients are made of. */
export function realLosses(graph: Graph, parameters: Parameters, shape: ClassShape): Tensor {
  const classOf = classInput(graph);
  const seen = beyondClass(graph.input('hot', ['batch', shape.layout.width]), classOf, shape);
  return neg(reshape(critic(parameters, { seen, classOf }, shape), ['batch']));
}

/**
 * What no record has a share in: made rows, and the gradient of the penalty between them and rows `hot` that are drawn from their class's shares
 * (Gulrajani et al. 2017).
 */
export function penaltyGradient(
  graph: Graph,
  parameters: Parameters,
  shape: ClassShape,
): { readonly made: Tensor; readonly gradient: Tensor } {
  const classOf = classInput(graph);
  const generator = new Parameters(graph, 'generator');
  const some = made(graph, generator, classOf, shape);
  generator.seal();
  const others = beyondClass(graph.input('hot', ['batch', shape.layout.width]), classOf, shape);
  const seen = beyondClass(some, classOf, shape);
  const mixed = add(seen, mul(graph.input('share', ['batch', 1]), sub(others, seen)));
  const scores = critic(parameters, { seen: mixed, classOf }, shape);
  const loss = mul(mean(gradientPenalty(scores, mixed)), PENALTY);
  parameters.seal();
  return { made: some, gradient: parameters.flatten(gradients(loss, parameters.tensors)) };
}

/** The generator's step: high scores for made rows. */
export function generatorLoss(graph: Graph, parameters: Parameters, shape: ClassShape): Tensor {
  const classOf = classInput(graph);
  const some = made(graph, parameters, classOf, shape);
  const fed = new Parameters(graph, 'critic');
  const scores = critic(fed, { seen: beyondClass(some, classOf, shape), classOf }, shape);
  fed.seal();
  return neg(mean(scores));
}
