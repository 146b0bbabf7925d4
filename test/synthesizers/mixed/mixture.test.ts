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
  it.each(Object.keys(goldens))("is scikit-learn's BayesianGaussianMixture to 1e-6: %s", (name) => {
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
