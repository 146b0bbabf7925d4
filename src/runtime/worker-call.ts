import { InternalError } from '../core/index.js';

/** A call of a module's exported function, run on a worker thread (or in place when the pool has one worker). */
export interface WorkerCall {
  /** `import.meta.url` of the module that exports the function. */
  readonly module: string;
  /** Name of the export: `(input) => output | Promise<output>`, both structured-cloneable. */
  readonly task: string;
  /** Typed arrays on SharedArrayBuffer are shared, everything else is copied. */
  readonly input: unknown;
}

/** Marks a {@link Moved}; the same for every copy of this module. */
const mark = Symbol.for('anamnesis.runtime.moved');

/** An output whose large byte arrays go to the caller's thread without a copy. */
export interface Moved<T> {
  readonly [mark]: true;
  readonly output: T;
  readonly buffers: readonly ArrayBuffer[];
}

export function isMoved(answer: unknown): answer is Moved<unknown> {
  return typeof answer === 'object' && answer !== null && mark in answer;
}

/** Smaller arrays are copied as quickly as they are moved. */
const leastMoved = 1 << 16;

/**
 * What a task gives back when it has no further use for `arrays`, which belong to `output`: those that are large and have their memory for
 * themselves are moved to the caller's thread, the others copied as usual.
 */
export function moved<T>(output: T, arrays: readonly Uint8Array[]): Moved<T> {
  const buffers = arrays.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && byteLength >= leastMoved && buffer.byteLength === byteLength
      ? [buffer]
      : [],
  );
  return { [mark]: true, output, buffers: [...new Set(buffers)] };
}

/** Imports a module and runs its exported function: the one way a call is carried out, on a thread or in place. */
export async function runCall(call: WorkerCall): Promise<unknown> {
  const loaded = (await import(call.module)) as Record<string, unknown>;
  const task = loaded[call.task];
  if (typeof task !== 'function') {
    throw new InternalError('WORKER_TASK', `'${call.task}' is no function of its module.`);
  }
  return (task as (input: unknown) => unknown)(call.input);
}
