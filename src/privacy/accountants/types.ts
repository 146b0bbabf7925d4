import type { TrainingRun } from '../analysis/subsampled-gaussian.js';

/** What a ledger has let out so far, as far as an accountant needs it. */
export interface Composition {
  /** Σ μ² of the Gaussian releases, μ = sensitivity / σ. */
  readonly muSquared: number;
  /** How many ε-bounded-range choices there were, by their ε. */
  readonly ranges: ReadonlyMap<number, number>;
  readonly trainings: readonly TrainingRun[];
}

/** What a training must fit into. */
export interface TrainingShare {
  readonly rate: number;
  readonly steps: number;
  /** ρ that it leaves to other releases. */
  readonly rest: number;
  readonly epsilon: number;
  readonly delta: number;
}

export const accountantIds = ['pld', 'zcdp', 'rdp'] as const;
export type AccountantId = (typeof accountantIds)[number];

/** Translates between (ε, δ), the currency ρ and what mechanisms may do. Everything is rounded towards safety. */
export interface Accountant {
  readonly id: AccountantId;
  /** ρ that (ε, δ) is worth: as long as the costs add up to no more, the whole is (ε, δ)-DP. Rounded down. */
  worth(epsilon: number, delta: number): number;
  /** μ of a Gaussian release that costs ρ: √2ρ. */
  mu(rho: number): number;
  /** ε of a bounded-range choice that costs ρ. */
  range(rho: number): number;
  /** Least noise multiplier of a training that is (ε, δ)-DP together with a Gaussian release of all the rest; rounded up. */
  noise(share: TrainingShare): number;
  /** δ at ε of all that was released, rounded up. Adaptive choice of the questions is covered, as long as costs are fixed beforehand. */
  delta(spent: Composition, epsilon: number): number;
}
