import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { assertNeighbourSafe, injectedNoise, neighbourTables } from '../../../src/privacy/index.js';
import type { FittedReweight, ReweightOptions } from '../../../src/synthesizers/index.js';
import { createReweight } from '../../../src/synthesizers/index.js';
import { RecordWeights } from '../../../src/synthesizers/reweight/weights.js';
import type { Cell, Table } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { declaredTable, privateContext, withCurator, withSchema } from '../aim/tables.js';
import { bytesOf, share } from '../tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-reweight-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const rng = (seed: number): Rng => Rng.create(seed);

/** Public people who are older and less often on ward a than the real ones. */
function publicTable(rows: number): Table {
  const all = declaredTable(3 * rows, 77);
  const keep = rng(9);
  const index = Array.from({ length: all.rows }, (_, i) => i).filter((i) => {
    const old = Number(all.cell('age', i)) >= 50;
    const a = all.cell('ward', i) === 'a';
    return keep.next() < (old ? 0.6 : 0.15) * (a ? 0.4 : 1);
  });
  return all.take(index.slice(0, rows));
}

const names = ['age', 'coin', 'parity', 'lab', 'ward', 'died'];
const real = declaredTable(6000, 5).select(names);
const records = publicTable(4000);

function fit(
  table: Table,
  options: ReweightOptions = {},
  context = privateContext(),
): Promise<FittedReweight> {
  const synthesizer = createReweight(records);
  return synthesizer.fit(table, synthesizer.compile(options), context);
}

describe('weights of records', () => {
  it('fit exact tables that the records can meet within 0.1 rows of 1,000', () => {
    const sizes = [2, 3];
    const codes = [Uint16Array.of(0, 0, 0, 1, 1, 1, 1), Uint16Array.of(0, 1, 2, 0, 1, 2, 2)];
    const weights = new RecordWeights({ rows: 7, sizes, codes });
    const values = Float64Array.of(50, 150, 200, 300, 200, 100);
    weights.add({ columns: [0, 1], values, weights: values.map(() => 0.01) });
    weights.fit(1000, 3000);
    const shares = weights.sharesOf([0, 1]);
    for (const [cell, v] of values.entries()) expect(Math.abs(shares[cell]! * 1000 - v)).toBeLessThan(0.1);
    // records alike in every measured column weigh alike
    expect(weights.weights[5]).toBeCloseTo(weights.weights[6]!, 12);
    expect(weights.unmatched()).toEqual([{ columns: [0, 1], share: 0, error: 0 }]);
  });

  it('tell the mass of cells that no record has', () => {
    const weights = new RecordWeights({ rows: 2, sizes: [3], codes: [Uint16Array.of(0, 1)] });
    const values = Float64Array.of(400, 400, 200);
    weights.add({ columns: [0], values, weights: values.map(() => 0.01) });
    weights.fit(1000, 200);
    expect(weights.unmatched()).toEqual([{ columns: [0], share: 0.2, error: 0.01 }]);
    expect(weights.weights[0]).toBeCloseTo(0.5, 6);
  });
});

