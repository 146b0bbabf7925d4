/** What a touch of real data is for; the ledger is grouped by it. */
export const purposes = [
  'columns',
  'domain',
  'bins',
  'missingness',
  'rare-categories',
  'selection',
  'measurement',
  'training',
] as const;
export type Purpose = (typeof purposes)[number];

export const mechanisms = [
  'discrete-gaussian',
  'exponential',
  'noisy-keys',
  'subsampled-gaussian',
  'declared',
] as const;

/** Names a touch of real data for the ledger. Column names may be told, values never. */
export interface Touch {
  readonly purpose: Purpose;
  /** What was looked at, for people: `table age × sex`. */
  readonly about: string;
}

/**
 * Sums over rows to which noise is added. A row contributes a vector of integers, its *quanta* (counts: 0 or 1); real-valued
 * contributions are rounded towards zero to whole quanta, row by row, before they are summed, so that sums are exact.
 */
export interface NoisySums extends Touch {
  /** Largest Euclidean norm of one row's contribution, in quanta. A table of counts: 1; `d` tables at once: √d. */
  readonly rowNorm: number;
  /** What one quantum is worth; default 1. */
  readonly quantum?: number;
  /** ρ of zero-concentrated differential privacy that it may cost (Bun and Steinke 2016). Must not depend on private data. */
  readonly rho: number;
  /** The exact sums in quanta: integers. Called once. */
  sums(): Float64Array;
}

/** Noisy sums. */
export interface NoisyValues {
  /** In real units: quanta × quantum. */
  readonly values: Float64Array;
  /** Standard deviation of each value's noise, in real units. */
  readonly sigma: number;
}

/** A choice of the best of several by scores, noisily (exponential mechanism, McSherry and Talwar 2007). */
export interface PrivateChoice extends Touch {
  /** Most that one row can change any one score. */
  readonly rowSensitivity: number;
  readonly rho: number;
  /** Score of each candidate; higher is better. Called once. */
  scores(): Float64Array;
}

/** Which keys of an unknown domain occur often enough to be told (noisy counts above a threshold). */
export interface PrivateKeys extends Touch {
  readonly rho: number;
  /** Share of the curator's δ that it may cost, in (0, 1); all of them together: what the curator keeps for keys (a tenth, unless told). */
  readonly deltaShare: number;
  /** Rows of each key; a row counts for one key at most. Called once. */
  counts(): ReadonlyMap<string, number>;
}

/**
 * Training by noisy gradients (Abadi et al. 2016, "Deep Learning with Differential Privacy"): so many steps, in each of which every row takes
 * part with the same probability, drawn afresh (Poisson sampling; a step may be empty), and contributes a vector of bounded norm. No number
 * here may depend on private data, the number of rows neither.
 */
export interface PrivateTraining extends Touch {
  readonly rho: number;
  readonly steps: number;
  /** Probability with which a row takes part in a step, in (0, 1]; rounded up to a multiple of 2⁻³². */
  readonly rate: number;
  /** Largest Euclidean norm of one row's contribution. */
  readonly rowNorm: number;
  /** Numbers that a contribution has. */
  readonly size: number;
  /** Rows that are drawn from; known to the curator alone. */
  rows(): number;
}

/** The steps of a training whose cost was entered. */
export interface TrainingSteps {
  /** Standard deviation of the noise of each number of a sum. */
  readonly sigma: number;
  /** Steps that are left. */
  readonly left: number;
  /**
   * One step: draws a sample of rows, asks for the sum of their contributions, adds noise.
   * @param sum exact sum over the rows of the sample (places of rows, ascending), called once. It may err by `SUM_ROOM` of `rowNorm` and is changed in place.
   * @throws PrivacyError `BUDGET_SPENT` after the last step.
   */
  step(sum: (sample: Uint32Array) => Promise<Float64Array>): Promise<Float64Array>;
  /** Ends the training and the thread that draws its noise. Steps that are left are lost. */
  close(): Promise<void>;
}

/** One touch of real data as it stands in the ledger. Nothing in it depends on private data. */
export interface LedgerEntry extends Touch {
  readonly mechanism: (typeof mechanisms)[number];
  /** The mechanism's numbers: sensitivities of a unit, noise, thresholds, sizes of answers. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly rho: number;
  /** Probability (no share) by which it may fail to be covered by ρ. */
  readonly delta: number;
}

/** What was promised and what was spent: the part of a model's manifest that a privacy officer reads. */
export interface PrivacyReceipt {
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: string;
  readonly rowsPerUnit: number;
  readonly accountant: 'pld' | 'zcdp' | 'rdp';
  /** Whether the noise came from the operating system; a run with noise from a seed proves nothing. */
  readonly secureNoise: boolean;
  /** ρ that (ε, δ) is worth, and what of it was spent. */
  readonly rho: number;
  readonly spentRho: number;
  /** δ at ε of what was spent, by the accountant; at most `delta`. */
  readonly spentDelta: number;
  readonly entries: readonly LedgerEntry[];
}

/**
 * The only door to real records under differential privacy. Its answers carry noise and are entered in the ledger; whatever
 * is made of them costs nothing more (post-processing). Neighbouring tables differ by all rows of one unit (one patient), added or
 * removed; every sensitivity here is that of one row, and the curator multiplies by the rows that a unit may have.
 * The costs asked for must not depend on private data or on earlier answers.
 * Each method throws PrivacyError `BUDGET_SPENT` when the cost exceeds what is left, before it looks at the data.
 */
export interface Curator {
  /** What is protected: the name of the column that identifies a patient, or `row`. */
  readonly unit: string;
  readonly rowsPerUnit: number;
  readonly epsilon: number;
  readonly delta: number;
  /** ρ that (ε, δ) is worth. */
  readonly rho: number;
  /** ρ not yet spent. */
  readonly left: number;
  sums(request: NoisySums): NoisyValues;
  /** Index of the chosen candidate. */
  choose(request: PrivateChoice): number;
  /** Noisy counts of the keys told, in an order that does not depend on the data's. */
  keys(request: PrivateKeys): Map<string, number>;
  /** Enters the cost of a whole training; its steps cost nothing more. */
  train(request: PrivateTraining): TrainingSteps;
  /** Enters something that is public by declaration; costs nothing. */
  declare(touch: Touch): void;
  /** The ledger so far, as plain data for a manifest. */
  receipt(): PrivacyReceipt;
}
