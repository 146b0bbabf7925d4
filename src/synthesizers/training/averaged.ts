import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { AdamOptions, RunOptions, StepRequest, Tensor, Value } from '../../tensor/index.js';
import { Graph, Parameters, Session, stepsPerCall, Trainer } from '../../tensor/index.js';
import type { NetworkState, Trainable } from './passes.js';
import { restoreTrainer, trainerVectors } from './trainer-state.js';

type Declaration = (graph: Graph, parameters: Parameters) => Tensor;

export interface AveragedSetup extends RunOptions {
  /** Declares the network as it is trained and returns the mean loss of a batch. */
  readonly trained: Declaration;
  /** Declares the same network without chance and returns losses that {@link AveragedNetwork.score} adds up. */
  readonly scored: Declaration;
  /** Steps that the average of parameters looks back on. */
  readonly averagedSteps: number;
  /** Rows of a step: several small ones go in one call. */
  readonly batchRows: number;
  readonly adam?: AdamOptions;
  readonly rng: Rng;
}

/** A step of a pass. */
export interface PassStep extends StepRequest {
  /** What its loss counts in the pass's mean. Default 1. */
  readonly weight?: number;
}

/** A network in training whose running average of parameters is what is scored and kept. */
export class AveragedNetwork {
  readonly #trainer: Trainer;
  readonly #scorer: Session;
  readonly #perCall: number;

  private constructor(trainer: Trainer, scorer: Session, perCall: number) {
    this.#trainer = trainer;
    this.#scorer = scorer;
    this.#perCall = perCall;
  }

  static async create(setup: AveragedSetup): Promise<AveragedNetwork> {
    const { trained, scored, averagedSteps, batchRows, adam = {}, rng, ...run } = setup;
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const losses = scored(graph, parameters);
    parameters.seal();
    // loops are for the processor: on a GPU each run of one would wait for the other side
    const perCall = run.provider === 'cpu' ? stepsPerCall(batchRows, parameters.size) : 1;
    const options = { ...run, adam, average: averagedSteps, several: perCall > 1 };
    const trainer = await Trainer.create((...network) => ({ loss: trained(...network) }), options);
    const scorer = await Session.create(graph.encode({ losses }), run);
    trainer.start(rng.split('start'));
    return new AveragedNetwork(trainer, scorer, perCall);
  }

  /**
   * Some steps. Returns the mean loss.
   * @param at the i-th of them, which is the training's step so and so (0, 1, …) and may hang on nothing else.
   */
  async pass(
    steps: number,
    at: (step: number, i: number) => PassStep,
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const calls = Math.ceil(steps / this.#perCall);
    let [total, weights] = [0, 0];
    for (let call = 0; call < calls; call++) {
      throwIfAborted(signal);
      const from = Math.floor((call * steps) / calls);
      const to = Math.floor(((call + 1) * steps) / calls);
      const { step } = this.#trainer;
      const some = Array.from({ length: to - from }, (_, i) => at(step + i, from + i));
      const results = await this.#trainer.advanceAll(some);
      for (const [i, { weight = 1 }] of some.entries()) {
        total += Number(results[i]!['loss']!.data[0]) * weight;
        weights += weight;
      }
    }
    return total / Math.max(1, weights);
  }

  /** Sum of the losses of some rows, by the average. */
  async score(feeds: Readonly<Record<string, Value>>): Promise<number> {
    const { losses } = await this.#scorer.run({ ...feeds, parameters: this.#trainer.average });
    let total = 0;
    for (const loss of losses!.data) total += Number(loss);
    return total;
  }

  kept(): Float32Array {
    return this.#trainer.snapshot().average!;
  }

  snapshot(): NetworkState {
    return { step: this.#trainer.step, vectors: trainerVectors(this.#trainer) };
  }

  restore(state: NetworkState): void {
    restoreTrainer(this.#trainer, state);
  }

  async close(): Promise<void> {
    await this.#trainer.close();
    await this.#scorer.close();
  }
}

/** What the learners of such networks have in common. */
export abstract class AveragedLearner implements Trainable {
  protected readonly network: AveragedNetwork;

  protected constructor(network: AveragedNetwork) {
    this.network = network;
  }

  abstract pass(epoch: number, rate: number): Promise<number>;
  abstract evaluate(): Promise<number>;

  kept(): Float32Array {
    return this.network.kept();
  }

  snapshot(): NetworkState {
    return this.network.snapshot();
  }

  restore(state: NetworkState): void {
    this.network.restore(state);
  }

  async close(): Promise<void> {
    await this.network.close();
  }
}

/** Rows that a validation reads, and rows of one of its batches. */
const VALIDATION_ROWS = 8192;
const VALIDATION_BATCH = 2048;

/** Mean loss of rows that were set aside, batch by batch. `feedsOf` must give the same batch the same noise every time: the first place of a batch names it. */
export async function meanLoss(
  network: AveragedNetwork,
  validation: Uint32Array,
  feedsOf: (places: Uint32Array, from: number) => Readonly<Record<string, Value>>,
): Promise<number> {
  const some = validation.subarray(0, VALIDATION_ROWS);
  let total = 0;
  for (let from = 0; from < some.length; from += VALIDATION_BATCH) {
    total += await network.score(feedsOf(some.subarray(from, from + VALIDATION_BATCH), from));
  }
  return total / some.length;
}
