import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnFromCells } from '../../src/table/index.js';
import type { Cell, Column } from '../../src/table/index.js';
import { applyBinning, binColumn, binCount, binningSchema, learnBinning } from '../../src/trees/index.js';

function numbers(cells: readonly Cell[]): Column {
  return columnFromCells({ name: 'x', kind: 'continuous', role: 'feature', missing: true }, cells);
}

function categories(cells: readonly Cell[], listed?: readonly string[]): Column {
  return columnFromCells(
    { name: 'c', kind: 'categorical', role: 'feature', missing: true, categories: listed },
    cells,
  );
}

describe('binColumn of numbers', () => {
  it('gives each of few distinct values a bin, and missing the bin after them', () => {
    const { bins, codes, binning } = binColumn(numbers([5, null, -1, 5, 2.5]));
    expect(bins).toBe(3);
    expect([...codes]).toEqual([2, 3, 0, 2, 1]);
    expect(binning).toEqual({ type: 'ordered', name: 'x', edges: [-1, 2.5, 5] });
  });

  it('fills bins evenly when distinct values are many', () => {
    const { bins, codes } = binColumn(numbers(Array.from({ length: 10_000 }, (_, i) => i * 0.1)));
    const counts = new Uint32Array(bins);
    for (const bin of codes) counts[bin]!++;
    expect(bins).toBe(255);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(39);
    expect(Math.max(...counts)).toBeLessThanOrEqual(40);
  });

  it('keeps a frequent value in a bin of its own', () => {
    const cells = Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 700.5 : i));
    const { codes } = binColumn(numbers(cells), { maxBins: 16 });
    const home = codes[0];
    expect(cells.every((cell, i) => (cell === 700.5) === (codes[i] === home))).toBe(true);
  });

  it('handles empty, constant and all-missing columns', () => {
    expect(binColumn(numbers([])).bins).toBe(0);
    expect([...binColumn(numbers([7, 7])).codes]).toEqual([0, 0]);
    expect([...binColumn(numbers([null, null])).codes]).toEqual([0, 0]);
  });

  it('never exceeds the limit, keeps order, and is untouched by increasing transforms', () => {
    const cell = fc.option(fc.integer({ min: -50, max: 50 }), { freq: 8 });
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 300 }), fc.integer({ min: 2, max: 40 }), (cells, maxBins) => {
        const { bins, codes } = binColumn(numbers(cells), { maxBins });
        expect(bins).toBeLessThanOrEqual(maxBins);
        for (const [i, a] of cells.entries()) {
          if (a === null) expect(codes[i]).toBe(bins);
          else expect(codes[i]).toBeLessThan(bins);
          const j = (i * 7 + 3) % cells.length;
          const b = cells[j] ?? null;
          if (a !== null && b !== null && a <= b) expect(codes[i]!).toBeLessThanOrEqual(codes[j]!);
        }
        const cubed = cells.map((v) => (v === null ? null : v ** 3));
        expect(binColumn(numbers(cubed), { maxBins }).codes).toEqual(codes);
      }),
    );
  });

  it('puts new values between and beyond the edges into the neighbouring bins', () => {
    const binning = learnBinning(numbers([1, 2, 3]));
    expect([...applyBinning(binning, numbers([-9, 1.5, 3, 99, null])).codes]).toEqual([0, 1, 2, 2, 3]);
  });
});

describe('binColumn of categories', () => {
  it('gives each category a bin, and matches another table by name', () => {
    const { binning, codes } = binColumn(categories(['b', 'a', null, 'b']));
    expect([...codes]).toEqual([1, 0, 2, 1]);
    expect([...applyBinning(binning, categories(['new', 'b', 'a'])).codes]).toEqual([2, 1, 0]);
  });

  it('merges the rare tail beyond the limit, where unknown categories go too', () => {
    const { binning, bins, codes } = binColumn(categories(['a', 'b', 'b', 'c', 'd', 'd', 'd']), {
      maxBins: 3,
    });
    expect(binning).toEqual({ type: 'nominal', name: 'c', categories: ['b', 'd'], tail: true });
    expect(bins).toBe(3);
    expect([...codes]).toEqual([2, 0, 0, 2, 1, 1, 1]);
    expect([...applyBinning(binning, categories(['zz', null])).codes]).toEqual([2, 3]);
  });

  it('ranks ordinals by their listed order, also from a table that lists them otherwise', () => {
    const schema = { name: 'o', kind: 'ordinal', role: 'feature', missing: true } as const;
    const trained = columnFromCells({ ...schema, categories: ['low', 'mid', 'high'] }, [
      'high',
      'low',
      'mid',
    ]);
    const { binning, codes } = binColumn(trained);
    expect([...codes]).toEqual([2, 0, 1]);
    const other = columnFromCells({ ...schema, categories: ['high', 'odd', 'low'] }, ['low', 'odd', 'high']);
    expect([...applyBinning(binning, other).codes]).toEqual([0, 3, 2]);
  });
});

describe('applyBinning', () => {
  it('refuses a column of another kind', () => {
    expect(() => applyBinning(learnBinning(numbers([1])), categories(['a']))).toThrow(/another kind/);
    expect(() => applyBinning(learnBinning(categories(['a'])), numbers([1]))).toThrow(/another kind/);
  });

  it('gives the same codes after a round trip through JSON', () => {
    for (const column of [numbers([0.1, 1 / 3, null, 1e300]), categories(['x', 'y', null])]) {
      const { binning, codes } = binColumn(column);
      const back = binningSchema.parse(JSON.parse(JSON.stringify(binning)));
      expect(applyBinning(back, column).codes).toEqual(codes);
      expect(binCount(back)).toBe(binCount(binning));
    }
  });
});
