import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InternalError, InterruptedError, throwIfAborted } from '../core/index.js';
import type { FlatError } from './worker-errors.js';
import { reviveError } from './worker-errors.js';

/** A call of a module's exported function, run on a worker thread (or in place when the pool has one worker). */
export interface WorkerCall {
  /** `import.meta.url` of the module that exports the function. */
  readonly module: string;
  /** Name of the export: `(input) => output | Promise<output>`, both structured-cloneable. */
  readonly task: string;
  /** Typed arrays on SharedArrayBuffer are shared, everything else is copied. */
  readonly input: unknown;
}

interface WorkerReply {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: FlatError;
}

/**
 * Runs independent calls on `size` threads. Results come back in the order of the calls, and a call must draw
 * its chance from a stream key in its input, so the number of workers never changes a byte of the output.
 */
export class WorkerPool {
  readonly size: number;
  #threads: Worker[] | undefined;

  constructor(size: number) {
    if (!(Number.isInteger(size) && size >= 1))
      throw new InternalError('POOL_SIZE', 'A pool needs at least one worker.');
    this.size = size;
  }

  /**
   * Runs all calls and returns their outputs in order. The first error wins and is thrown as it was.
   * @throws InterruptedError when `signal` fires.
   */
  async map<T>(
    calls: readonly WorkerCall[],
    options: { signal?: AbortSignal | undefined; onDone?: () => void } = {},
  ): Promise<T[]> {
    throwIfAborted(options.signal);
    const results = new Array<T>(calls.length);
    if (this.size === 1 || calls.length <= 1) {
      for (const [i, call] of calls.entries()) {
        throwIfAborted(options.signal);
        results[i] = (await runCall(call)) as T;
        options.onDone?.();
        await new Promise((resume) => setImmediate(resume)); // lets signals and progress through
      }
      return results;
    }
    const threads = this.#start();
    let next = 0;
    let failed = false;
    const serve = async (thread: Worker): Promise<void> => {
      while (next < calls.length && !failed) {
        throwIfAborted(options.signal);
        const i = next++;
        try {
          results[i] = (await ask(thread, i, calls[i]!, options.signal)) as T;
        } catch (error) {
          failed = true;
          throw error;
        }
        options.onDone?.();
      }
    };
    try {
      const settled = await Promise.allSettled(threads.map((thread) => serve(thread)));
      const bad = settled.find((s) => s.status === 'rejected');
      if (bad !== undefined) throw bad.reason;
    } catch (error) {
      await this.close();
      throw error;
    }
    return results;
  }

  /** Ends the threads; the pool may be used again afterwards. */
  async close(): Promise<void> {
    const threads = this.#threads ?? [];
    this.#threads = undefined;
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #start(): Worker[] {
    this.#threads ??= Array.from({ length: this.size }, () => {
      const thread = new Worker(new URL(compiledUrl(new URL('./worker-main.js', import.meta.url).href)));
      thread.unref();
      thread.setMaxListeners(0);
      return thread;
    });
    return this.#threads;
  }
}

async function runCall(call: WorkerCall): Promise<unknown> {
  const loaded = (await import(call.module)) as Record<string, unknown>;
  const task = loaded[call.task];
  if (typeof task !== 'function')
    throw new InternalError('WORKER_TASK', `'${call.task}' is no function of its module.`);
  return (task as (input: unknown) => unknown)(call.input);
}

function ask(
  thread: Worker,
  id: number,
  call: WorkerCall,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      thread.off('message', onMessage);
      thread.off('error', onError);
      thread.off('exit', onExit);
      signal?.removeEventListener('abort', onAbort);
      thread.unref();
      act();
    };
    const onMessage = (reply: WorkerReply): void => {
      if (reply.id !== id) return;
      settle(() => {
        if (reply.error !== undefined) reject(reviveError(reply.error));
        else resolve(reply.output);
      });
    };
    const onError = (error: unknown): void => {
      settle(() => {
        reject(error instanceof Error ? error : new Error(String(error)));
      });
    };
    const onExit = (code: number): void => {
      settle(() => {
        reject(
          new InternalError('WORKER_EXIT', `A worker thread ended with code ${code} before it answered.`),
        );
      });
    };
    const onAbort = (): void => {
      settle(() => {
        reject(new InterruptedError());
      });
    };
    thread.ref();
    thread.on('message', onMessage);
    thread.on('error', onError);
    thread.on('exit', onExit);
    signal?.addEventListener('abort', onAbort);
    thread.postMessage({ id, module: compiledUrl(call.module), task: call.task, input: call.input });
  });
}

/** Threads run compiled code: when this file runs from TypeScript sources (tests), its twin in dist/ is taken. */
function compiledUrl(url: string): string {
  if (!url.includes('/src/') || !existsSync(fileURLToPath(url).replace(/\.js$/, '.ts'))) return url;
  const at = url.lastIndexOf('/src/');
  const twin = `${url.slice(0, at)}/dist/${url.slice(at + 5)}`.replace(/\.ts$/, '.js');
  if (!existsSync(fileURLToPath(twin))) {
    throw new InternalError('NOT_BUILT', 'Worker threads need the compiled code.', {
      fix: 'run `npm run build` first',
    });
  }
  return twin;
}
