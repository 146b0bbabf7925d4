import { describe, expect, it } from 'vitest';
import { DataError, PrivacyError } from '../../../src/core/index.js';
import { countCopies } from '../../../src/stages/validate/checks/copies.js';
import { refuseFindings } from '../../../src/stages/validate/checks/findings.js';
import { checkLeaks, singleColumnAuc } from '../../../src/stages/validate/checks/leak.js';
import { checkOverlap } from '../../../src/stages/validate/checks/overlap.js';
import type { TaskData } from '../../../src/stages/validate/task-data.js';
import { layOutTask } from '../../../src/stages/validate/task-data.js';
import type { ValidationTask } from '../../../src/stages/validate/index.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { columnFromCells, Table as TableClass, tableFromRows } from '../../../src/table/index.js';
import { test, toyTable, toyTasks, train } from './toy.js';

/** Adds a feature whose cell is made from the row's label. */
function plant(
  table: Table,
  schema: ColumnSchema,
  cell: (label: Cell, row: number) => Cell,
  label = 'died',
): Table {
  const cells = Array.from({ length: table.rows }, (_, i) => cell(table.cell(label, i), i));
  return new TableClass(table.rows, [...table.columns, columnFromCells(schema, cells)]);
}

function layOut(task: ValidationTask, a: Table, b: Table): TaskData {
  const data = layOutTask(task, a, b);
  if ('notComputable' in data) throw new Error(data.notComputable);
  return data;
}

function leaksWith(
  schema: ColumnSchema,
  cell: (label: Cell, row: number) => Cell,
  task = toyTasks[0]!,
): string[] {
  const a = plant(train, schema, cell, task.label);
  const b = plant(test, schema, cell, task.label);
  return checkLeaks(layOut(task, a, b), a, b).map((f) => `${f.code} ${String(f.column)}`);
}

const feature = { role: 'feature', missing: true } as const;

describe('a patient on both sides of the split', () => {
  it('is found, counted and refused without naming who', () => {
    const leaky = toyTable(300, 2, 7_000_600); // the last patients of train are its first
    const [finding] = checkOverlap(train, leaky, 'subject_id');
    expect(finding).toMatchObject({ code: 'SPLIT_OVERLAP', kind: 'privacy', severity: 'error' });
    const inTrain = new Set(Array.from({ length: train.rows }, (_, i) => train.cell('subject_id', i)));
    const inBoth = new Set(
      Array.from({ length: leaky.rows }, (_, i) => leaky.cell('subject_id', i)).filter((s) => inTrain.has(s)),
    );
    expect(inBoth.size).toBeGreaterThan(10);
    expect(finding?.count).toBe(inBoth.size);
    expect(finding?.message).not.toMatch(/700\d{4}/);
    expect(() => {
      refuseFindings([finding!]);
    }).toThrow(PrivacyError);
  });

  it('is not seen in a clean split, and a table without the key says that nothing was checked', () => {
    expect(checkOverlap(train, test, 'subject_id')).toEqual([]);
    const findings = checkOverlap(train, test, 'patient');
    expect(findings).toMatchObject([{ code: 'CHECK_SKIPPED', severity: 'note' }]);
    expect(() => {
      refuseFindings(findings);
    }).not.toThrow();
  });
});

describe('a label among the features', () => {
  it('is not seen in clean tables', () => {
    for (const task of toyTasks) expect(checkLeaks(layOut(task, train, test), train, test)).toEqual([]);
  });

  it('is found under other names, binary and multiclass', () => {
    const renamed = (label: Cell): Cell => (label === 'yes' ? 'B' : 'A');
    expect(
      leaksWith({ name: 'flag', kind: 'categorical', ...feature, categories: ['B', 'A'] }, renamed),
    ).toEqual(['LABEL_LEAK flag']);
    const group = (label: Cell): Cell => `group of ${String(label)}`;
    expect(leaksWith({ name: 'drg', kind: 'categorical', ...feature }, group, toyTasks[1])).toEqual([
      'LABEL_LEAK drg',
    ]);
  });

  it('is found in a number, either way round or in the middle, and in what is missing', () => {
    const number = (name: string): ColumnSchema => ({ name, kind: 'continuous', ...feature });
    expect(
      leaksWith(number('hours to death'), (label, i) => (label === 'yes' ? 5 : 90) + (i % 7)),
    ).toHaveLength(1);
    expect(leaksWith(number('survival'), (label, i) => (label === 'yes' ? 90 : 5) + (i % 7))).toHaveLength(1);
    expect(
      leaksWith(number('band'), (label, i) => (label === 'yes' ? 50 : i % 2 === 0 ? 10 : 90)),
    ).toHaveLength(1);
    expect(leaksWith(number('autopsy'), (label) => (label === 'yes' ? 1 : null))).toHaveLength(1);
  });

  it('is not claimed for a feature that predicts well but not perfectly', () => {
    const schema: ColumnSchema = { name: 'risk', kind: 'continuous', ...feature };
    const noisy = (label: Cell, i: number): Cell => (label === 'yes' ? 2 : 0) + ((i * 0.618) % 1) * 3;
    expect(leaksWith(schema, noisy)).toEqual([]);
    const a = plant(train, schema, noisy);
    const b = plant(test, schema, noisy);
    const area = singleColumnAuc(layOut(toyTasks[0]!, a, b), a.column('risk'), b.column('risk'));
    expect(area).toBeGreaterThan(0.85);
    expect(area).toBeLessThan(0.995);
  });

  it('is not looked for in excluded columns, and is a data error', () => {
    const schema: ColumnSchema = { name: 'flag', kind: 'categorical', ...feature };
    const renamed = (label: Cell): Cell => (label === 'yes' ? 'B' : 'A');
    expect(leaksWith(schema, renamed, { ...toyTasks[0]!, exclude: ['flag'] })).toEqual([]);
    const a = plant(train, schema, renamed);
    const b = plant(test, schema, renamed);
    expect(() => {
      refuseFindings(checkLeaks(layOut(toyTasks[0]!, a, b), a, b));
    }).toThrow(DataError);
  });

  it('is found in a window after the moment of prediction', () => {
    const data = layOut(toyTasks[0]!, train, test);
    const timings = [
      { column: 'lactate', hoursAfterPrediction: 6 },
      { column: 'creatinine', hoursAfterPrediction: 0 },
    ];
    const findings = checkLeaks(data, train, test, timings);
    expect(findings.map((f) => f.column)).toEqual(['lactate']);
    expect(findings[0]?.message).toMatch(/after the moment of prediction/);
  });
});

describe('countCopies', () => {
  const schema: ColumnSchema[] = [
    { name: 'x', kind: 'continuous', role: 'feature', missing: true },
    { name: 'c', kind: 'categorical', role: 'feature', missing: true, categories: ['a', 'b'] },
  ];
  it('counts rows equal in every cell; missing equals missing only', () => {
    const known = tableFromRows(schema, [{ x: 0, c: 'a' }, { x: 1, c: null }, { c: 'b' }]);
    const table = tableFromRows(schema, [
      { x: 0, c: 'a' },
      { x: 0, c: 'a' },
      { x: 0, c: 'b' },
      { x: 1, c: 'a' },
      { x: 1, c: null },
      { c: 'b' },
      { c: 'a' },
    ]);
    expect(countCopies(table, known)).toEqual({ copied: 4, rows: 7 });
    expect(countCopies(table.take([]), known)).toEqual({ copied: 0, rows: 0 });
  });
});
