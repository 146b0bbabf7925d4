import { describe, expect, test } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { gaussianMu } from '../../src/privacy/analysis/gaussian.js';
import { clopperPearson } from '../../src/privacy/audit/incomplete-beta.js';
import { auditEpsilon, injectedNoise } from '../../src/privacy/index.js';
import type { NoiseSource } from '../../src/privacy/index.js';
import { exponentialChoice } from '../../src/privacy/mechanisms/exponential.js';
import { noisyKeys, planKeys } from '../../src/privacy/mechanisms/keys.js';
import { noisySums, planSums } from '../../src/privacy/mechanisms/sums.js';

// scipy.stats.beta.ppf(a, k, n-k+1), beta.ppf(1-a, k+1, n-k)
const intervals = [
  [0, 50, 0.025, 0, 0.07112173646419764],
  [3, 50, 0.025, 0.01254858783533406, 0.16548194660377288],
  [480, 1000, 0.05, 0.4535822310020441, 0.5065052219826671],
  [50, 50, 0.01, 0.9120108393559098, 1],
  [17, 20000, 0.025, 0.0004952318205424416, 0.0013605846587597895],
  [19999, 20000, 0.025, 0.9997214496678255, 0.9999987341104021],
] as const;

test.each(intervals)('Clopper-Pearson of %i / %i at %f within 1e-9 of scipy', (...row) => {
  const [k, n, alpha, low, high] = row;
  const bounds = clopperPearson(k, n, alpha);
  expect(Math.abs(bounds.low - low)).toBeLessThan(1e-9);
  expect(Math.abs(bounds.high - high)).toBeLessThan(1e-9);
});

const runs = 40_000;
const epsilon = 1;
const delta = 1e-5;
const mu = gaussianMu(epsilon, delta);
const noiseOf = (label: string): NoiseSource => injectedNoise(Rng.create(`audit ${label}`));

/** Runs of a mechanism on two neighbouring tables, each run told by one number; `weaker` divides its noise. */
type Mechanism = (weaker: number, withUnit: boolean, noise: NoiseSource) => ArrayLike<number>;

const mechanisms: Readonly<Record<string, Mechanism>> = {
  'discrete Gaussian on a count': (weaker, withUnit, noise) =>
    noisySums(new Float64Array(runs).fill(withUnit ? 11 : 10), planSums(1, mu * weaker), 1, noise).values,
  'exponential mechanism, all scores moved by the most that is declared': (weaker, withUnit, noise) => {
    const scores = withUnit ? Float64Array.of(1, 0, 0, 0) : Float64Array.of(0, 1, 1, 1);
    const choice = { scores, sensitivity: 1, epsilon: epsilon * weaker };
    return Array.from({ length: runs }, () => (exponentialChoice(choice, noise) === 0 ? 1 : 0));
  },
  'private keys, a unit among as many as the threshold asks': (weaker, withUnit, noise) => {
    const plan = planKeys(2, mu * weaker, delta / 10);
    const others = Math.round(plan.threshold / plan.refinement);
    const counts = new Map([['key', others + (withUnit ? 2 : 0)]]);
    return Array.from({ length: runs }, () => noisyKeys(counts, plan, noise).get('key') ?? 0);
  },
};

describe.each(Object.entries(mechanisms))('%s', (name, mechanism) => {
  const audit = (weaker: number): number =>
    auditEpsilon({
      withUnit: mechanism(weaker, true, noiseOf(`${name} with ${weaker}`)),
      withoutUnit: mechanism(weaker, false, noiseOf(`${name} without ${weaker}`)),
      delta,
      level: 0.9999,
    }).epsilonLow;

  test('the empirical bound stays below the claim of ε = 1, and is no triviality', () => {
    const bound = audit(1);
    expect(bound).toBeLessThan(epsilon);
    expect(bound).toBeGreaterThan(0.25);
  });

  test('a planted fault, a quarter of the noise, is caught above the claim', () => {
    expect(audit(4)).toBeGreaterThan(epsilon * 1.2);
  });
});

describe('private keys that nobody else has', () => {
  const rate = (threshold: number): { told: number; bound: number } => {
    const plan = { ...planKeys(1, mu, 0.01), threshold };
    const noise = noiseOf(`own key ${threshold}`);
    const told = Array.from({ length: runs }, () => noisyKeys(new Map([['mine', 1]]), plan, noise).size);
    const result = auditEpsilon({
      withUnit: told,
      withoutUnit: new Float64Array(runs),
      delta: 0.01,
      level: 0.9999,
    });
    return { told: told.reduce((a, b) => a + b, 0), bound: result.epsilonLow };
  };

  test('being told at all shows nothing beyond δ = 0.01; with a threshold of a quarter it shows', () => {
    const { threshold } = planKeys(1, mu, 0.01);
    const honest = rate(threshold);
    expect(honest.told).toBeGreaterThan(200);
    expect(honest.bound).toBe(0);
    expect(rate(Math.round(threshold / 4)).bound).toBeGreaterThan(3);
  });
});

test('an audit without difference shows nothing, of a copy much; too few runs are refused', () => {
  const rng = Rng.create('audit');
  const draw = (shift: number): Float64Array =>
    Float64Array.from({ length: 5000 }, () => rng.normal() + shift);
  const at = (withUnit: Float64Array): number =>
    auditEpsilon({ withUnit, withoutUnit: draw(0), delta, level: 0.9999 }).epsilonLow;
  expect(at(draw(0))).toBe(0);
  expect(at(draw(20))).toBeGreaterThan(5);
  expect(() => at(new Float64Array(5))).toThrow(expect.objectContaining({ code: 'AUDIT_RUNS' }));
});
