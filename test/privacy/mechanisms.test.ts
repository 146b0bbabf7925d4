import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { chiSquaredTail } from '../../src/numerics/index.js';
import { normalTail } from '../../src/privacy/analysis/normal-tail.js';
import { injectedNoise, secureNoise } from '../../src/privacy/index.js';
import type { NoiseSource } from '../../src/privacy/index.js';
import { bernoulliExp, compareDigits, expDigits, ratioOf } from '../../src/privacy/mechanisms/bernoulli.js';
import { discreteGaussian, discreteLaplace } from '../../src/privacy/mechanisms/discrete.js';
import { layeredGaussian, tabledGaussian } from '../../src/privacy/mechanisms/gaussian-table.js';
import type { GaussianBlocks } from '../../src/privacy/mechanisms/gaussian-table.js';
import { exponentialChoice } from '../../src/privacy/mechanisms/exponential.js';
import { noisyKeys, planKeys } from '../../src/privacy/mechanisms/keys.js';
import { uniformInt } from '../../src/privacy/mechanisms/noise.js';
import { noisySums, planSums } from '../../src/privacy/mechanisms/sums.js';

const noiseOf = (label: string): NoiseSource => injectedNoise(Rng.create(`mechanisms ${label}`));
const draws = 200_000;
/** With fixed seeds these tests give the same answer for ever; one in a million would have failed by chance when they were written. */
const negligible = 1e-6;

/** p-value of Pearson's test of draws against weights over −reach … reach; rare values together. */
function fit(draw: () => number, weight: (x: number) => number, reach: number): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < draws; i++) {
    const x = draw();
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  let total = 0;
  for (let x = -reach; x <= reach; x++) total += weight(x);
  let [chi2, cells, restSeen, restExpected] = [0, 0, draws, draws];
  for (let x = -reach; x <= reach; x++) {
    const expected = (draws * weight(x)) / total;
    if (expected < 20) continue;
    const seen = counts.get(x) ?? 0;
    chi2 += (seen - expected) ** 2 / expected;
    cells++;
    restSeen -= seen;
    restExpected -= expected;
  }
  if (restExpected > 5) {
    chi2 += (restSeen - restExpected) ** 2 / restExpected;
    cells++;
  }
  return chiSquaredTail(chi2, cells - 1);
}

/** Draws one by one of noise that is made for lists. */
function singly(gaussian: GaussianBlocks): () => number {
  let left: number[] = [];
  return () => {
    if (left.length === 0) {
      const block = new Float64Array(10_000);
      gaussian.addTo(block);
      left = [...block];
    }
    return left.pop()!;
  };
}

