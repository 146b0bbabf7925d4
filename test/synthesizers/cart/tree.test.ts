import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { growTree } from '../../../src/synthesizers/cart/grow.js';
import { LeavesBuilder, outcomeAt, probabilityOf } from '../../../src/synthesizers/cart/leaves.js';
import type { Feature } from '../../../src/synthesizers/cart/split.js';
import { SplitSearch } from '../../../src/synthesizers/cart/split.js';
import type { Target } from '../../../src/synthesizers/cart/target.js';
import { valueTarget } from '../../../src/synthesizers/cart/target.js';
import { leafOf } from '../../../src/synthesizers/cart/tree.js';
import { columnFromCells } from '../../../src/table/index.js';
import { schemaOf } from '../tables.js';

const limits = { minLeaf: 2, minGain: 0 };
const rowsOf = (n: number): Uint32Array => Uint32Array.from({ length: n }, (_, i) => i);
const isLeft = (mask: Uint32Array, bin: number): boolean => ((mask[bin >>> 5]! >>> (bin & 31)) & 1) === 1;

/** Fall of the sum of squares about the mean when the rows are parted, straight from the definition. */
function gainOf(points: readonly (readonly number[])[], left: readonly boolean[]): number {
  const scatter = (rows: readonly (readonly number[])[]): number => {
    let sum = 0;
    for (let j = 0; j < (rows[0]?.length ?? 0); j++) {
      const mean = rows.reduce((s, r) => s + r[j]!, 0) / rows.length;
      sum += rows.reduce((s, r) => s + (r[j]! - mean) ** 2, 0);
    }
    return sum;
  };
  return (
    scatter(points) - scatter(points.filter((_, i) => left[i])) - scatter(points.filter((_, i) => !left[i]))
  );
}

/** The best of all ways to part the bins that limits allow; ordered bins only by thresholds, missing on any side or alone. */
function bestGain(
  points: readonly (readonly number[])[],
  codes: Uint8Array,
  bins: number,
  nominal: boolean,
): number {
  const used = bins + 1;
  let best = 0;
  for (let set = 0; set < 1 << used; set++) {
    const values = set & ((1 << bins) - 1);
    if (!nominal && (values & (values + 1)) !== 0) continue; // not bins 0 … t
    const left = [...codes].map((bin) => ((set >> bin) & 1) === 1);
    const count = left.filter(Boolean).length;
    if (count < limits.minLeaf || codes.length - count < limits.minLeaf) continue;
    best = Math.max(best, gainOf(points, left));
  }
  return best;
}

describe('the best split equals an exhaustive search', () => {
  const bins = 5;
  const data = fc.array(
    fc.tuple(fc.integer({ min: 0, max: bins }), fc.integer({ min: 0, max: 2 }), fc.boolean()),
    {
      minLength: 6,
      maxLength: 40,
    },
  );
  const check = (target: Target, points: number[][], codes: Uint8Array, nominal: boolean): void => {
    const feature: Feature = { column: 0, codes, bins, nominal };
    const found = new SplitSearch(target, limits).best(rowsOf(codes.length), [feature]);
    const best = bestGain(points, codes, bins, nominal);
    if (found === undefined) {
      expect(best).toBeLessThan(1e-6);
      return;
    }
    expect(found.gain).toBeCloseTo(best, 9);
    expect(
      gainOf(
        points,
        [...codes].map((bin) => isLeft(found.mask, bin)),
      ),
    ).toBeCloseTo(best, 9);
  };

  it('for ordered bins with missing ones and three classes', () => {
    fc.assert(
      fc.property(data, (rows) => {
        const classes = Uint8Array.from(rows, ([, k]) => k);
        const points = rows.map(([, k]) => [0, 1, 2].map((j) => (j === k ? 1 : 0)));
        check(
          { width: 3, points: { type: 'classes', classes } },
          points,
          Uint8Array.from(rows, ([b]) => b),
          false,
        );
      }),
      { seed: 1 },
    );
  });

  it('for ordered bins and numbers', () => {
    fc.assert(
      fc.property(data, (rows) => {
        const points = rows.map(([, k, flag]) => [k - 1, flag ? 0.5 : -0.5]);
        const scores = Float64Array.from(points.flat());
        check(
          { width: 2, points: { type: 'scores', scores } },
          points,
          Uint8Array.from(rows, ([b]) => b),
          false,
        );
      }),
      { seed: 2 },
    );
  });

  it('for unordered bins and two classes, up to the pull of small categories towards the mean', () => {
    // every category has equally many rows, so the pull moves none past another
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }), (flags) => {
        const codes = Uint8Array.from(flags, (_, i) => i % (bins + 1));
        const classes = Uint8Array.from(flags, (flag) => (flag ? 1 : 0));
        check(
          { width: 1, points: { type: 'classes', classes } },
          flags.map((f) => [f ? 0 : 1]),
          codes,
          true,
        );
      }),
      { seed: 3 },
    );
  });
});

