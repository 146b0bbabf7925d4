import { describe, expect, test } from 'vitest';
import { PrivacyError, Rng } from '../../src/core/index.js';
import { capRows, compileCurator, createCurator, injectedNoise } from '../../src/privacy/index.js';
import type { Curator, CuratorOptions } from '../../src/privacy/index.js';

const make = (options: Partial<CuratorOptions> = {}): Curator =>
  createCurator({ epsilon: 1, delta: 1e-6, ...options }, injectedNoise(Rng.create('curator')));
const never = (): never => {
  throw new Error('looked at the data');
};
const table = { purpose: 'measurement', about: 'a table' } as const;

describe('budget', () => {
  test.each(['pld', 'zcdp', 'rdp'] as const)(
    '%s: costs that add up to the worth are all granted, and then nothing is',
    (accountant) => {
      const curator = make({ accountant });
      const rho = curator.rho / 40;
      for (let i = 0; i < 20; i++) {
        curator.sums({ ...table, rowNorm: 1, rho, sums: () => new Float64Array(4) });
        if (i < 18)
          curator.choose({
            purpose: 'selection',
            about: 'x',
            rowSensitivity: 1,
            rho,
            scores: () => Float64Array.of(0, 1),
          });
        else curator.keys({ purpose: 'domain', about: 'x', rho, deltaShare: 0.05, counts: () => new Map() });
      }
      expect(curator.left).toBeLessThan(1e-12);
      expect(() => curator.sums({ ...table, rowNorm: 1, rho, sums: never })).toThrow(PrivacyError);
      const receipt = curator.receipt();
      expect(receipt.entries).toHaveLength(40);
      expect(receipt.spentRho).toBeCloseTo(receipt.rho, 12);
      expect(receipt.spentDelta).toBeLessThanOrEqual(1e-6);
      expect(receipt.spentDelta).toBeGreaterThan(1e-7);
    },
  );

  test('what exceeds the budget is refused before the data are looked at', () => {
    const curator = make();
    const rho = curator.rho * 1.001;
    const refused = { code: 'BUDGET_SPENT', kind: 'privacy' };
    const attempts = [
      () => curator.sums({ ...table, rowNorm: 1, rho, sums: never }),
      () => curator.choose({ ...table, rowSensitivity: 1, rho, scores: never }),
      () => curator.keys({ ...table, rho: rho / 10, deltaShare: 0.2, counts: never }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining(refused));
    expect(curator.left).toBe(curator.rho);
    expect(curator.receipt().entries).toEqual([]);
  });

  test.each([0, -1, NaN, Infinity])('a cost, norm or sensitivity of %f is refused', (bad) => {
    const curator = make();
    const rho = curator.rho / 10;
    const attempts = [
      () => curator.sums({ ...table, rowNorm: 1, rho: bad, sums: never }),
      () => curator.sums({ ...table, rowNorm: bad, rho, sums: never }),
      () => curator.sums({ ...table, rowNorm: 1, quantum: bad, rho, sums: never }),
      () => curator.choose({ ...table, rowSensitivity: bad, rho, scores: never }),
      () => curator.keys({ ...table, rho, deltaShare: bad, counts: never }),
    ];
    for (const attempt of attempts) expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_COST' }));
  });

  test('many kinds of choices: 60 different costs are granted to the end, quickly', () => {
    const curator = make({ epsilon: 3 });
    const weights = Array.from({ length: 60 }, (_, i) => 1 + i / 60);
    const total = weights.reduce((a, b) => a + b, 0);
    for (const weight of weights) {
      const rho = (curator.rho * weight) / total;
      curator.choose({ ...table, rowSensitivity: 1, rho, scores: () => Float64Array.of(1, 2) });
    }
    expect(curator.left).toBeLessThan(1e-9);
  });

  test('what is kept for keys is worth little: a tenth of δ costs about 1 % of ρ', () => {
    expect(make().rho / make({ keysShare: 0 }).rho).toBeGreaterThan(0.985);
  });
});

describe('answers', () => {
  test('noise is that of the cost, for all rows of a unit together', () => {
    const one = make();
    const three = make({ rowsPerUnit: 3, unit: 'patient' });
    expect(three.unit).toBe('patient');
    const ask = (curator: Curator): number =>
      curator.sums({ ...table, rowNorm: 2, quantum: 0.5, rho: 0.001, sums: () => Float64Array.of(7) }).sigma;
    expect(ask(one)).toBeCloseTo((2 * 0.5) / Math.sqrt(2 * 0.001), 2);
    expect(ask(three) / ask(one)).toBeCloseTo(3, 3);
  });

  test('entries name purpose, mechanism and parameters; declarations cost nothing', () => {
    const curator = make({ rowsPerUnit: 2 });
    curator.declare({ purpose: 'columns', about: 'schema.yaml' });
    curator.sums({ ...table, rowNorm: 1, rho: 0.01, sums: () => new Float64Array(2) });
    curator.choose({
      purpose: 'selection',
      about: 'round 1',
      rowSensitivity: 2,
      rho: 0.005,
      scores: () => Float64Array.of(0, 1),
    });
    curator.keys({
      purpose: 'domain',
      about: 'ward',
      rho: 0.001,
      deltaShare: 0.1,
      counts: () => new Map([['a', 3]]),
    });
    const receipt = curator.receipt();
    expect(receipt.entries.map((e) => [e.mechanism, e.about, e.rho])).toEqual([
      ['declared', 'schema.yaml', 0],
      ['discrete-gaussian', 'a table', 0.01],
      ['exponential', 'round 1', 0.005],
      ['noisy-keys', 'ward', 0.001],
    ]);
    expect(receipt.entries[1]!.parameters).toMatchObject({ sensitivity: 2, quantum: 1 });
    expect(receipt.entries[2]!.parameters).toMatchObject({ sensitivity: 4 });
    expect(receipt.entries[3]!.delta).toBeCloseTo(1e-7, 15);
    expect(receipt).toMatchObject({ unit: 'row', rowsPerUnit: 2, accountant: 'pld', secureNoise: false });
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt);
    expect(createCurator({ epsilon: 1, delta: 1e-6 }).receipt().secureNoise).toBe(true);
  });

  test('the receipt tells nothing of the data: the same for an empty and for a full table', () => {
    const receipt = (n: number): unknown => {
      const curator = make();
      curator.keys({
        ...table,
        rho: 0.001,
        deltaShare: 0.1,
        counts: () => new Map(Array.from({ length: n }, (_, i) => [`k${i}`, 999])),
      });
      return curator.receipt();
    };
    expect(receipt(0)).toEqual(receipt(50));
  });
});

