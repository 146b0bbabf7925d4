import { fixedClock, Rng } from '../../src/core/index.js';
import type { RunContext } from '../../src/runtime/index.js';
import { silentProgress, WorkerPool } from '../../src/runtime/index.js';

/** A silent run context with a fixed seed and a clock that stands still. */
export function testContext(workers = 1, signal?: AbortSignal): RunContext {
  return {
    rng: Rng.create(1),
    clock: fixedClock(0),
    pool: new WorkerPool(workers),
    progress: silentProgress,
    signal,
  };
}
