import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { DrawPlan, drawCodes } from '../../../src/synthesizers/aim/draw.js';
import { Estimator } from '../../../src/synthesizers/aim/estimate.js';
import { Evidence } from '../../../src/synthesizers/aim/evidence.js';
import { multiplyBy, projectionOf, sumOnto } from '../../../src/synthesizers/aim/factor.js';
import { junctionCells, junctionTree, treeCells } from '../../../src/synthesizers/aim/junction.js';
import { Propagation } from '../../../src/synthesizers/aim/propagate.js';
import { cellsOf, countsOf } from '../../../src/synthesizers/workload.js';

/** Tables over three to five columns that may or may not hang together. */
const problem = fc
  .tuple(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 5 }), fc.integer())
  .chain(([sizes, seed]) =>
    fc.record({
      sizes: fc.constant(sizes),
      seed: fc.constant(seed),
      sets: fc.array(
        fc
          .uniqueArray(fc.integer({ min: 0, max: sizes.length - 1 }), { minLength: 1, maxLength: 3 })
          .map((set) => set.sort((a, b) => a - b)),
        { minLength: 1, maxLength: 5 },
      ),
    }),
  );

/** Codes of a cell of the table over all columns. */
function codesOf(cell: number, sizes: readonly number[]): number[] {
  const codes: number[] = [];
  for (let c = sizes.length - 1; c >= 0; c--) {
    codes[c] = cell % sizes[c]!;
    cell = Math.floor(cell / sizes[c]!);
  }
  return codes;
}

const cellOf = (codes: readonly number[], set: readonly number[], sizes: readonly number[]): number =>
  set.reduce((cell, c) => cell * sizes[c]! + codes[c]!, 0);

/** The product of potentials over all columns, normalised. */
function bruteForce(
  sizes: readonly number[],
  factors: ReadonlyMap<readonly number[], Float64Array>,
): Float64Array {
  const all = [...sizes.keys()];
  const joint = Float64Array.from({ length: cellsOf(all, sizes) }, (_, cell) => {
    const codes = codesOf(cell, sizes);
    return [...factors].reduce((p, [set, table]) => p * table[cellOf(codes, set, sizes)]!, 1);
  });
  const total = joint.reduce((sum, p) => sum + p, 0);
  return joint.map((p) => p / total);
}

function marginal(joint: Float64Array, set: readonly number[], sizes: readonly number[]): Float64Array {
  const out = new Float64Array(cellsOf(set, sizes));
  for (const [cell, p] of joint.entries()) out[cellOf(codesOf(cell, sizes), set, sizes)]! += p;
  return out;
}

const farthest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

/** A calibrated model with random potentials on the sets, and what it is by brute force. */
function randomModel({ sizes, sets, seed }: { sizes: number[]; sets: number[][]; seed: number }): {
  propagation: Propagation;
  joint: Float64Array;
} {
  const rng = Rng.create(seed);
  const tree = junctionTree([...sets, ...sizes.map((_, c) => [c])], sizes);
  const propagation = new Propagation(tree, sizes);
  for (const belief of propagation.beliefs) belief.fill(1);
  const factors = new Map<readonly number[], Float64Array>();
  for (const set of sets) {
    const table = Float64Array.from({ length: cellsOf(set, sizes) }, () => rng.next());
    factors.set(set, table);
    const home = tree.cliques.findIndex((clique) => set.every((c) => clique.includes(c)));
    multiplyBy(projectionOf(tree.cliques[home]!, set, sizes), propagation.beliefs[home]!, table);
  }
  expect(propagation.calibrate()).toBe(true);
  return { propagation, joint: bruteForce(sizes, factors) };
}

describe('tables and their projections', () => {
  it('sum onto any of their columns as cell by cell', () => {
    fc.assert(
      fc.property(problem, ({ sizes, sets, seed }) => {
        const all = [...sizes.keys()];
        const rng = Rng.create(seed);
        const joint = Float64Array.from({ length: cellsOf(all, sizes) }, () => rng.next());
        for (const set of [...sets, [], all]) {
          const out = new Float64Array(cellsOf(set, sizes)).fill(9);
          sumOnto(projectionOf(all, set, sizes), joint, out);
          expect(farthest(out, marginal(joint, set, sizes))).toBeLessThan(1e-12);
        }
      }),
      { seed: 3 },
    );
  });
});

describe('junction trees', () => {
  it('hold every set, and columns shared by two cliques lie on the path between them', () => {
    fc.assert(
      fc.property(problem, ({ sizes, sets }) => {
        const { cliques, parents, separators } = junctionTree(sets, sizes);
        for (const set of sets) expect(cliques.some((q) => set.every((c) => q.includes(c)))).toBe(true);
        expect(new Set(cliques.flat())).toEqual(new Set(sizes.keys()));
        for (const [i, clique] of cliques.entries()) {
          const parent = cliques[parents[i]!];
          const above = new Set(cliques.slice(0, i).flat());
          // running intersection: what was seen before is shared with the parent
          expect(clique.filter((c) => above.has(c))).toEqual(separators[i]);
          if (parent !== undefined) expect(separators[i]!.every((c) => parent.includes(c))).toBe(true);
        }
        expect(junctionCells(sets, sizes)).toBe(treeCells({ cliques }, sizes));
      }),
      { seed: 3 },
    );
  });
});

