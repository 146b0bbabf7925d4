import { InternalError } from '../../core/index.js';
import type { Trainer } from '../../tensor/index.js';
import type { NetworkState } from './passes.js';

/** A trainer's vectors under names that begin with `prefix`. */
export function trainerVectors(trainer: Trainer, prefix = ''): Record<string, Float32Array> {
  const { parameters, first, second } = trainer.snapshot();
  return { [`${prefix}parameters`]: parameters, [`${prefix}first`]: first, [`${prefix}second`]: second };
}

/** Puts back what {@link trainerVectors} took. */
export function restoreTrainer(trainer: Trainer, state: NetworkState, prefix = ''): void {
  trainer.restore({
    step: state.step,
    parameters: vectorOf(state, `${prefix}parameters`),
    first: vectorOf(state, `${prefix}first`),
    second: vectorOf(state, `${prefix}second`),
  });
}

/** A vector of a state by its name. */
export function vectorOf({ vectors }: NetworkState, name: string): Float32Array {
  const vector = vectors[name];
  if (vector === undefined) throw new InternalError('TRAINER_STATE', `A state lacks '${name}'.`);
  return vector;
}
