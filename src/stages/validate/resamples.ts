import { percentileInterval } from '../../numerics/index.js';
import type { Interval } from '../metric.js';
import type { Subjects } from './subjects.js';
import type { TaskData } from './task-data.js';

/** The bootstrap resamples of the test patients, shared by every task, model and synthesizer, so that all differences are paired. */
export interface BootstrapPlan {
  /** Stream key: resample b is drawn from the stream `resample`, b. */
  readonly key: string;
  readonly resamples: number;
  readonly level: number;
  /** Number of test patients. */
  readonly subjects: number;
  /** Patients of each stratum. */
  readonly strata: readonly Uint32Array[];
}

/**
 * Strata of the test patients, so that the positives of the binary tasks, the rarest first, keep their number: a patient
 * belongs to the rarest task that counts a positive row of theirs, or to the rest.
 */
export function stratify(tasks: readonly TaskData[], subjects: Subjects): Uint32Array[] {
  const positive = tasks
    .filter((t) => t.task.type === 'binary')
    .map((t) => positiveSubjects(t, subjects))
    .sort((a, b) => a.size - b.size);
  const strata = Array.from({ length: positive.length + 1 }, (): number[] => []);
  for (let s = 0; s < subjects.count; s++) {
    const first = positive.findIndex((members) => members.has(s));
    strata[first === -1 ? positive.length : first]!.push(s);
  }
  return strata.filter((members) => members.length > 0).map((members) => Uint32Array.from(members));
}

function positiveSubjects({ test }: TaskData, subjects: Subjects): Set<number> {
  const members = new Set<number>();
  for (const [i, row] of test.rows.entries()) if (test.labels[i] === 1) members.add(subjects.ofRow[row]!);
  return members;
}

/** Replicates of one figure; null where a resample does not define it. */
export type Replicates = readonly (number | null)[];

/** Combines replicates resample by resample; null where any part is null or the result is not finite. */
export function combine(parts: readonly Replicates[], f: (values: readonly number[]) => number): Replicates {
  const first = parts[0] ?? [];
  return first.map((_, b) => {
    const values: number[] = [];
    for (const part of parts) {
      const value = part[b] ?? null;
      if (value === null) return null;
      values.push(value);
    }
    const result = f(values);
    return Number.isFinite(result) ? result : null;
  });
}

/** The percentile interval of replicates around a value; where none is defined, the point itself. */
export function intervalOf(replicates: Replicates, level: number, value: number): Interval {
  const defined = replicates.filter((r) => r !== null);
  const { low, high } = percentileInterval(defined, level) ?? { low: value, high: value };
  const dropped = replicates.length - defined.length;
  const lost = dropped === 0 ? '' : `, ${dropped} without a class left out`;
  return {
    low,
    high,
    level,
    method: `percentile bootstrap over test patients, stratified by outcome, ${replicates.length} resamples${lost}`,
  };
}

/** Arithmetic mean of at least one number. */
export function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
