/** Which stays of a store are described. */
export interface StaySelection {
  /** `hospital`: an admission, the clock starts at its start; `icu`: a stay in intensive care, the clock starts there. */
  readonly unit: 'hospital' | 'icu';
  /** Stays known to have ended before are left out, hours. */
  readonly leastHours: number;
  /** Youngest patients, years. */
  readonly leastAge: number;
  /** Only these patients (numbers in the store), e.g. the train part of a split; absent: all. */
  readonly subjects?: readonly number[] | undefined;
}

export const figureGroups = ['people', 'stay', 'mortality', 'diagnosis', 'measurement'] as const;

/** One figure of a store's stays. */
export interface Figure {
  readonly id: string;
  readonly group: (typeof figureGroups)[number];
  readonly title: string;
  readonly unit: string;
  /** Stays that it rests on. */
  readonly n: number;
  /** A share, a median or a mean; null: not given, see `why`. */
  readonly value: number | null;
  /** First and third quartile, of medians. */
  readonly quartiles: readonly [number, number] | null;
  readonly why: string | null;
}

/** How the stays of a store look. */
export interface AdmissionStatistics {
  readonly store: { readonly id: string; readonly title: string; readonly fingerprint: string };
  readonly selection: Omit<StaySelection, 'subjects'> & { readonly part: boolean };
  readonly stays: number;
  readonly subjects: number;
  /** Stays left out for want of measurements in their first day. */
  readonly unmeasured: number;
  readonly figures: readonly Figure[];
}
