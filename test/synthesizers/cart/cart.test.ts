import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import type { FittedSynthesizer } from '../../../src/synthesizers/index.js';
import { cart } from '../../../src/synthesizers/cart/index.js';
import type { CartOptions } from '../../../src/synthesizers/cart/index.js';
import { drawEvenly } from '../../../src/synthesizers/cart/conditional.js';
import { columnOrder, predecessorsOf } from '../../../src/synthesizers/cart/order.js';
import { dependenceOf } from '../../../src/synthesizers/dependence.js';
import type { Cell, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { plantedTable, schemaOf, share } from '../tables.js';

const rng = (seed: number): Rng => Rng.create(seed);
const fit = (table: Table, options: CartOptions = {}): Promise<FittedSynthesizer> =>
  cart.fit(table, cart.compile(options), testContext());

describe('sequential trees', () => {
  const training = plantedTable(4000, 5);
  let fitted: FittedSynthesizer;
  let drawn: Table;
  beforeAll(async () => {
    fitted = await fit(training);
    drawn = await fitted.sample(4000, { rng: rng(2) }, testContext());
  });

  it('keep a rule, and an exclusive or that no pair of columns shows and independent columns break in half of the rows', () => {
    const agrees = (coin: Cell, other: Cell, parity: Cell): boolean =>
      (coin === other) === (parity === 'even');
    expect(share(training, ['coin', 'other', 'parity'], agrees)).toBe(1);
    expect(share(drawn, ['coin', 'other', 'parity'], agrees)).toBeGreaterThan(0.85);
    const child = (age: Cell, group: Cell): boolean => Number(age) < 18 === (group === 'child');
    expect(share(drawn, ['age', 'group'], child)).toBeGreaterThan(0.995);
  });

  it('keep zeros exact and invent numbers between real ones', () => {
    expect(
      Math.abs(share(drawn, ['cost'], (x) => x === 0) - share(training, ['cost'], (x) => x === 0)),
    ).toBeLessThan(0.03);
    const real = new Set(Array.from({ length: training.rows }, (_, i) => training.cell('cost', i)));
    expect(share(drawn, ['cost'], (x) => !real.has(x))).toBeGreaterThan(0.3);
  });

  it('keep what the label depends on: its odds with parity within 30 %', () => {
    const odds = (table: Table): number => {
      const rate = (parity: string): number =>
        share(table, ['parity', 'died'], (p, d) => p === parity && d === 'yes') /
        share(table, ['parity', 'died'], (p, d) => p === parity && d === 'no');
      return rate('odd') / rate('even');
    };
    expect(odds(training)).toBeGreaterThan(3);
    expect(Math.abs(Math.log(odds(drawn) / odds(training)))).toBeLessThan(Math.log(1.3));
  });

  it('condition on columns that come late: an outcome changes the features before it', async () => {
    const died = await fitted.sample(2000, { rng: rng(3), given: { died: 'yes' } }, testContext());
    expect(share(died, ['died'], (d) => d === 'yes')).toBe(1);
    const rate = (table: Table, value: string): number =>
      share(table, ['parity', 'died'], (p, d) => p === 'odd' && d === value) /
      share(table, ['died'], (d) => d === value);
    expect(rate(training, 'yes') - rate(training, 'no')).toBeGreaterThan(0.2);
    expect(Math.abs(rate(died, 'yes') - rate(training, 'yes'))).toBeLessThan(0.06);
    const odd = await fitted.sample(
      500,
      { rng: rng(3), given: { parity: 'odd', coin: 'yes' } },
      testContext(),
    );
    expect(share(odd, ['other'], (other) => other === 'no')).toBeGreaterThan(0.85);
  });

  it('refuse what cannot be, with a count and no value', async () => {
    const draw = (given: Record<string, Cell>): Promise<Table> =>
      fitted.sample(20, { rng: rng(3), given }, testContext());
    await expect(draw({ score: 1e6 })).rejects.toMatchObject({ code: 'GIVEN_IMPOSSIBLE' });
    await expect(draw({ ward: 'never' })).rejects.toMatchObject({ code: 'GIVEN_IMPOSSIBLE', kind: 'user' });
    await expect(draw({ coin: null })).rejects.toMatchObject({ code: 'GIVEN_IMPOSSIBLE' });
    await expect(draw({ score: 1e6, ward: 'a' })).rejects.toThrow(/'score', 'ward'[^]*20 rows/);
    await expect(draw({ score: 1e6, ward: 'a' })).rejects.not.toThrow(/1000000|1e6/);
  });

  it('draw a label by a tree when asked, and still keep its share', async () => {
    const plain = await fit(training, { labels: 'tree', order: 'table', maxPredecessors: 3, maxBins: 16 });
    const out = await plain.sample(4000, { rng: rng(2) }, testContext());
    const yes = (d: Cell): boolean => d === 'yes';
    expect(Math.abs(share(out, ['died'], yes) - share(training, ['died'], yes))).toBeLessThan(0.03);
  });

  it('keep a label that follows from a feature exact', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      days: i % 20,
      x: (i * 7) % 13,
      long: i % 20 > 7 ? 'yes' : 'no',
    }));
    const label = schemaOf('long', 'binary', { role: 'label', categories: ['no', 'yes'] });
    const table = tableFromRows([schemaOf('days', 'count'), schemaOf('x', 'count'), label], rows);
    const out = await (await fit(table)).sample(3000, { rng: rng(1) }, testContext());
    expect(share(out, ['days', 'long'], (d, l) => Number(d) > 7 === (l === 'yes'))).toBe(1);
  });

  it('draw a label of many classes with its shares', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      x: i % 10,
      dx: `d${(i % 10) + ((i * 7919) % 3)}`,
    }));
    const table = tableFromRows(
      [schemaOf('x', 'count'), schemaOf('dx', 'categorical', { role: 'label' })],
      rows,
    );
    const out = await (await fit(table)).sample(3000, { rng: rng(1) }, testContext());
    for (const dx of ['d0', 'd4', 'd9', 'd11']) {
      const is = (cell: Cell): boolean => cell === dx;
      expect(Math.abs(share(out, ['dx'], is) - share(table, ['dx'], is))).toBeLessThan(0.03);
    }
    expect(share(out, ['x', 'dx'], (x, dx) => x === 9 && dx === 'd1')).toBeLessThan(0.005);
  });

  it('handle a column of 50,000 categories, drawn and asked for, without its rare ones', async () => {
    const source = rng(6);
    const categories = Array.from({ length: 50_000 }, (_, i) => `c${i}`);
    // the chapter follows from the code; half of the codes are among ten, the others hardly ever come twice
    const rows = Array.from({ length: 8000 }, () => {
      const code = source.next() < 0.5 ? source.int(10) : source.int(50_000);
      return { code: `c${code}`, chapter: code < 10 ? `k${code % 3}` : 'k3' };
    });
    const table = tableFromRows(
      [schemaOf('code', 'categorical', { categories }), schemaOf('chapter', 'categorical')],
      rows,
    );
    const model = await fit(table, { order: 'table' });
    const out = await model.sample(8000, { rng: rng(1) }, testContext());
    for (let i = 0; i < 10; i++) {
      const is = (code: Cell, chapter: Cell): boolean => code === `c${i}` && chapter === `k${i % 3}`;
      expect(share(out, ['code', 'chapter'], is)).toBeGreaterThan(0.08);
    }
    const rare = (code: Cell): boolean => Number(String(code).slice(1)) >= 10;
    expect(share(out, ['code'], rare)).toBe(0);
  });

  it('handle 300 columns, more than a column may depend on', async () => {
    const source = rng(4);
    const names = Array.from({ length: 300 }, (_, c) => `x${c}`);
    const rows = Array.from({ length: 300 }, () => {
      const level = source.normal();
      return Object.fromEntries(
        names.map((name) => [name, source.next() < 0.3 ? null : level + source.normal()]),
      );
    });
    const table = tableFromRows(
      names.map((name) => schemaOf(name, 'continuous')),
      rows,
    );
    const out = await (
      await fit(table, { maxPredecessors: 8, maxBins: 32 })
    ).sample(300, { rng: rng(1) }, testContext());
    const both = (a: Cell, b: Cell): boolean => Number(a) > 1 && Number(b) > 1;
    expect(Math.abs(share(out, ['x3', 'x200'], both) - share(table, ['x3', 'x200'], both))).toBeLessThan(
      0.08,
    );
  });
});