describe('samplers follow their exact probabilities (chi-squared, 200,000 draws, fixed seeds)', () => {
  test.each([0.3, 1, 3, 40.5, 5000])('discrete Gaussian, σ² = %f', (variance) => {
    const gaussian = discreteGaussian(variance, noiseOf(`gaussian ${variance}`));
    const weight = (x: number): number => Math.exp((-x * x) / (2 * variance));
    expect(fit(() => gaussian.draw(), weight, Math.ceil(12 * Math.sqrt(variance)) + 3)).toBeGreaterThan(
      negligible,
    );
  });

  test.each([1, 3.7, 40.5, 5000])('discrete Gaussian by a table, σ² = %f', (variance) => {
    const draw = singly(tabledGaussian(variance, noiseOf(`table ${variance}`)));
    const weight = (x: number): number => Math.exp((-x * x) / (2 * variance));
    expect(fit(draw, weight, Math.ceil(12 * Math.sqrt(variance)))).toBeGreaterThan(negligible);
  });

  test.each([20_000, 5_000_000, 3e10])(
    'discrete Gaussian in layers, σ = %f: near the centre every step of the grid, far out the whole',
    (sigma) => {
      const gaussian = layeredGaussian(sigma, noiseOf('layers'));
      expect(gaussian.variance).toBeGreaterThan(sigma ** 2);
      expect(gaussian.variance).toBeLessThan(sigma ** 2 * 1.002);
      const s = Math.sqrt(gaussian.variance);
      // by cells of a twentieth, and by the remainder within the layer's step: a gap of the coarser layer would show in it
      const width = Math.round(sigma / 20);
      const weight = (k: number): number =>
        normalTail(((k - 0.5) * width) / s) - normalTail(((k + 0.5) * width) / s);
      const draw = singly(gaussian);
      expect(fit(() => Math.round(draw() / width), weight, 200)).toBeGreaterThan(negligible);
      const step = Math.round((sigma / Math.sqrt(3)) ** (sigma < 1e6 ? 1 / 2 : sigma < 1e9 ? 1 / 3 : 1 / 4));
      const cells = 64;
      const remainder = (): number => Math.floor(((((draw() % step) + step) % step) / step) * cells);
      const share = new Float64Array(cells);
      for (let r = 0; r < step; r++) share[Math.floor((r / step) * cells)]!++;
      expect(fit(remainder, (x) => share[x] ?? 0, cells)).toBeGreaterThan(negligible);
    },
  );

  test('draws of a list are as many as its numbers, whatever its length, and are added', () => {
    const gaussian = layeredGaussian(3000, noiseOf('lengths'));
    for (const length of [0, 1, 8191, 8192, 8193, 20_000]) {
      const numbers = new Float64Array(length).fill(1e6);
      gaussian.addTo(numbers);
      expect(numbers.every((x) => x !== 1e6 || length > 8000)).toBe(true);
      expect(new Set(numbers.slice(-1000)).size).toBeGreaterThanOrEqual(Math.min(length, 1000) * 0.8);
    }
  });

  test.each([
    [1, 1],
    [7, 2],
    [1, 3],
    [1000, 37],
  ])('discrete Laplace, scale %i/%i', (top, bottom) => {
    const noise = noiseOf(`laplace ${top}/${bottom}`);
    const weight = (x: number): number => Math.exp((-Math.abs(x) * bottom) / top);
    expect(
      fit(() => discreteLaplace(top, bottom, noise), weight, Math.ceil((40 * top) / bottom) + 2),
    ).toBeGreaterThan(negligible);
  });

  test('exponential mechanism', () => {
    const noise = noiseOf('choice');
    const scores = Float64Array.of(0, 3, -2, 3.5, 1, 0.25);
    const weight = (x: number): number =>
      x < 0 ? 0 : Math.exp((0.8 * (scores[x] ?? -Infinity)) / (2 * 1.5));
    const draw = (): number => exponentialChoice({ scores, sensitivity: 1.5, epsilon: 0.8 }, noise);
    expect(fit(draw, weight, 5)).toBeGreaterThan(negligible);
  });

  test('uniform integers below and above 2³²', () => {
    const noise = noiseOf('uniform');
    expect(
      fit(
        () => uniformInt(7, noise),
        (x) => (x >= 0 && x < 7 ? 1 : 0),
        7,
      ),
    ).toBeGreaterThan(negligible);
    const large = 3 * 2 ** 40;
    expect(
      fit(
        () => Math.floor(uniformInt(large, noise) / 2 ** 40),
        (x) => (x >= 0 && x < 3 ? 1 : 0),
        3,
      ),
    ).toBeGreaterThan(negligible);
  });

  test('a planted fault, variance 3 % too small, is seen', () => {
    const gaussian = discreteGaussian(40.5 * 0.97, noiseOf('planted'));
    expect(
      fit(
        () => gaussian.draw(),
        (x) => Math.exp((-x * x) / 81),
        80,
      ),
    ).toBeLessThan(negligible);
  });

  test('noise of sums: 64 cells have the planned deviation, within 1 % (8 standard errors)', () => {
    for (const [sensitivity, mu] of [
      [1, 2],
      [1.4142, 0.05],
      [300, 0.4],
    ] as const) {
      const plan = planSums(sensitivity, mu);
      expect(plan.sigma).toBeGreaterThan(sensitivity / mu);
      expect(plan.sigma).toBeLessThan((sensitivity / mu) * 1.0004);
      const { values, sigma } = noisySums(
        new Float64Array(300_000).fill(5),
        plan,
        0.5,
        noiseOf(`sums ${mu}`),
      );
      const variance = values.reduce((sum, v) => sum + (v - 2.5) ** 2, 0) / values.length;
      expect(Math.abs(Math.sqrt(variance) / sigma - 1)).toBeLessThan(0.01);
    }
  });
});

