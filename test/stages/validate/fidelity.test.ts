import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { alignTable, stackTables } from '../../../src/stages/validate/align.js';
import { codeTable, learnBins } from '../../../src/stages/validate/fidelity/coded.js';
import { compareColumn, compareColumns } from '../../../src/stages/validate/fidelity/columns.js';
import { discriminate } from '../../../src/stages/validate/fidelity/discriminator.js';
import {
  columnSets,
  informationCorrelation,
  marginalAccuracy,
} from '../../../src/stages/validate/fidelity/marginals.js';
import { placeSimilarities, shuffledColumns } from '../../../src/stages/validate/fidelity/place.js';
import { encodePoints, learnPoints } from '../../../src/stages/validate/fidelity/points.js';
import { measureSimilarity } from '../../../src/stages/validate/fidelity/similarity.js';
import { histogramsOf } from '../../../src/stages/validate/histograms.js';
import type { Cell, ColumnSchema } from '../../../src/table/index.js';
import { columnFromCells, Table, tableFromRows } from '../../../src/table/index.js';
import { contextOf, toyTable } from './toy.js';

const settings = { bins: 10, tables: 1000, mmdRows: 200 };
const key = Rng.create(1).key;
const a = alignTable(toyTable(900, 21), toyTable(900, 21));
const b = alignTable(toyTable(900, 22, 9_000_001), a);
const number: ColumnSchema = { name: 'x', kind: 'continuous', role: 'feature', missing: true };
const category: ColumnSchema = { name: 'c', kind: 'categorical', role: 'feature', missing: true };

describe('alignTable', () => {
  it('recodes categories by name, adds unknown ones, drops keys and reorders', () => {
    const like = tableFromRows([{ ...category, categories: ['p', 'q'] }, number], [{ c: 'p', x: 1 }]);
    const other = tableFromRows(
      [number, { ...number, name: 'id', role: 'key' }, { ...category, categories: ['new', 'q', 'p'] }],
      [{ x: 2, id: 1, c: 'q' }, { c: 'new' }, { c: null }],
    );
    const aligned = alignTable(other, like);
    expect(aligned.schema.map((s) => s.name)).toEqual(['c', 'x']);
    expect(aligned.column('c')).toMatchObject({
      codes: Uint32Array.of(1, 2, 0),
      valid: Uint8Array.of(1, 1, 0),
    });
    expect([0, 1, 2].map((i) => aligned.cell('c', i))).toEqual(['q', 'new', null]);
    const stacked = stackTables(like, aligned);
    expect([0, 1, 2, 3].map((i) => stacked.cell('c', i))).toEqual(['p', 'q', 'new', null]);
    expect(stacked.cell('x', 1)).toBe(2);
  });
});

describe('columns', () => {
  it('are at distance 0 from themselves', () => {
    for (const c of compareColumns(a, a)) {
      expect(c.distance?.value).toBe(0);
      expect(c.pValue).toBeCloseTo(1, 12);
      expect(c.missingDifference).toBe(0);
    }
  });
  it('count missing as a category, and as a difference of its own', () => {
    const column = (cells: Cell[]): ReturnType<typeof columnFromCells> =>
      columnFromCells({ ...category, categories: ['p', 'q'] }, cells);
    const found = compareColumn(column(['p', 'p', 'q', null]), column(['p', 'q', null, null]));
    expect(found.distance).toEqual({ method: 'tv', value: 0.25 });
    expect(found.missingDifference).toBe(0.25);
  });
  it('have no distance where no side has a number, and 1 where one side has none', () => {
    const none = columnFromCells(number, [null, null]);
    const some = columnFromCells(number, [1, 2]);
    expect(compareColumn(none, none).distance).toBeNull();
    expect(compareColumn(some, none).distance).toEqual({ method: 'ks', value: 1 });
    expect(compareColumn(none, some).distance).toEqual({ method: 'ks', value: 1 });
  });
});

describe('tables of one to three columns', () => {
  it('are all sets, or as many different ones as allowed', () => {
    const rng = Rng.create(2);
    expect(columnSets(4, 2, 100, rng)).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect(columnSets(5, 3, 100, rng)).toHaveLength(10);
    expect(columnSets(2, 3, 100, rng)).toEqual([]);
    const drawn = columnSets(40, 3, 50, Rng.create(2));
    expect(new Set(drawn.map(String)).size).toBe(50);
    expect(drawn.every(([i, j, k]) => i! < j! && j! < k! && k! < 40)).toBe(true);
    expect(columnSets(40, 3, 50, Rng.create(2))).toEqual(drawn);
  });

  it('have accuracy 1 for equal tables and the value of the definition for others', () => {
    const bins = learnBins(a.columns, 10);
    const pair = { real: codeTable(a, bins), realRows: a.rows, other: codeTable(b, bins), otherRows: b.rows };
    const same = { ...pair, other: pair.real, otherRows: a.rows };
    for (const { value } of marginalAccuracy(same, 1000, Rng.create(1))) expect(value).toBe(1);
    const [one, two, three] = marginalAccuracy(pair, 1000, Rng.create(1));
    expect([one!.tables, two!.tables, three!.tables]).toEqual([7, 21, 35]);
    expect(one!.value).toBeGreaterThan(two!.value);
    expect(two!.value).toBeGreaterThan(three!.value);
    const sexShare = (t: Table): number =>
      Array.from({ length: t.rows }, (_, i) => t.cell('sex', i)).filter((s) => s === 'male').length / t.rows;
    const sexOnly = marginalAccuracy(
      { real: [pair.real[1]!], realRows: a.rows, other: [pair.other[1]!], otherRows: b.rows },
      10,
      Rng.create(1),
    );
    expect(sexOnly).toHaveLength(1);
    expect(sexOnly[0]!.value).toBeCloseTo(1 - Math.abs(sexShare(a) - sexShare(b)), 12);
    expect(informationCorrelation(same)).toBeCloseTo(1, 12);
  });
});

