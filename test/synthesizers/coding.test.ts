import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { coderOf, decodeColumn, encodeColumn, encodeTable, scoresOf } from '../../src/synthesizers/coding.js';
import { cellOfNumber, gridOf } from '../../src/synthesizers/grid.js';
import { ontoSimplex, smoothShares } from '../../src/synthesizers/shares.js';
import type { ColumnSchema } from '../../src/table/index.js';
import { columnFromCells } from '../../src/table/index.js';
import { schemaOf } from './tables.js';

/** Exact counts of the grid's cells, as a curator without noise would give them. */
function counted(schema: ColumnSchema, cells: readonly (number | string | null)[]): Float64Array {
  const column = columnFromCells(schema, cells);
  const grid = gridOf(schema);
  const counts = new Float64Array(grid.cells);
  for (const [i, valid] of column.valid.entries()) {
    const cell = column.type === 'numeric' ? cellOfNumber(grid, column.values[i]!) : column.codes[i]!;
    counts[valid === 1 ? cell : grid.missing]!++;
  }
  return counts;
}

const request = { sigma: 5, maxBins: 8, rareSigmas: 2, totalSigma: 5 };

describe('grids', () => {
  it('hold every value of a small domain in a cell of its own, and cover the bounds', () => {
    const grid = gridOf(schemaOf('x', 'count', { bounds: [17, 90], decimals: 0 }));
    expect(grid.values).toBe(74);
    for (let v = 17; v <= 90; v++) expect(cellOfNumber(grid, v)).toBe(v - 17);
    expect(cellOfNumber(grid, -5)).toBe(0);
    expect(cellOfNumber(grid, 1e9)).toBe(73);
  });

  it('give zero its own cell and resolve small numbers finely where the range is wide', () => {
    const grid = gridOf(schemaOf('x', 'count', { bounds: [0, 99_999], decimals: 0 }));
    expect(cellOfNumber(grid, 0)).toBe(0);
    expect(cellOfNumber(grid, 1)).toBe(1);
    expect(cellOfNumber(grid, 7298)).not.toBe(cellOfNumber(grid, 8900));
    expect(grid.values).toBeLessThan(300);
  });

  it('ascend for any bounds and decimals', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.double({ min: 0.001, max: 1e6, noNaN: true }),
        fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
        (low, width, decimals) => {
          const bounds: [number, number] = [Math.round(low), Math.round(low) + Math.ceil(width)];
          const { cuts, values } = gridOf(schemaOf('x', 'continuous', { bounds, decimals }));
          expect(values).toBeGreaterThan(0);
          for (let k = 1; k < cuts!.length; k++) expect(cuts![k]! > cuts![k - 1]!).toBe(true);
          expect(cuts![0]! <= bounds[0] && cuts!.at(-1)! >= bounds[1]).toBe(true);
        },
      ),
      { seed: 2 },
    );
  });
});

