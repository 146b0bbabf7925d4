/** What a ledger has let out so far, as far as an accountant needs it. */
export interface Composition {
  /** Σ μ² of the Gaussian releases, μ = sensitivity / σ. */
  readonly muSquared: number;
  /** How many ε-bounded-range choices there were, by their ε. */
  readonly ranges: ReadonlyMap<number, number>;
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
  /** δ at ε of all that was released, rounded up. Adaptive choice of the questions is covered, as long as costs are fixed beforehand. */
  delta(spent: Composition, epsilon: number): number;
}
