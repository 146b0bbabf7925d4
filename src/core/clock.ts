/** The only source of the present moment. Injected, so that runs can be replayed. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** The machine's clock; made once at the edge (command line, server), never inside. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still at `epochMs`, or moves on by `stepMs` at each reading. */
export function fixedClock(epochMs: number, stepMs = 0): Clock {
  let at = epochMs - stepMs;
  return { now: () => (at += stepMs) };
}
