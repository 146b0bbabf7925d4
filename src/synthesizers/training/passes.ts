import path from 'node:path';
import { throwIfAborted } from '../../core/index.js';
import type { PlateauOptions, PlateauState } from '../../tensor/index.js';
import { lookAtPlateau, startPlateau } from '../../tensor/index.js';
import type { FitContext } from '../types.js';
import type { Checkpoint } from './checkpoint.js';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import type { EpochRecord } from './curve.js';
import { checkLoss } from './curve.js';
import { vectorOf } from './trainer-state.js';

/** All that a training needs to go on from where it was. */
export interface NetworkState {
  /** Steps done. */
  readonly step: number;
  readonly vectors: Readonly<Record<string, Float32Array>>;
}

/** A network in training. What a step draws must hang on its number alone, so that training goes on from any state. */
export interface Trainable {
  /** One pass at a learning rate. Returns the mean loss. */
  pass(epoch: number, rate: number): Promise<number>;
  /** The loss of rows that were set aside, by the numbers that {@link Trainable.kept} returns. */
  evaluate(): Promise<number>;
  /** What the model would keep if training ended now. */
  kept(): Float32Array;
  snapshot(): NetworkState;
  restore(state: NetworkState): void;
}

export interface PassesRequest {
  /** The synthesizer: names the checkpoint's file and the progress. */
  readonly id: string;
  /** Most passes. */
  readonly epochs: number;
  readonly learningRate: number;
  /** Of all that the result depends on. */
  readonly fingerprint: string;
  /** When to lower the rate and when to stop. Default: `lookAtPlateau`'s; `none` where the loss does not say how good the model is. */
  readonly plateau?: PlateauOptions | 'none';
  /** Unit of the losses in the progress, e.g. `nats a row`. */
  readonly unit: string;
}

/** What training came to. */
export interface Trained {
  readonly curve: readonly EpochRecord[];
  /** Kept numbers of the pass of the least validation loss (of the last one without a plateau), on shared memory, so that worker threads read them without a copy. */
  readonly parameters: Float32Array;
}

const BEST = 'best';

/**
 * Trains pass by pass until the losses of the rows set aside say that it is enough, with a checkpoint after every pass where the context has a folder.
 * @throws DataError `DIVERGED`; InterruptedError.
 */
export async function trainInPasses(
  network: Trainable,
  request: PassesRequest,
  context: FitContext,
): Promise<Trained> {
  const { id, epochs, plateau = {}, unit } = request;
  const file =
    context.checkpoint === undefined ? undefined : path.join(context.checkpoint, `${id}.checkpoint`);
  const task = context.progress.task(`${id}: train`, epochs);
  try {
    let state = await startState(network, request, file);
    task.advance(state.epoch);
    while (state.epoch < epochs && !isOver(state, plateau)) {
      throwIfAborted(context.signal);
      state = await onePass(network, request, state);
      if (file !== undefined) await writeCheckpoint(file, state);
      task.advance();
      task.note(`${state.curve.at(-1)!.validation.toFixed(3)} ${unit}`);
    }
    return { curve: state.curve, parameters: shared(vectorOf(state, BEST)) };
  } finally {
    task.done();
  }
}

async function onePass(
  network: Trainable,
  { plateau = {}, fingerprint }: PassesRequest,
  state: Checkpoint,
): Promise<Checkpoint> {
  const { rate } = state.plateau;
  const training = await network.pass(state.epoch, rate);
  const validation = await network.evaluate();
  checkLoss(training, validation, state.epoch);
  const look =
    plateau === 'none'
      ? { state: finite(state.plateau), improved: true }
      : lookAtPlateau(finite(state.plateau), validation, plateau);
  const { step, vectors } = network.snapshot();
  return {
    fingerprint,
    epoch: state.epoch + 1,
    step,
    plateau: { ...look.state, best: Number.isFinite(look.state.best) ? look.state.best : null },
    curve: [...state.curve, { training, validation, learningRate: rate }],
    vectors: {
      ...vectors,
      [BEST]: look.improved ? Float32Array.from(network.kept()) : vectorOf(state, BEST),
    },
  };
}

const STOP_AFTER = 4;

function isOver({ plateau }: Checkpoint, options: PlateauOptions | 'none'): boolean {
  return options !== 'none' && plateau.sinceBest >= (options.stopAfter ?? STOP_AFTER);
}

/** JSON has no infinity: before the first look there is no best. */
const finite = (plateau: Checkpoint['plateau']): PlateauState => ({
  ...plateau,
  best: plateau.best ?? Infinity,
});

async function startState(
  network: Trainable,
  { fingerprint, learningRate }: PassesRequest,
  file: string | undefined,
): Promise<Checkpoint> {
  const found = file === undefined ? undefined : await readCheckpoint(file, fingerprint);
  if (found !== undefined) {
    network.restore(found);
    return found;
  }
  const plateau = { ...startPlateau(learningRate), best: null };
  const vectors = { ...network.snapshot().vectors, [BEST]: Float32Array.from(network.kept()) };
  return { fingerprint, epoch: 0, step: 0, plateau, curve: [], vectors };
}

function shared(parameters: Float32Array): Float32Array {
  const out = new Float32Array(new SharedArrayBuffer(parameters.byteLength));
  out.set(parameters);
  return out;
}
