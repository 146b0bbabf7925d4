import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, Rng, UserError } from '../../src/core/index.js';
import type { FittedSynthesizer } from '../../src/synthesizers/index.js';
import { synthesizerById, synthesizers } from '../../src/synthesizers/index.js';
import type { Cell, ColumnSchema } from '../../src/table/index.js';
import { Table, tableFromRows } from '../../src/table/index.js';
import { testContext } from '../support/context.js';
import { bytesOf, plantedTable, schemaOf, share } from './tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-synthesizers-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const rng = (seed: number): Rng => Rng.create(seed);
const fit = (id: string, table: Table, options: unknown = {}): Promise<FittedSynthesizer> => {
  const synthesizer = synthesizerById(id);
  return synthesizer.fit(table, synthesizer.compile(options), testContext());
};

describe('the registry', () => {
  it('names what exists when asked for something else', () => {
    expect(() => synthesizerById('gan')).toThrow(UserError);
    expect(() => synthesizerById('gan')).toThrow(/cart, copula/);
  });
});

/** How a model is fitted here, and how near its rows must come to those that it learned from. */
interface Setting {
  /** Options for the planted table, and for tables that only have to pass. Networks train briefly: their own tests and the benchmarks say how good they get. */
  readonly options: object;
  readonly quick: object;
  /** Options beside `options` for a table of two columns. */
  readonly two: object;
  /** How many small tables are tried. */
  readonly anyTables: number;
  /** How far shares may be off. */
  readonly off: number;
  /** Least share of old rows with a high lab: independent columns have 0.15, the table more than 0.2. */
  readonly related: number;
  /** Between which the mean lab at the age of 80 lies, and the least share of the given old rows that are grouped as old. */
  readonly given: readonly [number, number, number];
  /** Greatest share of rows in which one of two cells is missing that always were together. */
  readonly apart: number;
}
const usual: Setting = {
  options: {},
  quick: {},
  two: {},
  anyTables: 25,
  off: 0.03,
  related: 0.18,
  given: [6.3, 7, 0.2],
  apart: 0.03,
};
const settings: Readonly<Record<string, Setting>> = {
  cart: { ...usual, apart: 0.001 },
  argn: { ...usual, options: { epochs: 18 }, quick: { epochs: 2, units: 0.5 }, anyTables: 8 },
  tabddpm: {
    ...usual,
    options: { steps: 2000, units: 96, batchRows: 256, drawSteps: 20 },
    quick: { steps: 200, units: 32, layers: 2, batchRows: 128, drawSteps: 8, learningRate: 0.01 },
    two: { steps: 500 },
    anyTables: 8,
    off: 0.04,
    apart: 0.05,
  },
  tvae: {
    options: { epochs: 100, units: 64, latent: 32, batchRows: 200, learningRate: 0.002 },
    quick: { epochs: 8, units: 32, latent: 16, candidates: 16 },
    two: {},
    anyTables: 8,
    off: 0.08,
    related: 0.17,
    given: [6, 7, 0.15],
    apart: 0.4,
  },
  ctgan: {
    options: {
      epochs: 60,
      units: 64,
      latent: 16,
      batchRows: 100,
      pac: 1,
      learningRate: 0.0005,
      candidates: 16,
    },
    quick: { epochs: 4, units: 32, latent: 16, candidates: 16 },
    two: {},
    anyTables: 8,
    off: 0.15,
    related: 0.15,
    given: [5, 8, 0],
    apart: 0.5,
  },
};
const settingOf = (id: string): Setting => settings[id] ?? usual;

/** Those that need a curator have tests of their own. */
const withoutNoise = [...synthesizers.values()].filter((s) => s.budget !== 'required').map((s) => s.id);

