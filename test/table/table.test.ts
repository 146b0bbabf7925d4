import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell, ColumnSchema } from '../../src/table/index.js';
import {
  cellOf,
  columnFromCells,
  columnSchema,
  isNumericKind,
  sharedFloat64,
  sharedUint32,
  sharedUint8,
  Table,
  tableFromRows,
} from '../../src/table/index.js';

const age: ColumnSchema = { name: 'age', kind: 'continuous', role: 'anchor', missing: true, unit: 'a' };
const sex: ColumnSchema = {
  name: 'sex',
  kind: 'binary',
  role: 'anchor',
  missing: true,
  categories: ['female', 'male'],
};
const unit: ColumnSchema = { name: 'unit', kind: 'categorical', role: 'feature', missing: true };

const table = (): Table =>
  tableFromRows(
    [age, sex, unit],
    [
      { age: 0, sex: 'male', unit: 'MICU' },
      { age: null, sex: 'female', unit: null },
      { age: -1.5, unit: 'CCU' },
    ],
  );

describe('columnFromCells', () => {
  it('keeps missing apart from every value, 0 and −1 included', () => {
    const column = columnFromCells(age, [0, null, -1]);
    expect(column).toMatchObject({ type: 'numeric', values: new Float64Array([0, 0, -1]) });
    expect([...column.valid]).toEqual([1, 0, 1]);
    expect([0, 1, 2].map((row) => cellOf(column, row))).toEqual([0, null, -1]);
  });

  it('collects categories in code-unit order where the schema lists none', () => {
    const column = columnFromCells(unit, ['b', 'a', null, 'Z', 'a']);
    expect(column.schema.categories).toEqual(['Z', 'a', 'b']);
    expect(column).toMatchObject({ type: 'categorical', codes: new Uint32Array([2, 1, 0, 0, 1]) });
  });

  it('keeps listed categories in their order, unused ones too', () => {
    const column = columnFromCells(sex, ['male', 'male']);
    expect(column.schema.categories).toEqual(['female', 'male']);
    expect(column).toMatchObject({ codes: new Uint32Array([1, 1]) });
  });

  it('puts values on memory that threads can share', () => {
    for (const column of table().columns) {
      expect(column.valid.buffer).toBeInstanceOf(SharedArrayBuffer);
      const stored = column.type === 'numeric' ? column.values : column.codes;
      expect(stored.buffer).toBeInstanceOf(SharedArrayBuffer);
    }
  });

  it.each<[string, ColumnSchema, Cell[], number]>([
    ['text in a number column', age, [1, 'SECRET-7', 'x'], 2],
    ['NaN and infinity', age, [NaN, Infinity, 3], 2],
    ['a category that is not listed', sex, ['male', 'SECRET-7'], 1],
  ])('refuses %s, naming column and count but no value', (_, schema, cells, count) => {
    const attempt = (): unknown => columnFromCells(schema, cells);
    expect(attempt).toThrow(expect.objectContaining({ code: 'BAD_CELL' }));
    expect(attempt).toThrow(new RegExp(`'${schema.name}'.*${count} cells`));
    expect(attempt).not.toThrow('SECRET-7');
  });

  it('refuses a category that is listed twice', () => {
    expect(() => columnFromCells({ ...sex, categories: ['a', 'a'] }, [])).toThrow(
      expect.objectContaining({ code: 'CATEGORIES' }),
    );
  });

  it('gives every cell back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: null })),
        fc.array(fc.option(fc.string(), { nil: null })),
        (numbers, texts) => {
          const a = columnFromCells(age, numbers);
          const b = columnFromCells(unit, texts);
          expect(numbers.map((_, i) => cellOf(a, i))).toEqual(numbers);
          expect(texts.map((_, i) => cellOf(b, i))).toEqual(texts);
        },
      ),
    );
  });
});