describe('the order of columns', () => {
  const training = plantedTable(2000, 5);
  const dependence = dependenceOf(training);
  const names = (order: readonly number[]): string[] => order.map((c) => training.schema[c]!.name);

  it('puts anchors first, labels last, and a column near what tells most about it', () => {
    const order = names(columnOrder(training, dependence, 'dependence'));
    expect(order[0]).toBe('age');
    expect(order[1]).toBe('group');
    expect(order.at(-1)).toBe('died');
    expect(names(columnOrder(training, dependence, 'table'))).toEqual(training.schema.map((s) => s.name));
  });

  it('keeps the predecessors that tell most', () => {
    const order = columnOrder(training, dependence, 'table');
    expect(names(predecessorsOf(order, 5, dependence, 2))).toEqual(['age', 'group']);
    expect(predecessorsOf(order, 5, dependence, 99)).toHaveLength(5);
  });

  it('sees dependence, and none between independent columns', () => {
    const at = (name: string): number => training.schema.findIndex((s) => s.name === name);
    expect(dependence[at('age')]![at('group')]!).toBeGreaterThan(0.5);
    expect(dependence[at('score')]![at('coin')]!).toBeLessThan(0.005);
  });
});

describe('even draws', () => {
  it('give each row its probability, and runs of rows alike their number', () => {
    const ps = Array.from({ length: 400 }, (_, i) => ((i * 37) % 400) / 400);
    const probabilities = Float64Array.from(ps.flatMap((p) => [1 - p, p]));
    const times = new Float64Array(400);
    const source = rng(8);
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      const drawn = drawEvenly(probabilities, source);
      for (const [row, one] of drawn.entries()) times[row]! += one;
      const low = ps.map((p, row) => (p < 0.25 ? drawn[row]! : 0)).reduce((a, b) => a + b, 0);
      const wanted = ps.filter((p) => p < 0.25).reduce((a, b) => a + b, 0);
      expect(Math.abs(low - wanted)).toBeLessThanOrEqual(1);
    }
    for (const [row, p] of ps.entries()) expect(Math.abs(times[row]! / runs - p)).toBeLessThan(0.04);
  });
});
