import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, Graph, mean, Parameters, Session, Trainer, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { NetworkState, Split, Trainable } from '../training/index.js';
import { AveragedNetwork, Batches, meanLoss } from '../training/index.js';
import type { Shape } from './network.js';
import { denoiser, losses, noisyInputs, targetInputs } from './network.js';
import type { NoiseRequest, NoisyBatch } from './noise.js';
import { inTurn, noisyBatch } from './noise.js';
import type { CompiledTabddpm } from './options.js';

export interface LearnerSetup {
  readonly shape: Shape;
  readonly noise: NoiseRequest;
  readonly rows: CodedRows;
  readonly split: Split;
  /** Biases of the outputs to start from. */
  readonly start: Float32Array;
  readonly stepsPerPass: number;
  readonly passes: number;
  readonly options: CompiledTabddpm;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** Steps that the average of parameters looks back on. */
const AVERAGED_STEPS = 500;
/** A denoiser in training. */
export class Learner implements Trainable {
  readonly #setup: LearnerSetup;
  readonly #network: AveragedNetwork;
  readonly #batches: Batches;

  private constructor(setup: LearnerSetup, network: AveragedNetwork) {
    const { split, options, rng } = setup;
    this.#setup = setup;
    this.#network = network;
    this.#batches = new Batches(split.training, options.batchRows, rng.split('batches'));
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { shape, options, rng, start } = setup;
    const { dropout: rate, provider, threads } = options;
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const units = shape.layers * shape.units;
        const chance = rate > 0 ? graph.input('chance', ['batch', units], 'uint8') : undefined;
        const said = denoiser(parameters, noisyInputs(graph, shape), { shape, rate, chance, start });
        return { loss: mean(losses(said, targetInputs(graph, shape), shape)) };
      },
      { provider, threads },
    );
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const said = denoiser(parameters, noisyInputs(graph, shape), { shape, rate: 0 });
    const loss = losses(said, targetInputs(graph, shape), shape);
    parameters.seal();
    const scorer = await Session.create(graph.encode({ losses: loss }), { provider, threads });
    trainer.start(rng.split('start'));
    return new Learner(setup, new AveragedNetwork({ trainer, scorer, steps: AVERAGED_STEPS }));
  }

  async pass(_epoch: number, rate: number): Promise<number> {
    const { rows, noise, rng, options, shape, signal, stepsPerPass, passes } = this.#setup;
    let total = 0;
    for (let i = 0; i < stepsPerPass; i++) {
      throwIfAborted(signal);
      const { step } = this.#network;
      const chance = rng.split('step', step);
      const places = this.#batches.at(step);
      const batch = noisyBatch(rows, places, noise, { chance: inTurn(places.length, chance) });
      const feeds = this.#feeds(batch);
      if (options.dropout > 0) {
        const units = shape.layers * shape.units;
        const bytes = dropoutNoise(chance, new Uint8Array(batch.rows * units));
        feeds['chance'] = value(bytes, [batch.rows, units]);
      }
      total += await this.#network.advance(feeds, rate * (1 - step / (stepsPerPass * passes)));
    }
    return total / stepsPerPass;
  }

  /** The same rows in the same noise after each pass. */
  async evaluate(): Promise<number> {
    const { rows, split, noise, rng } = this.#setup;
    return meanLoss(this.#network, split.validation, (places, from) =>
      this.#feeds(
        noisyBatch(rows, places, noise, {
          chance: inTurn(places.length, rng.split('validation noise', from)),
        }),
      ),
    );
  }

  kept(): Float32Array {
    return this.#network.kept();
  }

  snapshot(): NetworkState {
    return this.#network.snapshot();
  }

  restore(state: NetworkState): void {
    this.#network.restore(state);
  }

  async close(): Promise<void> {
    await this.#network.close();
  }

  #feeds(batch: NoisyBatch): Record<string, Value> {
    return batchFeeds(batch, this.#setup.shape);
  }
}

/** What the network and its losses are fed of a batch. */
export function batchFeeds(batch: NoisyBatch, { layout }: Shape): Record<string, Value> {
  const { rows } = batch;
  const [choices, numbers] = [layout.choices.length, layout.numbers.length];
  return {
    known: value(batch.known, [rows, layout.ofColumn.length]),
    time: value(batch.time, [rows]),
    ...(choices > 0 && {
      codes: value(batch.codes, [rows, choices]),
      cleanCodes: value(batch.cleanCodes, [rows, choices]),
      openChoices: value(batch.openChoices, [rows, choices]),
    }),
    ...(numbers > 0 && {
      numbers: value(batch.numbers, [rows, numbers]),
      noise: value(batch.noise, [rows, numbers]),
      openNumbers: value(batch.openNumbers, [rows, numbers]),
    }),
  };
}
