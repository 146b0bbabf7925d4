import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import {
  assertNeighbourSafe,
  createCurator,
  injectedNoise,
  readIntoDomain,
  releaseSchema,
} from '../../../src/privacy/index.js';
import type { Curator, ReleasedColumn } from '../../../src/privacy/index.js';
import {
  magnitudeBins,
  magnitudeEdges,
  magnitudeOf,
  patternOf,
  patterns,
  profileNorm2,
  profileOf,
} from '../../../src/privacy/release/cells.js';
import type { ColumnSchema } from '../../../src/table/index.js';

type TextRow = Readonly<Record<string, string | null>>;

function rowsOf(n: number, seed = 1): TextRow[] {
  const rng = Rng.create(seed);
  return Array.from({ length: n }, () => ({
    age: String(18 + rng.int(70)),
    lab: rng.next() < 0.2 ? null : (4 + 3 * rng.next()).toFixed(1),
    change: (rng.normal() * 10).toFixed(2),
    sex: rng.next() < 0.5 ? 'F' : 'M',
    ward: ['emergency', 'medicine', 'surgery'][rng.int(3)]!,
    flag: rng.next() < 0.3 ? '1' : '0',
    seen: `2020-01-${10 + rng.int(20)}`,
    story: `text ${rng.int(1_000_000)}`,
  }));
}
const names = ['age', 'lab', 'change', 'sex', 'ward', 'flag', 'seen', 'story'];

function release(rows: readonly TextRow[], curator: Curator): Promise<Map<string, ReleasedColumn>> {
  return releaseSchema({
    declared: [],
    curator,
    open: names.map((name) => ({
      name,
      role: name === 'flag' ? ('label' as const) : ('feature' as const),
      cells: () => Promise.resolve(rows.map((row) => row[name] ?? null)),
    })),
  });
}
const budget = { epsilon: 2, delta: 1e-5 };
const schemaOf = (column: ReleasedColumn | undefined): ColumnSchema => {
  if (column === undefined || 'setAside' in column) throw new Error('set aside');
  return column.schema;
};

describe('a private release of a schema', () => {
  it('finds kinds, decimals, ranges, categories and missing values, and costs a tenth', async () => {
    // seeded: with the system's bits a bound or a rare category would be another one time in many
    const curator = createCurator(budget, injectedNoise(Rng.create('release')));
    const released = await release(rowsOf(8000), curator);
    expect(schemaOf(released.get('age'))).toMatchObject({
      kind: 'count',
      decimals: 0,
      missing: false,
      domain: 'released',
    });
    const [low, high] = schemaOf(released.get('age')).bounds!;
    expect(low).toBeLessThanOrEqual(20);
    expect(high).toBeGreaterThanOrEqual(80);
    expect(high).toBeLessThanOrEqual(127);
    expect(schemaOf(released.get('lab'))).toMatchObject({ kind: 'continuous', decimals: 1, missing: true });
    expect(schemaOf(released.get('change'))).toMatchObject({ kind: 'continuous', decimals: 2 });
    expect(schemaOf(released.get('change')).bounds![0]).toBeLessThan(-8);
    expect(schemaOf(released.get('sex'))).toMatchObject({ kind: 'binary', categories: ['F', 'M'] });
    expect(schemaOf(released.get('ward')).categories).toEqual(['emergency', 'medicine', 'surgery']);
    expect(schemaOf(released.get('flag'))).toMatchObject({ kind: 'binary', categories: ['0', '1'] });
    expect(released.get('seen')).toHaveProperty('setAside', expect.stringContaining('dates'));
    expect(released.get('story')).toHaveProperty('setAside');
    expect(curator.left / curator.rho).toBeCloseTo(0.9, 9);
    expect(curator.receipt().entries[0]!.about).toBe('names and order of 8 columns are taken as public');
  });

  it('asks the same questions at the same cost whatever the data are', async () => {
    const asked = async (rows: readonly TextRow[]): Promise<string> => {
      const curator = createCurator(budget);
      await release(rows, curator);
      return JSON.stringify(curator.receipt().entries);
    };
    expect(await asked(rowsOf(500))).toBe(
      await asked(rowsOf(3, 2).map((row) => ({ ...row, age: 'x', sex: '3.5' }))),
    );
  });

  it('neighbour replay: a new category, a longer decimal, a first missing value and an outlier change nothing', async () => {
    const table = rowsOf(2000);
    const odd: Record<string, TextRow> = {
      'a new category': { ...table[0]!, ward: 'never seen', sex: 'X' },
      'a longer decimal': { ...table[0]!, lab: '5.123456', age: '30.5', change: '1e-9' },
      'a first missing value': { ...table[0]!, age: null, sex: null },
      'an outlier': { ...table[0]!, age: '1e300', change: '-987654321', lab: 'Infinity' },
      'text among numbers': { ...table[0]!, age: 'eighty', seen: 'yesterday' },
    };
    const report = await assertNeighbourSafe({
      table,
      neighbours: [
        { name: 'a row removed', table: table.slice(1) },
        ...Object.entries(odd).map(([name, row]) => ({ name, table: [...table, row] })),
      ],
      budget,
      noise: injectedNoise(Rng.create(4)),
      fit: async (rows, curator) => ({ rows, released: await release(rows, curator) }),
      serialise: ({ released }) => JSON.stringify([...released]),
    });
    expect(report.neighbours).toBe(6);
  });

  it('catches a release that takes categories from the data', async () => {
    const table = rowsOf(300);
    const leaky = assertNeighbourSafe({
      table,
      neighbours: [{ name: 'a new category', table: [...table, { ...table[0]!, ward: 'never seen' }] }],
      budget,
      fit: async (rows, curator) => ({
        released: await release(rows, curator),
        wards: new Set(rows.map((r) => r['ward'])),
      }),
      serialise: ({ wards }) => JSON.stringify([...wards]),
    });
    await expect(leaky).rejects.toThrow(/a new category/);
  });
});

