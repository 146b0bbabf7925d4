import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Estimator } from '../../../src/synthesizers/aim/estimate.js';
import { groupCodes } from '../../../src/synthesizers/aim/groups.js';
import type { Groupings } from '../../../src/synthesizers/workload.js';
import { candidatesOf, countsOf, groupedCells } from '../../../src/synthesizers/workload.js';

const oneWay = (masses: readonly number[]) => ({
  columns: [0],
  values: Float64Array.from(masses),
  weights: new Float64Array(masses.length).fill(1),
});
const pairs = { groupOf: Uint32Array.of(0, 0, 1, 1), size: 2 };

describe('groups of codes', () => {
  it('are all used, keep missing apart and ordered codes together, for any noisy masses', () => {
    const masses = fc.array(fc.double({ min: -50, max: 1000, noNaN: true }), { minLength: 9, maxLength: 60 });
    fc.assert(
      fc.property(masses, fc.boolean(), fc.boolean(), (values, ordered, withMissing) => {
        const missing = withMissing ? values.length - 1 : undefined;
        const { groupOf, size } = groupCodes({ oneWay: oneWay(values), ordered, missing, mostGroups: 6 })!;
        expect(size).toBeLessThanOrEqual(6);
        expect(new Set(groupOf).size).toBe(size);
        expect(Math.max(...groupOf)).toBe(size - 1);
        if (missing !== undefined) expect([...groupOf].filter((g) => g === groupOf[missing])).toHaveLength(1);
        if (!ordered) return;
        const present = [...groupOf].filter((_, code) => code !== missing);
        expect(present).toEqual([...present].sort((a, b) => a - b));
      }),
    );
  });

  it('have about equal mass where codes are ordered, and leave the frequent alone where they are not', () => {
    const even = new Array<number>(12).fill(10);
    const ordered = groupCodes({ oneWay: oneWay(even), ordered: true, missing: undefined, mostGroups: 6 })!;
    expect([...ordered.groupOf]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
    const skewed = [1, 90, 2, 80, 3, 70, 4, 5];
    const nominal = groupCodes({
      oneWay: oneWay(skewed),
      ordered: false,
      missing: undefined,
      mostGroups: 4,
    })!;
    expect([...nominal.groupOf]).toEqual([3, 0, 3, 1, 3, 2, 3, 3]);
  });

  it('are not made where there is little to join', () => {
    const few = new Array<number>(8).fill(10);
    expect(
      groupCodes({ oneWay: oneWay(few), ordered: true, missing: undefined, mostGroups: 6 }),
    ).toBeUndefined();
  });
});

describe('tables of groups', () => {
  const sizes = [4, 3];
  const groups: Groupings = [pairs, undefined];
  const table = { columns: [0, 1], groups };

  it('count what the cells of codes that fall onto theirs count together', () => {
    const rows = 50;
    const codes = sizes.map((size, c) => Uint16Array.from({ length: rows }, (_, i) => (i * (c + 3)) % size));
    const fine = countsOf({ rows, sizes, codes }, { columns: [0, 1] });
    const sums = new Array<number>(6).fill(0);
    for (const [i, cell] of groupedCells(table, sizes)!.entries()) sums[cell]! += fine[i]!;
    expect([...countsOf({ rows, sizes, codes }, table)]).toEqual(sums);
  });

  it('are candidates beside those of codes, also where those have too many cells', () => {
    const request = { sizes, degree: 2, maxCells: 6, columnWeights: [1, 1], groupings: groups };
    const found = candidatesOf(request).map(({ columns, groups: g, cells }) => [
      columns.join(),
      g !== undefined,
      cells,
    ]);
    expect(found).toEqual([
      ['0', false, 4],
      ['0,1', true, 6],
      ['1', false, 3],
    ]);
  });

  it('teach the estimator their sums, and codes within a group keep the shares of the one-way table: within 1e-3', () => {
    const estimator = new Estimator(sizes);
    const weightsOf = (n: number): Float64Array => new Float64Array(n).fill(1);
    estimator.add({ columns: [0], values: Float64Array.of(30, 10, 40, 20), weights: weightsOf(4) });
    const values = Float64Array.of(20, 10, 10, 10, 20, 30);
    estimator.add({ columns: [0, 1], groups, values, weights: weightsOf(6) });
    expect(estimator.fit(100, 5000)).toBeLessThan(1e-6);
    const joint = estimator.model.beliefs[0]!;
    const share = [0.3, 0.1, 0.4, 0.2];
    for (let a = 0; a < 4; a++) {
      const inGroup = a < 2 ? 0.4 : 0.6;
      for (let b = 0; b < 3; b++) {
        const expected = (values[(a < 2 ? 0 : 3) + b]! / 100) * (share[a]! / inGroup);
        expect(Math.abs(joint[a * 3 + b]! - expected)).toBeLessThan(1e-3);
      }
    }
  });
});