describe.each(withoutNoise)('%s', (id) => {
  const { options, quick, two, anyTables, off, related, given, apart } = settingOf(id);
  const training = plantedTable(3000, 5);
  const some = plantedTable(600, 5);
  let fitted: FittedSynthesizer;
  let drawn: Table;
  /** For checks that hold for any model, however little it learned. */
  let brief: FittedSynthesizer;
  beforeAll(async () => {
    fitted = await fit(id, training, options);
    drawn = await fitted.sample(4000, { rng: rng(2) }, testContext());
    brief = await fit(id, some, quick);
  });

  it('keeps schema, categories, bounds and decimals', () => {
    expect(drawn.rows).toBe(4000);
    expect(drawn.schema).toEqual(training.schema);
    for (const column of drawn.columns) expectInside(column.schema.name, training, drawn);
  });

  it(`keeps the rate of missing cells within ${off}, and never makes one where there was none`, () => {
    for (const { name } of training.schema) {
      const before = share(training, [name], (cell) => cell === null);
      const after = share(drawn, [name], (cell) => cell === null);
      if (before === 0) expect(after).toBe(0);
      expect(Math.abs(after - before)).toBeLessThan(off);
    }
  });

  it(`keeps shares of categories and spikes within ${off}`, () => {
    for (const [name, value] of [
      ['coin', 'yes'],
      ['group', 'old'],
      ['ward', 'b'],
      ['cost', 0],
      ['died', 'yes'],
    ] as const) {
      const is = (cell: Cell): boolean => cell === value;
      expect(Math.abs(share(drawn, [name], is) - share(training, [name], is))).toBeLessThan(off);
    }
  });

  it('keeps that the lab rises with age and is missing mostly for the young', () => {
    const high = (age: Cell, lab: Cell): boolean => Number(age) >= 60 && lab !== null && Number(lab) > 5.5;
    const low = (age: Cell, lab: Cell): boolean => Number(age) < 30 && lab !== null && Number(lab) > 5.5;
    const gone = (age: Cell, lab: Cell): boolean => Number(age) < 25 && lab === null;
    for (const holds of [high, low, gone]) {
      const names = ['age', 'lab'];
      expect(Math.abs(share(drawn, names, holds) - share(training, names, holds))).toBeLessThan(off + 0.02);
    }
    // drawn independently, 0.15 of all rows would be old with a high lab; in the training table more than 0.2 are
    expect(share(drawn, ['age', 'lab'], high)).toBeGreaterThan(related);
  });

  it('gives the same bytes for the same seed, for 1 and 2 workers, and others for another seed', async () => {
    const again = await fitted.sample(4000, { rng: rng(2) }, testContext());
    expect(bytesOf(again)).toBe(bytesOf(drawn));
    const context = testContext(2);
    try {
      const synthesizer = synthesizerById(id);
      const twin = await synthesizer.fit(some, synthesizer.compile(quick), context);
      const two = await twin.sample(9000, { rng: rng(2) }, context);
      const one = await brief.sample(9000, { rng: rng(2) }, testContext());
      expect(bytesOf(two)).toBe(bytesOf(one));
    } finally {
      await context.pool.close();
    }
    const other = await fitted.sample(4000, { rng: rng(3) }, testContext());
    expect(bytesOf(other)).not.toBe(bytesOf(drawn));
  });

  it('streams the rows that it samples, block by block, for any number of workers', async () => {
    const whole = await brief.sample(34_000, { rng: rng(2) }, testContext());
    for (const workers of [1, 2]) {
      const context = testContext(workers);
      try {
        let at = 0;
        for await (const block of brief.stream(34_000, { rng: rng(2) }, context)) {
          expect(block.rows).toBeLessThanOrEqual(4096);
          expect(block.schema).toEqual(whole.schema);
          const same = whole.take(Uint32Array.from({ length: block.rows }, (_, i) => at + i));
          expect(bytesOf(block)).toBe(bytesOf(same));
          at += block.rows;
        }
        expect(at).toBe(34_000);
      } finally {
        await context.pool.close();
      }
    }
  });

  it('draws no more than the next lot while the reader of a stream waits', async () => {
    const context = testContext();
    let drawn = 0;
    const map = context.pool.map.bind(context.pool);
    context.pool.map = (calls, options) => {
      drawn += calls.length;
      return map(calls, options);
    };
    for await (const block of brief.stream(400_000, { rng: rng(2) }, context)) {
      expect(block.rows).toBe(4096);
      break;
    }
    expect(drawn).toBeLessThanOrEqual(8);
  });

  it('draws the same after it was saved and loaded', async () => {
    const dir = mkdtempSync(path.join(folder, `${id}-`));
    await fitted.save(dir);
    const loaded = await synthesizerById(id).load(dir);
    expect(bytesOf(await loaded.sample(4000, { rng: rng(2) }, testContext()))).toBe(bytesOf(drawn));
    expect(loaded.spent).toEqual(fitted.spent);
    expect(loaded.training).toEqual(fitted.training);
    expect(fitted.spent.kind).toBe('none');
  });

  it('refuses a model that is damaged, truncated, absent or another one', async () => {
    const dir = mkdtempSync(path.join(folder, `${id}-`));
    const load = (from: string): Promise<unknown> => synthesizerById(id).load(from);
    await fitted.save(dir);
    const onnx = path.join(dir, 'model.onnx');
    const numbers = existsSync(onnx) ? onnx : path.join(dir, 'arrays.bin');
    const manifest = path.join(dir, 'model.json');
    const bytes = readFileSync(numbers);
    const text = readFileSync(manifest, 'utf8');
    const damaged = Buffer.from(bytes);
    damaged[damaged.length >> 1]! ^= 1;
    for (const bad of [damaged, bytes.subarray(0, bytes.length - 8)]) {
      writeFileSync(numbers, bad);
      await expect(load(dir)).rejects.toMatchObject({ code: 'BAD_MODEL', kind: 'data' });
    }
    writeFileSync(numbers, bytes);
    for (const bad of [
      text.slice(0, -20),
      '{}',
      text.replace(`"synthesizer":"${id}"`, '"synthesizer":"other"'),
      text.replace('"binary"', '"bimary"'),
    ]) {
      writeFileSync(manifest, bad);
      await expect(load(dir)).rejects.toMatchObject({ code: 'BAD_MODEL' });
    }
    writeFileSync(manifest, text);
    await expect(load(dir)).resolves.toBeDefined();
    await expect(load(path.join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'BAD_MODEL' });
  });

  it('keeps given cells exactly, one row for all or a table, and makes the rest fit them', async () => {
    const one = await fitted.sample(2000, { rng: rng(4), given: { age: 80, ward: null } }, testContext());
    expect(share(one, ['age', 'ward'], (age, ward) => age === 80 && ward === null)).toBe(1);
    const mean = meanOf(one, 'lab');
    expect(mean).toBeGreaterThan(given[0]);
    expect(mean).toBeLessThan(given[1]);
    const rows = plantedTable(1500, 9).select(['lab', 'age', 'died']);
    const many = await fitted.sample(1500, { rng: rng(4), given: rows }, testContext());
    expect(bytesOf(many.select(['lab', 'age', 'died']))).toBe(bytesOf(rows));
    const old = (group: Cell, age: Cell): boolean => group === 'old' && Number(age) >= 65;
    expect(share(many, ['group', 'age'], old)).toBeGreaterThan(given[2]);
  });

  it('refuses what it does not know among the given', async () => {
    const sample = (given: Record<string, Cell> | Table): Promise<Table> =>
      fitted.sample(10, { rng: rng(1), given }, testContext());
    await expect(sample({ height: 3 })).rejects.toMatchObject({ code: 'GIVEN_COLUMN', kind: 'user' });
    await expect(sample({ coin: 'maybe' })).rejects.toMatchObject({ code: 'GIVEN_CATEGORY' });
    await expect(sample({ age: 'old' })).rejects.toMatchObject({ code: 'GIVEN_NUMBER' });
    await expect(sample({ age: NaN })).rejects.toMatchObject({ code: 'GIVEN_NUMBER' });
    await expect(sample(plantedTable(9, 1))).rejects.toMatchObject({ code: 'GIVEN_ROWS' });
  });

  it('draws no rows when asked for none', async () => {
    const none = await fitted.sample(0, { rng: rng(1) }, testContext());
    expect(none.rows).toBe(0);
    expect(none.schema).toEqual(training.schema);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    const synthesizer = synthesizerById(id);
    const context = testContext(1, stop.signal);
    await expect(synthesizer.fit(training, synthesizer.compile({}), context)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('reports every bad option at once', () => {
    const compile = (options: unknown): unknown => synthesizerById(id).compile(options);
    expect(() => compile({ rareRows: 0, bins: 3 })).toThrow(UserError);
    expect(() => compile({ rareRows: 0, bins: 3 })).toThrow(/rareRows[^]*bins|bins[^]*rareRows/);
  });

  describe('tables that are hard', () => {
    const cells = (n: number, cell: (i: number) => Cell): Cell[] =>
      Array.from({ length: n }, (_, i) => cell(i));
    const make = (n: number, columns: readonly [ColumnSchema, (i: number) => Cell][]): Table => {
      const lists = columns.map(([, cell]) => cells(n, cell));
      const schemas = columns.map(([schema]) => schema);
      const row = (i: number): Record<string, Cell> =>
        Object.fromEntries(schemas.map((s, c) => [s.name, lists[c]![i]!]));
      return tableFromRows(
        schemas,
        Array.from({ length: n }, (_, i) => row(i)),
      );
    };
    const numbers: [ColumnSchema, (i: number) => Cell] = [schemaOf('x', 'continuous'), (i) => (i * 37) % 101];

    it('keeps constant and all-missing columns', async () => {
      const table = make(200, [
        [schemaOf('one', 'continuous'), () => 7.5],
        [schemaOf('same', 'categorical'), () => 'a'],
        [schemaOf('none', 'continuous'), () => null],
        [schemaOf('nothing', 'categorical', { categories: ['a'] }), () => null],
        [schemaOf('empty', 'categorical', { categories: [] }), () => null],
        [schemaOf('label', 'binary', { role: 'label', categories: ['no', 'yes'] }), () => 'no'],
        numbers,
      ]);
      const model = await fit(id, table, quick);
      const out = await model.sample(100, { rng: rng(1) }, testContext());
      expect(share(out, ['one', 'same', 'label'], (a, b, c) => a === 7.5 && b === 'a' && c === 'no')).toBe(1);
      expect(share(out, ['none', 'nothing', 'empty'], (...all) => all.every((cell) => cell === null))).toBe(
        1,
      );
    });

    it('refuses too few rows, no columns, keys and identifiers, with advice', async () => {
      const refused = (table: Table): Promise<unknown> =>
        expect(fit(id, table, quick)).rejects.toBeInstanceOf(DataError);
      const code = (table: Table, wanted: string): Promise<void> =>
        expect(fit(id, table, quick)).rejects.toMatchObject({ code: wanted });
      await refused(make(3, [numbers]));
      await code(make(3, [numbers]), 'TOO_FEW_ROWS');
      await code(make(0, [numbers]), 'TOO_FEW_ROWS');
      await code(new Table(30, []), 'NO_COLUMNS');
      await code(make(50, [[schemaOf('id', 'count', { role: 'key' }), (i) => i], numbers]), 'KEY_COLUMN');
      const identified = make(50, [[schemaOf('name', 'categorical'), (i) => `person ${i}`], numbers]);
      await code(identified, 'IDENTIFIER_COLUMN');
      await expect(fit(id, identified, quick)).rejects.toThrow(/name/);
      await expect(fit(id, identified, quick)).rejects.not.toThrow(/person/);
    });

    it('models and stores a label of which one class is very rare', async () => {
      const died = schemaOf('died', 'binary', { role: 'label', categories: ['no', 'yes'] });
      const table = make(60, [[died, (i) => (i === 0 ? 'yes' : 'no')], numbers]);
      const dir = mkdtempSync(path.join(folder, `${id}-`));
      await (await fit(id, table, quick)).save(dir);
      const out = await (await synthesizerById(id).load(dir)).sample(60, { rng: rng(2) }, testContext());
      expect(out.rows).toBe(60);
    });

    it('keeps columns missing together that always were', async () => {
      const gone = (i: number): boolean => (i * 7919) % 10 < 4;
      const table = make(1000, [
        [schemaOf('a', 'continuous'), (i) => (gone(i) ? null : i % 97)],
        [schemaOf('b', 'continuous'), (i) => (gone(i) ? null : (i * 31) % 89)],
      ]);
      const out = await (
        await fit(id, table, { ...options, ...two })
      ).sample(2000, { rng: rng(2) }, testContext());
      expect(share(out, ['a', 'b'], (a, b) => (a === null) !== (b === null))).toBeLessThan(apart);
    });

    it('never draws a category of too few rows', async () => {
      const table = make(300, [
        [schemaOf('c', 'categorical'), (i) => (i < 3 ? 'rare' : i % 2 ? 'a' : 'b')],
        numbers,
      ]);
      const model = await fit(id, table, quick);
      const out = await model.sample(3000, { rng: rng(1) }, testContext());
      expect(share(out, ['c'], (cell) => cell === 'rare')).toBe(0);
      const all = await fit(id, table, { ...quick, rareRows: 1 });
      const kept = await all.sample(3000, { rng: rng(1) }, testContext());
      expect(share(kept, ['c'], (cell) => cell === 'rare')).toBeGreaterThan(0);
    });
  });

  it('keeps the schema and the bounds of any small table', async () => {
    await fc.assert(
      fc.asyncProperty(anyTable, fc.integer(), async (table, seed) => {
        const model = await fit(id, table, id === 'cart' ? { minLeaf: 5 } : quick);
        const out = await model.sample(50, { rng: rng(seed) }, testContext());
        expect(out.schema).toEqual(table.schema);
        for (const { name } of table.schema) expectInside(name, table, out);
      }),
      { numRuns: anyTables, seed: 7, endOnFailure: true },
    );
  });
});

const cellsOf = {
  continuous: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  count: fc.integer({ min: 0, max: 40 }),
  categorical: fc.constantFrom('p', 'q', 'r'),
  ordinal: fc.constantFrom('low', 'mid', 'high'),
  binary: fc.constantFrom('no', 'yes'),
} as const;
const categoriesOf: Partial<Record<string, string[]>> = {
  categorical: ['p', 'q', 'r'],
  ordinal: ['low', 'mid', 'high'],
  binary: ['no', 'yes'],
};
const columnArbitrary = fc
  .record({
    kind: fc.constantFrom('continuous', 'count', 'categorical', 'ordinal', 'binary'),
    role: fc.constantFrom('anchor', 'feature', 'label'),
  })
  .chain(({ kind, role }) =>
    fc
      .array(fc.option(cellsOf[kind] as fc.Arbitrary<Cell>, { nil: null, freq: 5 }), {
        minLength: 40,
        maxLength: 40,
      })
      .map((cells) => ({ kind, role, cells })),
  );
const anyTable: fc.Arbitrary<Table> = fc
  .array(columnArbitrary, { minLength: 1, maxLength: 5 })
  .map((columns) => {
    const schemas = columns.map(({ kind, role }, c) =>
      schemaOf(`c${c}`, kind, { role, ...(categoriesOf[kind] && { categories: categoriesOf[kind] }) }),
    );
    const row = (i: number): Record<string, Cell> =>
      Object.fromEntries(columns.map(({ cells }, c) => [`c${c}`, cells[i]!]));
    return tableFromRows(
      schemas,
      Array.from({ length: 40 }, (_, i) => row(i)),
    );
  });

/** Every drawn cell is a category of training, or between its least and largest number with no more decimals. */
function expectInside(name: string, training: Table, drawn: Table): void {
  const before = cellsIn(training, name);
  const after = cellsIn(drawn, name);
  if (training.column(name).type === 'categorical') {
    const known = new Set(before);
    expect(after.every((cell) => known.has(cell))).toBe(true);
    return;
  }
  const numbers = before.map(Number);
  const decimals = Math.max(0, ...numbers.map(decimalsOf));
  for (const cell of after.map(Number)) {
    expect(cell).toBeGreaterThanOrEqual(Math.min(...numbers));
    expect(cell).toBeLessThanOrEqual(Math.max(...numbers));
    if (decimals <= 8) expect(decimalsOf(cell)).toBeLessThanOrEqual(decimals);
  }
}

function cellsIn(table: Table, name: string): Cell[] {
  return Array.from({ length: table.rows }, (_, i) => table.cell(name, i)).filter((cell) => cell !== null);
}

function decimalsOf(value: number): number {
  for (let d = 0; d <= 8; d++) if (Number(value.toFixed(d)) === value) return d;
  return 9;
}

function meanOf(table: Table, name: string): number {
  const cells = cellsIn(table, name).map(Number);
  return cells.reduce((sum, x) => sum + x, 0) / cells.length;
}
