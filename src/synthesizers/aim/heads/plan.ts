/** How a head's ρ is spent. */
export interface HeadPlan {
  /** Shares of ρ of the rounds: first the sums of the labels, then residuals. Together with `choice` they make 1. */
  readonly rounds: readonly number[];
  /** Couples of columns chosen before the last round. */
  readonly pairs: number;
  /** Share of ρ spent on choosing them. */
  readonly choice: number;
}

/** ρ of a head at which couples of columns begin to be worth their noise on tens of thousands of records, and what each one needs. */
const PAIRS_FROM = 0.05;
const RHO_PER_PAIR = 0.01;
const MOST_PAIRS = 24;

/**
 * The plan for a head. By ρ alone, not by the (noisy) number of records: what is asked of a curator must not depend on its answers. (What later
 * turns out to be impossible, a couple when none is left, is not asked; that costs less than planned.)
 */
export function planHead(rho: number): HeadPlan {
  if (rho < PAIRS_FROM) return { rounds: [0.5, 0.5], pairs: 0, choice: 0 };
  const pairs = Math.min(MOST_PAIRS, Math.floor(rho / RHO_PER_PAIR + 1e-9));
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
