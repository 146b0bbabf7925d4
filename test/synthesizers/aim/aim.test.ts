import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng, UserError } from '../../../src/core/index.js';
import { assertNeighbourSafe, injectedNoise, neighbourTables } from '../../../src/privacy/index.js';
import { aim } from '../../../src/synthesizers/aim/index.js';
import type { AimOptions } from '../../../src/synthesizers/aim/index.js';
import type { FitContext, FittedSynthesizer } from '../../../src/synthesizers/index.js';
import type { Cell, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { bytesOf, schemaOf, share } from '../tables.js';
import { declaredTable, privateContext, withCurator, withSchema } from './tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-aim-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const rng = (seed: number): Rng => Rng.create(seed);
const fit = (table: Table, options: AimOptions = {}, context?: FitContext): Promise<FittedSynthesizer> =>
  aim.fit(table, aim.compile(options), context ?? privateContext());

/** All that a fit releases: the files of the model, and rows drawn from it. */
async function released(model: FittedSynthesizer): Promise<string> {
  const dir = mkdtempSync(path.join(folder, 'released-'));
  await model.save(dir);
  const drawn = await model.sample(300, { rng: rng(3) }, testContext());
  return [
    readFileSync(path.join(dir, 'model.json'), 'utf8'),
    readFileSync(path.join(dir, 'arrays.bin')).toString('base64'),
    bytesOf(drawn),
  ].join('\n');
}

describe('aim on a table with planted structure', () => {
  const training = declaredTable(6000, 5);
  let fitted: FittedSynthesizer;
  let drawn: Table;
  beforeAll(async () => {
    fitted = await fit(training);
    drawn = await fitted.sample(9000, { rng: rng(2) }, testContext());
  });

  it('keeps the schema, and every value within the declared domain and decimals', () => {
    expect(drawn.schema).toEqual(training.schema);
    for (const column of drawn.columns) {
      const { missing, bounds, decimals = 0 } = column.schema;
      if (!missing) expect(column.valid.includes(0)).toBe(false);
      if (column.type === 'categorical') continue;
      const off = column.values.some((v, i) => {
        if (column.valid[i] !== 1) return v !== 0;
        return v < bounds![0] || v > bounds![1] || Math.round(v * 10 ** decimals) / 10 ** decimals !== v;
      });
      expect(off).toBe(false);
    }
  });

  it('keeps shares, missing values, spikes and the relation of age, lab and label within 4 points', () => {
    const checks: [string[], (...cells: Cell[]) => boolean][] = [
      [['coin'], (c) => c === 'yes'],
      [['ward'], (c) => c === null],
      [['cost'], (c) => c === 0],
      [['lab'], (c) => c === null],
      [['died'], (c) => c === 'yes'],
      [['age', 'lab'], (age, lab) => Number(age) >= 60 && lab !== null && Number(lab) > 5.5],
      [['age', 'lab'], (age, lab) => Number(age) < 25 && lab === null],
      [['age', 'group'], (age, group) => Number(age) >= 65 && group === 'old'],
      [['lab', 'died'], (lab, died) => lab !== null && Number(lab) > 6 && died === 'yes'],
    ];
    for (const [names, holds] of checks) {
      expect(Math.abs(share(drawn, names, holds) - share(training, names, holds))).toBeLessThan(0.04);
    }
  });

  it('claims the curator’s ε and δ for its unit, and has spent no more', () => {
    expect(fitted.spent).toEqual({ kind: 'dp', epsilon: 3, delta: 1e-6, unit: 'row' });
  });

  it('gives the same bytes on 1 and 2 workers, whole and streamed, saved and loaded', async () => {
    const dir = mkdtempSync(path.join(folder, 'saved-'));
    await fitted.save(dir);
    const loaded = await aim.load(dir);
    expect(loaded.spent).toEqual(fitted.spent);
    const context = testContext(2);
    try {
      const two = await loaded.sample(9000, { rng: rng(2) }, context);
      expect(bytesOf(two)).toBe(bytesOf(drawn));
      let at = 0;
      for await (const block of loaded.stream(9000, { rng: rng(2) }, context)) {
        const same = drawn.take(Uint32Array.from({ length: block.rows }, (_, i) => at + i));
        expect(bytesOf(block)).toBe(bytesOf(same));
        at += block.rows;
      }
      expect(at).toBe(9000);
    } finally {
      await context.pool.close();
    }
  });

  it('refuses a damaged model', async () => {
    const dir = mkdtempSync(path.join(folder, 'damaged-'));
    await fitted.save(dir);
    const manifest = path.join(dir, 'model.json');
    const text = readFileSync(manifest, 'utf8');
    for (const [from, to] of [
      ['"synthesizer":"aim"', '"synthesizer":"cart"'],
      ['"parents":[-1', '"parents":[0'],
      ['"accountant":"pld"', '"accountant":"guess"'],
      ['"classes":2', '"classes":3'],
      ['"binary"', '"bimary"'],
    ] as const) {
      expect(text).toContain(from);
      writeFileSync(manifest, text.replace(from, to));
      await expect(aim.load(dir)).rejects.toMatchObject({ code: 'BAD_MODEL' });
    }
    writeFileSync(manifest, text);
    await expect(aim.load(dir)).resolves.toBeDefined();
  });

  it('keeps given features exactly and makes the rest fit them', async () => {
    const one = await fitted.sample(2000, { rng: rng(4), given: { age: 80, ward: null } }, testContext());
    expect(share(one, ['age', 'ward'], (age, ward) => age === 80 && ward === null)).toBe(1);
    expect(share(one, ['group'], (group) => group === 'old')).toBeGreaterThan(0.85);
    const high = (lab: Cell): boolean => lab !== null && Number(lab) > 6;
    expect(share(one, ['lab'], high)).toBeGreaterThan(2 * share(drawn, ['lab'], high));
  });

  it('keeps given labels exactly, alone or with features, as a row or as a table', async () => {
    const dead = await fitted.sample(1500, { rng: rng(4), given: { died: 'yes' } }, testContext());
    expect(share(dead, ['died'], (died) => died === 'yes')).toBe(1);
    const high = (lab: Cell): boolean => lab !== null && Number(lab) > 6;
    expect(share(dead, ['lab'], high)).toBeGreaterThan(share(drawn, ['lab'], high));
    const rows = declaredTable(700, 9).select(['lab', 'died']);
    const many = await fitted.sample(700, { rng: rng(4), given: rows }, testContext());
    expect(bytesOf(many.select(['lab', 'died']))).toBe(bytesOf(rows));
  });

  it('ends with advice where a given value is impossible', async () => {
    const sample = fitted.sample(10, { rng: rng(1), given: { age: null } }, testContext());
    await expect(sample).rejects.toMatchObject({ code: 'GIVEN_IMPOSSIBLE', kind: 'user' });
    const label = fitted.sample(10, { rng: rng(1), given: { coin: 'maybe' } }, testContext());
    await expect(label).rejects.toMatchObject({ code: 'GIVEN_CATEGORY' });
  });

  it('models labels in the graphical model where heads are switched off', async () => {
    const plain = await fit(training, { heads: false, rounds: 15, columnWeights: { lab: 2 } });
    const out = await plain.sample(4000, { rng: rng(2) }, testContext());
    const died = (cell: Cell): boolean => cell === 'yes';
    expect(Math.abs(share(out, ['died'], died) - share(training, ['died'], died))).toBeLessThan(0.04);
  });
});

describe('neighbour replay', () => {
  const table = declaredTable(400, 7).select(['age', 'coin', 'parity', 'lab', 'cost', 'ward', 'died']);
  const check = {
    table,
    neighbours: neighbourTables(table),
    budget: { epsilon: 2, delta: 1e-5 },
    noise: injectedNoise(rng(11)),
    serialise: released,
  };

  it.each([
    ['with heads', { rounds: 6, iterations: 20 }],
    [
      'with labels in the graphical model and tables of three columns',
      { rounds: 5, iterations: 20, heads: false, degree: 3 },
    ],
  ] as const)('finds the released model byte-identical on neighbours, %s', async (_, options) => {
    const report = await assertNeighbourSafe({
      ...check,
      fit: (t, curator) => fit(t, options, withCurator(curator)),
    });
    expect(report.steps).toBeGreaterThan(10);
  });

  it('catches a planted leak: a bound taken from the records', async () => {
    const leaky = assertNeighbourSafe({
      ...check,
      fit: (t, curator) => {
        const most = (t.column('age') as { values: Float64Array }).values.reduce((a, b) => Math.max(a, b), 0);
        const own = withSchema(t, (s) => (s.name === 'age' ? { ...s, bounds: [0, most + 1] } : s));
        return fit(own, { rounds: 4, iterations: 10 }, withCurator(curator));
      },
    });
    await expect(leaky).rejects.toMatchObject({ code: 'NEIGHBOUR_LEAK' });
  });
});

describe('hard tables', () => {
  const declared = { domain: 'declared' } as const;

  it('is refused without a budget, and with a domain from the data', async () => {
    const table = declaredTable(100, 1);
    await expect(aim.fit(table, aim.compile({}), testContext())).rejects.toMatchObject({ code: 'NO_BUDGET' });
    const open = withSchema(table, (schema) => ({ ...schema, domain: undefined }));
    await expect(fit(open)).rejects.toMatchObject({ code: 'DOMAIN_FROM_DATA', kind: 'privacy' });
  });

  it('refuses keys, no columns, and numbers without bounds, by the schema alone', async () => {
    const table = declaredTable(100, 1);
    const key = withSchema(table, (s) => (s.name === 'age' ? { ...s, role: 'key' } : s));
    await expect(fit(key)).rejects.toMatchObject({ code: 'KEY_COLUMN' });
    await expect(fit(table.select([]))).rejects.toMatchObject({ code: 'NO_COLUMNS' });
    const open = withSchema(table, ({ bounds, ...s }) =>
      s.name === 'lab' ? s : { ...s, ...(bounds && { bounds }) },
    );
    await expect(fit(open)).rejects.toMatchObject({ code: 'NO_BOUNDS', kind: 'data' });
    await expect(fit(open)).rejects.toThrow(/lab/);
  });

  it('refuses 3 rows by their noisy number', async () => {
    await expect(fit(declaredTable(3, 1))).rejects.toMatchObject({ code: 'TOO_FEW_ROWS', kind: 'data' });
    await expect(fit(declaredTable(0, 1))).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });

  it('draws a label of twelve classes from what decides it, each as often as it is', async () => {
    const r = rng(6);
    const names = Array.from({ length: 12 }, (_, k) => `class ${k}`);
    const rows = Array.from({ length: 12_000 }, () => {
      const x = r.int(48);
      return { x, noise: r.int(5), label: names[r.next() < 0.7 ? x >> 2 : r.int(12)]! };
    });
    const count = (name: string, high: number): ReturnType<typeof schemaOf> =>
      schemaOf(name, 'count', { ...declared, bounds: [0, high], decimals: 0, missing: false });
    const label = schemaOf('label', 'categorical', {
      ...declared,
      role: 'label',
      categories: names,
      missing: false,
    });
    const table = tableFromRows([count('x', 47), count('noise', 4), label], rows);
    const model = await fit(table, {}, privateContext({ epsilon: 5 }));
    const out = await model.sample(6000, { rng: rng(1) }, testContext());
    const hits = share(out, ['x', 'label'], (x, cell) => cell === names[Number(x) >> 2]);
    expect(hits).toBeGreaterThan(0.6); // of 0.725 among the records; independent columns: 0.083
    for (const name of names) {
      expect(Math.abs(share(out, ['label'], (cell) => cell === name) - 1 / 12)).toBeLessThan(0.02);
    }
  });

  it('joins the rare ones of 50,000 categories, and keeps the frequent ones', async () => {
    const categories = Array.from({ length: 50_000 }, (_, i) => `c${i}`);
    const r = rng(4);
    const rows = Array.from({ length: 4000 }, () => ({
      code: `c${r.next() < 0.6 ? r.int(3) : r.int(50_000)}`,
      x: r.int(10),
    }));
    const table = tableFromRows(
      [
        schemaOf('code', 'categorical', { ...declared, categories, missing: false }),
        schemaOf('x', 'count', { ...declared, bounds: [0, 9], decimals: 0, missing: false }),
      ],
      rows,
    );
    const out = await (await fit(table)).sample(4000, { rng: rng(1) }, testContext());
    for (const name of ['c0', 'c1', 'c2']) {
      expect(Math.abs(share(out, ['code'], (cell) => cell === name) - 0.2)).toBeLessThan(0.04);
    }
  });

  it('keeps constant columns, always-missing ones, a label of one class and a column without categories', async () => {
    const yesNo = { ...declared, categories: ['no', 'yes'] };
    const table = tableFromRows(
      [
        schemaOf('one', 'continuous', { ...declared, bounds: [7.5, 7.5], missing: false }),
        schemaOf('gone', 'continuous', { ...declared, bounds: [0, 1] }),
        schemaOf('empty', 'categorical', { ...declared, categories: [] }),
        schemaOf('x', 'count', { ...declared, bounds: [0, 4], decimals: 0, missing: false }),
        schemaOf('label', 'binary', { ...yesNo, role: 'label', missing: false }),
        schemaOf('flat', 'ordinal', { ...yesNo, role: 'label', missing: false }),
      ],
      Array.from({ length: 2000 }, (_, i) => ({
        one: 7.5,
        gone: null,
        empty: null,
        x: i % 5,
        label: 'no',
        flat: 'no',
      })),
    );
    const model = await fit(table);
    const dir = mkdtempSync(path.join(folder, 'constant-'));
    await model.save(dir);
    const out = await (await aim.load(dir)).sample(500, { rng: rng(1) }, testContext());
    expect(share(out, ['one', 'empty'], (one, empty) => one === 7.5 && empty === null)).toBe(1);
    expect(share(out, ['gone'], (gone) => gone === null)).toBeGreaterThan(0.95);
    expect(share(out, ['label', 'flat'], (a, b) => a === 'no' && b === 'no')).toBeGreaterThan(0.95);
  });

  it('reports every bad option at once, and options that name no column', async () => {
    expect(() => aim.compile({ degree: 7, oneWayShare: 2 })).toThrow(UserError);
    expect(() => aim.compile({ degree: 7, oneWayShare: 2 })).toThrow(/degree[^]*oneWayShare/);
    const table = declaredTable(300, 1);
    await expect(fit(table, { columnWeights: { height: 2 } })).rejects.toMatchObject({ code: 'NO_COLUMN' });
    await expect(fit(table, { followers: { died: 'lab' } })).rejects.toMatchObject({ code: 'FOLLOWERS' });
  });

  it('stops when it is told to, and refuses a budget that is spent', async () => {
    const stop = new AbortController();
    stop.abort();
    const context = { ...privateContext(), signal: stop.signal };
    await expect(fit(declaredTable(500, 1), {}, context)).rejects.toMatchObject({ code: 'INTERRUPTED' });
    const spent = privateContext();
    await fit(declaredTable(500, 1), { rounds: 2 }, spent);
    expect(spent.curator!.left).toBeGreaterThanOrEqual(0);
    await expect(fit(declaredTable(500, 1), {}, spent)).rejects.toBeDefined();
  });
});
