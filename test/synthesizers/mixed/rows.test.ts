import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataError, Rng } from '../../../src/core/index.js';
import { compare, expectedOf, judgeDrawn } from '../../../src/synthesizers/collapse.js';
import { codeDrawers, decodeColumn, encodeColumn, layoutOf } from '../../../src/synthesizers/mixed/index.js';
import type { CoderOptions } from '../../../src/synthesizers/mixed/coder.js';
import { learnCoder } from '../../../src/synthesizers/mixed/coder.js';
import { learnQuantiles, numberAt, scoreOf } from '../../../src/synthesizers/mixed/quantiles.js';
import type { Cell, Column } from '../../../src/table/index.js';
import { cellOf, columnFromCells } from '../../../src/table/index.js';
import { schemaOf } from '../tables.js';

const rng = (): Rng => Rng.create(1);
const options: CoderOptions = { rareRows: 5, spikeShare: 0.05, levels: 20, modes: 'quantiles' };
const numbers = (cells: Cell[]): Column => columnFromCells(schemaOf('x', 'continuous'), cells);

describe('quantiles', () => {
  it('make any numbers standard normal, and numbers again', () => {
    const random = rng();
    const values = Float64Array.from({ length: 4000 }, () => Math.exp(3 * random.next()) * 10).sort();
    const quantiles = learnQuantiles(values, 5);
    const scores = [...values].map((x) => scoreOf(quantiles, x, { halfStep: 0, rng: random }));
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    const square = scores.reduce((a, b) => a + b * b, 0) / scores.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(square - 1)).toBeLessThan(0.05);
    for (const [i, x] of values.entries()) expect(numberAt(quantiles, scores[i]!)).toBeCloseTo(x, 0);
    expect(numberAt(quantiles, -9)).toBeGreaterThanOrEqual(values[0]!);
    expect(numberAt(quantiles, 9)).toBeLessThanOrEqual(values.at(-1)!);
  });

  it('give a number of many rows a place anywhere in its range, and always that number back', () => {
    const values = Float64Array.from({ length: 300 }, (_, i) =>
      i < 100 ? i / 100 : i < 200 ? 1 : 1 + (i - 199) / 100,
    );
    const quantiles = learnQuantiles(values, 5);
    const random = rng();
    const scores = Array.from({ length: 200 }, () => scoreOf(quantiles, 1, { halfStep: 0, rng: random }));
    expect(Math.max(...scores) - Math.min(...scores)).toBeGreaterThan(0.5);
    for (const score of scores) expect(numberAt(quantiles, score)).toBeCloseTo(1, 1);
  });
});

describe.each(['quantiles', 'mixture'] as const)('rows with %s', (modes) => {
  it('come back from codes and numbers: categories and spikes exactly, others nearly, missing as missing', () => {
    const cells: Cell[] = Array.from({ length: 500 }, (_, i) =>
      i % 10 === 0 ? null : i % 3 === 0 ? 0 : Math.round(((i * 37) % 101) * 10 + 5) / 10,
    );
    const column = numbers(cells);
    const coder = learnCoder(column, { ...options, modes });
    const back = decodeColumn(coder, column.schema, encodeColumn(coder, column, rng()), rng());
    for (const [i, cell] of cells.entries()) {
      const after = cellOf(back, i);
      if (cell === null || cell === 0) expect(after).toBe(cell);
      else expect(Math.abs(Number(after) - Number(cell))).toBeLessThan(modes === 'quantiles' ? 1.5 : 0.2);
    }
  });

  it('keep any column: every cell comes back inside the range, with its decimals, missing where it was', () => {
    const cell = fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { nil: null, freq: 6 });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 20, maxLength: 60 }), (cells) => {
        const column = numbers(cells);
        const coder = learnCoder(column, { ...options, modes });
        const back = decodeColumn(coder, column.schema, encodeColumn(coder, column, rng()), rng());
        const present = cells.filter((x) => x !== null);
        for (const [i, before] of cells.entries()) {
          const after = cellOf(back, i);
          if (before === null) expect(after).toBeNull();
          else {
            expect(Number(after)).toBeGreaterThanOrEqual(Math.min(...present));
            expect(Number(after)).toBeLessThanOrEqual(Math.max(...present));
          }
        }
      }),
      { numRuns: 60, seed: 3 },
    );
  });
});

describe('codes', () => {
  it('are two choices where there are many, and never those of rare categories', () => {
    const categories = Array.from({ length: 1000 }, (_, i) => `c${i}`);
    const schema = schemaOf('code', 'categorical', { categories });
    const column = columnFromCells(
      schema,
      Array.from({ length: 6000 }, (_, i) => (i < 5999 ? `c${i % 900}` : 'c999')),
    );
    const coder = learnCoder(column, options);
    const layout = layoutOf([coder]);
    expect(layout.choices.map(({ role }) => role)).toEqual(['group', 'place']);
    expect(layout.width).toBeLessThan(70);
    const random = rng();
    const draw = codeDrawers(layout, [coder])[0]!;
    const weights = new Float64Array(layout.width).fill(1);
    for (let i = 0; i < 3000; i++) {
      const code = draw(weights, () => random.next());
      expect(code).toBeLessThan(coder.size);
      expect(coder.kind === 'categories' && code === coder.rare).toBe(false);
    }
    const { codes, numbers: none } = encodeColumn(coder, column, rng());
    const back = decodeColumn(coder, column.schema, { codes: codes.subarray(0, 5999), numbers: none }, rng());
    for (let i = 0; i < 5999; i++) expect(cellOf(back, i)).toBe(`c${i % 900}`);
  });

  it('of a constant or empty column need no choice', () => {
    const constant = learnCoder(numbers(new Array<Cell>(30).fill(7.5)), options);
    const empty = learnCoder(numbers(new Array<Cell>(30).fill(null)), options);
    expect(layoutOf([constant, empty])).toMatchObject({ choices: [], numbers: [], width: 0 });
  });
});

describe('variety', () => {
  const variety = (real: Column[], drawn: Column[]): number => compare(expectedOf(real), drawn).variety;
  const letters = schemaOf('c', 'categorical', { categories: ['a', 'b', 'c'] });
  const column = columnFromCells(
    letters,
    Array.from({ length: 90 }, (_, i) => ['a', 'b', 'c'][i % 3]!),
  );
  const ramp = numbers(Array.from({ length: 90 }, (_, i) => (i % 9 === 8 ? null : i)));

  it('is whole for the rows themselves, and none for one row again and again, which is refused', () => {
    for (const real of [column, ramp]) {
      expect(variety([real], [real])).toBeCloseTo(1, 12);
      const cells = new Array<Cell>(90).fill(cellOf(real, 4));
      const collapsed = columnFromCells(real.schema, cells);
      expect(variety([real], [collapsed])).toBe(0);
      expect(() => {
        judgeDrawn(expectedOf([real]), [collapsed]);
      }).toThrow(DataError);
      judgeDrawn(expectedOf([real]), [real]);
    }
  });

  it('of a number is in its tenths: two of ten have log 2 / log 10', () => {
    const real = numbers(Array.from({ length: 100 }, (_, i) => i));
    const two = numbers(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 3 : 97)));
    expect(variety([real], [two])).toBeCloseTo(Math.log(2) / Math.log(10), 9);
  });

  it('is whole where there is nothing to vary', () => {
    const constant = numbers(new Array<Cell>(90).fill(1));
    expect(variety([constant], [constant])).toBe(1);
  });
});
