import { beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, Rng } from '../../../src/core/index.js';
import {
  ConditionSampler,
  drawCondition,
  learnConditions,
} from '../../../src/synthesizers/ctgan/conditions.js';
import { ctgan } from '../../../src/synthesizers/ctgan/index.js';
import { compileCtgan, settleBatch } from '../../../src/synthesizers/ctgan/options.js';
import type { FittedSynthesizer } from '../../../src/synthesizers/index.js';
import { FittedNetwork, layoutOf } from '../../../src/synthesizers/mixed/index.js';
import { testContext } from '../../support/context.js';
import { coins, fitOf, fitting, resume, savedBytes } from '../networks.js';
import { share } from '../tables.js';

const fit = fitOf(ctgan);
const brief = { epochs: 3, units: 16, latent: 8 };

describe('conditions', () => {
  const layout = layoutOf([
    { kind: 'categories', codeOf: [0, 1, 2], categoryOf: [0, 1, 2], rare: null, missing: null, size: 3 },
  ]);
  const codes = Int32Array.from({ length: 1000 }, (_, row) => (row < 900 ? 0 : row < 990 ? 1 : 2));
  const rows = { rows: 1000, codes, numbers: new Float32Array(0) };
  const training = Uint32Array.from({ length: 1000 }, (_, i) => i);
  const conditions = learnConditions(rows, layout, training);

  it('counts the rows of each code', () => {
    expect(conditions).toEqual([{ choice: 0, counts: [900, 90, 10] }]);
  });

  it('samples codes for training by the logarithm of their rows, and a row that has the code', () => {
    const sampler = new ConditionSampler(conditions, rows, { layout, training });
    const rng = Rng.create(1);
    const found = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) {
      const { code, row } = sampler.draw(rng);
      expect(codes[row]).toBe(code);
      found[code]!++;
    }
    const logs = [901, 91, 11].map(Math.log);
    const total = logs.reduce((a, b) => a + b, 0);
    for (const [k, log] of logs.entries())
      expect(Math.abs(found[k]! / 20_000 - log / total)).toBeLessThan(0.015);
  });

  it('draws codes by their shares', () => {
    const rng = Rng.create(1);
    let first = 0;
    for (let i = 0; i < 5000; i++) if (drawCondition(conditions, rng)?.code === 0) first++;
    expect(Math.abs(first / 5000 - 0.9)).toBeLessThan(0.02);
    expect(drawCondition([], rng)).toBeUndefined();
  });

  it('takes whole packs, of few rows at least one', () => {
    expect(settleBatch(compileCtgan(), 24_000)).toBe(500);
    expect(settleBatch(compileCtgan(), 47)).toBe(40);
    expect(settleBatch(compileCtgan(), 7)).toBe(10);
  });
});

describe('ctgan', () => {
  let fitted: FittedSynthesizer;
  beforeAll(async () => {
    fitted = await fit(coins(2000), {
      epochs: 100,
      units: 64,
      latent: 32,
      batchRows: 100,
      learningRate: 0.001,
    });
  }, 600_000);

  it('learns what independent columns lose', async () => {
    const drawn = await fitted.sample(2000, { rng: Rng.create(1) }, testContext());
    expect(fitting(drawn)).toBeGreaterThan(0.7);
    expect(Math.abs(share(drawn, ['a'], (a) => a === 'head') - 0.5)).toBeLessThan(0.15);
  });

  it('draws given any columns', async () => {
    const rng = Rng.create(1);
    const high = await fitted.sample(500, { rng, given: { x: 21.3 } }, testContext());
    expect(share(high, ['x'], (x) => x === 21.3)).toBe(1);
    expect(share(high, ['a'], (a) => a === 'head')).toBeGreaterThan(0.7);
    const heads = await fitted.sample(500, { rng, given: { a: 'head' } }, testContext());
    expect(share(heads, ['x'], (x) => x === null || x === 0 || Number(x) > 12)).toBeGreaterThan(0.7);
  });

  it("keeps the critic's distances: it saw a difference, and not the largest at the end", () => {
    if (!(fitted instanceof FittedNetwork)) throw new Error('not a network');
    const distances = fitted.curve.map(({ training }) => training);
    expect(distances).toHaveLength(100);
    expect(Math.max(...distances)).toBeGreaterThan(0.05);
    expect(distances.at(-1)!).toBeLessThan(Math.max(...distances));
  });

  it('goes on after an interruption to the same bytes', async () => {
    const table = coins(300);
    const { stopped, begunAt, saved } = await resume((context) => fit(table, brief, context), 2);
    expect(stopped).toBeInstanceOf(InterruptedError);
    expect(begunAt).toBe(2);
    expect(saved).toBe(await savedBytes(await fit(table, brief)));
  });

  it('notices a loss that is no number', async () => {
    const table = coins(100);
    const planted = vi.spyOn(Rng.prototype, 'normal').mockReturnValue(NaN);
    try {
      await expect(fit(table, brief)).rejects.toMatchObject({ code: 'DIVERGED' });
    } finally {
      planted.mockRestore();
    }
  });
});
