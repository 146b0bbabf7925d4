/** The outcome of one check of the Data Quality Dashboard, re-stated as SQL of our own. */
export interface OmopCheck {
  /** Name in OHDSI's Data Quality Dashboard. */
  readonly check: string;
  readonly table: string;
  /** Column, or null for a check of the whole table. */
  readonly column: string | null;
  /** Rows that break the rule. */
  readonly violated: number;
  /** Rows that the rule speaks of. */
  readonly rows: number;
  /** Greatest share of violated rows that passes; null where the figure only informs. */
  readonly threshold: number | null;
  readonly passed: boolean;
}

/** A check before it is run. Checks with the same relation are answered by one pass over it. */
export interface CheckQuery {
  readonly check: string;
  readonly table: string;
  readonly column: string | null;
  /** The relation with its joins, e.g. `person t JOIN death d USING (person_id)`. */
  readonly from: string;
  /** Condition for the rows that the rule speaks of; all where it is left out. */
  readonly where?: string;
  /** Condition that is true for the rows that break the rule. */
  readonly violated: string;
  readonly threshold?: number | null;
}
