import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Curator, TrainingSteps } from '../../privacy/index.js';
import { SUM_ROOM } from '../../privacy/index.js';
import type { Graph, Parameters, Tensor, Value } from '../../tensor/index.js';
import type { AdamOptions } from '../../tensor/index.js';
import { AdamVector, ClippedGradients } from '../../tensor/index.js';
import type { FitContext } from '../types.js';

/** A network that can be trained with noise. */
export interface PrivateNetwork {
  /** Declares the network and returns each row's loss [batch], which must hang on that row alone; every parameter needs its `Site`. */
  losses(graph: Graph, parameters: Parameters): Tensor;
  /**
   * What a step draws, the same for all rows or by what a row holds, never by a row's place: leaving a row out must change no other's gradient.
   * Returns the feeds of some rows, filled up with anything to `length` rows.
   */
  step(chance: Rng): (places: Uint32Array, length: number) => Readonly<Record<string, Value>>;
  /** A gradient that no record has a share in, to be added to the mean of the rows'. `clipped` sums clipped gradients of rows that are no records. */
  readonly free?: (
    parameters: Float32Array,
    chance: Rng,
    clipped: (rows: Uint32Array, feeds: ReturnType<PrivateNetwork['step']>) => Promise<Float64Array>,
  ) => Promise<Float64Array>;
  /** What else happens after a step with the parameters as they are then; looks at no record. */
  readonly after?: (
    parameters: Float32Array,
    step: { readonly chance: Rng; readonly learningRate: number },
  ) => Promise<void>;
}

export interface PrivateRequest {
  /** The synthesizer, for progress. */
  readonly id: string;
  readonly curator: Curator;
  /** Budget of the training, as ρ. */
  readonly rho: number;
  readonly steps: number;
  /** Probability with which a row takes part in a step. */
  readonly rate: number;
  /** Norm that each row's gradient is clipped to. */
  readonly clip: number;
  /** Of Adam; constant for half of the steps, then falling in a line to 0. */
  readonly learningRate: number;
  readonly adam?: AdamOptions;
  /** Rows of the table, for the curator alone, and their noisy number. */
  readonly rows: number;
  readonly noisyRows: number;
  readonly provider: 'cpu' | 'webgpu' | 'cuda';
  readonly threads: number;
  readonly rng: Rng;
}

/** Share of the steps that the kept parameters are averaged over. */
const AVERAGED_SHARE = 0.2;

/**
 * Trains by noisy sums of clipped gradients (Abadi et al. 2016) through the curator, which samples, counts the cost and adds the noise. No loss is seen.
 * Returns the average of the last fifth of the steps' parameters, on shared memory.
 * @throws PrivacyError `BUDGET_SPENT`; DataError `DIVERGED`; InterruptedError.
 */
export async function trainPrivately(
  network: PrivateNetwork,
  request: PrivateRequest,
  context: FitContext,
): Promise<Float32Array> {
  const { id, curator, rho, steps, rate, clip, learningRate, rng } = request;
  const { rows, noisyRows, provider, threads } = request;
  const gradients = await ClippedGradients.create((graph, parameters) => network.losses(graph, parameters), {
    limit: clip,
    provider,
    threads,
    expected: rate * noisyRows,
    room: SUM_ROOM,
  });
  const { parameters } = gradients;
  const task = context.progress.task(`${id}: train with noise`, steps);
  let training: TrainingSteps | undefined;
  try {
    training = curator.train({
      purpose: 'training',
      about: `network of ${parameters.size} parameters`,
      rho,
      steps,
      rate,
      rowNorm: clip,
      size: parameters.size,
      rows: () => rows,
    });
    const adam = new AdamVector(parameters.initial(rng.split('start')), request.adam);
    const average = new Float32Array(new SharedArrayBuffer(4 * parameters.size));
    average.set(adam.parameters);
    const batch = Math.max(1, rate * noisyRows);
    for (let step = 0; step < steps; step++) {
      throwIfAborted(context.signal);
      const chance = rng.split('step', step);
      const feeds = network.step(chance);
      const sums = await training.step((sample) => gradients.sum(adam.parameters, sample, feeds));
      if (network.free !== undefined) {
        const free = await network.free(adam.parameters, chance.split('free'), (some, more) =>
          gradients.sum(adam.parameters, some, more),
        );
        for (let i = 0; i < sums.length; i++) sums[i]! += free[i]! * batch;
      }
      const now = learningRate * Math.min(1, 2 * (1 - step / steps));
      adam.advance(sums, now, 1 / batch);
      await network.after?.(adam.parameters, { chance: chance.split('after'), learningRate: now });
      const share = 1 / Math.min(step + 1, Math.ceil(AVERAGED_SHARE * steps));
      for (let i = 0; i < average.length; i++) average[i]! += (adam.parameters[i]! - average[i]!) * share;
      task.advance();
    }
    return average;
  } finally {
    task.done();
    await training?.close();
    await gradients.close();
  }
}
