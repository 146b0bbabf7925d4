import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Value } from '../../tensor/index.js';
import { Graph, mean, Parameters, Session, Trainer, value } from '../../tensor/index.js';
import type { CodedRows } from '../mixed/index.js';
import type { NetworkState, Split, Trainable } from '../training/index.js';
import { Batches, restoreTrainer, RunningAverage, trainerVectors, vectorOf } from '../training/index.js';
import type { Shape } from './network.js';
import { rowInputs, rowLosses } from './network.js';
import type { CompiledTvae } from './options.js';

export interface LearnerSetup {
  readonly shape: Shape;
  readonly rows: CodedRows;
  readonly split: Split;
  readonly stepsPerPass: number;
  readonly batches: Batches;
  readonly options: CompiledTvae;
  readonly rng: Rng;
  readonly signal: AbortSignal | undefined;
}

/** As in the authors' code. */
const WEIGHT_DECAY = 1e-5;
/** Steps that the average of parameters looks back on. */
const AVERAGED_STEPS = 200;
/** Rows that a validation reads, and rows of one of its batches. */
const VALIDATION_ROWS = 8192;
const VALIDATION_BATCH = 2048;

/** An autoencoder in training. */
export class Learner implements Trainable {
  readonly #setup: LearnerSetup;
  readonly #trainer: Trainer;
  readonly #scorer: Session;
  readonly #average: RunningAverage;

  private constructor(setup: LearnerSetup, trainer: Trainer, scorer: Session) {
    this.#setup = setup;
    this.#trainer = trainer;
    this.#scorer = scorer;
    this.#average = new RunningAverage(trainer.snapshot().parameters, AVERAGED_STEPS);
  }

  static async create(setup: LearnerSetup): Promise<Learner> {
    const { shape, rng, options } = setup;
    const { provider, threads, lossFactor } = options;
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const noise = graph.input('noise', ['batch', shape.latent]);
        return { loss: mean(rowLosses(parameters, rowInputs(graph, shape), { shape, noise, lossFactor })) };
      },
      { provider, threads, adam: { weightDecay: WEIGHT_DECAY } },
    );
    const graph = new Graph();
    const parameters = new Parameters(graph);
    const noise = graph.input('noise', ['batch', shape.latent]);
    const losses = rowLosses(parameters, rowInputs(graph, shape), { shape, noise, lossFactor });
    parameters.seal();
    const scorer = await Session.create(graph.encode({ losses }), { provider, threads });
    trainer.start(rng.split('start'));
    return new Learner(setup, trainer, scorer);
  }

  async pass(_epoch: number, rate: number): Promise<number> {
    const { rng, batches, stepsPerPass, signal } = this.#setup;
    let total = 0;
    for (let i = 0; i < stepsPerPass; i++) {
      throwIfAborted(signal);
      const { step } = this.#trainer;
      const feeds = this.#feeds(batches.at(step), rng.split('step', step));
      const { loss } = await this.#trainer.advance(feeds, rate);
      this.#average.follow(this.#trainer.flat, this.#trainer.step);
      total += Number(loss!.data[0]);
    }
    return total / stepsPerPass;
  }

  /** The same rows with the same noise after each pass. */
  async evaluate(): Promise<number> {
    const { split, rng } = this.#setup;
    const some = split.validation.subarray(0, VALIDATION_ROWS);
    let total = 0;
    for (let from = 0; from < some.length; from += VALIDATION_BATCH) {
      const places = some.subarray(from, from + VALIDATION_BATCH);
      const feeds = this.#feeds(places, rng.split('validation noise', from));
      const { losses } = await this.#scorer.run({ ...feeds, parameters: value(this.#average.values) });
      for (const loss of losses!.data) total += Number(loss);
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

  #feeds(places: Uint32Array, rng: Rng): Record<string, Value> {
    const { rows, shape } = this.#setup;
    const [choices, some] = [shape.layout.choices.length, shape.layout.numbers.length];
    const n = places.length;
    const codes = new Int32Array(n * choices);
    const numbers = new Float32Array(n * some);
    const present = new Float32Array(n * some);
    for (let i = 0; i < n; i++) {
      const row = places[i]!;
      codes.set(rows.codes.subarray(row * choices, (row + 1) * choices), i * choices);
      for (let k = 0; k < some; k++) {
        const x = rows.numbers[row * some + k]!;
        if (Number.isNaN(x)) continue;
        numbers[i * some + k] = x;
        present[i * some + k] = 1;
      }
    }
    const noise = new Float32Array(n * shape.latent);
    for (let i = 0; i < noise.length; i++) noise[i] = rng.normal();
    return {
      noise: value(noise, [n, shape.latent]),
      ...(choices > 0 && { codes: value(codes, [n, choices]) }),
      ...(some > 0 && { numbers: value(numbers, [n, some]), present: value(present, [n, some]) }),
    };
  }
}
