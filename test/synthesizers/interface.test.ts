import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fixedClock, Rng } from '../../src/core/index.js';
import type { RunContext } from '../../src/runtime/index.js';
import { silentProgress, WorkerPool } from '../../src/runtime/index.js';
import { synthesizerById, synthesizers } from '../../src/synthesizers/index.js';
import type { Cell, ColumnSchema, Row } from '../../src/table/index.js';
import { Table, tableFromRows } from '../../src/table/index.js';

const pools = [new WorkerPool(1), new WorkerPool(2)] as const;
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.close()));
});

const context = (pool: WorkerPool = pools[0], seed = 1): RunContext => ({
  rng: Rng.create(seed),
  clock: fixedClock(0),
  pool,
  progress: silentProgress,
});

const schema: ColumnSchema[] = [
  { name: 'age', kind: 'count', role: 'anchor', missing: false },
  { name: 'sex', kind: 'binary', role: 'anchor', missing: false, categories: ['female', 'male'] },
  { name: 'ward', kind: 'categorical', role: 'feature', missing: false, categories: ['a', 'b', 'c'] },
  { name: 'creatinine', kind: 'continuous', role: 'feature', missing: true, decimals: 1 },
  { name: 'urea', kind: 'continuous', role: 'feature', missing: true },
  { name: 'empty', kind: 'continuous', role: 'feature', missing: true },
  { name: 'constant', kind: 'count', role: 'feature', missing: false },
  { name: 'died', kind: 'binary', role: 'label', missing: false, categories: ['0', '1'] },
];

/** A made-up ward: creatinine is missing more often in the young, urea follows it, and death follows age and creatinine. */
function ward(rows: number, seed: number): Table {
  const rng = Rng.create(seed);
  return tableFromRows(
    schema,
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const age = 20 + rng.int(70);
      const measured = rng.next() < age / 90;
      const creatinine = Math.round(10 * Math.exp(0.01 * age - 0.5 + 0.4 * rng.normal())) / 10;
      const risk = 1 / (1 + Math.exp(-(0.06 * (age - 65) + (creatinine - 1.2))));
      return {
        age,
        sex: rng.next() < 0.4 ? 'male' : 'female',
        ward: ['a', 'b', 'c'][age < 40 ? rng.int(2) : 1 + rng.int(2)]!,
        creatinine: measured ? creatinine : null,
        urea: measured ? creatinine * 18 + rng.normal() : null,
        empty: null,
        constant: 7,
        died: rng.next() < risk ? '1' : '0',
      };
    }),
  );
}

const train = ward(3000, 11);
const cells = (table: Table): Cell[][] =>
  table.schema.map((s) => Array.from({ length: table.rows }, (_, i) => table.cell(s.name, i)));
const numbers = (table: Table, name: string): number[] =>
  Array.from({ length: table.rows }, (_, i) => table.cell(name, i)).filter(
    (c): c is number => typeof c === 'number',
  );
const share = (table: Table, test: (row: Row) => boolean): number => {
  let n = 0;
  for (let i = 0; i < table.rows; i++)
    if (test(Object.fromEntries(table.schema.map((s) => [s.name, table.cell(s.name, i)])))) n++;
  return n / table.rows;
};

