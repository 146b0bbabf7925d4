import type { Graph, Tensor } from '../../tensor/index.js';
import {
  add,
  exp,
  groupedCrossEntropy,
  linear,
  mul,
  networkSize,
  normalDivergence,
  Parameters,
  relu,
  sum,
} from '../../tensor/index.js';
import type { ClassShape } from '../mixed/index.js';
import { beyondClass, classDecoder, classDecoderNetwork, classInput } from '../mixed/index.js';

/**
 * Loss of each row [batch] with a budget, as in `rowLosses`; encoder and decoder are given the row's class (Sohn et al. 2015, "Learning structured output representation using deep
 * conditional generative models") and have one hidden layer each. The encoder's parameters come first.
 */
export function classLosses(
  graph: Graph,
  parameters: Parameters,
  { shape, lossFactor }: { shape: ClassShape; lossFactor: number },
): Tensor {
  const { layout, units, latent } = shape;
  const choices = layout.choices.length;
  const classOf = classInput(graph);
  const seen = beyondClass(graph.input('hot', ['batch', layout.width]), classOf, shape);
  const hidden = relu(linear(parameters, 'encoder.hidden', seen, { units }));
  const means = linear(parameters, 'encoder.means', hidden, { units: latent });
  const logVariance = linear(parameters, 'encoder.logVariance', hidden, { units: latent });
  const noise = graph.input('noise', ['batch', latent]);
  const drawn = add(means, mul(exp(mul(logVariance, 0.5)), noise));
  const logits = classDecoder(parameters, { latent: drawn, classOf }, shape);
  const codes = graph.input('codes', ['batch', choices], 'int32');
  const entropies = groupedCrossEntropy({ logits, sizes: layout.sizes, codes });
  const open = graph.constant(
    Float32Array.from(layout.choices, ({ column }) => Number(!shape.classes.columns.includes(column))),
    [choices],
  );
  const reconstruction = sum(mul(entropies, open), { axes: [1] });
  return add(mul(reconstruction, lossFactor), normalDivergence(means, logVariance));
}

/** The decoder's numbers from those of the whole network, where they come last; memory of their own, to be calibrated. */
export function decoderPart(parameters: Float32Array, shape: ClassShape): Float32Array {
  const size = networkSize(classDecoderNetwork(shape));
  const part = new Float32Array(new SharedArrayBuffer(4 * size));
  part.set(parameters.subarray(parameters.length - size));
  return part;
}
