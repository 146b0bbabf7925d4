/** What a model is asked to predict from a row of a feature table. */
export interface Task {
  /** Unique in the blueprint, e.g. `in-hospital-mortality`. */
  readonly id: string;
  /** A few words for people, e.g. `Death in hospital`. */
  readonly title: string;
  readonly type: 'binary' | 'multiclass';
  /** The label column (role `label`). A row whose label is missing takes no part in the task. */
  readonly label: string;
  /** Columns that say the label or follow from it: never features of this task. */
  readonly exclude: readonly string[];
  /** Why the source cannot support the task; such a task has no label column to read. */
  readonly notComputable?: string | undefined;
}

/** One line of a cohort's attrition: what was asked for, and who was left. */
export interface CohortStep {
  readonly title: string;
  readonly units: number;
  readonly subjects: number;
}
