import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silentProgress, WorkerPool } from '../../../src/runtime/index.js';
import { mergeNeighbours, nearest, prepareSearch } from '../../../src/privacy/attacks/nearest.js';
import { encodeRows, learnSpace, stackRows, takeRows } from '../../../src/privacy/attacks/space.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';

const context = { pool: new WorkerPool(1), progress: silentProgress, signal: undefined };
const few = Array.from({ length: 5 }, (_, i) => `f${i}`);
const many = Array.from({ length: 100 }, (_, i) => `m${i}`);
const most = Array.from({ length: 400 }, (_, i) => `x${i}`);
const category = (name: string, categories: readonly string[]): ColumnSchema => ({
  name,
  kind: 'categorical',
  role: 'feature',
  missing: true,
  categories,
});
const number = (name: string): ColumnSchema => ({ name, kind: 'continuous', role: 'feature', missing: true });
const schema: readonly ColumnSchema[] = [
  number('a'),
  number('b'),
  ...Array.from({ length: 9 }, (_, i) => category(`few${i}`, few)),
  category('many', many),
  category('most', most),
];

const cellOf = (s: ColumnSchema): fc.Arbitrary<Cell> => {
  const present: fc.Arbitrary<Cell> =
    s.categories === undefined ? fc.integer({ min: -20, max: 20 }) : fc.constantFrom(...s.categories);
  return fc.option(present, { nil: null });
};
const rowOf = fc.record(
  Object.fromEntries(schema.map((s): [string, fc.Arbitrary<Cell>] => [s.name, cellOf(s)])),
);
const tableOf = (min: number): fc.Arbitrary<Table> =>
  fc.array(rowOf, { minLength: min, maxLength: 25 }).map((rows) => tableFromRows(schema, rows));

/** The documented distance, cell by cell. */
function naive(
  space: ReturnType<typeof learnSpace>,
  [a, i]: [Table, number],
  [b, j]: [Table, number],
): number {
  let d = 0;
  for (const { name, kind } of schema) {
    const [x, y] = [a.cell(name, i), b.cell(name, j)];
    const scale = space.numeric.find((n) => n.name === name);
    if (kind !== 'continuous' || scale === undefined) {
      d += x === y ? 0 : 1;
      continue;
    }
    const z = (v: Cell): number =>
      typeof v !== 'number' || scale.sd === 0
        ? 0
        : Math.max(-5, Math.min(5, Math.fround((v - scale.mean) / scale.sd)));
    d += Math.abs(z(x) - z(y)) + ((x === null) === (y === null) ? 0 : 1);
  }
  return d;
}

describe('nearest', () => {
  it('finds what a search through all pairs finds (distance 1e-6), words of every width', async () => {
    await fc.assert(
      fc.asyncProperty(
        tableOf(2),
        tableOf(1),
        tableOf(1),
        fc.integer({ min: 1, max: 6 }),
        async (p, a, b, k) => {
          const space = learnSpace(p, [p, a, b]);
          const found = await nearest(encodeRows(space, a), prepareSearch(encodeRows(space, b)), k, context);
          for (let i = 0; i < a.rows; i++) {
            const all = Array.from({ length: b.rows }, (_, j) => naive(space, [a, i], [b, j]));
            const sorted = [...all].sort((x, y) => x - y);
            for (let j = 0; j < k; j++) {
              const d = found.distances[i * k + j]!;
              if (j < b.rows) expect(Math.abs(d - sorted[j]!)).toBeLessThan(1e-5);
              else expect(d).toBe(Infinity);
            }
            expect(Math.abs(all[found.first[i]!]! - sorted[0]!)).toBeLessThan(1e-5);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('merges disjoint sets as if they were one', async () => {
    await fc.assert(
      fc.asyncProperty(tableOf(3), tableOf(2), tableOf(2), async (a, b, c) => {
        const space = learnSpace(a, [a, b, c]);
        const [t, x, y] = [a, b, c].map((table) => encodeRows(space, table)) as [
          ReturnType<typeof encodeRows>,
          ReturnType<typeof encodeRows>,
          ReturnType<typeof encodeRows>,
        ];
        const together = await nearest(t, prepareSearch(stackRows(x, y)), 4, context);
        const apart = mergeNeighbours(
          await nearest(t, prepareSearch(x), 4, context),
          await nearest(t, prepareSearch(y), 4, context),
        );
        expect([...apart.distances]).toEqual([...together.distances]);
      }),
      { numRuns: 30 },
    );
  });

  it('puts a copy at distance 0 and leaves out the column it is told to', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({
      ...Object.fromEntries(schema.map((s) => [s.name, s.categories?.[i % s.categories.length] ?? i])),
    }));
    const table = tableFromRows(schema, rows);
    const space = learnSpace(table, [table]);
    const encoded = encodeRows(space, table);
    const found = await nearest(takeRows(encoded, [3, 17]), prepareSearch(encoded), 2, context);
    expect(found.distances[0]).toBe(0);
    expect(found.distances[1]).toBeGreaterThan(0);
    expect([...found.first]).toEqual([3, 17]);
    expect(encodeRows(space, table, 'a').dimensions).toBe(encoded.dimensions - 1);
    expect(encodeRows(space, table, 'most').wordCount).toBe(encoded.wordCount - 1);
  });
});
