import { InternalError } from '../../core/index.js';
import type { Backward, Tensor } from './graph.js';

/** Declares how a tensor's gradient reaches the tensors that it was made from. */
export function withGradient(tensor: Tensor, inputs: readonly Tensor[], backward: Backward): Tensor {
  tensor.origin = { inputs, backward };
  return tensor;
}

/** The same numbers, but no gradient passes. */
export function stopGradient(tensor: Tensor): Tensor {
  return tensor.graph.node(
    { op: 'Identity', inputs: [tensor] },
    { dtype: tensor.dtype, shape: tensor.shape },
  );
}

/**
 * Gradients of Σ seed · output with respect to each of `wrt`, by reverse accumulation (Griewank and Walther, "Evaluating Derivatives",
 * 2008, chapter 3). They are tensors of the same graph made of ordinary operators, so gradients of gradients are taken the same way.
 * `wrt` are cut points: with respect to several tensors of which one is made from another, each gets its own total derivative.
 * A tensor that the output does not depend on has the gradient undefined.
 */
export function gradients(
  output: Tensor,
  wrt: readonly Tensor[],
  seed: Tensor = onesLike(output),
): (Tensor | undefined)[] {
  const wanted = dependents(output, new Set(wrt));
  // the first of several pieces answers for all
  for (const tensor of [...wanted]) {
    const first = tensor.origin?.pieces?.all[0];
    if (first !== undefined) wanted.add(first);
  }
  const found = new Map<Tensor, Tensor>([[output, seed]]);
  // later tensors first: when a tensor is reached, all that use it have been
  const order = [...wanted].sort((a, b) => b.id - a.id);
  for (const tensor of order) {
    const { origin } = tensor;
    if (origin === undefined || !origin.inputs.some((input) => wanted.has(input))) continue;
    const parts = partsOf(tensor, origin, found);
    for (const [i, input] of origin.inputs.entries()) {
      const part = parts[i];
      if (part === undefined || !wanted.has(input)) continue;
      if (part.shape.length !== input.shape.length) {
        throw new InternalError(
          'GRADIENT_SHAPE',
          `A gradient of shape [${part.shape.join()}] for a tensor of [${input.shape.join()}].`,
        );
      }
      const before = found.get(input);
      found.set(input, before === undefined ? part : plus(before, part));
    }
  }
  return wrt.map((tensor) => found.get(tensor));
}

/** Gradients of what a tensor was made from. Pieces of one input answer together, when the first of them is reached. */
function partsOf(
  tensor: Tensor,
  { backward, pieces }: NonNullable<Tensor['origin']>,
  found: ReadonlyMap<Tensor, Tensor>,
): readonly (Tensor | undefined)[] {
  const gradient = found.get(tensor);
  if (pieces === undefined) return gradient === undefined ? [] : backward(gradient);
  if (tensor !== pieces.all[0]) return [];
  const each = pieces.all.map((piece) => found.get(piece));
  return each.every((one) => one === undefined) ? [] : [pieces.join(each)];
}

/** Tensors on a way from one of `sources` to `output`, both ends included. */
function dependents(output: Tensor, sources: ReadonlySet<Tensor>): Set<Tensor> {
  const reachable = new Set<Tensor>();
  const stack = [output];
  for (let tensor = stack.pop(); tensor !== undefined; tensor = stack.pop()) {
    if (reachable.has(tensor)) continue;
    reachable.add(tensor);
    stack.push(...(tensor.origin?.inputs ?? []));
  }
  const onWay = new Set<Tensor>();
  for (const tensor of [...reachable].sort((a, b) => a.id - b.id)) {
    const inputs = tensor.origin?.inputs ?? [];
    if (sources.has(tensor) || inputs.some((input) => onWay.has(input))) onWay.add(tensor);
  }
  return onWay;
}

function plus(a: Tensor, b: Tensor): Tensor {
  const sum = a.graph.node({ op: 'Add', inputs: [a, b] }, { shape: a.shape });
  return withGradient(sum, [a, b], (gradient) => [gradient, gradient]);
}

function onesLike(output: Tensor): Tensor {
  if (output.shape.every((dim) => dim === 1) || output.rank === 0) {
    return output.graph.constant(
      Float32Array.of(1),
      output.shape.map(() => 1),
    );
  }
  throw new InternalError(
    'GRADIENT_SEED',
    `A tensor of shape [${output.shape.join(', ')}] needs a seed for its gradient.`,
  );
}
