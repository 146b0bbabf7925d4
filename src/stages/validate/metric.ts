/** An interval with its level, e.g. 0.95, and how it was made. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** A figure that could be computed (design §4.5). Values are stored unrounded. */
export interface ComputedMetric {
  readonly id: string;
  readonly version: number;
  /** A few words for people. */
  readonly title: string;
  readonly value: number;
  readonly ci?: Interval | undefined;
  /** Number of observations behind it. */
  readonly n: number;
  /** Named method, e.g. `two-sample Kolmogorov-Smirnov statistic`. */
  readonly method: string;
  readonly goal: 'max' | 'min';
  readonly range: readonly [number, number];
  /** Null where the figure is informative only. */
  readonly threshold: number | null;
  /** Null where there is no threshold. */
  readonly passed: boolean | null;
}

/** A figure that could not be computed; it never counts as passed. */
export interface NotComputableMetric {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly notComputable: string;
  /** Whether the layer needs it (then the layer cannot pass). */
  readonly required: boolean;
}

export type Metric = ComputedMetric | NotComputableMetric;

export type Verdict = 'pass' | 'fail' | 'not-computable';

/** One of the six layers: metrics and one verdict. */
export interface Layer {
  readonly id: string;
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly verdict: Verdict;
  /** One sentence that says why. */
  readonly reason: string;
}
