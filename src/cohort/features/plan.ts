import type { Aggregate, Grouping } from '../blueprint/index.js';
import type { ColumnRole } from '../../table/index.js';

/** Events that one or more columns are aggregated from: some codes in one window. */
export interface EventBase {
  readonly id: number;
  /** Exact codes, `SYSTEM//code`. */
  readonly codes: readonly string[];
  /** Beginnings of codes. */
  readonly prefixes: readonly string[];
  /** Hours from the unit's start, `from` included, `to` excluded; `static`: events without a time. */
  readonly window: { readonly from: number; readonly to: number } | 'static';
  readonly value: 'number' | 'text' | 'code';
  readonly group: Grouping;
  readonly aggregates: readonly Aggregate[];
}

/** One column of the feature table: an SQL expression over the joined work tables, and how to read it. */
export interface PlannedColumn {
  readonly name: string;
  readonly role: ColumnRole;
  readonly kind: 'continuous' | 'count' | 'categorical' | 'binary';
  readonly sql: string;
  readonly unit?: string | undefined;
  /** Decimals to write down; found from the values where undefined. */
  readonly decimals?: number | undefined;
  readonly description: string;
  /** Categorical: grouping of codes, then merging of categories with fewer train rows than this. */
  readonly group?: Grouping | undefined;
  readonly otherBelow?: number | undefined;
}

/** A rule that a unit has to meet, with its words for the attrition table. */
export interface CohortRule {
  readonly title: string;
  readonly sql: string;
}

/** How a task's label is read from the work tables. */
export interface PlannedTask {
  readonly id: string;
  readonly title: string;
  readonly type: 'binary' | 'multiclass';
  readonly label: string;
  readonly exclude: readonly string[];
  readonly description: string;
  /** Binary: 1, 0 or NULL. Multiclass: a diagnosis code without its system. */
  readonly sql: string;
  readonly classes?: {
    readonly top: number;
    readonly group: Grouping;
    readonly others: 'drop' | 'other';
  };
  /** Whether the label needs the time between a patient's admissions. */
  readonly needsAdmissionTimes: boolean;
}

/** A blueprint as SQL: what {@link buildFeatures} runs on a cohort store, real or synthetic. */
export interface CompiledBlueprint {
  readonly name: string;
  /** Makes the table of all units. */
  readonly unitSql: string;
  readonly rules: readonly CohortRule[];
  readonly bases: readonly EventBase[];
  /** Counts of other encounters: work table by number. */
  readonly encounterSql: readonly string[];
  readonly columns: readonly PlannedColumn[];
  readonly tasks: readonly PlannedTask[];
  /** Code systems whose first-ranked diagnosis is a label. */
  readonly diagnosis: readonly DiagnosisPlan[];
  readonly split: SplitPlan;
}

export interface DiagnosisPlan {
  readonly id: number;
  readonly system: string;
  readonly ranked: boolean;
}

export interface SplitPlan {
  readonly testShare: number;
  readonly seed: number;
  /** Label column whose rate is kept equal on both sides. */
  readonly stratify?: string | undefined;
}
