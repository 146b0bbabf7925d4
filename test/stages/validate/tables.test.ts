import { beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/stages/report/index.js';
import type { Report } from '../../../src/stages/validate/index.js';
import { compileValidation, evaluateTables, reportSchema } from '../../../src/stages/validate/index.js';
import { columnFromCells, Table } from '../../../src/table/index.js';
import { contextOf, maker, toyTable } from './toy.js';

/** Tables whose labels are plain features, as a CSV without a schema gives them. */
function plain(table: Table): Table {
  return new Table(
    table.rows,
    table.columns.map((c) =>
      c.schema.role === 'label'
        ? columnFromCells(
            { ...c.schema, role: 'feature' },
            Array.from({ length: table.rows }, (_, i) => table.cell(c.schema.name, i)),
          )
        : c,
    ),
  );
}

const train = plain(toyTable(900, 1));
const test = plain(toyTable(900, 2, 8_000_001));
const request = {
  train,
  test,
  synthetic: plain(toyTable(900, 9)),
  labels: ['died', 'dx', 'lactate'],
  exclude: { died: ['unit'] },
  sensitive: ['sex'],
  synthesizer: maker,
  names: { name: 'toy', title: 'Ward', seed: '1', codeVersion: 'x', notes: ['A note.'] },
  options: compileValidation({
    resamples: 100,
    mmdRows: 100,
    discriminatorRows: 200,
    privacy: { densityRows: 300, resamples: 50 },
  }),
  context: contextOf(1),
};

let report: Report;
beforeAll(async () => {
  report = await evaluateTables(request);
});

describe('evaluateTables', () => {
  it('makes a task of each label, and says what to do about a label of numbers', () => {
    const [died, dx, lactate] = report.reference;
    expect(died).toMatchObject({ type: 'binary', status: 'computed', features: 3 }); // age, sex, creatinine
    expect(dx).toMatchObject({ type: 'multiclass', status: 'computed', features: 4 }); // age, sex, unit, creatinine
    expect(lactate).toMatchObject({ status: 'not-computable' });
    expect(lactate?.status === 'not-computable' && lactate.reason).toMatch(/add a column/);
  });

  it('is a whole report with privacy and the three sides', () => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    const [result] = report.synthesizers;
    expect(result!.layers.map((l) => l.id)).toEqual(['fidelity', 'utility', 'privacy', 'validity']);
    expect(result!.trilemma?.sides.map((s) => s.id)).toEqual(['utility', 'fidelity', 'privacy']);
    expect(result!.trilemma?.article.map((m) => m.id)).toEqual([
      'utility-ratio',
      'membership',
      'attribute-inference',
      'ks',
      'nearest-neighbour',
    ]);
    const privacy = result!.privacy;
    expect(privacy?.status === 'computed' && privacy.attributes.map((a) => a.column)).toEqual(['sex']);
    const page = renderReport(report);
    expect(page).toContain('Useful, alike and private?');
    expect(page).toContain('A note.');
  });

  it('works without labels: utility is not computable, the rest is', async () => {
    const bare = await evaluateTables({ ...request, labels: [], sensitive: undefined });
    const verdicts = Object.fromEntries(bare.synthesizers[0]!.layers.map((l) => [l.id, l.verdict]));
    expect(verdicts).toMatchObject({ fidelity: 'pass', utility: 'not-computable' });
    expect(bare.verdict.usability).toBe('unknown');
    expect(bare.synthesizers[0]!.trilemma?.article.map((m) => m.passed).slice(0, 1)).toEqual([null]);
    renderReport(bare);
  });

  it('names columns that the real table lacks', async () => {
    await expect(evaluateTables({ ...request, labels: ['nowhere'] })).rejects.toMatchObject({
      code: 'NO_LABEL',
    });
    await expect(evaluateTables({ ...request, sensitive: ['nothing'] })).rejects.toThrow(/'nothing'/);
  });
});
