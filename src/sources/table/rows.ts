import type { CohortStep, RowStep } from '../../cohort/index.js';
import type { Table } from '../../table/index.js';
import { textsOf } from './texts.js';

/** Applies a blueprint's row steps in their order, and counts who was left after each. */
export function chooseRows(
  table: Table,
  steps: readonly RowStep[],
  subject: string | undefined,
): { readonly table: Table; readonly steps: readonly CohortStep[] } {
  let left = table;
  const counts = [count('all rows of the file', left, subject)];
  for (const step of steps) {
    left = left.take('exclude' in step ? without(left, step.exclude) : firstPer(left, step));
    counts.push(count(titleOf(step), left, subject));
  }
  return { table: left, steps: counts };
}

function titleOf(step: RowStep): string {
  if (step.title !== undefined) return step.title;
  return 'exclude' in step
    ? `${step.exclude.column} not ${step.exclude.in.join(', ')}`
    : `first per ${step.firstPer} by ${step.by}`;
}

function count(title: string, table: Table, subject: string | undefined): CohortStep {
  const subjects = subject === undefined ? table.rows : new Set(textsOf(table, subject)).size;
  return { title, units: table.rows, subjects };
}

function without(
  table: Table,
  where: { readonly column: string; readonly in: readonly string[] },
): Uint32Array {
  const excluded = new Set<string | null>(where.in);
  const kept = textsOf(table, where.column).flatMap((text, row) => (excluded.has(text) ? [] : [row]));
  return Uint32Array.from(kept);
}

/** Of each key's rows the one that comes first by a column; a row without a key, or of an equal place, stays as the file has it. */
function firstPer(table: Table, step: { readonly firstPer: string; readonly by: string }): Uint32Array {
  const keys = textsOf(table, step.firstPer);
  const earlier = comparison(table, step.by);
  const first = new Map<string, number>();
  for (const [row, key] of keys.entries()) {
    if (key === null) continue;
    const best = first.get(key);
    if (best === undefined || earlier(row, best)) first.set(key, row);
  }
  const kept = keys.flatMap((key, row) => (key === null || first.get(key) === row ? [row] : []));
  return Uint32Array.from(kept);
}

/** Whether row a comes before row b: numbers by size, other columns by the order of their categories; missing comes last. */
function comparison(table: Table, name: string): (a: number, b: number) => boolean {
  const column = table.column(name);
  const stored = column.type === 'numeric' ? column.values : column.codes;
  const place = (row: number): number => (column.valid[row] === 1 ? stored[row]! : Infinity);
  return (a, b) => place(a) < place(b);
}