describe('coders', () => {
  it('join rare categories to one code and split them again by their noisy shares', () => {
    const categories = ['a', 'b', 'c', 'd', 'e'];
    const schema = schemaOf('x', 'categorical', { categories, missing: false });
    const counts = Float64Array.of(500, 4, 300, 8, 0);
    const coder = coderOf({ ...request, schema, counts, total: 812 });
    expect(coder.size).toBe(3);
    expect(new Set([coder.codeOf[1], coder.codeOf[3], coder.codeOf[4]]).size).toBe(1);
    const rare = decodeColumn(coder, new Uint16Array(3000).fill(coder.codeOf[1]!), Rng.create(1));
    if (rare.type !== 'categorical') throw new Error('expected categories');
    expect(new Set(rare.codes)).toEqual(new Set([1, 3, 4]));
  });

  it('never draw missing values that cannot be told from noise', () => {
    const schema = schemaOf('x', 'count', { bounds: [0, 9], decimals: 0 });
    const values = Array.from({ length: 1000 }, (_, i) => i % 10);
    const some = coderOf({ ...request, schema, counts: counted(schema, [...values, null]), total: 1001 });
    expect(some.missing).toBeUndefined();
    const many = counted(schema, [...values, ...new Array<null>(50).fill(null)]);
    const coder = coderOf({ ...request, schema, counts: many, total: 1050 });
    expect(coder.missing).toBe(coder.size - 1);
    const drawn = decodeColumn(coder, [coder.missing!, 0], Rng.create(1));
    expect([...drawn.valid]).toEqual([0, 1]);
  });

  it('keep a spike apart and join what lies around it', () => {
    const schema = schemaOf('x', 'count', { bounds: [0, 5000], decimals: 0, missing: false });
    const rng = Rng.create(3);
    const cells = Array.from({ length: 5000 }, () => {
      if (rng.next() < 0.8) return 0;
      return rng.next() < 0.3 ? 1902 : 1 + rng.int(5000);
    });
    const coder = coderOf({ ...request, schema, counts: counted(schema, cells), total: 5000 });
    const codes = encodeColumn(coder, columnFromCells(schema, [0, 1902, 1, 100, 4999]));
    expect(codes.filter((code) => code === codes[0])).toHaveLength(1);
    expect(codes.filter((code) => code === codes[1])).toHaveLength(1);
    expect(coder.size).toBeLessThanOrEqual(12);
  });

  it('use public edges and nothing else where there are some', () => {
    const schema = schemaOf('x', 'continuous', {
      bounds: [0, 100],
      decimals: 1,
      edges: [10, 50],
      missing: false,
    });
    const coder = coderOf({
      ...request,
      schema,
      counts: new Float64Array(gridOf(schema).cells).fill(9),
      total: 3000,
    });
    const codes = encodeColumn(coder, columnFromCells(schema, [0, 9.9, 10, 49.9, 50, 100]));
    expect([...codes]).toEqual([0, 0, 1, 1, 2, 2]);
    const scores = scoresOf(coder)!;
    expect(scores[0]).toBeLessThan(10);
    expect(scores[2]).toBeGreaterThan(50);
  });

  it('draw numbers within their bin, on their decimals and within the bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 }), fc.integer(), (decimals, seed) => {
        const schema = schemaOf('x', 'continuous', { bounds: [-3, 40], decimals });
        const rng = Rng.create(seed);
        const grid = gridOf(schema);
        const counts = Float64Array.from({ length: grid.cells }, () => 30 * rng.normal() + 20);
        const coder = coderOf({ ...request, schema, counts, total: 20 * grid.cells });
        const codes = Uint16Array.from({ length: 200 }, (_, i) => i % coder.size);
        const column = decodeColumn(coder, codes, rng);
        const again = encodeTable([coder], [column]);
        for (let i = 0; i < 200; i++) {
          expect(again.codes[0]![i]).toBe(codes[i]);
          if (column.type !== 'numeric' || column.valid[i] !== 1) continue;
          const v = column.values[i]!;
          expect(Math.round(v * 10 ** decimals) / 10 ** decimals).toBe(v);
          expect(v >= -3 && v <= 40).toBe(true);
        }
      }),
      { seed: 4, numRuns: 50 },
    );
  });
});

describe('shares', () => {
  it('are the nearest point of the simplex', () => {
    expect([...ontoSimplex(Float64Array.of(0.5, 0.5, -1), 1)]).toEqual([0.5, 0.5, 0]);
    expect([...ontoSimplex(Float64Array.of(3, 1), 2)]).toEqual([2, 0]);
  });

  it('follow counts far above the noise, and widths where all is noise', () => {
    const widths = Float64Array.of(1, 1, 2);
    const clear = smoothShares(Float64Array.of(9000, 1000, 0), widths, 5);
    expect(clear[0]).toBeCloseTo(0.9, 3);
    const noise = smoothShares(Float64Array.of(26, 24, 50), widths, 50);
    expect([...noise]).toEqual([0.25, 0.25, 0.5]);
    expect([...smoothShares(Float64Array.of(-5, 3), Float64Array.of(0, 0), 5)]).toEqual([0.5, 0.5]);
  });
});
