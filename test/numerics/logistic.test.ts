import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Rng } from '../../src/core/index.js';
import { fitLogistic, predictLogistic } from '../../src/numerics/index.js';
import type { LogisticRequest } from '../../src/numerics/index.js';

const numbers = z.array(z.number());
const golden = z
  .object({
    x: z.array(numbers),
    cases: z.array(
      z.object({
        classes: z.int(),
        l2: z.number(),
        labels: numbers,
        coef: z.array(numbers),
        intercept: numbers,
        probabilities: z.array(numbers),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./goldens/logistic.json', import.meta.url), 'utf8')));
const rows = golden.x.length;
const features = golden.x[0]!.length;
const x = Float64Array.from(golden.x.flat());

describe('fitLogistic', () => {
  for (const c of golden.cases) {
    it(`agrees with scikit-learn to 1e-6: ${c.classes} classes, l2 = ${c.l2}`, () => {
      const { classes, l2, labels } = c;
      const model = fitLogistic({ x, rows, features, labels, classes, l2, tolerance: 1e-9 });
      expect(model.converged).toBe(true);
      for (const [o, weights] of c.coef.entries()) {
        for (const [j, weight] of weights.entries()) {
          expect(model.weights[j * c.coef.length + o]).toBeCloseTo(weight, 6);
        }
      }
      // The intercepts of a softmax are determined up to a common shift.
      const shift = classes > 2 ? model.intercepts[0]! - c.intercept[0]! : 0;
      for (const [o, b] of c.intercept.entries()) expect(model.intercepts[o]! - shift).toBeCloseTo(b, 6);
      const found = predictLogistic(model, x.subarray(0, 5 * features), 5);
      const expected = c.probabilities.flatMap((p) => (classes === 2 ? [p[1]!] : p));
      for (const [i, p] of expected.entries()) expect(found[i]).toBeCloseTo(p, 7);
    });
  }

  it('agrees with a softmax over the two classes and an empty third, whose pairs of weights cost half as much', () => {
    const labels = golden.cases[0]!.labels;
    const binary = fitLogistic({ x, rows, features, labels, classes: 2, l2: 1, tolerance: 1e-10 });
    const three = fitLogistic({ x, rows, features, labels, classes: 3, l2: 2, tolerance: 1e-10 });
    const p = predictLogistic(binary, x, rows);
    const q = predictLogistic(three, x, rows);
    for (let i = 0; i < rows; i++) expect(q[i * 3 + 1]! / (q[i * 3]! + q[i * 3 + 1]!)).toBeCloseTo(p[i]!, 3);
  });

  it('reaches a zero gradient on random data, also with constant, repeated and badly scaled columns', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 4 }), (seed, classes) => {
        const rng = Rng.create(seed);
        const n = 40;
        const data = Float64Array.from({ length: n * 4 }, (_, i) =>
          i % 4 === 0 ? 1 : i % 4 === 1 ? 10 * rng.normal() : rng.normal(),
        );
        for (let i = 0; i < n; i++) data[i * 4 + 3] = data[i * 4 + 2]!;
        const labels = Uint32Array.from({ length: n }, (_, i) => (i < classes ? i : rng.int(classes)));
        const model = fitLogistic({ x: data, rows: n, features: 4, labels, classes });
        expect(model.converged).toBe(true);
        expect(model.gradientNorm).toBeLessThanOrEqual(1e-6);
        const p = predictLogistic(model, data, n);
        expect(p.every((v) => v >= 0 && v <= 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('stays finite on separable classes without a penalty, and says that it has not converged', () => {
    const request: LogisticRequest = {
      x: Float64Array.of(-1, 1),
      rows: 2,
      features: 1,
      labels: [0, 1],
      classes: 2,
      l2: 0,
      maxIterations: 3,
    };
    const model = fitLogistic(request);
    expect(model.converged).toBe(false);
    expect(Number.isFinite(model.weights[0])).toBe(true);
    expect(fitLogistic({ ...request, l2: 1e-3, maxIterations: 100 }).converged).toBe(true);
  });

  it('fits intercepts alone when there is no feature', () => {
    const model = fitLogistic({
      x: new Float64Array(0),
      rows: 4,
      features: 0,
      labels: [0, 1, 1, 1],
      classes: 2,
    });
    expect(predictLogistic(model, new Float64Array(0), 2)[1]).toBeCloseTo(0.75, 5);
  });

  it('refuses what it cannot fit, with advice', () => {
    const good: LogisticRequest = {
      x: Float64Array.of(1, 2),
      rows: 2,
      features: 1,
      labels: [0, 1],
      classes: 2,
    };
    expect(() => fitLogistic({ ...good, labels: [1, 1] })).toThrow(/same label[\s\S]*to do/);
    expect(() => fitLogistic({ ...good, labels: [0, 2] })).toThrow(/labels of 1 rows/);
    expect(() => fitLogistic({ ...good, x: Float64Array.of(1, NaN) })).toThrow(/not finite/);
    expect(() => fitLogistic({ ...good, x: Float64Array.of(1) })).toThrow(/do not fit/);
    expect(() => fitLogistic({ ...good, x: new Float64Array(0), rows: 0, labels: [] })).toThrow(/no rows/);
    expect(() => predictLogistic(fitLogistic(good), Float64Array.of(1, 2, 3), 2)).toThrow(/1 features/);
  });
});
