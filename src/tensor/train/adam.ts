import type { Graph, Tensor } from '../graph/graph.js';
import { add, div, mul, sqrt, square, sub } from '../ops/elementwise.js';

/** Adam (Kingma and Ba 2015), with decoupled weight decay where wanted (Loshchilov and Hutter 2019: AdamW). */
export interface AdamOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Share of each parameter, times the learning rate, that is taken away in a step. Default 0. */
  readonly weightDecay?: number;
}

/** What a step of Adam needs and makes, all as long as the parameters. */
export interface AdamState {
  readonly parameters: Tensor;
  readonly first: Tensor;
  readonly second: Tensor;
}

/** Names of the scalars that change from step to step; {@link adamScalars} gives their values. */
const adamInputs = ['adam.rate', 'adam.epsilon', 'adam.keep'] as const;

/**
 * One step on flat vectors. Kept are m / (1 − β₁) and v / (1 − β₂); the rest of the paper's formula, its bias corrections included, is in
 * the scalars, so that each vector is passed over as few times as possible.
 */
export function adamStep(
  graph: Graph,
  state: AdamState,
  gradient: Tensor,
  options: AdamOptions = {},
): AdamState {
  const { beta1 = 0.9, beta2 = 0.999, weightDecay = 0 } = options;
  const [rate, epsilon, keep] = adamInputs.map((name) => graph.input(name, []));
  const first = add(mul(state.first, beta1), gradient);
  const second = add(mul(state.second, beta2), square(gradient));
  const move = div(mul(first, rate!), add(sqrt(second), epsilon!));
  const kept = weightDecay === 0 ? state.parameters : mul(state.parameters, keep!);
  return { parameters: sub(kept, move), first, second };
}

/** Values of the scalars at step t = 1, 2, … for a learning rate. */
export function adamScalars(
  step: number,
  learningRate: number,
  options: AdamOptions = {},
): Record<string, number> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  const first = (1 - beta1) / (1 - beta1 ** step);
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  const scalars: Record<string, number> = {
    'adam.rate': (learningRate * first) / second,
    'adam.epsilon': epsilon / second,
  };
  if (weightDecay !== 0) scalars['adam.keep'] = 1 - learningRate * weightDecay;
  return scalars;
}