describe('reweight', () => {
  let fitted: FittedReweight;
  let drawn: Table;
  beforeAll(async () => {
    fitted = await fit(real);
    drawn = await fitted.sample(6000, { rng: rng(2) }, testContext());
  });

  it('moves the tables of public records to those of the real ones', () => {
    const checks: [string[], (...cells: Cell[]) => boolean][] = [
      [['age'], (age) => Number(age) >= 50],
      [['ward'], (ward) => ward === 'a'],
      [['died'], (died) => died === 'yes'],
      [['age', 'ward'], (age, ward) => Number(age) < 50 && ward === 'a'],
    ];
    for (const [columns, holds] of checks) {
      const before = Math.abs(share(records, columns, holds) - share(real, columns, holds));
      const after = Math.abs(share(drawn, columns, holds) - share(real, columns, holds));
      expect(after).toBeLessThan(Math.max(0.02, before / 4));
    }
    const old = (age: Cell): boolean => Number(age) >= 50;
    expect(Math.abs(share(records, ['age'], old) - share(real, ['age'], old))).toBeGreaterThan(0.2);
  });

  it('draws whole public records only', () => {
    const known = new Set(rowsOf(records.select(names)));
    expect(rowsOf(drawn).every((row) => known.has(row))).toBe(true);
    expect(drawn.schema).toEqual(real.schema);
    const numbers = fitted.drawRecords(500, rng(3));
    expect(numbers).toHaveLength(500);
    expect(records.take(numbers).rows).toBe(500);
  });

  it('tells how many records carry the weight, and what none matches', () => {
    const { weights, effectiveRecords, unmatched, spent } = fitted;
    expect(weights.reduce((sum, w) => sum + w, 0)).toBeCloseTo(1, 9);
    expect(effectiveRecords).toBeGreaterThan(200);
    expect(effectiveRecords).toBeLessThan(records.rows);
    for (const { share: s, error } of unmatched) expect(s - 4 * error).toBeLessThan(0.01);
    expect(spent).toEqual({ kind: 'dp', epsilon: 3, delta: 1e-6, unit: 'row' });
  });

  it('finds real rows that no public record is like', async () => {
    const few = records.take(
      Array.from({ length: records.rows }, (_, i) => i).filter((i) => records.cell('ward', i) !== 'b'),
    );
    const synthesizer = createReweight(few);
    const model = await synthesizer.fit(real, synthesizer.compile({}), privateContext());
    const ward = model.unmatched.find(({ columns }) => columns.join() === 'ward')!;
    expect(ward.share - share(real, ['ward'], (cell) => cell === 'b')).toBeLessThan(4 * ward.error);
    expect(model.unmatched[0]!.share).toBeGreaterThan(0.2);
  });

  it('gives the same bytes on 1 and 2 workers, saved and loaded', async () => {
    const dir = mkdtempSync(path.join(folder, 'saved-'));
    await fitted.save(dir);
    const loaded = await createReweight(records).load(dir);
    const context = testContext(2);
    try {
      expect(bytesOf(await loaded.sample(6000, { rng: rng(2) }, context))).toBe(bytesOf(drawn));
    } finally {
      await context.pool.close();
    }
    expect(loaded.unmatched).toEqual(fitted.unmatched);
    const manifest = path.join(dir, 'model.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(manifest, text.replace('"synthesizer":"reweight"', '"synthesizer":"aim"'));
    await expect(createReweight(records).load(dir)).rejects.toMatchObject({ code: 'BAD_MODEL' });
  });

  it('keeps given cells, and says where no record has them', async () => {
    const out = await fitted.sample(300, { rng: rng(1), given: { age: 30, died: 'no' } }, testContext());
    expect(share(out, ['age', 'died'], (age, died) => age === 30 && died === 'no')).toBe(1);
    const none = fitted.sample(5, { rng: rng(1), given: { age: 30.5 } }, testContext());
    await expect(none).rejects.toMatchObject({ code: 'GIVEN_IMPOSSIBLE', kind: 'user' });
  });

  it('refuses what it cannot use', async () => {
    const context = testContext();
    const synthesizer = createReweight(records);
    await expect(synthesizer.fit(real, synthesizer.compile({}), context)).rejects.toMatchObject({
      code: 'NO_BUDGET',
    });
    const lacking = createReweight(records.select(['age']));
    await expect(lacking.fit(real, lacking.compile({}), privateContext())).rejects.toMatchObject({
      code: 'PUBLIC_COLUMNS',
    });
    const empty = createReweight(records.take([]));
    await expect(empty.fit(real, empty.compile({}), privateContext())).rejects.toMatchObject({
      code: 'NO_ROWS',
    });
    const open = withSchema(real, (schema) => ({ ...schema, domain: undefined }));
    await expect(fit(open)).rejects.toMatchObject({ code: 'DOMAIN_FROM_DATA' });
    expect(() => synthesizer.compile({ rounds: 0, degree: 9 })).toThrow(/rounds[^]*degree/);
  });

  it('shows nothing on neighbours with the same noisy answers', async () => {
    const table = real.take(Array.from({ length: 300 }, (_, i) => i));
    const report = await assertNeighbourSafe({
      table,
      neighbours: neighbourTables(table),
      budget: { epsilon: 2, delta: 1e-5 },
      noise: injectedNoise(rng(11)),
      fit: (t, curator) => fit(t, { rounds: 4, iterations: 10 }, withCurator(curator)),
      serialise: async (model) => {
        const dir = mkdtempSync(path.join(folder, 'released-'));
        await model.save(dir);
        const rows = await model.sample(200, { rng: rng(3) }, testContext());
        const files = ['model.json', 'arrays.bin'].map((f) =>
          readFileSync(path.join(dir, f)).toString('base64'),
        );
        return [...files, bytesOf(rows)].join('\n');
      },
    });
    expect(report.steps).toBeGreaterThan(8);
  });
});

function rowsOf(table: Table): string[] {
  return Array.from({ length: table.rows }, (_, i) =>
    names.map((name) => String(table.cell(name, i))).join(),
  );
}
