import type { Aggregate } from './cohort-schema.js';

/** Columns that every feature table over a cohort store begins with. */
export const keyColumns = ['subject_id', 'encounter_id'] as const;

/** Name of the column of one aggregate: with a single aggregate the feature's own name. */
export function eventColumn(
  feature: string,
  aggregate: Aggregate,
  group: { readonly aggregates: readonly Aggregate[]; readonly suffix?: string | undefined },
): string {
  const ending = group.aggregates.length === 1 ? '' : `_${aggregate}`;
  return `${feature}${ending}${group.suffix ?? ''}`;
}

/** What a task's id follows from. */
export type TaskNaming =
  | { readonly task: 'in-hospital-mortality' | 'primary-diagnosis'; readonly id?: string | undefined }
  | { readonly task: 'readmission'; readonly id?: string | undefined; readonly days: number }
  | {
      readonly task: 'long-stay';
      readonly id?: string | undefined;
      readonly of: string;
      readonly days: number;
    };

/** The task's id, by default from its kind and options: `readmission-30d`, `icu-stay-over-7d`. */
export function taskId(task: TaskNaming): string {
  if (task.id !== undefined) return task.id;
  switch (task.task) {
    case 'in-hospital-mortality':
    case 'primary-diagnosis':
      return task.task;
    case 'readmission':
      return `readmission-${dashed(task.days)}d`;
    case 'long-stay':
      return `${task.of}-stay-over-${dashed(task.days)}d`;
  }
}

/** The label column of a task. */
export function labelColumn(id: string): string {
  return id.replaceAll('-', '_');
}

function dashed(days: number): string {
  return String(days).replace('.', '-');
}
