import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { compileDistribution } from '../../../../src/stages/simulate/engine/distribution.js';
import type { DistributionDefinition } from '../../../../src/stages/simulate/module/parts.js';

const n = 40_000;
/** Means and variances in closed form. */
const cases: readonly [DistributionDefinition, number, number][] = [
  [{ kind: 'EXACT', parameters: { value: 3 } }, 3, 0],
  [{ kind: 'UNIFORM', parameters: { low: 2, high: 6 } }, 4, 16 / 12],
  [{ kind: 'GAUSSIAN', parameters: { mean: 5, standardDeviation: 2 } }, 5, 4],
  [{ kind: 'EXPONENTIAL', parameters: { mean: 3 } }, 3, 9],
  [{ kind: 'TRIANGULAR', parameters: { min: 0, mode: 3, max: 9 } }, 4, (0 + 9 + 81 - 0 - 0 - 27) / 18],
];

describe('distributions of modules', () => {
  it.each(cases)('%j has its mean and variance within 5 standard errors', (definition, mean, variance) => {
    const draw = compileDistribution(definition);
    const rng = Rng.create('distribution');
    const values = Array.from({ length: n }, () => draw(rng));
    const m = values.reduce((a, b) => a + b, 0) / n;
    const v = values.reduce((a, b) => a + (b - m) ** 2, 0) / n;
    expect(Math.abs(m - mean)).toBeLessThanOrEqual(5 * Math.sqrt(variance / n));
    expect(Math.abs(v - variance)).toBeLessThanOrEqual(variance * 0.08);
  });

  it('rounds and keeps bounds', () => {
    const rng = Rng.create(3);
    const draw = compileDistribution({
      kind: 'GAUSSIAN',
      round: true,
      parameters: { mean: 0, standardDeviation: 5, min: -2, max: 2 },
    });
    const seen = new Set(Array.from({ length: 500 }, () => draw(rng)));
    expect([...seen].map((x) => x + 0).sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });
});
