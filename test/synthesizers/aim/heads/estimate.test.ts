import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { mainBlock } from '../../../../src/synthesizers/aim/heads/basis.js';
import { estimate, fisher } from '../../../../src/synthesizers/aim/heads/estimate.js';
import { apply, factor, forward, product, solve } from '../../../../src/synthesizers/aim/heads/matrix.js';
import {
  basisRows,
  basisSums,
  offsets,
  probabilities,
  rowScores,
} from '../../../../src/synthesizers/aim/heads/rows.js';
import { featureRows, features, sigmoid, trueOdds } from './made-up.js';

const rng = Rng.create('estimate');

describe('matrix', () => {
  const n = 7;
  const a = Float64Array.from({ length: n * n }, () => rng.normal());
  const definite = product(a, transposed(a), n).map((v, i) => v + (i % (n + 1) === 0 ? 1 : 0));
  const b = Float64Array.from({ length: n }, () => rng.normal());

  it('solves what it factors, to 1e-10', () => {
    const x = solve(factor(Float64Array.from(definite), n), b);
    for (const [i, v] of apply(definite, x).entries()) expect(v).toBeCloseTo(b[i]!, 10);
  });

  it('turns L⁻¹ B into Bᵀ S⁻¹ B, to 1e-10', () => {
    const half = forward(factor(Float64Array.from(definite), n), Float64Array.from(a), n);
    const inverse = Array.from({ length: n }, (_, j) =>
      solve(
        factor(Float64Array.from(definite), n),
        Float64Array.from({ length: n }, (__, i) => a[i * n + j]!),
      ),
    );
    const expected = product(
      transposed(a),
      Float64Array.from({ length: n * n }, (_, i) => inverse[i % n]![Math.floor(i / n)]!),
      n,
    );
    const got = product(transposed(half), half, n);
    for (const [i, v] of got.entries()) expect(v).toBeCloseTo(expected[i]!, 10);
  });

  it('refuses what is not positive definite', () => {
    expect(() => factor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/positive definite/);
  });

  function transposed(m: Float64Array): Float64Array {
    return m.map((_, i) => m[(i % n) * n + Math.floor(i / n)]!);
  }
});

describe('estimate', () => {
  const blocks = features.map(mainBlock);
  const at = offsets(blocks);
  const size = at.at(-1)!;
  const x = featureRows(3000, rng.split('x'));
  const drawn = basisRows(blocks, x.codes, x.rows);

  it.each([2, 3])('takes as curvature the slope of the fitted sums, to 1e-5 (%i classes)', (classes) => {
    const outputs = classes === 2 ? 1 : classes;
    const parameters = Array.from({ length: outputs }, () =>
      Float64Array.from({ length: size }, () => 0.3 * rng.normal()),
    );
    const target = { sums: parameters, variance: new Float64Array(size) };
    const request = { blocks, drawn, sample: drawn, weight: 2, target, classes, steps: 1 };
    const sums = (w: readonly Float64Array[]): Float64Array =>
      basisSums(
        drawn,
        at,
        probabilities(w.map((v) => rowScores(drawn, at, v)))[0]!.map((p) => 2 * p),
      );
    const h = fisher(request, at, parameters, 0);
    const step = 1e-5;
    for (let j = 0; j < size; j++) {
      const moved = (by: number): Float64Array[] =>
        parameters.map((w, o) => w.map((v, i) => v + (o === 0 && i === j ? by : 0)));
      const up = sums(moved(step));
      const down = sums(moved(-step));
      for (let i = 0; i < size; i++) {
        const slope = (up[i]! - down[i]!) / (2 * step);
        expect(Math.abs(slope - h[i * size + j]!)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
      }
    }
  });

  it('recovers known probabilities from sums without noise, to 0.02', () => {
    const [age, ward, lactate] = x.codes as [Uint16Array, Uint16Array, Uint16Array];
    const p = Float64Array.from(age, (a, i) => sigmoid(trueOdds(a, ward[i]!, lactate[i]!)));
    const exact = basisSums(
      drawn,
      at,
      p.map((v) => 100 * (v - 0.5)),
    );
    const { parameters } = estimate({
      blocks,
      drawn,
      sample: drawn,
      weight: 100, // as though each drawn row stood for many, so that chance weighs little
      target: { sums: [exact], variance: new Float64Array(size) },
      classes: 2,
      steps: 30,
    });
    const got = probabilities([rowScores(drawn, at, parameters[0]!)])[0]!;
    for (const [i, v] of got.entries()) expect(Math.abs(v - p[i]!)).toBeLessThan(0.02);
  });

  it('keeps to the shares alone when the noise drowns all effects', () => {
    const sums = new Float64Array(size).map(() => 3000 * rng.normal());
    sums[0] = -1000;
    const variance = new Float64Array(size).fill(3000 ** 2);
    variance[0] = 1;
    const { parameters } = estimate({
      blocks,
      drawn,
      sample: drawn,
      weight: 1,
      target: { sums: [sums], variance },
      classes: 2,
      steps: 30,
    });
    const p = probabilities([rowScores(drawn, at, parameters[0]!)])[0]!;
    const mean = p.reduce((s, v) => s + v, 0) / p.length;
    expect(Math.abs(mean - 1 / 6)).toBeLessThan(0.02);
    for (const v of p) expect(Math.abs(v - mean)).toBeLessThan(0.1);
  });
});
