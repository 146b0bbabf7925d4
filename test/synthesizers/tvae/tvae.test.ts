import { beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, Rng } from '../../../src/core/index.js';
import type { FittedSynthesizer } from '../../../src/synthesizers/index.js';
import { FittedNetwork } from '../../../src/synthesizers/mixed/index.js';
import { tvae } from '../../../src/synthesizers/tvae/index.js';
import { testContext } from '../../support/context.js';
import { agreeing, coins, fitOf, fitting, resume, savedBytes } from '../networks.js';
import { share } from '../tables.js';

const fit = fitOf(tvae);
const brief = { epochs: 4, units: 16, latent: 8 };

describe('tvae', () => {
  let fitted: FittedSynthesizer;
  beforeAll(async () => {
    fitted = await fit(coins(2000), {
      epochs: 120,
      batchRows: 100,
      units: 64,
      latent: 32,
      learningRate: 0.002,
    });
  }, 600_000);

  it('learns what independent columns lose', async () => {
    const drawn = await fitted.sample(2000, { rng: Rng.create(1) }, testContext());
    expect(agreeing(drawn)).toBeGreaterThan(0.65);
    expect(fitting(drawn)).toBeGreaterThan(0.85);
    expect(Math.abs(share(drawn, ['x'], (x) => x === 0) - 0.18)).toBeLessThan(0.08);
    expect(Math.abs(share(drawn, ['x'], (x) => x === null) - 0.1)).toBeLessThan(0.08);
  });

  it('draws given any columns, from latent rows that explain them', async () => {
    const rng = Rng.create(1);
    const high = await fitted.sample(800, { rng, given: { x: 21.3 } }, testContext());
    expect(share(high, ['x'], (x) => x === 21.3)).toBe(1);
    expect(share(high, ['a'], (a) => a === 'head')).toBeGreaterThan(0.9);
    const same = await fitted.sample(800, { rng, given: { same: 'yes', b: 'head' } }, testContext());
    expect(share(same, ['a'], (a) => a === 'head')).toBeGreaterThan(0.65);
  });

  it('draws labels at their shares, with what they hang on or given it', async () => {
    const drawn = await fitted.sample(4000, { rng: Rng.create(2) }, testContext());
    const missing = share(drawn, ['same'], (same) => same === null);
    expect(Math.abs(missing - share(coins(2000), ['same'], (same) => same === null))).toBeLessThan(0.02);
    const given = { same: 'no' };
    const no = await fitted.sample(2000, { rng: Rng.create(2), given }, testContext());
    expect(share(no, ['same'], (same) => same === 'no')).toBe(1);
    expect(share(no, ['a', 'b'], (a, b) => a !== b)).toBeGreaterThan(0.65);
  });

  it('can have the decoder say the labels with the rest, as the paper does', async () => {
    const options = { epochs: 60, batchRows: 100, units: 32, latent: 8, labelsFirst: false };
    const paper = await fit(coins(1000), options);
    const drawn = await paper.sample(1000, { rng: Rng.create(1) }, testContext());
    expect(Math.abs(share(drawn, ['same'], (same) => same === null) - 0.1)).toBeLessThan(0.08);
  });

  it('keeps its training curve, which falls', () => {
    if (!(fitted instanceof FittedNetwork)) throw new Error('not a network');
    const { curve } = fitted;
    expect(curve.at(-1)!.training).toBeLessThan(0.8 * curve[0]!.training);
    expect(Math.min(...curve.map((e) => e.validation))).toBeLessThan(0.8 * curve[0]!.validation);
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