describe('belief propagation', () => {
  it('gives the cliques’ marginals of brute force within 1e-12', () => {
    fc.assert(
      fc.property(problem, (p) => {
        const { propagation, joint } = randomModel(p);
        for (const [i, clique] of propagation.tree.cliques.entries()) {
          expect(farthest(propagation.beliefs[i]!, marginal(joint, clique, p.sizes))).toBeLessThan(1e-12);
        }
      }),
      { seed: 5 },
    );
  });

  it('says so when nothing is possible', () => {
    const propagation = new Propagation(junctionTree([[0, 1]], [2, 2]), [2, 2]);
    for (const belief of propagation.beliefs) belief.fill(0);
    expect(propagation.calibrate()).toBe(false);
  });
});

describe('drawing', () => {
  const sizes = [3, 2, 4, 3];
  const { propagation, joint } = randomModel({
    sizes,
    sets: [
      [0, 1],
      [1, 2],
      [2, 3],
    ],
    seed: 8,
  });
  const graph = { sizes, tree: propagation.tree, beliefs: propagation.beliefs };

  it('follows the joint distribution, with less scatter than independent draws', () => {
    const rows = 20_000;
    const codes = drawCodes(new DrawPlan(graph.tree, sizes).steps(graph.beliefs), sizes, {
      rows,
      rng: Rng.create(1),
    });
    const shares = countsOf({ rows, sizes, codes }, { columns: [0, 1, 2, 3] });
    const distance = joint.reduce((sum, p, cell) => sum + Math.abs(shares[cell]! / rows - p), 0) / 2;
    expect(distance).toBeLessThan(0.03);
    for (const set of [[0], [1], [2], [3]]) {
      const counts = countsOf({ rows, sizes, codes }, { columns: set });
      // independent draws would be off by about 60 rows
      expect(
        farthest(
          Array.from(counts, (n) => n / rows),
          marginal(joint, set, sizes),
        ) * rows,
      ).toBeLessThan(8);
    }
  });

  it('conditions on fixed codes exactly: brute force within sampling error', () => {
    const rows = 20_000;
    for (const [fixed, codes] of [
      [[3], [2]],
      [
        [0, 2],
        [1, 3],
      ],
      [
        [0, 1, 2, 3],
        [2, 1, 0, 1],
      ],
    ] as const) {
      const drawn = new Evidence(graph, fixed).draw(codes, { rows, rng: Rng.create(2) })!;
      const kept = joint.map((p, cell) => {
        const all = codesOf(cell, sizes);
        return fixed.every((c, k) => all[c] === codes[k]) ? p : 0;
      });
      const total = kept.reduce((sum, p) => sum + p, 0);
      const shares = countsOf({ rows, sizes, codes: drawn }, { columns: [0, 1, 2, 3] });
      const distance = kept.reduce((sum, p, cell) => sum + Math.abs(shares[cell]! / rows - p / total), 0) / 2;
      expect(distance).toBeLessThan(0.03);
    }
  });

  it('knows what has no chance', () => {
    const two = new Propagation(junctionTree([[0, 1]], [2, 2]), [2, 2]);
    two.beliefs[0]!.set([0.5, 0, 0, 0.5]);
    const impossible = new Evidence({ sizes: [2, 2], tree: two.tree, beliefs: two.beliefs }, [0, 1]);
    expect(impossible.draw([0, 1], { rows: 1, rng: Rng.create(1) })).toBeUndefined();
    expect(impossible.draw([1, 1], { rows: 1, rng: Rng.create(1) })).toHaveLength(2);
  });
});

describe('mirror descent', () => {
  const total = 1000;
  const exact = (values: Float64Array): Float64Array => values.map((p) => p * total);

  it('recovers tables without noise within 0.1 rows of 1,000', () => {
    fc.assert(
      fc.property(problem, (p) => {
        const { joint } = randomModel(p);
        const estimator = new Estimator(p.sizes);
        const sets = [...p.sets, ...p.sizes.map((_, c) => [c])];
        for (const columns of sets) {
          const values = exact(marginal(joint, columns, p.sizes));
          estimator.add({ columns, values, weights: values.map(() => 0.01) });
        }
        estimator.fit(total, 3000);
        const { tree, beliefs } = estimator.model;
        for (const set of sets) {
          const home = tree.cliques.findIndex((clique) => set.every((c) => clique.includes(c)));
          const out = new Float64Array(cellsOf(set, p.sizes));
          sumOnto(projectionOf(tree.cliques[home]!, set, p.sizes), beliefs[home]!, out);
          expect(farthest(exact(out), exact(marginal(joint, set, p.sizes)))).toBeLessThan(0.1);
        }
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  it('weighs two noisy answers for one table by their variance', () => {
    const estimator = new Estimator([2]);
    estimator.add({ columns: [0], values: Float64Array.of(300, 700), weights: Float64Array.of(3, 3) });
    estimator.add({ columns: [0], values: Float64Array.of(700, 300), weights: Float64Array.of(1, 1) });
    estimator.fit(1000, 500);
    expect(estimator.model.beliefs[0]![0]).toBeCloseTo(0.4, 6);
  });

  it('takes up a table measured again after others (its place in the tree is kept)', () => {
    const estimator = new Estimator([2, 3]);
    const add = (columns: number[], values: number[]): void => {
      estimator.add({
        columns,
        values: Float64Array.from(values),
        weights: new Float64Array(values.length).fill(1),
      });
    };
    add([0], [500, 500]);
    add([1], [200, 300, 500]);
    add([0, 1], [180, 200, 120, 20, 100, 380]);
    estimator.fit(1000, 500);
    add([1], [200, 300, 500]);
    expect(estimator.fit(1000, 500)).toBeLessThan(1e-6);
  });
});
