import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { InternalError, InterruptedError, throwIfAborted } from '../core/index.js';
import type { WorkerCall } from './worker-call.js';
import type { FlatError } from './worker-errors.js';
import { reviveError } from './worker-errors.js';

interface WorkerReply {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: FlatError;
}

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** One worker thread and the calls it owes an answer to. It keeps the process alive only while it owes one. */
export class WorkerThread {
  readonly #worker = new Worker(new URL(compiledUrl(new URL('./worker-main.js', import.meta.url).href)));
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  /** The thread has ended or failed outside of a call. */
  dead = false;
  /** A call was given up by its caller before the thread answered. */
  abandoned = false;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkerReply) => {
      const { error } = reply;
      this.#settle(reply.id, (waiting) => {
        if (error !== undefined) waiting.reject(reviveError(error));
        else waiting.resolve(reply.output);
      });
    });
    this.#worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', (code) => {
      this.#fail(
        new InternalError('WORKER_EXIT', `A worker thread ended with code ${code} before it answered.`),
      );
    });
  }

  ask(call: WorkerCall, signal: AbortSignal | undefined): Promise<unknown> {
    throwIfAborted(signal);
    if (this.dead) throw new InternalError('WORKER_EXIT', 'A worker thread has ended.');
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.abandoned = true;
        this.#settle(id, (waiting) => {
          waiting.reject(new InterruptedError());
        });
      };
      const stopListening = (): void => signal?.removeEventListener('abort', onAbort);
      this.#worker.postMessage({ id, module: compiledUrl(call.module), task: call.task, input: call.input });
      signal?.addEventListener('abort', onAbort);
      this.#worker.ref();
      this.#waiting.set(id, {
        resolve: (output) => {
          stopListening();
          resolve(output);
        },
        reject: (error) => {
          stopListening();
          reject(error);
        },
      });
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(id: number, act: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    act(waiting);
  }

  #fail(error: Error): void {
    this.dead = true;
    for (const id of [...this.#waiting.keys()]) {
      this.#settle(id, (waiting) => {
        waiting.reject(error);
      });
    }
  }
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