describe('Table', () => {
  it('gives cells, schema and columns by name', () => {
    const t = table();
    expect(t.rows).toBe(3);
    expect(t.schema.map((s) => s.name)).toEqual(['age', 'sex', 'unit']);
    expect(t.has('sex')).toBe(true);
    expect(t.has('SEX')).toBe(false);
    expect([t.cell('age', 0), t.cell('sex', 1), t.cell('sex', 2), t.cell('unit', 1)]).toEqual([
      0,
      'female',
      null,
      null,
    ]);
  });

  it('names what there is when a column is not', () => {
    expect(() => table().column('weight')).toThrow(expect.objectContaining({ code: 'NO_COLUMN' }));
    expect(() => table().column('weight')).toThrow(/weight[\s\S]*age, sex, unit/);
  });

  it('takes rows in any order, with repeats', () => {
    const t = table().take([2, 0, 2]);
    expect(t.rows).toBe(3);
    expect([0, 1, 2].map((row) => [t.cell('age', row), t.cell('unit', row)])).toEqual([
      [-1.5, 'CCU'],
      [0, 'MICU'],
      [-1.5, 'CCU'],
    ]);
    expect(table().take([]).rows).toBe(0);
    expect(
      table()
        .take(new Uint32Array([1]))
        .cell('age', 0),
    ).toBe(null);
  });

  it.each([[[3]], [[-1]], [[0.5]], [[NaN]]])('refuses to take row %j', (index) => {
    expect(() => table().take(index)).toThrow(expect.objectContaining({ code: 'TABLE_INDEX' }));
  });

  it('selects columns in the asked order', () => {
    const t = table().select(['unit', 'age']);
    expect(t.schema.map((s) => s.name)).toEqual(['unit', 'age']);
    expect(t.cell('age', 2)).toBe(-1.5);
    expect(() => table().select(['age', 'nothing'])).toThrow(expect.objectContaining({ code: 'NO_COLUMN' }));
  });

  it('take and select agree with the cells they came from', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 }), { maxLength: 20 }), (index) => {
        const t = table();
        const taken = t.take(index).select(['unit', 'sex', 'age']);
        for (const [row, from] of index.entries()) {
          for (const name of ['age', 'sex', 'unit']) expect(taken.cell(name, row)).toBe(t.cell(name, from));
        }
      }),
    );
  });

  describe('refuses shapes that cannot be', () => {
    const numeric = (schema: ColumnSchema, values: number, valid: number) => ({
      type: 'numeric' as const,
      schema,
      values: sharedFloat64(values),
      valid: sharedUint8(valid),
    });
    it.each([
      ['columns of another length', [numeric(age, 2, 2)]],
      ['a mask of another length', [numeric(age, 3, 2)]],
      ['two columns of one name', [numeric(age, 3, 3), numeric(age, 3, 3)]],
      ['a category column stored as numbers', [numeric(sex, 3, 3)]],
      [
        'a number column stored as codes',
        [
          {
            type: 'categorical' as const,
            schema: { ...age, categories: [] },
            codes: sharedUint32(3),
            valid: sharedUint8(3),
          },
        ],
      ],
    ])('%s', (_, columns) => {
      expect(() => new Table(3, columns)).toThrow(expect.objectContaining({ code: 'TABLE_SHAPE' }));
    });
  });
});

describe('columnSchema', () => {
  it('accepts a full description', () => {
    const full = { ...sex, unit: '1', decimals: 0, description: 'administrative gender' };
    expect(columnSchema.parse(full)).toEqual(full);
  });

  it.each([
    { ...age, kind: 'number' },
    { ...age, role: 'target' },
    { ...age, name: '' },
    { ...age, missing: 'no' },
    { ...age, decimals: -1 },
    { ...age, decimals: 1.5 },
    { ...age, colour: 'red' },
  ])('refuses %j', (bad) => {
    expect(columnSchema.safeParse(bad).success).toBe(false);
  });

  it('knows which kinds hold numbers', () => {
    const kinds = ['continuous', 'count', 'ordinal', 'categorical', 'binary'] as const;
    expect(kinds.filter(isNumericKind)).toEqual(['continuous', 'count']);
  });
});
