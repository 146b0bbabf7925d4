import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import {
  compileValidation,
  computeReference,
  validateSynthetic,
} from '../../../src/stages/validate/index.js';
import { shuffledColumns } from '../../../src/stages/validate/fidelity/place.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { dataRoot } from '../../support/data.js';
import { contextOf, maker } from './toy.js';

const numbers = new Set(['age', 'fnlwgt', 'education.num', 'capital.gain', 'capital.loss', 'hours.per.week']);

function readRows(name: string): Record<string, Cell>[] {
  const file = path.join(dataRoot ?? '', 'adult', `${name}.csv.gz`);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/);
  const [head, ...rest] = lines.map((line) => line.split(',').map((cell) => cell.replaceAll('"', '').trim()));
  return rest.map((cells) =>
    Object.fromEntries(head!.map((key, i) => [key, numbers.has(key) ? Number(cells[i]) : cells[i]!])),
  );
}

function readAdult(): { train: Table; test: Table } {
  const parts = [readRows('train'), readRows('test')] as const;
  const schema = Object.keys(parts[0][0]!).map((name): ColumnSchema => {
    const role = name === 'income' ? 'label' : 'feature';
    if (numbers.has(name)) return { name, kind: 'continuous', role, missing: false };
    const categories = [...new Set(parts.flat().map((row) => String(row[name])))].sort();
    return { name, kind: role === 'label' ? 'binary' : 'categorical', role, missing: false, categories };
  });
  return { train: tableFromRows(schema, parts[0]), test: tableFromRows(schema, parts[1]) };
}

/** Marks of other implementations on the same files (24,102 train and 12,472 test rows): scikit-learn's HistGradientBoosting .926. */
describe.skipIf(dataRoot === undefined)('UCI Adult (skipped where the data folder is absent)', () => {
  it('has the known TRTR areas, floor and ceiling', { timeout: 300_000 }, async () => {
    const { train, test } = readAdult();
    const options = compileValidation({ resamples: 200, discriminatorRows: 0 });
    const tasks = [{ id: 'income', title: 'Income', type: 'binary', label: 'income', exclude: [] } as const];
    const reference = await computeReference({ train, test, tasks, options, context: contextOf(1) });
    const task = reference.tasks[0]!.published;
    if (task.status !== 'computed') throw new Error(task.reason);
    const [boosting, logistic] = task.models;
    expect(boosting!.trtr.auc).toBeGreaterThan(0.924);
    expect(boosting!.trtr.auc).toBeLessThan(0.93);
    expect(logistic!.trtr.auc).toBeGreaterThan(0.895);
    expect(boosting!.trtr.calibrationSlope).toBeCloseTo(1, 0);
    const synthetic = shuffledColumns(train, train.rows, Rng.create(5));
    const result = await validateSynthetic({
      train,
      test,
      synthetic,
      tasks,
      reference,
      synthesizer: maker,
      options,
      context: contextOf(2),
    });
    const marginals = result.fidelity.placed.find((p) => p.id === 'marginals')!;
    expect(marginals.floor).toBeGreaterThan(0.9);
    expect(marginals.floor).toBeLessThan(0.93);
    expect(marginals.ceiling).toBeGreaterThan(0.97);
    expect(Math.abs(marginals.place!)).toBeLessThan(0.03);
    expect(result.utility.meanRatio!.value).toBeLessThan(0.75);
  });
});
