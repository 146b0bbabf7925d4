import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import type { Labels } from '../../../src/synthesizers/mixed/index.js';
import { labelDrawer } from '../../../src/synthesizers/mixed/index.js';

const labels: Labels = {
  columns: [2, 5],
  classes: [
    { codes: [0, 0], rows: 60 },
    { codes: [0, 1], rows: 20 },
    { codes: [1, 1], rows: 20 },
  ],
};

function shareOf(drawn: readonly (readonly number[])[], ...codes: number[]): number {
  return drawn.filter((own) => own.join() === codes.join()).length / drawn.length;
}

describe('labels', () => {
  it('are drawn by their joint shares', () => {
    const draw = labelDrawer(labels, new Map());
    const rng = Rng.create(1);
    const drawn = Array.from({ length: 20_000 }, (_, row) => draw(row, rng));
    expect(shareOf(drawn, 0, 0)).toBeCloseTo(0.6, 1);
    expect(shareOf(drawn, 0, 1)).toBeCloseTo(0.2, 1);
    expect(shareOf(drawn, 1, 0)).toBe(0);
  });

  it('go by their shares among the classes of a given label', () => {
    const draw = labelDrawer(labels, new Map([[2, [0]]]));
    const rng = Rng.create(1);
    const drawn = Array.from({ length: 20_000 }, () => draw(0, rng));
    expect(shareOf(drawn, 0, 0)).toBeCloseTo(0.75, 1);
    expect(shareOf(drawn, 0, 0) + shareOf(drawn, 0, 1)).toBe(1);
  });

  it('leave every given code as it is, also those that no class has', () => {
    const codes = fc.option(fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }), { nil: undefined });
    fc.assert(
      fc.property(codes, codes, fc.nat(2), fc.nat(), (first, second, row, seed) => {
        const given = new Map([
          ...(first === undefined ? [] : [[2, first] as const]),
          ...(second === undefined ? [] : [[5, second] as const]),
        ]);
        const drawn = labelDrawer(labels, given)(row, Rng.create(seed));
        expect(drawn).toEqual([first?.[row] ?? drawn[0], second?.[row] ?? drawn[1]]);
        expect(drawn.every((one) => one >= 0)).toBe(true);
      }),
    );
  });
});