describe('exactness', () => {
  test('bounds of exp(−γ) enclose it and are a few units apart', () => {
    for (const gamma of [0, 1e-9, 0.1, 0.5, 1, 3.75, 30, 200]) {
      const { low, high } = expDigits(ratioOf(gamma), 100n);
      expect(high - low).toBeLessThanOrEqual(4n);
      const middle = Number((low + high) / 2n) / 2 ** 100;
      expect(Math.abs(middle - Math.exp(-gamma))).toBeLessThanOrEqual(2e-16 * Math.exp(-gamma) + 2 ** -98);
    }
  });

  test('the comparison of doubles and that of digits decide alike', () => {
    const source = noiseOf('digits');
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 21 - 1 }),
        fc.nat(),
        (gamma, high, low) => {
          // the same 53 digits for both
          const bits = [high * 2048, low * 2];
          const replayed: NoiseSource = { ...source, uint32: () => bits.shift() ?? source.uint32() };
          const u = (bits[0]! >>> 5) * 67_108_864 + (bits[1]! >>> 6);
          expect(bernoulliExp(gamma, () => ratioOf(gamma), replayed)).toBe(
            compareDigits(u, ratioOf(gamma), source),
          );
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });

  test('where 53 digits leave a doubt, further ones decide, as often as exp(−1) lies above the draw', () => {
    const noise = noiseOf('doubt');
    const { low } = expDigits(ratioOf(1), 117n);
    const boundary = Number(low >> 64n);
    const trues = Array.from({ length: 2000 }, () => compareDigits(boundary, ratioOf(1), noise)).filter(
      Boolean,
    ).length;
    const share = Number(low - (BigInt(boundary) << 64n)) / 2 ** 64; // of the last interval, below exp(−1)
    expect(share).toBeGreaterThan(0);
    expect(Math.abs(trues / 2000 - share)).toBeLessThan(0.06);
  });

  test('γ = 0 is always true, a huge γ never', () => {
    const noise = noiseOf('ends');
    for (let i = 0; i < 1000; i++) {
      expect(bernoulliExp(0, () => ratioOf(0), noise)).toBe(true);
      expect(bernoulliExp(1e6, () => ratioOf(1e6), noise)).toBe(false);
    }
  });

  test('a double is the rational number that it is', () => {
    expect(ratioOf(0.375)).toEqual({ top: 3n, bottom: 8n });
    expect(ratioOf(6)).toEqual({ top: 6n, bottom: 1n });
    const { top, bottom } = ratioOf(0.1);
    expect(Number(top) / Number(bottom)).toBe(0.1);
  });

  test('noisy sums lie on the public grid whatever the data, so that low digits tell nothing', () => {
    const plan = planSums(1, 0.7);
    const { values } = noisySums(Float64Array.of(0, 12, 1e6, -3), plan, 1, noiseOf('grid'));
    for (const value of values) expect(Number.isInteger(value * plan.refinement)).toBe(true);
  });

  test('sums that are no integers are refused', () => {
    for (const bad of [0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => noisySums(Float64Array.of(1, bad), planSums(1, 1), 1, noiseOf('bad'))).toThrow(
        /whole number/,
      );
    }
  });

  test('choices: large gaps, ties, infinite scores, one candidate; none and NaN are refused', () => {
    const noise = noiseOf('edge');
    const choose = (...scores: number[]): number =>
      exponentialChoice({ scores: Float64Array.of(...scores), sensitivity: 1, epsilon: 1 }, noise);
    for (let i = 0; i < 200; i++) expect(choose(0, 1e6, -Infinity)).toBe(1);
    expect(choose(4)).toBe(0);
    expect(new Set(Array.from({ length: 100 }, () => choose(1e300, 1e300)))).toEqual(new Set([0, 1]));
    expect(() => choose()).toThrow(/nothing to choose/);
    expect(() => choose(1, NaN)).toThrow(/not a number/);
  });
});

