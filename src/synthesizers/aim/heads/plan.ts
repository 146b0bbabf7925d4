/** How a head's ρ is spent. */
export interface HeadPlan {
  /** Shares of ρ of the rounds: first the sums of the labels, then residuals. Together with `choice` they make 1. */
  readonly rounds: readonly number[];
  /** Couples of columns chosen before the last round. */
  readonly pairs: number;
  /** Share of ρ spent on choosing them. */
  readonly choice: number;
}

/** ρ × rows² at which couples of columns begin to be worth their noise, and what each one needs (both measured, see the README). */
const PAIRS_FROM = 5e7;
const SIGNAL_PER_PAIR = 1.2e7;
const MOST_PAIRS = 24;

/** @param rows public (noisy) number of real records. */
export function planHead(rho: number, rows: number): HeadPlan {
  const signal = rho * rows * rows;
  if (signal < PAIRS_FROM) return { rounds: [0.5, 0.5], pairs: 0, choice: 0 };
  const pairs = Math.min(MOST_PAIRS, Math.floor(signal / SIGNAL_PER_PAIR));
  return { rounds: [0.15, 0.15, 0.6], pairs, choice: 0.1 };
}

/** A label that follows from another tells little of its own: its head gets so much of what another gets (expert assumption). */
const FOLLOWER = 0.5;

/** ρ of each head. */
export function shareRho(rho: number, labels: number, followers: Readonly<Record<number, number>>): number[] {
  const weights = Array.from({ length: labels }, (_, l) => (followers[l] === undefined ? 1 : FOLLOWER));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => (rho * w) / total);
}
