import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { dropoutNoise, Graph, mean, Parameters, Session, Trainer, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { NetworkState, Split, Trainable } from '../training/index.js';
import { Batches, restoreTrainer, RunningAverage, trainerVectors, vectorOf } from '../training/index.js';
import type { Shape } from './network.js';
import { denoiser, losses, noisyInputs, targetInputs } from './network.js';
import type { NoiseRequest, NoisyBatch } from './noise.js';
import { noisyBatch } from './noise.js';
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
/** Rows that a validation reads, and rows of one of its batches. */
const VALIDATION_ROWS = 8192;
const VALIDATION_BATCH = 2048;

/** A denoiser in training. */
export class Learner implements Trainable {
  readonly #setup: LearnerSetup;
  readonly #trainer: Trainer;
  readonly #scorer: Session;
  readonly #average: RunningAverage;
  readonly #batches: Batches;

  private constructor(setup: LearnerSetup, trainer: Trainer, scorer: Session) {
    const { split, options, rng } = setup;
    this.#setup = setup;
    this.#trainer = trainer;
    this.#scorer = scorer;
    this.#average = new RunningAverage(trainer.snapshot().parameters, AVERAGED_STEPS);
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
    return new Learner(setup, trainer, scorer);
  }

  async pass(_epoch: number, rate: number): Promise<number> {
    const { rows, noise, rng, options, shape, signal, stepsPerPass, passes } = this.#setup;
    let total = 0;
    for (let i = 0; i < stepsPerPass; i++) {
      throwIfAborted(signal);
      const { step } = this.#trainer;
      const chance = rng.split('step', step);
      const batch = noisyBatch(rows, this.#batches.at(step), noise, chance);
      const feeds = this.#feeds(batch);
      if (options.dropout > 0) {
        const units = shape.layers * shape.units;
        const bytes = dropoutNoise(chance, new Uint8Array(batch.rows * units));
        feeds['chance'] = value(bytes, [batch.rows, units]);
      }
      const { loss } = await this.#trainer.advance(feeds, rate * (1 - step / (stepsPerPass * passes)));
      this.#average.follow(this.#trainer.flat, this.#trainer.step);
      total += Number(loss!.data[0]);
    }
    return total / stepsPerPass;
  }

  /** The same rows in the same noise after each pass. */
  async evaluate(): Promise<number> {
    const { rows, split, noise, rng } = this.#setup;
    const some = split.validation.subarray(0, VALIDATION_ROWS);
    let total = 0;
    for (let from = 0; from < some.length; from += VALIDATION_BATCH) {
      const places = some.subarray(from, from + VALIDATION_BATCH);
      const batch = noisyBatch(rows, places, noise, rng.split('validation noise', from));
      const parameters = value(this.#average.values);
      const { losses: found } = await this.#scorer.run({ ...this.#feeds(batch), parameters });
      for (const loss of found!.data) total += Number(loss);
    }
    return total / some.length;
  }

  kept(): Float32Array {
    return this.#average.values;
  }

  snapshot(): NetworkState {
    const average = Float32Array.from(this.#average.values);
    return { step: this.#trainer.step, vectors: { ...trainerVectors(this.#trainer), average } };
  }

  restore(state: NetworkState): void {
    restoreTrainer(this.#trainer, state);
    this.#average.values.set(vectorOf(state, 'average'));
  }

  async close(): Promise<void> {
    await this.#trainer.close();
    await this.#scorer.close();
  }

  #feeds(batch: NoisyBatch): Record<string, Value> {
    const { rows } = batch;
    const { layout } = this.#setup.shape;
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
}