describe('private keys', () => {
  test('the threshold keeps a unit of its own keys hidden: Σ P(told) ≤ δ over every split of its rows', () => {
    for (const rows of [1, 2, 5]) {
      for (const [mu, delta] of [
        [0.1, 1e-6],
        [1, 1e-9],
        [3, 1e-4],
      ] as const) {
        const plan = planKeys(rows, mu, delta);
        const step = Math.sqrt(plan.variance);
        const told = (count: number): number => discreteTail(plan.threshold - count * plan.refinement, step);
        for (const split of partitions(rows)) {
          const risk = split.reduce((sum, count) => sum + told(count), 0);
          expect(risk).toBeLessThanOrEqual(delta);
        }
        const lower = planKeys(rows, mu, delta * 1.5); // and it is no higher than it must be, by 20 % of the noise at most
        expect(plan.threshold - lower.threshold).toBeLessThan(0.2 * step + 2);
        expect(told(rows)).toBeGreaterThan(delta / 10);
      }
    }
  });

  test('order, counts of zero and bad counts', () => {
    const plan = planKeys(1, 5, 1e-3);
    const counts = new Map([
      ['z', 500],
      ['ä', 400],
      ['a', 300],
      ['Z', 600],
      ['none', 0],
    ]);
    const told = [...noisyKeys(counts, plan, noiseOf('order')).keys()];
    expect(told).toEqual(['Z', 'a', 'z', 'ä']);
    const backwards = new Map([...counts].reverse());
    expect([...noisyKeys(backwards, plan, noiseOf('order'))]).toEqual([
      ...noisyKeys(counts, plan, noiseOf('order')),
    ]);
    expect(() => noisyKeys(new Map([['a', -1]]), plan, noiseOf('order'))).toThrow(/whole number/);
  });

  test('rare keys are told no more often than promised (rows = 2, δ = 0.02, 20,000 runs, 6 standard errors)', () => {
    const plan = planKeys(2, 1, 0.02);
    const noise = noiseOf('rare');
    let told = 0;
    for (let i = 0; i < 20_000; i++) told += noisyKeys(new Map([['rare', 2]]), plan, noise).size > 0 ? 1 : 0;
    expect(told / 20_000).toBeLessThan(0.02 + 6 * Math.sqrt((0.02 * 0.98) / 20_000));
    expect(told).toBeGreaterThan(150);
  });
});

test("the operating system's bits for a list differ from call to call", () => {
  const noise = secureNoise();
  const [a, b] = [new Uint32Array(64), new Uint32Array(64)];
  noise.fill(a);
  noise.fill(b);
  expect(new Set([...a, ...b]).size).toBeGreaterThan(120);
});

test("the operating system's bits: mean and variance of a million within 6 standard errors, buffers refilled", () => {
  const noise = secureNoise();
  let [sum, squares] = [0, 0];
  const n = 1_000_000;
  for (let i = 0; i < n; i++) {
    const x = noise.uint32() / 2 ** 32;
    sum += x;
    squares += (x - 0.5) ** 2;
  }
  expect(noise.secure).toBe(true);
  expect(Math.abs(sum / n - 0.5)).toBeLessThan(6 * Math.sqrt(1 / 12 / n));
  expect(Math.abs(squares / n - 1 / 12)).toBeLessThan(6 * Math.sqrt(1 / 180 / n));
});

/** P(discrete Gaussian ≥ x), summed. */
function discreteTail(x: number, step: number): number {
  let [tail, total] = [0, 0];
  const reach = Math.ceil(40 * step);
  for (let y = -reach; y <= reach; y++) {
    const weight = Math.exp((-y * y) / (2 * step * step));
    total += weight;
    if (y >= x) tail += weight;
  }
  expect(tail / total).toBeLessThanOrEqual(normalTail((x - 0.5) / step) * (1 + 1e-9));
  return tail / total;
}

/** Ways to split up to n rows into positive counts. */
function partitions(n: number, most = n): number[][] {
  const found: number[][] = [[]];
  for (let first = Math.min(n, most); first >= 1; first--) {
    for (const rest of partitions(n - first, first)) found.push([first, ...rest]);
  }
  return found;
}
