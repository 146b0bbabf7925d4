import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, Rng } from '../../../src/core/index.js';
import { WorkerPool } from '../../../src/runtime/index.js';
import type { Metric, Reference, Report, SynthesizerResult } from '../../../src/stages/validate/index.js';
import {
  assembleReport,
  computeReference,
  referenceSchema,
  reportSchema,
  synthesizerResultSchema,
  validateSynthetic,
} from '../../../src/stages/validate/index.js';
import { shuffledColumns } from '../../../src/stages/validate/fidelity/place.js';
import { columnFromCells, Table } from '../../../src/table/index.js';
import {
  contextOf,
  maker,
  quick,
  referenceOf,
  resultOf,
  test,
  toySchema,
  toyTable,
  toyTasks,
  train,
} from './toy.js';

let reference: Reference;
/** Fresh rows of the same ward: a perfect synthesizer. */
let fresh: SynthesizerResult;
let shuffled: SynthesizerResult;
let copied: SynthesizerResult;

beforeAll(async () => {
  reference = await referenceOf();
  fresh = await resultOf(toyTable(1500, 9), reference);
  shuffled = await resultOf(shuffledColumns(train, train.rows, Rng.create(8)), reference);
  copied = await resultOf(train, reference);
});

const valueOf = (result: SynthesizerResult, id: string): number => {
  const found: Metric | undefined = result.layers.flatMap((l) => l.metrics).find((m) => m.id === id);
  if (found === undefined || 'notComputable' in found) throw new Error(`no figure ${id}`);
  return found.value;
};
const layerOf = (result: SynthesizerResult, id: string): string | undefined =>
  result.layers.find((l) => l.id === id)?.verdict;
const placeOf = (result: SynthesizerResult, id: string): number =>
  result.fidelity.placed.find((p) => p.id === id)?.place ?? NaN;
const computed = <T extends { status: string }>(task: T | undefined): Extract<T, { status: 'computed' }> => {
  if (task?.status !== 'computed') throw new Error('not computed');
  return task as Extract<T, { status: 'computed' }>;
};
const meta: Report['meta'] = {
  name: 'toy',
  title: 'Toy ward',
  purpose: 'a test',
  source: { id: 'toy', title: 'Toy' },
  dataKind: 'reference-hospital',
  unit: 'stay',
  train: { rows: train.rows, patients: 700 },
  test: { rows: test.rows, patients: 350 },
  seed: '4',
  codeVersion: 'test',
  notes: [],
};

describe('computeReference', () => {
  it('scores models that have learned something, with an interval around each area', () => {
    for (const task of reference.tasks) {
      const { models } = computed(task.published);
      expect(models.map((m) => m.model)).toEqual(['boosting', 'logistic']);
      for (const { trtr } of models) {
        expect(trtr.auc).toBeGreaterThan(0.65);
        expect(trtr.ci.low).toBeLessThan(trtr.auc);
        expect(trtr.ci.high).toBeGreaterThan(trtr.auc);
        expect(trtr.ci.high - trtr.ci.low).toBeLessThan(0.2);
        expect(trtr.roc.length).toBeLessThanOrEqual(200);
      }
    }
  });

  it('leaves rows without a label and classes without test rows out, and says so', () => {
    const mortality = computed(reference.tasks[0]!.published);
    expect(mortality.size.trainRows).toBeLessThan(train.rows);
    const diagnosis = computed(reference.tasks[1]!.published);
    expect(diagnosis.size.classes).toBe(3);
    expect(diagnosis.size.classesLeftOut).toEqual(['never seen']);
    expect(diagnosis.features).toBe(5);
  });

  it('is plain JSON that its schema reads back', () => {
    expect(referenceSchema.parse(JSON.parse(JSON.stringify(reference)))).toEqual(reference);
  });

  it('carries tasks that cannot be computed with a reason', async () => {
    const few = test.take([...Array.from({ length: 40 }).keys()]);
    const tasks = [
      ...toyTasks,
      { ...toyTasks[0]!, id: 'unsupported', notComputable: 'The source has no death times.' },
      { ...toyTasks[0]!, id: 'absent', label: 'nowhere' },
      { ...toyTasks[0]!, id: 'number', label: 'lactate' },
      { ...toyTasks[0]!, id: 'wrong type', label: 'dx' },
    ];
    const found = await computeReference({ train, test: few, tasks, options: quick, context: contextOf(3) });
    const reasons = found.tasks.map((t) => (t.published.status === 'computed' ? '' : t.published.reason));
    expect(reasons[0]).toMatch(/Fewer than 11 positive rows in the test part/);
    expect(reasons[2]).toBe('The source has no death times.');
    expect(reasons[3]).toMatch(/no column 'nowhere'/);
    expect(reasons[4]).toMatch(/numbers, not classes/);
    expect(reasons[5]).toMatch(/4 classes instead of two/);
  });

  it('refuses parts without rows', async () => {
    const request = { test, tasks: toyTasks, options: quick, context: contextOf(3) };
    await expect(computeReference({ ...request, train: train.take([]) })).rejects.toMatchObject({
      code: 'NO_ROWS',
    });
  });
});

