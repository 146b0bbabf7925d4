import { afterEach, describe, expect, it, vi } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { createCurator, injectedNoise } from '../../src/privacy/index.js';
import type { TrainingSteps } from '../../src/privacy/index.js';
import { drawNoise, NoiseAhead } from '../../src/privacy/mechanisms/noise-ahead.js';

const SIZE = 2 ** 16;
const SIGMA = 3000;
const open: { close(): Promise<void> }[] = [];
const kept = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const mean = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v, 0) / x.length;
function correlation(a: Float64Array, b: Float64Array): number {
  const product = mean(a.map((x, i) => x * b[i]!));
  return product / Math.sqrt(mean(a.map((x) => x * x)) * mean(b.map((x) => x * x)));
}

describe('noise from a thread of its own', () => {
  it('has the deviation asked for, is whole, and is another one for each sum', async () => {
    const ahead = kept(new NoiseAhead(SIGMA, SIZE));
    const noises: Float64Array[] = [];
    for (let step = 0; step < 4; step++) {
      if (step % 2 === 0) ahead.begin();
      const numbers = new Float64Array(SIZE);
      await ahead.addTo(numbers);
      noises.push(numbers);
    }
    for (const [i, noise] of noises.entries()) {
      expect(noise.every(Number.isInteger)).toBe(true);
      expect(Math.abs(mean(noise))).toBeLessThan((5 * SIGMA) / Math.sqrt(SIZE));
      expect(Math.sqrt(mean(noise.map((x) => x * x))) / SIGMA).toBeCloseTo(1, 1);
      for (const other of noises.slice(i + 1))
        expect(Math.abs(correlation(noise, other))).toBeLessThan(5 / Math.sqrt(SIZE));
    }
  });

  it('is added to what is there', async () => {
    const ahead = kept(new NoiseAhead(1, 100));
    const numbers = new Float64Array(100).fill(1e6);
    await ahead.addTo(numbers);
    expect(Math.min(...numbers)).toBeGreaterThan(1e6 - 12);
    expect(Math.max(...numbers)).toBeLessThan(1e6 + 12);
    expect(numbers.some((x) => x !== 1e6)).toBe(true);
  });

  it('never serves two sums at once', async () => {
    const ahead = kept(new NoiseAhead(SIGMA, SIZE));
    const first = ahead.addTo(new Float64Array(SIZE));
    await expect(ahead.addTo(new Float64Array(SIZE))).rejects.toMatchObject({ code: 'NOISE_TWICE' });
    await first;
  });

  it('is an error when the thread fails or has ended, now and for every later sum', async () => {
    const failing = kept(new NoiseAhead(0.5, 10)); // no table of so narrow a noise
    for (let again = 0; again < 2; again++)
      await expect(failing.addTo(new Float64Array(10))).rejects.toMatchObject({ code: 'NOISE_SCALE' });
    const ended = new NoiseAhead(SIGMA, SIZE);
    await ended.addTo(new Float64Array(SIZE));
    await ended.close();
    await expect(ended.addTo(new Float64Array(SIZE))).rejects.toThrow();
    await expect(kept(new NoiseAhead(SIGMA, SIZE)).addTo(new Float64Array(3))).rejects.toMatchObject({
      code: 'NOISE_MISSING',
    });
  });

  it('fills all the memory that it is given', () => {
    const into = new Float64Array(10_000).fill(NaN);
    drawNoise({ sigma: SIGMA, into });
    expect(into.some(Number.isNaN)).toBe(false);
    expect(into.filter((x) => x === 0).length).toBeLessThan(50);
  });
});

describe('a training of many numbers', () => {
  const train = (injected?: Rng): TrainingSteps => {
    const budget = { epsilon: 1, delta: 1e-5, accountant: 'rdp' } as const;
    const curator = createCurator(budget, ...(injected === undefined ? [] : [injectedNoise(injected)]));
    const request = { purpose: 'training', about: 'a network', rowNorm: 1, size: SIZE } as const;
    return kept(curator.train({ ...request, rho: curator.rho, steps: 200, rate: 0.1, rows: () => 100 }));
  };

  it('adds noise of the deviation told, another one each step', async () => {
    const training = train();
    const sum = (): Promise<Float64Array> => Promise.resolve(new Float64Array(SIZE).fill(5));
    const [first, second] = [await training.step(sum), await training.step(sum)];
    for (const noisy of [first, second]) {
      expect(Math.abs(mean(noisy) - 5)).toBeLessThan((5 * training.sigma) / Math.sqrt(SIZE));
      const deviation = Math.sqrt(mean(noisy.map((x) => (x - 5) ** 2)));
      expect(Math.abs(deviation / training.sigma - 1)).toBeLessThan(5 / Math.sqrt(2 * SIZE));
    }
    const apart = correlation(
      first.map((x) => x - 5),
      second.map((x) => x - 5),
    );
    expect(Math.abs(apart)).toBeLessThan(5 / Math.sqrt(SIZE));
  });

  it('is drawn on the thread with the bits of the operating system, and never with injected ones', async () => {
    const thread = vi.spyOn(NoiseAhead.prototype, 'addTo');
    const sum = (): Promise<Float64Array> => Promise.resolve(new Float64Array(SIZE));
    const [one, other] = [await train(Rng.create(1)).step(sum), await train(Rng.create(1)).step(sum)];
    expect(one).toEqual(other);
    expect(thread).not.toHaveBeenCalled();
    await train().step(sum);
    expect(thread).toHaveBeenCalledTimes(1);
    thread.mockRestore();
  });

  it('goes on after a sum that failed, and has no step left once it is closed', async () => {
    const training = train();
    const failed = training.step(() => Promise.reject(new Error('no sum')));
    await expect(failed).rejects.toThrow('no sum');
    await training.step(() => Promise.resolve(new Float64Array(SIZE)));
    expect(training.left).toBe(198);
    await training.close();
    await expect(training.step(() => Promise.resolve(new Float64Array(SIZE)))).rejects.toMatchObject({
      code: 'BUDGET_SPENT',
    });
  });
});
