import { describe, expect, test } from 'vitest';
import { PrivacyError, Rng } from '../../src/core/index.js';
import { trainingNoise } from '../../src/privacy/accountants/training.js';
import { assertNeighbourSafe, createCurator, injectedNoise } from '../../src/privacy/index.js';
import type { Curator, CuratorOptions, PrivateTraining, TrainingSteps } from '../../src/privacy/index.js';
import { planSteps } from '../../src/privacy/mechanisms/training.js';

const make = (options: Partial<CuratorOptions> = {}): Curator =>
  createCurator({ epsilon: 1, delta: 1e-5, ...options }, injectedNoise(Rng.create('training')));
const plan = { purpose: 'training', about: 'a network', rowNorm: 2, size: 3 } as const;
const zero = (): Promise<Float64Array> => Promise.resolve(new Float64Array(3));

describe('a training in the ledger', () => {
  test.each(['pld', 'rdp'] as const)(
    '%s: alone it gets the noise that it needs, and nothing is left',
    (accountant) => {
      const curator = make({ accountant, keysShare: 0 });
      const run = { steps: 200, rate: 0.05 };
      const { rho } = curator;
      curator.train({ ...plan, ...run, rho, rows: () => 100 });
      const [entry] = curator.receipt().entries;
      const alone = trainingNoise(run, { epsilon: 1, delta: 1e-5 }, accountant);
      expect(entry!.mechanism).toBe('subsampled-gaussian');
      expect(entry!.parameters['noise']! / alone).toBeGreaterThan(0.998);
      expect(entry!.parameters['noise']! / alone).toBeLessThan(1.005);
      // σ is that of a contribution of norm 2, and of some more for single precision and the grid
      expect(entry!.parameters['sigma']! / entry!.parameters['noise']!).toBeCloseTo(2.024, 9);
      expect(curator.receipt().spentDelta).toBeLessThanOrEqual(1e-5);
      expect(curator.receipt().spentDelta).toBeGreaterThan(0.98e-5);
      const more = (): unknown =>
        curator.sums({
          purpose: 'measurement',
          about: 'x',
          rowNorm: 1,
          rho: rho / 1000,
          sums: () => new Float64Array(1),
        });
      expect(more).toThrow(expect.objectContaining({ code: 'BUDGET_SPENT' }));
    },
  );

  test.each(['pld', 'rdp', 'zcdp'] as const)(
    '%s: with counts and choices before and after it, all is within (ε, δ)',
    (accountant) => {
      const curator = make({ accountant, epsilon: 2 });
      const rho = curator.rho / 4;
      const sums = (): unknown =>
        curator.sums({ purpose: 'bins', about: 'counts', rowNorm: 1, rho, sums: () => new Float64Array(4) });
      sums();
      const choose = (): unknown =>
        curator.choose({
          purpose: 'selection',
          about: 'x',
          rowSensitivity: 1,
          rho: rho / 2,
          scores: () => Float64Array.of(0, 1),
        });
      choose();
      curator.train({ ...plan, rho, steps: 100, rate: 0.1, rows: () => 50 });
      sums();
      choose();
      expect(curator.left).toBeLessThan(1e-12);
      const { spentDelta, delta } = curator.receipt();
      expect(spentDelta).toBeLessThanOrEqual(delta);
      expect(spentDelta).toBeGreaterThan(delta / 3);
    },
  );

  test('sampling is worth little without amplification (zcdp), and more noise is needed for more steps or a higher rate', () => {
    const noise = (more: Partial<PrivateTraining>, options: Partial<CuratorOptions> = {}): number => {
      const curator = make({ accountant: 'rdp', ...options });
      curator.train({ ...plan, rho: curator.rho / 2, steps: 100, rate: 0.1, rows: () => 50, ...more });
      return curator.receipt().entries[0]!.parameters['noise']!;
    };
    const base = noise({});
    expect(noise({ steps: 400 })).toBeGreaterThan(1.8 * base);
    expect(noise({ rate: 0.2 })).toBeGreaterThan(1.8 * base);
    expect(noise({}, { accountant: 'zcdp' })).toBeGreaterThan(5 * base);
  });

  test('a unit of several rows is sampled more often and moves more', () => {
    const one = planSteps({ rate: 0.1, rowNorm: 1, size: 100, rowsPerUnit: 1 });
    const three = planSteps({ rate: 0.1, rowNorm: 1, size: 100, rowsPerUnit: 3 });
    expect(one.unitRate).toBeCloseTo(0.1, 9);
    expect(one.unitRate).toBeGreaterThanOrEqual(0.1); // rounded towards safety
    expect(three.unitRate).toBeCloseTo(1 - 0.9 ** 3, 9);
    expect(three.sensitivity).toBeCloseTo(3 * one.sensitivity, 12);
  });

  test.each([
    { steps: 1.5 },
    { steps: 0 },
    { rate: 1.1 },
    { rate: 0 },
    { rowNorm: 0 },
    { size: -1 },
    { rho: 0 },
  ])('is refused before anything is spent: %o', (bad) => {
    const curator = make();
    const never = (): never => {
      throw new Error('looked at the data');
    };
    expect(() => curator.train({ ...plan, rho: 0.001, steps: 10, rate: 0.1, rows: never, ...bad })).toThrow(
      PrivacyError,
    );
    expect(curator.receipt().entries).toEqual([]);
  });
});