describe.each([...synthesizers.keys()])('%s', (id) => {
  const synthesizer = synthesizerById(id);
  const fit = (table: Table, pool?: WorkerPool) =>
    synthesizer.fit(table, synthesizer.compile({}), context(pool));

  it('draws rows with the schema, ranges, decimals and missingness of the table', async () => {
    const drawn = await (await fit(train)).sample(3000, { rng: Rng.create(5) }, context());
    expect(drawn.rows).toBe(3000);
    expect(drawn.schema.map(({ name, kind, role }) => ({ name, kind, role }))).toEqual(
      train.schema.map(({ name, kind, role }) => ({ name, kind, role })),
    );
    for (const name of ['age', 'creatinine', 'urea']) {
      const [real, made] = [numbers(train, name), numbers(drawn, name)];
      expect(Math.min(...made)).toBeGreaterThanOrEqual(Math.min(...real));
      expect(Math.max(...made)).toBeLessThanOrEqual(Math.max(...real));
      expect(Math.abs(made.length - real.length) / 3000).toBeLessThan(0.05);
    }
    expect(numbers(drawn, 'age').every(Number.isInteger)).toBe(true);
    expect(numbers(drawn, 'creatinine').every((v) => Math.abs(v * 10 - Math.round(v * 10)) < 1e-9)).toBe(
      true,
    );
    expect(numbers(drawn, 'empty')).toEqual([]);
    expect(new Set(numbers(drawn, 'constant'))).toEqual(new Set([7]));
    expect(
      Math.abs(share(drawn, (r) => r['died'] === '1') - share(train, (r) => r['died'] === '1')),
    ).toBeLessThan(0.05);
  });

  it('keeps dependence that independent columns would lose', async () => {
    const drawn = await (await fit(train)).sample(3000, { rng: Rng.create(6) }, context());
    const oldDie = (table: Table): number =>
      share(table, (r) => Number(r['age']) > 70 && r['died'] === '1') /
      share(table, (r) => Number(r['age']) > 70);
    const youngDie = (table: Table): number =>
      share(table, (r) => Number(r['age']) < 40 && r['died'] === '1') /
      share(table, (r) => Number(r['age']) < 40);
    expect(oldDie(train) - youngDie(train)).toBeGreaterThan(0.4);
    expect(oldDie(drawn) - youngDie(drawn)).toBeGreaterThan(0.3);
    const apart = share(drawn, (r) => (r['creatinine'] === null) !== (r['urea'] === null));
    expect(apart).toBeLessThan(id === 'cart' ? 0.02 : 0.15); // measured together in every real row
  });

  it('gives the same bytes with 1 and 2 workers, and others with another seed', async () => {
    const [one, two] = await Promise.all(
      pools.map(async (pool) =>
        cells(await (await fit(train, pool)).sample(5000, { rng: Rng.create(7) }, context(pool))),
      ),
    );
    expect(two).toEqual(one);
    const other = await (await fit(train)).sample(5000, { rng: Rng.create(8) }, context());
    expect(cells(other)).not.toEqual(one);
  });

  it('draws the same after save and load, and refuses a damaged model', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-model-'));
    try {
      const fitted = await fit(train);
      await fitted.save(dir);
      const loaded = await synthesizer.load(dir);
      const draw = async (model: typeof fitted) =>
        cells(await model.sample(500, { rng: Rng.create(9) }, context()));
      expect(await draw(loaded)).toEqual(await draw(fitted));
      const file = path.join(dir, 'arrays.bin');
      const bytes = await readFile(file);
      bytes[bytes.length >> 1]! ^= 1;
      await writeFile(file, bytes);
      await expect(synthesizer.load(dir)).rejects.toMatchObject({ code: 'BAD_MODEL' });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  it('honours given columns and refuses what it cannot', async () => {
    const fitted = await fit(train);
    const drawn = await fitted.sample(
      300,
      { given: { age: 80, sex: 'male' }, rng: Rng.create(10) },
      context(),
    );
    expect(share(drawn, (r) => r['age'] === 80 && r['sex'] === 'male')).toBe(1);
    expect(share(drawn, (r) => r['died'] === '1')).toBeGreaterThan(0.5); // the old die more often
    const request = (given: Partial<Row>) => fitted.sample(10, { given, rng: Rng.create(1) }, context());
    await expect(request({ height: 180 })).rejects.toMatchObject({ code: 'GIVEN_COLUMN' });
    await expect(request({ ward: 'z' })).rejects.toMatchObject({ code: 'GIVEN_CATEGORY' });
  });

  it('makes no claim about privacy, with a reason', async () => {
    const { spent } = await fit(train);
    expect(spent.kind).toBe('none');
  });

  it('refuses tables that it cannot model, with advice', async () => {
    const few = train.take([0, 1, 2]);
    await expect(fit(few)).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
    await expect(fit(train.take([]))).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
    await expect(fit(new Table(3000, []))).rejects.toMatchObject({ code: 'NO_COLUMNS' });
    const ids = tableFromRows(
      [{ name: 'mrn', kind: 'categorical', role: 'feature', missing: false }],
      Array.from({ length: 100 }, (_, i) => ({ mrn: `p${i}` })),
    );
    await expect(fit(ids)).rejects.toMatchObject({ code: 'IDENTIFIER_COLUMN' });
    expect(() => synthesizer.compile({ nonsense: 1 })).toThrow(/nonsense/);
  });

  it('models a table in which one class of a label is very rare', async () => {
    const rare = tableFromRows(
      schema,
      Array.from({ length: 60 }, (_, i) => ({
        ...Object.fromEntries(train.schema.map((s) => [s.name, train.cell(s.name, i)])),
        died: i === 0 ? '1' : '0',
      })),
    );
    const dir = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-model-'));
    try {
      const fitted = await fit(rare);
      await fitted.save(dir);
      const drawn = await (await synthesizer.load(dir)).sample(60, { rng: Rng.create(2) }, context());
      expect(drawn.rows).toBe(60);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('the registry', () => {
  it('names what there is for an unknown id', () => {
    expect(() => synthesizerById('gan')).toThrow(/one of cart, copula/);
  });
});
