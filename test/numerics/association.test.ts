import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AssociationColumn, Points } from '../../src/numerics/index.js';
import {
  association,
  associationMatrix,
  correlationRatio,
  cramersV,
  jointCounts,
  matrixDistance,
  medianDistance,
  mmdSquared,
  pearson,
  spearman,
} from '../../src/numerics/index.js';
import { goldens } from './goldens.js';

const { association: golden } = goldens;
const all = (n: number): Uint8Array => new Uint8Array(n).fill(1);

describe('associations of two columns', () => {
  it('equal scipy pearsonr and spearmanr, and the formulas on numpy, to 1e-12', () => {
    expect(pearson(golden.x, golden.y)).toBeCloseTo(golden.pearson, 12);
    expect(spearman(golden.x, golden.y)).toBeCloseTo(golden.spearman, 12);
    expect(correlationRatio(golden.g, 4, golden.y)).toBeCloseTo(golden.correlationRatio, 12);
    const table = jointCounts(
      [
        { codes: golden.g, size: 4 },
        { codes: golden.h, size: 3 },
      ],
      golden.g.length,
    );
    expect(cramersV(table, 3)).toBeCloseTo(golden.cramersV, 12);
  });

  it('are 1 for a relation without exception and survive large offsets', () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => i);
    expect(
      pearson(
        x,
        x.map((v) => 1e9 - 3 * v),
      ),
    ).toBeCloseTo(-1, 12);
    expect(
      spearman(
        x,
        x.map((v) => v ** 3),
      ),
    ).toBeCloseTo(1, 14);
    expect(cramersV([10, 0, 0, 0, 10, 0, 0, 0, 10], 3)).toBeCloseTo(1, 12);
    expect(correlationRatio([0, 0, 1, 1], 2, Float64Array.of(5, 5, 9, 9))).toBeCloseTo(1, 14);
  });

  it('are undefined for constant, short and all-missing columns', () => {
    expect(pearson([1], [2])).toBeNull();
    expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
    expect(pearson([], [])).toBeNull();
    expect(spearman([1, 2, 3], [4, 4, 4])).toBeNull();
    expect(cramersV([3, 4, 0, 0], 2)).toBeNull();
    expect(correlationRatio([0, 1], 2, Float64Array.of(3, 3))).toBeNull();
    expect(correlationRatio([1, 1], 2, Float64Array.of(3, 4))).toBeNull();
    const missing: AssociationColumn = {
      type: 'numeric',
      values: new Float64Array(3),
      valid: new Uint8Array(3),
    };
    const other: AssociationColumn = {
      type: 'categorical',
      codes: new Uint32Array(3),
      size: 2,
      valid: all(3),
    };
    expect(association(missing, other)).toBeNull();
    expect(association(missing, missing)).toBeNull();
    expect(association(other, other)).toBeNull();
  });

  it('use the rows where both are present, whatever stands in the missing cells', () => {
    const valid = Uint8Array.of(1, 1, 1, 0, 1);
    const column = (hole: number): AssociationColumn => ({
      type: 'numeric',
      values: Float64Array.of(1, 2, 4, hole, 8),
      valid,
    });
    const y: AssociationColumn = {
      type: 'numeric',
      values: Float64Array.of(2, 1, 5, 3, 9),
      valid: all(5),
    };
    expect(association(column(1e9), y)).toBe(association(column(0), y));
    expect(association(column(0), y)).toBe(pearson([1, 2, 4, 8], [2, 1, 5, 9]));
  });

  it('make a symmetric matrix of defined range without NaN', () => {
    const cell = fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined });
    const column = fc.array(cell, { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(column, { minLength: 4, maxLength: 4 }), (cells) => {
        const columns = cells.map((values, i): AssociationColumn => {
          const valid = Uint8Array.from(values, (v) => (v === undefined ? 0 : 1));
          return i % 2 === 0
            ? { type: 'numeric', values: Float64Array.from(values, (v) => v ?? 0), valid }
            : { type: 'categorical', codes: Uint32Array.from(values, (v) => v ?? 0), size: 3, valid };
        });
        const matrix = associationMatrix(columns);
        for (let i = 0; i < 4; i++) {
          expect(matrix[i]![i]).toBe(1);
          for (let j = 0; j < 4; j++) {
            const value = matrix[i]![j] ?? null;
            expect(matrix[j]![i]).toBe(value);
            if (value !== null) expect(Math.abs(value)).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });
});

describe('matrixDistance', () => {
  const matrix = (a: number, b: number | null, c: number): (number | null)[][] => [
    [1, a, b],
    [a, 1, c],
    [b, c, 1],
  ];
  it('is 0 for equal matrices and leaves undefined pairs out', () => {
    expect(matrixDistance(matrix(0.1, 0.5, 0.3), matrix(0.1, 0.5, 0.3))).toMatchObject({
      frobenius: 0,
      meanAbsolute: 0,
      pairs: 3,
    });
    expect(matrixDistance(matrix(0.1, null, 0.3), matrix(0.4, 0.5, 0.7))).toMatchObject({ pairs: 2 });
    expect(matrixDistance(matrix(0.1, null, 0.3), matrix(0.4, 0.5, 0.7))?.frobenius).toBeCloseTo(
      Math.sqrt(2 * (0.09 + 0.16)),
      14,
    );
    expect(matrixDistance([[1]], [[1]])).toBeNull();
    expect(matrixDistance(matrix(0.2, 0.2, 0.2), matrix(0.1, 0.2, 0.3))?.correlation).toBeNull();
  });
});

describe('maximum mean discrepancy', () => {
  const points = (data: number[], dimensions: number): Points => ({
    data: Float64Array.from(data),
    rows: data.length / dimensions,
    dimensions,
  });
  it('equals sums of sklearn rbf_kernel to 1e-12', () => {
    const p = points(goldens.mmd.p, 3);
    const q = points(goldens.mmd.q, 3);
    expect(medianDistance(p)).toBeCloseTo(goldens.mmd.sigma, 13);
    expect(mmdSquared(p, q, goldens.mmd.sigma)).toBeCloseTo(goldens.mmd.mmdSquared, 12);
    expect(mmdSquared(q, p, goldens.mmd.sigma)).toBeCloseTo(goldens.mmd.mmdSquared, 12);
  });
  it('is undefined for single points, and has no bandwidth where all points coincide', () => {
    expect(mmdSquared(points([1], 1), points([1, 2], 1), 1)).toBeNull();
    expect(medianDistance(points([2, 2, 2], 1))).toBeNull();
    expect(medianDistance(points([2, 2, 2, 2, 3], 1))).toBeCloseTo(0.4, 14); // most pairs coincide: the mean
    expect(medianDistance(points([], 2))).toBeNull();
  });
});