describe('validateSynthetic', () => {
  it('finds fresh rows of the same process as good as real ones', () => {
    expect(fresh.utility.meanRatio?.value).toBeGreaterThan(0.94);
    expect(layerOf(fresh, 'utility')).toBe('pass');
    expect(layerOf(fresh, 'fidelity')).toBe('pass');
    expect(layerOf(fresh, 'validity')).toBe('pass');
    expect(placeOf(fresh, 'marginals')).toBeGreaterThan(0.7);
    expect(Math.abs(valueOf(fresh, 'fidelity.discriminator') - 0.5)).toBeLessThan(0.08);
    expect(valueOf(fresh, 'fidelity.information')).toBeGreaterThan(0.9);
    expect(fresh.verdict.usability).not.toBe('not-usable');
  });

  it('finds shuffled columns at the floor although each column is like the real one, and not usable', () => {
    expect(valueOf(shuffled, 'fidelity.columns')).toBeGreaterThan(0.97); // why the place must be reported
    expect(Math.abs(placeOf(shuffled, 'marginals'))).toBeLessThan(0.15);
    expect(Math.abs(placeOf(shuffled, 'associations'))).toBeLessThan(0.2);
    expect(valueOf(shuffled, 'fidelity.discriminator')).toBeGreaterThan(0.7);
    expect(layerOf(shuffled, 'utility')).toBe('fail');
    expect(shuffled.verdict.usability).toBe('not-usable');
  });

  it('catches planted copies, whose ratios are 1 without spread because resamples are paired', () => {
    expect(valueOf(copied, 'validity.copied-share')).toBe(1);
    expect(valueOf(copied, 'validity.baseline-share')).toBeLessThan(0.01); // rows without labs coincide
    expect(layerOf(copied, 'validity')).toBe('fail');
    expect(copied.verdict.usability).toBe('not-usable');
    for (const task of copied.utility.tasks) {
      const logistic = computed(task).models.find((m) => m.model === 'logistic')!;
      expect(logistic.ratio.value).toBe(1);
      expect(logistic.ratio.ci).toMatchObject({ low: 1, high: 1 });
    }
    expect(placeOf(copied, 'marginals')).toBeGreaterThan(placeOf(fresh, 'marginals'));
  });

  it('keeps every mean ratio the mean of its parts', () => {
    const parts = fresh.utility.tasks.flatMap((t) => computed(t).models.map((m) => m.ratio.value));
    expect(fresh.utility.meanRatio?.value).toBeCloseTo(parts.reduce((a, b) => a + b) / parts.length, 14);
    for (const [i, task] of fresh.utility.tasks.entries()) {
      const real = computed(reference.tasks[i]!.published);
      for (const m of computed(task).models) {
        const trtr = real.models.find((r) => r.model === m.model)!.trtr;
        expect(m.ratio.value).toBeCloseTo(m.tstr.auc / trtr.auc, 14);
        expect(m.retainedSkill).toBeCloseTo((m.tstr.auc - 0.5) / (trtr.auc - 0.5), 12);
      }
    }
  });

  it('counts rows of one class as a coin instead of leaving them out', async () => {
    const survivors = toyTable(600, 5);
    const died = survivors.column('died');
    const alive = [...died.valid.keys()].filter((i) => survivors.cell('died', i) === 'no');
    const result = await resultOf(survivors.take(alive), reference, { ...quick, discriminatorRows: 0 });
    const mortality = computed(result.utility.tasks[0]);
    expect(mortality.syntheticPositives).toBe(0);
    for (const m of mortality.models) expect(m.tstr.auc).toBe(0.5);
    expect(result.verdict.tasks[0]?.usability).toBe('not-usable');
  });

  it('survives constant, wholly missing and tiny input', async () => {
    const rows = toyTable(60, 6);
    const cells = (value: number | null): (number | null)[] => Array.from({ length: rows.rows }, () => value);
    const columns = rows.columns.map((c) => {
      if (c.schema.name === 'lactate') return columnFromCells(c.schema, cells(null));
      return c.schema.name === 'age' ? columnFromCells(c.schema, cells(50)) : c;
    });
    const result = await resultOf(new Table(rows.rows, columns), reference);
    expect(canonicalJson(result)).not.toMatch(/NaN|Infinity/); // canonical JSON refuses them, too
    expect(result.fidelity.columns.find((c) => c.name === 'lactate')?.distance).toEqual({
      method: 'ks',
      value: 1,
    });
    const empty = await resultOf(rows.take([]), reference);
    expect(layerOf(empty, 'fidelity')).not.toBe('pass');
    expect(layerOf(empty, 'validity')).toBe('not-computable');
    expect(empty.verdict.usability).toBe('not-usable');
  });

  it('names what rows lack', async () => {
    const partial = toyTable(50, 6).select(['age', 'sex', 'unit', 'creatinine', 'died', 'dx']);
    await expect(resultOf(partial, reference)).rejects.toMatchObject({ code: 'SYNTHETIC_SCHEMA' });
    await expect(resultOf(partial, reference)).rejects.toThrow(/'lactate' is absent/);
  });

  it('averages repeats of boosted trees', async () => {
    const options = { ...quick, repeats: 2, discriminatorRows: 0 };
    const request = { train, test, tasks: toyTasks.slice(0, 1), options, context: contextOf(3) };
    const twice = computed((await computeReference(request)).tasks[0]!.published);
    const once = computed(reference.tasks[0]!.published);
    expect(twice.models[0]!.trtr.auc).not.toBe(once.models[0]!.trtr.auc);
    expect(twice.models[1]!.trtr.auc).toBe(once.models[1]!.trtr.auc); // nothing in it is drawn
  });

  it('gives the same bytes again, and on two workers', async () => {
    const pool = new WorkerPool(2);
    try {
      const context = contextOf(3, pool);
      const again = await computeReference({ train, test, tasks: toyTasks, options: quick, context });
      expect(canonicalJson(again)).toBe(canonicalJson(reference));
      const result = await validateSynthetic({
        train,
        test,
        synthetic: toyTable(1500, 9),
        tasks: toyTasks,
        reference: again,
        synthesizer: maker,
        options: quick,
        context: contextOf(4, pool),
      });
      expect(canonicalJson(result)).toBe(canonicalJson(fresh));
    } finally {
      await pool.close();
    }
  });
});

