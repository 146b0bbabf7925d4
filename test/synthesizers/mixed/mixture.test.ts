import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { digamma } from '../../../src/numerics/index.js';
import { fitMixture } from '../../../src/synthesizers/mixed/mixture.js';

const goldens = z
  .record(
    z.string(),
    z.object({
      values: z.array(z.number()),
      components: z.number(),
      rounds: z.number(),
      weights: z.array(z.number()),
      means: z.array(z.number()),
      deviations: z.array(z.number()),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('./goldens/mixture.json', import.meta.url), 'utf8')));

describe('the mixture of normals', () => {
  const UNTIL_DONE = 'one normal, until it is done';
  it.each(Object.keys(goldens).filter((name) => name !== UNTIL_DONE))(
    "is scikit-learn's BayesianGaussianMixture to 1e-6: %s",
    (name) => {
      const golden = goldens[name]!;
      const data = {
        values: Float64Array.from(golden.values),
        counts: new Float64Array(golden.values.length).fill(1),
      };
      const { components, rounds } = golden;
      const modes = fitMixture(data, { components, concentration: 0.001, iterations: rounds, tolerance: 0 });
      for (const [k, { mean, deviation, weight }] of modes.entries()) {
        expect(weight).toBeCloseTo(golden.weights[k]!, 6);
        expect(mean).toBeCloseTo(golden.means[k]!, 6);
        expect(deviation).toBeCloseTo(golden.deviations[k]!, 6);
      }
    },
  );

  it("goes on as long as scikit-learn's, until one normal is not five pieces (within 0.01)", () => {
    const { values, components, weights, deviations } = goldens[UNTIL_DONE]!;
    const data = { values: Float64Array.from(values), counts: new Float64Array(values.length).fill(1) };
    const modes = fitMixture(data, { components, concentration: 0.001 });
    for (const [k, { weight, deviation }] of modes.entries()) {
      expect(Math.abs(weight - weights[k]!)).toBeLessThan(0.01);
      expect(Math.abs(deviation - deviations[k]!)).toBeLessThan(0.01);
    }
    // an end after a few rounds leaves the pieces of k-means, each a third as wide as the whole
    for (const { weight, deviation } of modes) if (weight > 0.05) expect(deviation).toBeGreaterThan(0.9);
  });

  it('counts a number that occurs twice twice', () => {
    const once = { values: Float64Array.of(-1, -1, 0, 2, 2, 2), counts: new Float64Array(6).fill(1) };
    const counted = { values: Float64Array.of(-1, 0, 2), counts: Float64Array.of(2, 1, 3) };
    const request = { components: 2, concentration: 0.5 };
    for (const [k, mode] of fitMixture(once, request).entries())
      expect(fitMixture(counted, request)[k]!.mean).toBeCloseTo(mode.mean, 9);
  });
});

describe('digamma', () => {
  // scipy.special.digamma 1.x
  it.each([
    [0.1, -10.423754940411076],
    [0.5, -1.9635100260214235],
    [1, -0.5772156649015329],
    [2.5, 0.7031566406452432],
    [10, 2.251752589066721],
    [123.4, 4.8113737751162775],
  ])('of %d is that of SciPy to 1e-12', (x, wanted) => {
    expect(Math.abs(digamma(x) - wanted)).toBeLessThan(1e-12);
  });
});
