import type { LabelFacts, TableTask, Task, TrainMask } from '../../cohort/index.js';
import { binaryColumn, topClasses } from '../../cohort/index.js';
import type { Column, ColumnSchema, Table } from '../../table/index.js';
import { columnFromCells } from '../../table/index.js';
import { applyRule } from './rules.js';
import { textsOf } from './texts.js';

export interface RuledLabel {
  readonly task: TableTask;
  readonly type: Task['type'];
  readonly cells: readonly (number | string | null)[];
  readonly words: string;
}

/** A task's label before classes are chosen. */
export function ruleLabel(table: Table, task: TableTask): RuledLabel {
  const { cells, kind, words } = applyRule(table, task.label);
  const masked = [...cells];
  for (const { column, in: values } of task.label.missingWhere) {
    const hidden = new Set<string | null>(values);
    for (const [row, text] of textsOf(table, column).entries()) if (hidden.has(text)) masked[row] = null;
  }
  return { task, type: kind === 'binary' ? 'binary' : 'multiclass', cells: masked, words };
}

/** The label's column, or why there is none. Classes are chosen on train rows. */
export function finishLabel(
  label: RuledLabel,
  train: TrainMask,
): { readonly column: Column; readonly facts: LabelFacts } | { readonly reason: string } {
  const { task, type, cells, words } = label;
  const schema: ColumnSchema = {
    name: task.label.name,
    kind: type === 'binary' ? 'binary' : 'categorical',
    role: 'label',
    missing: cells.includes(null),
    description: words,
  };
  if (type === 'binary') {
    const labelled = cells.filter((cell) => cell !== null).length;
    const positives = cells.filter((cell) => cell === 1).length;
    if (positives === 0 || positives === labelled) return { reason: 'every row has the same outcome' };
    return { column: binaryColumn(schema, cells), facts: { task: task.id, labelled, positives } };
  }
  const texts = cells.map((cell) => (cell === null ? null : String(cell)));
  const rule = { top: task.label.top ?? Infinity, others: task.label.others };
  const { cells: classCells, classes } = topClasses(texts, train, rule);
  if (classes.length < 2) return { reason: 'fewer than two classes occur among the train rows' };
  const labelled = classCells.filter((cell) => cell !== null).length;
  const column = columnFromCells(
    { ...schema, missing: labelled < classCells.length, categories: classes },
    classCells,
  );
  return { column, facts: { task: task.id, labelled, classes: classes.length } };
}
