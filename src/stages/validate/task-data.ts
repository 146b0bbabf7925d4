import type { Column, Table } from '../../table/index.js';
import type { TaskSize, ValidationTask } from '../document.js';

/** Fewest positives in a part; cells of ten or fewer patients are not published either (CMS cell size suppression policy). */
const LEAST_POSITIVES = 11;
/** Positives below which figures are flagged as a small sample. */
const SMALL_SAMPLE = 100;

/** The rows of a table that have the label, and their classes. */
export interface LabelledRows {
  readonly rows: Uint32Array;
  /** Class of each of `rows`: an index into the task's classes (binary: 0 negative, 1 positive). */
  readonly labels: Uint32Array;
}

/** A task that can be computed, laid out on the real tables. */
export interface TaskData {
  readonly task: ValidationTask;
  readonly classes: readonly string[];
  /** Names of the columns that may serve as features. */
  readonly features: readonly string[];
  readonly train: LabelledRows;
  readonly test: LabelledRows;
  readonly size: TaskSize;
}

/** Lays a task out on the real tables, or says why it cannot be computed. */
export function layOutTask(
  task: ValidationTask,
  train: Table,
  test: Table,
): TaskData | { readonly notComputable: string } {
  if (task.notComputable !== undefined) return { notComputable: task.notComputable };
  if (!train.has(task.label)) return { notComputable: `The feature table has no column '${task.label}'.` };
  const label = train.column(task.label);
  if (label.type === 'numeric')
    return { notComputable: `The label '${task.label}' holds numbers, not classes.` };
  const classes = label.schema.categories;
  if (task.type === 'binary' && classes.length !== 2) {
    return { notComputable: `The label '${task.label}' has ${classes.length} classes instead of two.` };
  }
  const features = featureNames(task, train);
  if (features.length === 0) return { notComputable: 'No column is left to predict from.' };
  const rows = {
    train: labelledRows(train, task.label, classes),
    test: labelledRows(test, task.label, classes),
  };
  const tooFew = tooFewRows(task, classes, rows.train, rows.test);
  if (tooFew !== undefined) return { notComputable: tooFew };
  return { task, classes, features, ...rows, size: sizeOf(task, classes, rows.train, rows.test) };
}

/** Rows with a label. Classes are matched by name; a class that is not listed has no row. */
export function labelledRows(table: Table, label: string, classes: readonly string[]): LabelledRows {
  const column: Column = table.column(label);
  if (column.type === 'numeric') return { rows: new Uint32Array(0), labels: new Uint32Array(0) };
  const classOf = new Map(classes.map((name, c) => [name, c]));
  const known = column.schema.categories.map((name) => classOf.get(name));
  const rows: number[] = [];
  const labels: number[] = [];
  for (let i = 0; i < table.rows; i++) {
    const c = column.valid[i] === 1 ? known[column.codes[i]!] : undefined;
    if (c === undefined) continue;
    rows.push(i);
    labels.push(c);
  }
  return { rows: Uint32Array.from(rows), labels: Uint32Array.from(labels) };
}

/** Rows of each class. */
export function classCounts({ labels }: LabelledRows, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const c of labels) counts[c]!++;
  return counts;
}

/** Rows of the positive class; multiclass: of the most frequent class. */
export function positivesOf(task: ValidationTask, counts: Uint32Array): number {
  return task.type === 'binary' ? counts[1]! : Math.max(0, ...counts);
}

function featureNames(task: ValidationTask, table: Table): string[] {
  const excluded = new Set([...task.exclude, task.label]);
  return table.schema
    .filter((s) => (s.role === 'feature' || s.role === 'anchor') && !excluded.has(s.name))
    .map((s) => s.name);
}

function tooFewRows(
  task: ValidationTask,
  classes: readonly string[],
  ...parts: readonly [LabelledRows, LabelledRows]
): string | undefined {
  for (const [i, part] of parts.entries()) {
    const counts = classCounts(part, classes.length);
    const enough = counts.filter((c) => c >= LEAST_POSITIVES).length;
    const where = i === 0 ? 'train' : 'test';
    if (enough >= 2) continue;
    if (task.type === 'multiclass')
      return `Fewer than two classes have ${LEAST_POSITIVES} rows in the ${where} part.`;
    const which = counts[1]! < LEAST_POSITIVES ? 'positive' : 'negative';
    return `Fewer than ${LEAST_POSITIVES} ${which} rows in the ${where} part.`;
  }
  return undefined;
}

function sizeOf(
  task: ValidationTask,
  classes: readonly string[],
  ...parts: readonly [LabelledRows, LabelledRows]
): TaskSize {
  const [train, test] = parts.map((part) => classCounts(part, classes.length)) as [Uint32Array, Uint32Array];
  const present = test.filter((c) => c > 0).length;
  const binary = task.type === 'binary';
  const scored = binary ? 2 : present;
  const evidence = (counts: Uint32Array, rows: number): number => (binary ? counts[1]! : rows / scored);
  return {
    trainRows: parts[0].rows.length,
    testRows: parts[1].rows.length,
    trainPositives: positivesOf(task, train),
    testPositives: positivesOf(task, test),
    classes: scored,
    classesLeftOut: classes.filter((_, c) => test[c] === 0),
    smallSample:
      Math.min(evidence(train, parts[0].rows.length), evidence(test, parts[1].rows.length)) < SMALL_SAMPLE,
    classCounts: binary ? [] : publishedCounts(classes, train, test),
  };
}

/** Counts of the classes, most frequent first; those with 1 to 10 rows in a part are pooled. */
function publishedCounts(
  classes: readonly string[],
  train: Uint32Array,
  test: Uint32Array,
): { name: string; train: number; test: number }[] {
  const small = (n: number): boolean => n > 0 && n < LEAST_POSITIVES;
  const all = classes.map((name, c) => ({ name, train: train[c]!, test: test[c]! }));
  all.sort((a, b) => b.train - a.train || (a.name < b.name ? -1 : 1));
  const shown = all.filter((c) => !small(c.train) && !small(c.test));
  const pooled = all.filter((c) => !shown.includes(c));
  while (shown.length > 0 && pooled.length > 0) {
    const other = {
      name: `other (${pooled.length} classes)`,
      train: pooled.reduce((n, c) => n + c.train, 0),
      test: pooled.reduce((n, c) => n + c.test, 0),
    };
    if (!small(other.train) && !small(other.test)) return [...shown, other];
    pooled.push(shown.pop()!);
  }
  return shown;
}
