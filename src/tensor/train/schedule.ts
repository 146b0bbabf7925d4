/** The learning rate at step t = 1, 2, … */
export type Schedule = (step: number) => number;

export function constantRate(rate: number): Schedule {
  return () => rate;
}

/** Linear warm-up over `warmup` steps, then half a cosine down to `final` at `total` (Loshchilov and Hutter 2017, without restarts). */
export function cosineRate(rate: number, total: number, { warmup = 0, final = 0 } = {}): Schedule {
  return (step) => {
    if (step <= warmup) return (rate * step) / warmup;
    const part = Math.min(1, (step - warmup) / Math.max(1, total - warmup));
    return final + ((rate - final) * (1 + Math.cos(Math.PI * part))) / 2;
  };
}

/** Straight down to `final` at `total`. */
export function linearRate(rate: number, total: number, final = 0): Schedule {
  return (step) => rate + (final - rate) * Math.min(1, step / total);
}

/** What {@link Plateau} has seen: plain data, kept in checkpoints. */
export interface PlateauState {
  readonly rate: number;
  readonly best: number;
  /** Looks since the best, and since the rate was last lowered. */
  readonly sinceBest: number;
  readonly sinceLowered: number;
}

/** Lowers a rate when a score no longer falls, and says when to stop. */
export interface PlateauOptions {
  /** Factor at each lowering. Default 0.5. */
  readonly factor?: number;
  /** Looks without a better score before the rate is lowered. Default 2. */
  readonly patience?: number;
  /** Looks without a better score before training ends. Default 4. */
  readonly stopAfter?: number;
}

export function startPlateau(rate: number): PlateauState {
  return { rate, best: Infinity, sinceBest: 0, sinceLowered: 0 };
}

/** The state after a look at `score`, whether it was the best so far, and whether to stop. */
export function lookAtPlateau(
  state: PlateauState,
  score: number,
  options: PlateauOptions = {},
): { readonly state: PlateauState; readonly improved: boolean; readonly stop: boolean } {
  const { factor = 0.5, patience = 2, stopAfter = 4 } = options;
  if (score < state.best) {
    return {
      state: { rate: state.rate, best: score, sinceBest: 0, sinceLowered: 0 },
      improved: true,
      stop: false,
    };
  }
  const sinceBest = state.sinceBest + 1;
  const lower = state.sinceLowered + 1 >= patience;
  const next = {
    best: state.best,
    sinceBest,
    rate: lower ? state.rate * factor : state.rate,
    sinceLowered: lower ? 0 : state.sinceLowered + 1,
  };
  return { state: next, improved: false, stop: sinceBest >= stopAfter };
}