describe('a grown tree', () => {
  const rng = Rng.create(3);
  const n = 4000;
  const codes = [0, 1, 2].map(() => Uint8Array.from({ length: n }, () => rng.int(2)));
  const features = codes.map((c, column): Feature => ({ column, codes: c, bins: 2, nominal: false }));

  it('finds an exclusive or that no single split shows', () => {
    const parity = Uint8Array.from({ length: n }, (_, i) => codes[0]![i]! ^ codes[2]![i]!);
    const target: Target = { width: 1, points: { type: 'classes', classes: parity } };
    const { tree, leaves } = growTree({
      features,
      target,
      rows: rowsOf(n),
      limits: { minLeaf: 50, minGain: 0 },
    });
    for (const leaf of leaves) expect(new Set(leaf.map((row) => parity[row]!)).size).toBe(1);
    for (const [number, leaf] of leaves.entries())
      for (const row of leaf) expect(leafOf(tree, codes, row)).toBe(number);
  });

  it('keeps every row in one leaf of at least minLeaf rows', () => {
    const noise = Float64Array.from({ length: 2 * n }, () => rng.normal());
    const target: Target = { width: 2, points: { type: 'scores', scores: noise } };
    const wide = Uint8Array.from({ length: n }, () => rng.int(200));
    const all = [...features, { column: 3, codes: wide, bins: 200, nominal: false }];
    const grown = growTree({ features: all, target, rows: rowsOf(n), limits: { minLeaf: 40, minGain: 0 } });
    expect(grown.leaves.length).toBeGreaterThan(10);
    for (const leaf of grown.leaves) expect(leaf.length).toBeGreaterThanOrEqual(40);
    expect([...grown.leaves.flatMap((leaf) => [...leaf])].sort((a, b) => a - b)).toEqual([...rowsOf(n)]);
  });

  it('splits noise less when more gain is asked for', () => {
    const classes = Uint8Array.from({ length: n }, () => rng.int(2));
    const target: Target = { width: 1, points: { type: 'classes', classes } };
    const leavesAt = (minGain: number): number =>
      growTree({ features, target, rows: rowsOf(n), limits: { minLeaf: 20, minGain } }).leaves.length;
    expect(leavesAt(10)).toBe(1);
    expect(leavesAt(0)).toBeGreaterThan(1);
  });

  it('finds a change of spread where the mean stays', () => {
    const cells = Array.from({ length: n }, (_, i) => rng.normal() * (codes[1]![i] === 1 ? 3 : 1));
    const target = valueTarget(columnFromCells(schemaOf('x', 'continuous'), cells));
    const split = new SplitSearch(target, { minLeaf: 50, minGain: 2 }).best(rowsOf(n), features);
    expect(split?.feature.column).toBe(1);
  });

  it('tells the most frequent of many classes apart', () => {
    const cells = Array.from(
      { length: n },
      (_, i) => `k${codes[0]![i] === 1 ? rng.int(100) : 100 + rng.int(100)}`,
    );
    const target = valueTarget(columnFromCells(schemaOf('k', 'categorical'), cells));
    expect(target.width).toBe(32);
    const split = new SplitSearch(target, { minLeaf: 50, minGain: 2 }).best(rowsOf(n), features);
    expect(split?.feature.column).toBe(0);
  });
});

describe('leaves', () => {
  const builder = new LeavesBuilder();
  builder.add(1, 1, 30);
  builder.add(2, 4, 60);
  builder.add(4, 10, 10);
  builder.close();
  builder.add(7, 7, 1);
  builder.close();
  const leaves = builder.build();

  it('are drawn from by weight: 100,000 draws within 1 point of the probabilities', () => {
    const rng = Rng.create(8);
    const draws = Array.from({ length: 100_000 }, () => outcomeAt(leaves, 0, rng.next()));
    for (const [from, to] of [
      [0, 1],
      [1, 3],
      [3, 7],
      [7, 10],
    ] as const) {
      const seen = draws.filter((x) => x > from && x <= to).length / draws.length;
      expect(Math.abs(seen - probabilityOf(leaves, 0, from, to))).toBeLessThan(0.01);
    }
    expect(outcomeAt(leaves, 1, rng.next())).toBe(7);
  });

  it('have probabilities that add up', () => {
    expect(probabilityOf(leaves, 0, 1, 3)).toBeCloseTo(0.3, 12);
    expect(probabilityOf(leaves, 0, -Infinity, Infinity)).toBeCloseTo(1, 12);
    expect(probabilityOf(leaves, 1, 7, 8)).toBe(0);
    expect(probabilityOf(leaves, 1, 6, 7)).toBe(1);
  });
});

describe('a tree of many rows', () => {
  const n = 120_000;
  const rng = Rng.create(3);
  const codes = Array.from({ length: 4 }, () => Uint8Array.from({ length: n }, () => rng.int(50)));
  const features = codes.map((c, column): Feature => ({ column, codes: c, bins: 50, nominal: column === 3 }));
  // a strong cut, one inside its left side, and a weak one that a part of the rows hardly shows
  const p = (row: number): number =>
    (codes[0]![row]! < 20 ? (codes[1]![row]! < 5 ? 0.9 : 0.1) : 0.5) + (codes[2]![row]! < 25 ? 0.01 : -0.01);
  const classes = Uint8Array.from({ length: n }, (_, row) => (rng.next() < p(row) ? 1 : 0));
  const target: Target = { width: 1, points: { type: 'classes', classes } };
  const limits = { minLeaf: 100, minGain: 12 };
  const { tree, leaves } = growTree({ features, target, rows: rowsOf(n), limits });

  it('puts every training row into the leaf that drawing finds, and enough into each', () => {
    let rows = 0;
    for (const [number, leaf] of leaves.entries()) {
      expect(leaf.length).toBeGreaterThanOrEqual(100);
      expect(leaf.every((row) => leafOf(tree, codes, row) === number)).toBe(true);
      rows += leaf.length;
    }
    expect(rows).toBe(n);
  });

  it('finds what is planted, with few leaves for noise', () => {
    const asked = new Set([...tree.column]);
    for (const column of [0, 1, 2]) expect(asked.has(column)).toBe(true);
    expect(leaves.length).toBeLessThan(40);
    for (const leaf of leaves) {
      const share = leaf.reduce((sum, row) => sum + classes[row]!, 0) / leaf.length;
      const wanted = leaf.reduce((sum, row) => sum + p(row), 0) / leaf.length;
      expect(Math.abs(share - wanted)).toBeLessThan(5 * Math.sqrt(0.25 / leaf.length));
    }
  });
});
