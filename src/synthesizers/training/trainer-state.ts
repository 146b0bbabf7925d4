import { InternalError } from '../../core/index.js';
import type { Trainer } from '../../tensor/index.js';
import type { NetworkState } from './passes.js';

/** A trainer's vectors under names that begin with `prefix`. */
export function trainerVectors(trainer: Trainer, prefix = ''): Record<string, Float32Array> {
  const { parameters, first, second, average } = trainer.snapshot();
  return {
    [`${prefix}parameters`]: parameters,
    [`${prefix}first`]: first,
    [`${prefix}second`]: second,
    ...(average !== undefined && { [`${prefix}average`]: average }),
  };
}

/** Puts back what {@link trainerVectors} took. */
export function restoreTrainer(trainer: Trainer, state: NetworkState, prefix = ''): void {
  const average = state.vectors[`${prefix}average`];
  trainer.restore({
    step: state.step,
    parameters: vectorOf(state, `${prefix}parameters`),
    first: vectorOf(state, `${prefix}first`),
    second: vectorOf(state, `${prefix}second`),
    ...(average !== undefined && { average }),
  });
}

/** A vector of a state by its name. */
export function vectorOf({ vectors }: NetworkState, name: string): Float32Array {
  const vector = vectors[name];
  if (vector === undefined) throw new InternalError('TRAINER_STATE', `A state lacks '${name}'.`);
  return vector;
}
