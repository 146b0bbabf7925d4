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

/** Imports a module and runs its exported function: the one way a call is carried out, on a thread or in place. */
export async function runCall(call: WorkerCall): Promise<unknown> {
  const loaded = (await import(call.module)) as Record<string, unknown>;
  const task = loaded[call.task];
  if (typeof task !== 'function') {
    throw new InternalError('WORKER_TASK', `'${call.task}' is no function of its module.`);
  }
  return (task as (input: unknown) => unknown)(call.input);
}
