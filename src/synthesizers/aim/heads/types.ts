import type { Rng } from '../../../core/index.js';
import type { Curator } from '../../../privacy/index.js';

/** A column as the feature model sees it: codes 0 … size − 1. Missing values have a code of their own. All of it is public. */
export interface HeadColumn {
  readonly name: string;
  readonly size: number;
  /**
   * Where the codes lie on the column's scale (centres of bins, ranks of ordered categories), for effects that vary smoothly; the entry
   * of the missing code is not read. Undefined: codes without an order.
   */
  readonly scores?: readonly number[] | undefined;
  /** The code of missing values (usually the last one). Undefined: the column has none. */
  readonly missing?: number | undefined;
}

/** Rows as codes: `codes[c][i]` is the code of row i in `columns[c]`. */
export interface HeadRows {
  readonly rows: number;
  readonly columns: readonly HeadColumn[];
  readonly codes: readonly ArrayLike<number>[];
}

/** What the heads are learned from. */
export interface HeadsRequest {
  /** The real records' features. Only sums and scores behind the curator touch them. */
  readonly features: HeadRows;
  /** The real records' labels, in the order in which they are drawn: each may be predicted from those before it. */
  readonly labels: HeadRows;
  /**
   * Labels that follow from another, by index into `labels`: `followers[3] = 2` says that label 3 is settled by label 2, so that its head
   * leans on it, and label 2 never on it. They come after what they follow.
   */
  readonly followers?: Readonly<Record<number, number>>;
  /**
   * Rows drawn from the noisy feature model, about as many as there are real records (noisy number): what the private sums of the
   * labels are explained with. Drawing them costs nothing.
   */
  readonly drawn: HeadRows;
  /** Public (noisy) number of real records. Default: the number of drawn rows. */
  readonly count?: number | undefined;
  readonly curator: Curator;
  /** ρ that all heads together may spend. Must not depend on private data. */
  readonly rho: number;
  readonly rng: Rng;
}

/** A label's conditional probabilities as a log-linear model over a basis of the earlier columns. Plain data. */
export interface HeadModel {
  readonly label: string;
  readonly classes: number;
  /** Columns it reads: indexes into features followed by earlier labels. */
  readonly terms: readonly HeadTerm[];
  /** Two classes: one output, the log odds of the second. More: one output a class (softmax). */
  readonly intercepts: readonly number[];
}

/** An additive part of the log odds: a table over the codes of one column, or of two. */
export interface HeadTerm {
  /** Indexes into features followed by labels. */
  readonly columns: readonly number[];
  /** Codes of the second column; 1 where there is none. */
  readonly inner: number;
  /** For each output: log odds of every code, or couple of codes (first column slowest). */
  readonly tables: readonly (readonly number[])[];
}

/** Every label's head, in drawing order. Plain data: JSON.stringify and JSON.parse give the same model. */
export interface HeadsModel {
  readonly features: readonly HeadColumn[];
  readonly labels: readonly HeadColumn[];
  readonly heads: readonly HeadModel[];
  /**
   * How much each feature tells about the labels, from the heads' own noisy answers, mean 1: for weighting a workload of measurements
   * that comes after.
   */
  readonly importance: readonly number[];
}
