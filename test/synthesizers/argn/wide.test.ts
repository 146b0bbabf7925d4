import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, Rng } from '../../../src/core/index.js';
import type { ArgnOptions } from '../../../src/synthesizers/argn/index.js';
import { argn, FittedArgn } from '../../../src/synthesizers/argn/index.js';
import { learnCoder } from '../../../src/synthesizers/argn/coder.js';
import { compileArgn } from '../../../src/synthesizers/argn/options.js';
import { chooseReads, MOST_READ } from '../../../src/synthesizers/argn/reads.js';
import { findSources } from '../../../src/synthesizers/argn/same.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { bytesOf, schemaOf, share } from '../tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-argn-wide-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const round = (x: number): number => Math.round(10 * x) / 10;

/** A value measured once in six of ten rows (first = last = least), twice otherwise, never in a tenth; and `noise` columns that tell nothing. */
function measured(rows: number, { noise = 0, seed = 5 } = {}): Table {
  const rng = Rng.create(seed);
  const number = (name: string): ColumnSchema => schemaOf(name, 'continuous', { decimals: 1 });
  const names = Array.from({ length: noise }, (_, i) => `noise_${i}`);
  const schemas = [
    ...['first', 'last', 'least', ...names].map(number),
    schemaOf('died', 'binary', { categories: ['no', 'yes'], role: 'label' }),
  ];
  return tableFromRows(
    schemas,
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const level = 100 + 15 * rng.normal();
      const first = round(level + 5 * rng.normal());
      const last = rng.next() < 0.6 ? first : round(level + 5 * rng.normal());
      const gone = rng.next() < 0.1;
      const values = { first, last, least: Math.min(first, last) };
      return {
        ...(gone ? { first: null, last: null, least: null } : values),
        ...Object.fromEntries(names.map((name) => [name, round(rng.normal())])),
        died: rng.next() < 1 / (1 + Math.exp((level - 90) / 5)) ? 'yes' : 'no',
      };
    }),
  );
}

async function fit(table: Table, options: ArgnOptions): Promise<FittedArgn> {
  const fitted = await argn.fit(table, argn.compile(options), testContext());
  if (!(fitted instanceof FittedArgn)) throw new Error('not a network');
  return fitted;
}

const sourcesOf = (table: Table): readonly number[][] =>
  findSources(
    table,
    table.columns.map((column) => learnCoder(column, compileArgn({}))),
    [...table.columns.keys()],
  ).map((coder) => (coder.kind === 'numbers' ? coder.sources : []));

