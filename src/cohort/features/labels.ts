import type { Cell, Column, ColumnSchema } from '../../table/index.js';
import { columnFromCells } from '../../table/index.js';
import { groupOf } from '../blueprint/index.js';
import type { TrainMask } from './finish.js';
import { binaryColumn, grouped, topClasses } from './finish.js';
import { noTimeBetweenAdmissions } from './label-sql.js';
import type { PlannedTask } from './plan.js';
import type { Task } from './task.js';

/** How many rows a task has. */
export interface LabelFacts {
  readonly task: string;
  /** Rows with a label. */
  readonly labelled: number;
  /** Binary: rows of the positive class. */
  readonly positives?: number | undefined;
  /** Multiclass: number of classes. */
  readonly classes?: number | undefined;
}

export interface FinishedTasks {
  readonly tasks: readonly Task[];
  readonly columns: readonly Column[];
  readonly facts: readonly LabelFacts[];
}

/** Labels from what their SQL yielded; a task without two outcomes is carried with the reason and has no column. */
export function finishTasks(
  plans: readonly PlannedTask[],
  cells: ReadonlyMap<string, readonly Cell[]>,
  rows: { readonly train: TrainMask; readonly sourceId: string },
): FinishedTasks {
  const tasks: Task[] = [];
  const columns: Column[] = [];
  const facts: LabelFacts[] = [];
  for (const plan of plans) {
    const { id, title, type, label, exclude } = plan;
    const done = finishLabel(plan, cells.get(label)!, rows);
    if ('reason' in done) {
      tasks.push({ id, title, type, label, exclude, notComputable: done.reason });
      continue;
    }
    tasks.push({ id, title, type, label, exclude });
    columns.push(done.column);
    facts.push({ task: id, ...done.facts });
  }
  return { tasks, columns, facts };
}

type Finished =
  { readonly reason: string } | { readonly column: Column; readonly facts: Omit<LabelFacts, 'task'> };

function finishLabel(
  plan: PlannedTask,
  cells: readonly Cell[],
  rows: { readonly train: TrainMask; readonly sourceId: string },
): Finished {
  const unknown = noTimeBetweenAdmissions[rows.sourceId];
  if (plan.needsAdmissionTimes && unknown !== undefined) return { reason: unknown };
  if (cells.every((cell) => cell === null)) return { reason: 'the source says the outcome of no patient' };
  const schema: ColumnSchema = {
    name: plan.label,
    kind: plan.type === 'binary' ? 'binary' : 'categorical',
    role: 'label',
    missing: true,
    description: plan.description,
  };
  if (plan.classes === undefined) {
    const positives = cells.filter((cell) => cell === 1).length;
    const labelled = cells.filter((cell) => cell !== null).length;
    if (positives === 0 || positives === labelled) return { reason: 'every patient has the same outcome' };
    const missing = labelled < cells.length;
    return { column: binaryColumn({ ...schema, missing }, cells), facts: { labelled, positives } };
  }
  const { group } = plan.classes;
  const { cells: classCells, classes } = topClasses(
    grouped(cells, (text) => groupOf(group, text)),
    rows.train,
    plan.classes,
  );
  if (classes.length < 2) return { reason: `fewer than two ${group} groups occur among the train patients` };
  const labelled = classCells.filter((cell) => cell !== null).length;
  const column = columnFromCells(
    { ...schema, missing: labelled < cells.length, categories: classes },
    classCells,
  );
  return { column, facts: { labelled, classes: classes.length } };
}
