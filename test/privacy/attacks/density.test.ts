import { describe, expect, it } from 'vitest';
import { silentProgress, WorkerPool } from '../../../src/runtime/index.js';
import { learnKde, likelihoodRatios, logDensities } from '../../../src/privacy/attacks/density.js';

const context = { pool: new WorkerPool(1), progress: silentProgress, signal: undefined };

/** As in goldens.py. */
function* stream(seed: number): Generator<number, never> {
  for (let x = seed; ;) {
    x = (16807 * x) % 2147483647;
    yield x / 2147483647;
  }
}

const u = stream(11);
const next = (): number => u.next().value;
const points = new Float64Array(180);
for (let i = 0; i < 60; i++) {
  points[3 * i] = next();
  points[3 * i + 1] = next() ** 2;
}
for (let i = 0; i < 60; i++) points[3 * i + 2] = points[3 * i]! - 0.5 * points[3 * i + 1]! + 0.1 * next();
const at = Float64Array.from([0.5, 0.3, 0.4, 0.9, 0.1, 0.9, 3, -2, 1]);

describe('kernel density', () => {
  it('agrees with scipy.stats.gaussian_kde.logpdf (golden, relative 1e-6)', async () => {
    const found = await logDensities(learnKde(points, 3)!, at, context);
    const golden = [2.318150072351361, 2.92929603095639, -20394.661790004764];
    for (const [i, value] of golden.entries()) expect(Math.abs(found[i]! / value - 1)).toBeLessThan(1e-6);
  });

  it('has none for too few points or no spread, and bears a constant direction', async () => {
    expect(learnKde(Float64Array.from([1, 2]), 2)).toBeNull();
    expect(learnKde(Float64Array.from([1, 1, 1]), 1)).toBeNull();
    const flat = points.map((x, i) => (i % 3 === 1 ? 0.5 : x));
    const found = await logDensities(learnKde(flat, 3)!, flat, context);
    expect(found.every(Number.isFinite)).toBe(true);
  });
});

describe('likelihoodRatios', () => {
  it('equals the ratio computed by definition: the target added to the points, kernel held (10 digits)', async () => {
    const kde = learnKde(points, 3)!;
    const synthetic = points.slice(0, 30).map((x) => x + 0.01);
    const target = Float64Array.from([0.52, 0.31, 0.41]);
    const [fast] = await likelihoodRatios(kde, { synthetic, targets: target, neighbours: 10 }, context);
    const kernel = async (x: Float64Array): Promise<number> => {
      // density of one point's kernel, times 1/n: the estimate from that point alone, in the whole one's kernel
      const alone = {
        ...kde,
        whitened: (await import('../../../src/privacy/attacks/density.js')).whiten(kde, target),
      };
      return Math.exp((await logDensities(alone, x, context))[0]!);
    };
    let naive = 0;
    for (let s = 0; s < 10; s++) {
      const x = synthetic.slice(3 * s, 3 * s + 3);
      const before = Math.exp((await logDensities(kde, x, context))[0]!);
      const after = (60 * before + 60 * (await kernel(x))) / 61;
      naive += Math.log(after / before);
    }
    expect(fast).toBeCloseTo(naive, 10);
  });

  it('is higher for a target that synthetic points crowd around', async () => {
    const kde = learnKde(points, 3)!;
    const crowd = Float64Array.from({ length: 60 }, (_, i) => [2, 2, 1][i % 3]! + 0.001 * next());
    const [there, elsewhere] = await likelihoodRatios(
      kde,
      { synthetic: crowd, targets: Float64Array.from([2, 2, 1, 0.5, 0.3, 0.4]), neighbours: 5 },
      context,
    );
    expect(there).toBeGreaterThan(elsewhere! + 1);
  });
});