describe('similarity and place', () => {
  const measure = (other: Table): ReturnType<typeof measureSimilarity> =>
    measureSimilarity({ real: a.columns, other: other.columns, settings, key });

  it('is 1 for a copy and puts floor at 0, ceiling at 1', () => {
    const self = measure(a);
    expect(self.columns).toBe(1);
    expect(self.associations).toBe(1);
    expect(self.frobenius).toBe(0);
    const floor = measure(shuffledColumns(a, a.rows, Rng.create(3)));
    const ceiling = measure(b);
    const placed = (synthetic: typeof self): Record<string, number | null> =>
      Object.fromEntries(
        placeSimilarities({ synthetic, floor, ceiling, rows: a.rows }).map((p) => [p.id, p.place]),
      );
    expect(placed(floor)).toMatchObject({ aggregate: 0, marginals: 0, associations: 0 });
    expect(placed(ceiling)).toMatchObject({ aggregate: 1, marginals: 1, associations: 1 });
    expect(placed(self)['marginals']).toBeGreaterThan(1);
  });

  it('keeps each column of the floor as it was, and no relation', () => {
    const floor = shuffledColumns(a, a.rows, Rng.create(3));
    for (const c of compareColumns(a, floor)) expect(c.distance?.value).toBe(0);
    expect(measure(floor).associations!).toBeLessThan(measure(b).associations!);
  });

  it('encodes rows as points of unit scale, missing apart from zero', () => {
    const table = tableFromRows(
      [number, { ...category, categories: ['p', 'q'] }],
      [{ x: 1, c: 'p' }, { x: 3, c: 'q' }, { c: 'q' }, { x: 1e12, c: null }],
    );
    const encoder = learnPoints(table.take([0, 1]), learnBins(table.columns, 10));
    const { data, dimensions } = encodePoints(table, encoder);
    const digits = (x: number): number => Number(x.toFixed(12));
    const row = (i: number): number[] =>
      Array.from(data.subarray(i * dimensions, (i + 1) * dimensions), digits);
    const half = digits(Math.SQRT1_2);
    expect(row(0)).toEqual([-half, 0, half, 0, 0]);
    expect(row(1)).toEqual([half, 0, 0, half, 0]);
    expect(row(2)).toEqual([0, half, 0, half, 0]);
    expect(row(3)).toEqual([5, 0, 0, 0, half]);
  });
});

describe('classifier two-sample test', () => {
  const subjects = Uint32Array.from({ length: a.rows }, (_, i) => i);
  const ask = (synthetic: Table): ReturnType<typeof discriminate> =>
    discriminate({ real: a, subjects, synthetic }, { rows: 400, level: 0.95 }, contextOf(5));
  it('is a coin for fresh rows, certain for a shifted column, and absent for a handful of rows', async () => {
    const same = await ask(b);
    expect(same!.low).toBeLessThan(0.52);
    expect(same!.high).toBeGreaterThan(0.48);
    const shifted = new Table(
      b.rows,
      b.columns.map((c) =>
        c.type === 'numeric' && c.schema.name === 'creatinine'
          ? { ...c, values: c.values.map((x) => x + 50) }
          : c,
      ),
    );
    expect((await ask(shifted))!.auc).toBeGreaterThan(0.9);
    expect(await ask(b.take([0, 1, 2]))).toBeNull();
  });
});

describe('histograms', () => {
  const cell = fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 8 }));
  it('hold every row once and no cell of 1 to 10 real records', () => {
    fc.assert(
      fc.property(
        fc.array(cell, { minLength: 0, maxLength: 120 }),
        fc.array(cell, { maxLength: 60 }),
        (real, made) => {
          const table = (cells: (number | null)[]): Table =>
            tableFromRows(
              [number, { ...category, categories: '012345678'.split('') }],
              cells.map((x) => ({ x, c: x === null ? null : String(x) })),
            );
          for (const h of histogramsOf(table(real), table(made))) {
            const cells = h.type === 'numeric' ? h.bins : h.cells;
            const all = h.missing === null ? cells : [...cells, h.missing];
            for (const { real: n } of all) expect(n === 0 || n >= 11).toBe(true);
            const shown = all.reduce((n, c) => n + c.real, 0);
            if (real.length >= 22) expect(shown === real.length || cells.length === 0).toBe(true);
            if (shown === real.length && h.missing !== null) {
              expect(all.reduce((n, c) => n + c.synthetic, 0)).toBe(made.length);
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('have round, ascending edges that are no value of the column', () => {
    const values = Array.from({ length: 2000 }, (_, i) => 37.123 + ((i * 0.618034) % 1) * 4.7);
    const table = new Table(2000, [columnFromCells(number, values)]);
    const [h] = histogramsOf(table, table);
    if (h?.type !== 'numeric') throw new Error('numeric expected');
    const edges = h.bins.flatMap((bin) => (bin.low === null ? [] : [bin.low]));
    expect(edges.length).toBeGreaterThan(10);
    expect(edges.length).toBeLessThan(40);
    expect(edges).toEqual([...edges].sort((x, y) => x - y));
    for (const edge of edges) expect(Number(edge.toFixed(1))).toBe(edge);
    expect(h.bins[0]!.low).toBeNull();
    expect(h.bins.at(-1)!.high).toBeNull();
    expect(h.bins.every((bin) => bin.real === bin.synthetic)).toBe(true);
  });
});
