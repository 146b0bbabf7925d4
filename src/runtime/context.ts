import type { Clock, Rng } from '../core/index.js';
import type { Progress } from './progress.js';
import type { WorkerPool } from './workers.js';

/** What long work is handed: chance, time, threads, a place to report to, and a way to be stopped. */
export interface RunContext {
  readonly rng: Rng;
  readonly clock: Clock;
  readonly pool: WorkerPool;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
}