describe('its steps', () => {
  const train = (more: Partial<PrivateTraining> = {}): TrainingSteps => {
    const curator = make({ accountant: 'rdp', epsilon: 4 });
    return curator.train({ ...plan, rho: curator.rho, steps: 400, rate: 0.3, rows: () => 50, ...more });
  };

  test('take each row with the rate told, afresh each time, and empty samples too', async () => {
    const training = train({ rate: 0.02 });
    const seen = new Float64Array(50);
    let empty = 0;
    for (let i = 0; i < 400; i++) {
      await training.step((sample) => {
        for (const row of sample) seen[row]!++;
        if (sample.length === 0) empty++;
        return zero();
      });
    }
    const mean = seen.reduce((sum, n) => sum + n, 0) / 50;
    expect(Math.abs(mean - 8)).toBeLessThan(5 * Math.sqrt(8 / 50));
    expect(Math.max(...seen)).toBeLessThan(25);
    expect(Math.abs(empty / 400 - 0.98 ** 50)).toBeLessThan(0.13);
  });

  test('add noise of the deviation told to the sum', async () => {
    const training = train();
    const values: number[] = [];
    for (let i = 0; i < 400; i++)
      values.push(...(await training.step(() => Promise.resolve(Float64Array.of(5, 5, 5)))));
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
    expect(Math.abs(mean - 5)).toBeLessThan((5 * training.sigma) / Math.sqrt(1200));
    expect(Math.abs(deviation / training.sigma - 1)).toBeLessThan(0.1);
  });

  test('end, and refuse sums of another size or that are no numbers', async () => {
    const training = train({ steps: 3 });
    await training.step(zero);
    await expect(training.step(() => Promise.resolve(new Float64Array(2)))).rejects.toMatchObject({
      code: 'BAD_COST',
    });
    await expect(training.step(() => Promise.resolve(Float64Array.of(0, NaN, 0)))).rejects.toMatchObject({
      code: 'DIVERGED',
    });
    expect(training.left).toBe(0);
    await expect(training.step(zero)).rejects.toMatchObject({ code: 'BUDGET_SPENT' });
  });
});

describe('neighbour replay of a training', () => {
  interface Leaks {
    readonly clip?: boolean;
    readonly stepsFromRows?: boolean;
    readonly loss?: boolean;
  }
  /** A mean by gradient steps; each row's gradient is clipped to norm 1. */
  async function mean(rows: readonly number[], curator: Curator, leaks: Leaks): Promise<string> {
    const training = curator.train({
      ...plan,
      rowNorm: 1,
      size: 1,
      rho: curator.rho,
      steps: leaks.stepsFromRows === true ? rows.length : 10,
      rate: 0.5,
      rows: () => rows.length,
    });
    let at = 0;
    let loss = 0;
    for (let i = training.left; i > 0; i--) {
      const [gradient] = await training.step((sample) => {
        let sum = 0;
        for (const row of sample) {
          const g = at - rows[row]!;
          loss += g * g;
          sum += leaks.clip === false ? g : Math.max(-1, Math.min(1, g));
        }
        return Promise.resolve(Float64Array.of(sum));
      });
      at -= gradient! / 10;
    }
    return JSON.stringify(leaks.loss === true ? { at, loss } : { at });
  }
  const table = Array.from({ length: 30 }, (_, i) => i / 30);
  const check = (leaks: Leaks): Promise<unknown> =>
    assertNeighbourSafe({
      table,
      fit: (rows, curator) => mean(rows, curator, leaks),
      neighbours: [
        { name: 'a far row more', table: [...table, 50] },
        { name: 'the fifth row less', table: table.filter((_, i) => i !== 4), removed: [4] },
      ],
      serialise: (model) => model,
      budget: { epsilon: 5, delta: 1e-5, accountant: 'zcdp' },
      noise: injectedNoise(Rng.create('replay training')),
    });

  test('passes where it is private', async () => {
    await expect(check({})).resolves.toMatchObject({ steps: 11, neighbours: 2 });
  });

  test.each([
    [{ clip: false }, /changes 'a network' by more than was declared/],
    [{ stepsFromRows: true }, /Question 1 is another one/],
    [{ loss: true }, /the result differs/],
  ])('catches a leak: %o', async (leaks, message) => {
    await expect(check(leaks)).rejects.toThrow(message);
  });
});