describe('options', () => {
  test('defaults', () => {
    expect(compileCurator({ epsilon: 5, delta: 1e-5 })).toEqual({
      epsilon: 5,
      delta: 1e-5,
      unit: 'row',
      rowsPerUnit: 1,
      accountant: 'pld',
      keysShare: 0.1,
    });
  });

  test('all problems at once, each with its key', () => {
    const bad = {
      epsilon: 0,
      delta: 2,
      rowsPerUnit: 1.5,
      accountant: 'moments',
      extra: 1,
    } as unknown as CuratorOptions;
    for (const key of ['epsilon', 'delta', 'rowsPerUnit', 'accountant', 'extra']) {
      expect(() => compileCurator(bad)).toThrow(new RegExp(`${key}: expected`));
    }
    expect(() => compileCurator(bad)).toThrow(expect.objectContaining({ code: 'BAD_BUDGET', kind: 'user' }));
  });
});

describe('rows of a unit', () => {
  const units = Array.from({ length: 3000 }, (_, i) => `p${Math.floor(Math.sqrt(i))}`);

  test('at most so many, all of those who have fewer, in the order of the table', () => {
    const { rows, dropped } = capRows(units, 5, Rng.create(1));
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(units[row]!, (counts.get(units[row]!) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBe(5);
    expect(counts.get('p0')).toBe(1);
    expect(counts.size).toBe(new Set(units).size);
    expect([...rows]).toEqual([...rows].sort((a, b) => a - b));
    expect(dropped).toBe(units.length - rows.length);
  });

  test('removing a unit changes no other unit’s rows', () => {
    const gone = 'p30';
    const kept = units.map((unit, row) => ({ unit, row })).filter((r) => r.unit !== gone);
    const before = capRows(units, 4, Rng.create(1)).rows.filter((row) => units[row] !== gone);
    const after = capRows(
      kept.map((r) => r.unit),
      4,
      Rng.create(1),
    ).rows.map((i) => kept[i]!.row);
    expect([...after]).toEqual([...before]);
  });

  test('every row of a unit is as likely (10 rows, 3 kept, 3000 units, 6 standard errors)', () => {
    const many = Array.from({ length: 30_000 }, (_, i) => i % 3000);
    const counts = new Array<number>(10).fill(0);
    for (const row of capRows(many, 3, Rng.create(2)).rows) counts[Math.floor(row / 3000)]!++;
    for (const count of counts) expect(Math.abs(count - 900)).toBeLessThan(6 * Math.sqrt(3000 * 0.3 * 0.7));
  });

  test('bad caps and rows of nobody', () => {
    expect(() => capRows(units, 0, Rng.create(1))).toThrow(expect.objectContaining({ code: 'BAD_CAP' }));
    expect(() => capRows(['a', null, null], 1, Rng.create(1))).toThrow(
      expect.objectContaining({ code: 'UNIT_MISSING' }),
    );
    expect(capRows([], 1, Rng.create(1)).rows).toHaveLength(0);
  });
});
