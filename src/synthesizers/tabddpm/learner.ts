import type { Rng } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, mean, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { PassStep, Split } from '../training/index.js';
import { AveragedLearner, AveragedNetwork, Batches, meanLoss } from '../training/index.js';
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
export class Learner extends AveragedLearner {
  readonly #setup: LearnerSetup;
  readonly #batches: Batches;

  private constructor(setup: LearnerSetup, network: AveragedNetwork) {
    super(network);
    const { split, options, rng } = setup;
    this.#setup = setup;
    this.#batches = new Batches(split.training, options.batchRows, rng.split('batches'));
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { shape, options, rng, start } = setup;
    const { dropout: rate, provider, threads, batchRows } = options;
    const network = await AveragedNetwork.create({
      trained: (graph, parameters) => {
        const units = shape.layers * shape.units;
        const chance = rate > 0 ? graph.input('chance', ['batch', units], 'uint8') : undefined;
        const said = denoiser(parameters, noisyInputs(graph, shape), { shape, rate, chance, start });
        return mean(losses(said, targetInputs(graph, shape), shape));
      },
      scored: (graph, parameters) => {
        const said = denoiser(parameters, noisyInputs(graph, shape), { shape, rate: 0 });
        return losses(said, targetInputs(graph, shape), shape);
      },
      averagedSteps: AVERAGED_STEPS,
      batchRows,
      provider,
      threads,
      rng,
    });
    return new Learner(setup, network);
  }

  async pass(_epoch: number, rate: number): Promise<number> {
    const { signal, stepsPerPass, passes } = this.#setup;
    return this.network.pass(
      stepsPerPass,
      (step) => ({
        feeds: this.#trainingFeeds(step),
        learningRate: rate * (1 - step / (stepsPerPass * passes)),
      }),
      signal,
    );
  }

  /** The same rows in the same noise after each pass. */
  async evaluate(): Promise<number> {
    const { rows, split, noise, rng } = this.#setup;
    return meanLoss(this.network, split.validation, (places, from) =>
      this.#feeds(
        noisyBatch(rows, places, noise, {
          chance: inTurn(places.length, rng.split('validation noise', from)),
        }),
      ),
    );
  }

  #trainingFeeds(step: number): PassStep['feeds'] {
    const { rows, noise, rng, options, shape } = this.#setup;
    const chance = rng.split('step', step);
    const places = this.#batches.at(step);
    const batch = noisyBatch(rows, places, noise, { chance: inTurn(places.length, chance) });
    const feeds = this.#feeds(batch);
    if (options.dropout === 0) return feeds;
    const units = shape.layers * shape.units;
    const bytes = dropoutNoise(chance, new Uint8Array(batch.rows * units));
    return { ...feeds, chance: value(bytes, [batch.rows, units]) };
  }

  #feeds(batch: NoisyBatch): Record<string, Value> {
    return batchFeeds(batch, this.#setup.shape);
  }
}

/** What the network and its losses are fed of a batch. */
function batchFeeds(batch: NoisyBatch, { layout }: Shape): Record<string, Value> {
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