describe('assembleReport', () => {
  it('puts the best first, never the copier, and fits the schema', () => {
    const named = [copied, shuffled, fresh].map((r, i) => ({
      ...r,
      synthesizer: { ...r.synthesizer, id: ['copier', 'shuffler', 'good'][i]! },
    }));
    const report = assembleReport({ meta, columns: toySchema, reference, results: named });
    expect(report.comparison.map((c) => c.id)).toEqual(['good', 'shuffler', 'copier']);
    expect(report.comparison[0]).toMatchObject({ chosen: true, epsilon: null });
    expect(report.comparison[0]!.copies).toBeLessThan(0.01);
    expect(report.comparison[2]).toMatchObject({ chosen: false, copies: 1, usability: 'not-usable' });
    expect(report.verdict.synthesizer).toBe('good');
    expect(report.columns.map((c) => c.name)).not.toContain('subject_id');
    expect(reportSchema.parse(JSON.parse(canonicalJson(report)))).toEqual(JSON.parse(canonicalJson(report)));
    expect(synthesizerResultSchema.parse(JSON.parse(JSON.stringify(fresh)))).toEqual(fresh);
  });

  it('holds no patient: neither a key nor a value of a column that was not made round', () => {
    const text = canonicalJson(assembleReport({ meta, columns: toySchema, reference, results: [fresh] }));
    for (let i = 0; i < train.rows; i++) {
      expect(text).not.toContain(String(train.cell('subject_id', i)));
      const lactate = train.cell('lactate', i);
      if (lactate !== null) expect(text).not.toContain(String(lactate));
    }
  });

  it('needs a result', () => {
    expect(() => assembleReport({ meta, columns: toySchema, reference, results: [] })).toThrow(
      /at least one/,
    );
  });
});