describe('numbers that columns repeat', () => {
  const table = measured(1500);
  let fitted: FittedArgn;
  beforeAll(async () => {
    fitted = await fit(table, { epochs: 30 });
  });
  const same = (t: Table): number => share(t, ['first', 'last'], (a, b) => a !== null && a === b);
  const atLeast = (t: Table): number =>
    share(t, ['first', 'last', 'least'], (a, b, c) => c !== null && (c === a || c === b));

  it('are found among the columns drawn before, and not where two columns agree by chance', () => {
    expect(sourcesOf(table)).toEqual([[], [0], [1, 0], []]);
    const rng = Rng.create(2);
    const zeros = tableFromRows(
      [schemaOf('a', 'count'), schemaOf('b', 'count')],
      Array.from({ length: 1000 }, () => ({
        a: rng.next() < 0.9 ? 0 : rng.int(9),
        b: rng.next() < 0.9 ? 0 : rng.int(9),
      })),
    );
    expect(sourcesOf(zeros)).toEqual([[], []]);
  });

  it('are drawn as often as in the table, to the last decimal', async () => {
    const drawn = await fitted.sample(2000, { rng: Rng.create(1) }, testContext());
    expect(Math.abs(same(drawn) - same(table))).toBeLessThan(0.06);
    expect(Math.abs(atLeast(drawn) - atLeast(table))).toBeLessThan(0.06);
  });

  it('fit what is given, and stay when cells are filled in', async () => {
    const given = await fitted.sample(500, { rng: Rng.create(1), given: { first: 99.9 } }, testContext());
    expect(share(given, ['last'], (last) => last === 99.9)).toBeGreaterThan(0.4);
    const late = await fitted.sample(500, { rng: Rng.create(1), given: { last: 120.5 } }, testContext());
    expect(share(late, ['last'], (last) => last === 120.5)).toBe(1);
    const full = await fitted.impute(table, { rng: Rng.create(1) }, testContext());
    expect(share(full, ['first', 'last', 'least'], (...cells) => cells.includes(null))).toBe(0);
    expect(Math.abs(same(full) - 0.6)).toBeLessThan(0.06);
    for (const [c, column] of table.columns.entries()) {
      const after = full.columns[c]!;
      if (column.type !== 'numeric' || after.type !== 'numeric') continue;
      for (let row = 0; row < table.rows; row++)
        if (column.valid[row] === 1) expect(after.values[row]).toBe(column.values[row]);
    }
  });

  it('count in the score of a row, also where only some columns are there', () => {
    const row = (last: number): Table =>
      tableFromRows([...table.schema], [{ first: 100, last, least: Math.min(100, last), died: 'no' }]);
    const [repeated, other] = [fitted.logProbability(row(100))[0]!, fitted.logProbability(row(99.9))[0]!];
    expect(repeated).toBeGreaterThan(other + 1);
    const names = ['last', 'least', 'died'];
    expect(Number.isFinite(fitted.logProbability(row(100).select(names))[0])).toBe(true);
    expect(Number.isFinite(fitted.logProbability(row(100), ['first'])[0])).toBe(true);
  });

  it('are kept on disk; a column that repeats a later one is refused', async () => {
    const dir = mkdtempSync(path.join(folder, 'model-'));
    await fitted.save(dir);
    const again = await argn.load(dir);
    const draw = (model: { sample: FittedArgn['sample'] }): Promise<Table> =>
      model.sample(50, { rng: Rng.create(9) }, testContext());
    expect(bytesOf(await draw(again))).toEqual(bytesOf(await draw(fitted)));
    const file = path.join(dir, 'model.json');
    const text = readFileSync(file, 'utf8');
    const damaged = text.replace(/"sources":\s*\[\s*0\s*\]/, '"sources":[2]');
    expect(damaged).not.toBe(text);
    writeFileSync(file, damaged);
    await expect(argn.load(dir)).rejects.toThrow(DataError);
  });
});

describe('a wide table', () => {
  const table = measured(600, { noise: 32 });

  it('has predictors that read the columns which tell most, their sources and the labels; labels read all', () => {
    const coders = table.columns.map((column) => learnCoder(column, compileArgn({})));
    const reads = chooseReads(table, coders)!;
    expect(reads[0]).toHaveLength(MOST_READ);
    expect(reads[0]).toEqual(expect.arrayContaining([1, 2, 35]));
    expect(reads.at(-1)).toHaveLength(table.columns.length - 1);
    expect(chooseReads(measured(100, { noise: 5 }), coders)).toBeUndefined();
  });

  it('is drawn with its repeated numbers and its label, and stays the same on disk', async () => {
    const fitted = await fit(table, { epochs: 12, batchRows: 64, learningRate: 0.01 });
    const drawn = await fitted.sample(1500, { rng: Rng.create(3) }, testContext());
    const died = (low: number, high: number): number =>
      share(
        drawn,
        ['least', 'died'],
        (least, yes) => Number(least) >= low && Number(least) < high && yes === 'yes',
      ) / share(drawn, ['least'], (least) => Number(least) >= low && Number(least) < high);
    expect(died(50, 80)).toBeGreaterThan(died(100, 200) + 0.15);
    expect(share(drawn, ['first', 'last'], (a, b) => a !== null && a === b)).toBeGreaterThan(0.4);
    const dir = mkdtempSync(path.join(folder, 'wide-'));
    await fitted.save(dir);
    const again = await (await argn.load(dir)).sample(1500, { rng: Rng.create(3) }, testContext());
    expect(bytesOf(again)).toEqual(bytesOf(drawn));
  });
});
