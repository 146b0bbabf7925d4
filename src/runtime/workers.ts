import { InternalError, throwIfAborted } from '../core/index.js';
import type { WorkerCall } from './worker-call.js';
import { isMoved, runCall } from './worker-call.js';
import { WorkerThread } from './worker-thread.js';

/**
 * Runs independent calls on `size` threads. Results come back in the order of the calls, and a call must draw
 * its chance from a stream key in its input, so the number of workers never changes a byte of the output.
 */
export class WorkerPool {
  readonly size: number;
  #threads: WorkerThread[] | undefined;

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
        results[i] = (await runHere(call)) as T;
        options.onDone?.();
        await new Promise((resume) => setImmediate(resume)); // lets signals and progress through
      }
      return results;
    }
    let next = 0;
    let failed = false;
    const serve = async (thread: WorkerThread): Promise<void> => {
      while (next < calls.length && !failed) {
        const i = next++;
        try {
          results[i] = (await thread.ask(calls[i]!, options.signal)) as T;
          options.onDone?.();
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const threads = this.#start();
    const settled = await Promise.allSettled(threads.map((thread) => serve(thread)));
    const bad = settled.find((s) => s.status === 'rejected');
    if (bad === undefined) return results;
    // A thread that has died, or that is still busy with a call nobody waits for, is not worth keeping.
    if (threads.some((thread) => thread.dead || thread.abandoned)) await this.close();
    throw bad.reason;
  }

  /**
   * Like {@link map}, but gives the outputs one by one in the order of the calls, and begins a call only when fewer than `ahead` are begun
   * and not yet given. So memory is bounded by `ahead`, not by the number of calls, and no thread waits for the others at the end of a
   * round.
   * @throws InterruptedError when `signal` fires.
   */
  async *stream<T>(
    calls: Iterable<WorkerCall>,
    { signal, ahead }: { signal?: AbortSignal | undefined; readonly ahead: number },
  ): AsyncGenerator<T, void, undefined> {
    throwIfAborted(signal);
    if (this.size > 1) {
      yield* this.#streamThreads<T>(calls[Symbol.iterator](), signal, ahead);
      return;
    }
    for (const call of calls) {
      throwIfAborted(signal);
      yield (await runHere(call)) as T;
      await new Promise((resume) => setImmediate(resume)); // lets signals and progress through
    }
  }

  async *#streamThreads<T>(
    calls: Iterator<WorkerCall, unknown>,
    signal: AbortSignal | undefined,
    ahead: number,
  ): AsyncGenerator<T, void, undefined> {
    const idle = [...this.#start()];
    const begun: Promise<unknown>[] = [];
    let state: 'going' | 'whole' | 'stopped' = 'going';
    const begin = (): void => {
      while (state === 'going' && idle.length > 0 && begun.length < ahead) {
        const call = calls.next();
        if (call.done === true) return;
        const thread = idle.pop()!;
        const answer = thread.ask(call.value, signal).finally(() => {
          idle.push(thread);
          begin();
        });
        answer.catch(() => undefined); // an error is thrown when its turn comes
        begun.push(answer);
      }
    };
    try {
      begin();
      while (begun.length > 0) {
        const output = (await begun[0]) as T;
        void begun.shift();
        yield output;
        begin();
      }
      state = 'whole';
    } finally {
      // Threads that have died, or that are still busy with a call nobody waits for, are not worth keeping.
      if (state === 'going') {
        state = 'stopped';
        await this.close();
      }
    }
  }

  /** Ends the threads; the pool may be used again afterwards. */
  async close(): Promise<void> {
    const threads = this.#threads ?? [];
    this.#threads = undefined;
    await Promise.all(threads.map((thread) => thread.end()));
  }

  #start(): WorkerThread[] {
    if (this.#threads?.some((thread) => thread.dead) === true) this.#threads = undefined;
    this.#threads ??= Array.from({ length: this.size }, () => new WorkerThread());
    return this.#threads;
  }
}

/** A call in place: its output as it is. */
async function runHere(call: WorkerCall): Promise<unknown> {
  const answer = await runCall(call);
  return isMoved(answer) ? answer.output : answer;
}
