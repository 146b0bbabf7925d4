import type { Session, Trainer, Value } from '../../tensor/index.js';
import { value } from '../../tensor/index.js';
import { RunningAverage } from './average.js';
import type { NetworkState } from './passes.js';
import { restoreTrainer, trainerVectors, vectorOf } from './trainer-state.js';

export interface AveragedSetup {
  readonly trainer: Trainer;
  /** The same network without chance; its result `losses` has one for each row [batch]. */
  readonly scorer: Session;
  /** Steps that the average of parameters looks back on. */
  readonly steps: number;
}

/** A network in training whose running average of parameters is what is scored and kept. */
export class AveragedNetwork {
  readonly #trainer: Trainer;
  readonly #scorer: Session;
  readonly #average: RunningAverage;

  constructor({ trainer, scorer, steps }: AveragedSetup) {
    this.#trainer = trainer;
    this.#scorer = scorer;
    this.#average = new RunningAverage(trainer.snapshot().parameters, steps);
  }

  /** Steps done. */
  get step(): number {
    return this.#trainer.step;
  }

  /** One step. Returns the mean loss before it. */
  async advance(feeds: Readonly<Record<string, Value>>, rate: number): Promise<number> {
    const { loss } = await this.#trainer.advance(feeds, rate);
    this.#average.follow(this.#trainer.flat, this.#trainer.step);
    return Number(loss!.data[0]);
  }

  /** Sum of the losses of some rows, by the average. */
  async score(feeds: Readonly<Record<string, Value>>): Promise<number> {
    const { losses } = await this.#scorer.run({ ...feeds, parameters: value(this.#average.values) });
    let total = 0;
    for (const loss of losses!.data) total += Number(loss);
    return total;
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
