import { describe, expect, it } from 'vitest';
import { columnFromCells, encodeColumns, fitEncoder } from '../../src/table/index.js';
import type { Cell, Column, ColumnKind, EncodedRows } from '../../src/table/index.js';

function column(name: string, kind: ColumnKind, cells: readonly Cell[], categories?: string[]): Column {
  return columnFromCells({ name, kind, role: 'feature', missing: true, categories }, cells);
}

function rowsOf({ x, rows, features }: EncodedRows): number[][] {
  return Array.from({ length: rows }, (_, i) => [...x.subarray(i * features, (i + 1) * features)]);
}

describe('fitEncoder', () => {
  it('standardises numbers by the training part, fills in its median and marks missing', () => {
    const encoder = fitEncoder([column('x', 'continuous', [1, 2, 9, null])]);
    expect(encoder.names).toEqual(['x', 'x missing']);
    const deviation = Math.sqrt((9 + 4 + 25) / 3);
    const rows = rowsOf(encodeColumns(encoder, [column('x', 'continuous', [4, null, 4 + deviation])]));
    expect(rows[0]).toEqual([0, 0]);
    expect(rows[1]).toEqual([-2 / deviation, 1]);
    expect(rows[2]![0]).toBeCloseTo(1, 12);
  });

  it('has no indicator where training had nothing missing, and still fills in', () => {
    const encoder = fitEncoder([column('x', 'count', [0, 2])]);
    expect(rowsOf(encodeColumns(encoder, [column('x', 'count', [null, 2])]))).toEqual([[0], [1]]);
  });

  it('leaves out constant and all-missing columns, but keeps the indicator of a constant one', () => {
    const columns = [
      column('same', 'continuous', [3, 3, 3]),
      column('none', 'continuous', [null, null, null]),
      column('sometimes', 'continuous', [7, null, 7]),
      column('one', 'categorical', ['a', 'a', 'a']),
    ];
    const encoder = fitEncoder(columns);
    expect(encoder.names).toEqual(['sometimes missing']);
    expect(rowsOf(encodeColumns(encoder, columns))).toEqual([[0], [1], [0]]);
  });

  it('gives frequent categories a column each, rare ones a common one, and unknown ones none', () => {
    const cells = ['b', 'b', 'b', 'a', 'a', 'r1', 'r2', null];
    const encoder = fitEncoder([column('c', 'categorical', cells)], { minCategoryRows: 2 });
    expect(encoder.names).toEqual(['c = a', 'c = b', 'c = (rare)', 'c missing']);
    const other = column('c', 'categorical', ['r2', 'b', 'new', null, 'a']);
    expect(rowsOf(encodeColumns(encoder, [other]))).toEqual([
      [0, 0, 1, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 1],
      [1, 0, 0, 0],
    ]);
  });

  it('limits the columns of a categorical column', () => {
    const cells = Array.from({ length: 60 }, (_, i) => `c${i % 6}`).concat('c3');
    const encoder = fitEncoder([column('c', 'categorical', cells)], { maxCategories: 2, minCategoryRows: 1 });
    expect(encoder.names).toEqual(['c = c0', 'c = c3', 'c = (rare)']);
  });

  it('codes binary columns as one column and ordinals as standardised ranks, matched by name', () => {
    const columns = [
      column('sex', 'binary', ['f', 'm'], ['f', 'm']),
      column('grade', 'ordinal', ['low', 'high'], ['low', 'mid', 'high']),
    ];
    const encoder = fitEncoder(columns);
    expect(encoder.names).toEqual(['sex = m', 'grade']);
    const other = [
      column('grade', 'ordinal', ['high', 'mid', 'odd'], ['odd', 'high', 'mid']),
      column('sex', 'binary', ['m', 'f', null], ['m', 'f']),
    ];
    expect(rowsOf(encodeColumns(encoder, other))).toEqual([
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it('handles a table without rows', () => {
    const encoder = fitEncoder([column('x', 'continuous', []), column('c', 'categorical', [])]);
    expect(encoder.names).toEqual([]);
    expect(
      encodeColumns(encoder, [column('x', 'continuous', [1]), column('c', 'categorical', ['a'])]).x,
    ).toHaveLength(0);
  });

  it('refuses tables that lack a column or have it of another kind', () => {
    const encoder = fitEncoder([column('x', 'continuous', [1, 2]), column('c', 'categorical', ['a', 'b'])]);
    expect(() => encodeColumns(encoder, [column('x', 'continuous', [1])])).toThrow(/no column 'c'/);
    expect(() =>
      encodeColumns(encoder, [column('x', 'categorical', ['1']), column('c', 'categorical', ['a'])]),
    ).toThrow(/another kind/);
    expect(() => encodeColumns(encoder, [column('x', 'continuous', [1]), column('c', 'count', [1])])).toThrow(
      /another kind/,
    );
  });
});