describe('cells', () => {
  it('each has one pattern, and at most one group and one bin of magnitude', () => {
    for (const [cell, pattern] of [
      [null, 'missing'],
      ['NaN', 'missing'],
      ['-inf', 'missing'],
      ['12', 'decimals-0'],
      ['+3.', 'decimals-0'],
      ['.25', 'decimals-2'],
      ['-1.123456', 'decimals-6'],
      ['1.1234567', 'long-number'],
      ['1e5', 'long-number'],
      ['2020-01-31', 'date'],
      ['0x1f', 'text'],
      ['high', 'text'],
    ] as const) {
      expect(patterns[patternOf(cell)]).toBe(pattern);
      const norm2 = profileOf([cell]).reduce((sum, x) => sum + x * x, 0);
      expect(norm2).toBeLessThanOrEqual(profileNorm2);
    }
  });

  it('a number lies in its bin of magnitude', () => {
    for (const x of [1, 1.25, 3, 16, 17, 90, 99_999, 1e-3, 0.3, 2 ** 40 + 1]) {
      const { low, high } = magnitudeEdges(magnitudeOf(x));
      expect(low <= x && x < high).toBe(true);
      const mirrored = magnitudeEdges(magnitudeOf(-x));
      expect(mirrored.low < -x && -x <= mirrored.high).toBe(true);
    }
    expect(magnitudeOf(1e300)).toBe(magnitudeBins - 1);
    expect(magnitudeEdges(magnitudeOf(0))).toEqual({ low: 0, high: 0 });
  });
});

describe('reading into a domain', () => {
  const base = { role: 'feature', domain: 'declared' } as const;
  it('moves, rounds and clears silently', () => {
    const lab = readIntoDomain(
      { ...base, name: 'lab', kind: 'continuous', missing: true, decimals: 1, bounds: [0, 10] },
      ['3.14159', '99', '-4', 'high', null, 'Infinity'],
    );
    expect(lab.type === 'numeric' && [...lab.values]).toEqual([3.1, 10, 0, 0, 0, 0]);
    expect([...lab.valid]).toEqual([1, 1, 1, 0, 0, 0]);
  });
  it('fills where nothing may be missing', () => {
    const sex = readIntoDomain(
      { ...base, name: 'sex', kind: 'binary', missing: false, categories: ['F', 'M'] },
      ['M', 'X', null],
      'F',
    );
    expect(sex.type === 'categorical' && [...sex.codes]).toEqual([1, 0, 0]);
    expect([...sex.valid]).toEqual([1, 1, 1]);
  });
});
