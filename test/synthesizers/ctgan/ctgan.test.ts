import { beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, Rng } from '../../../src/core/index.js';
import type { Condition } from '../../../src/synthesizers/ctgan/conditions.js';
import {
  conditionDrawer,
  ConditionSampler,
  learnConditions,
} from '../../../src/synthesizers/ctgan/conditions.js';
import { ctgan } from '../../../src/synthesizers/ctgan/index.js';
import { Learner } from '../../../src/synthesizers/ctgan/learner.js';
import { compileCtgan, settleBatch } from '../../../src/synthesizers/ctgan/options.js';
import type { FittedSynthesizer } from '../../../src/synthesizers/index.js';
import type { Coder, GivenCodes, Labels } from '../../../src/synthesizers/mixed/index.js';
import { FittedNetwork, layoutOf, noLabels } from '../../../src/synthesizers/mixed/index.js';
import type { Table } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { coins, fitOf, fitting, resume, savedBytes } from '../networks.js';
import { share } from '../tables.js';

const fit = fitOf(ctgan);
const brief = { epochs: 3, units: 16, latent: 8 };

describe('conditions', () => {
  const categories = (size: number): Coder => {
    const codes = Array.from({ length: size }, (_, code) => code);
    return { kind: 'categories', codeOf: codes, categoryOf: codes, rare: null, missing: null, size };
  };
  // a column of three categories, and a label that the rare category never has
  const layout = layoutOf([categories(3), categories(2)]);
  const column = Int32Array.from({ length: 1000 }, (_, row) => (row < 900 ? 0 : row < 990 ? 1 : 2));
  const codes = Int32Array.from({ length: 2000 }, (_, i) =>
    i % 2 === 0 ? column[i / 2]! : Number(i < 1980 && i % 4 === 1),
  );
  const rows = { rows: 1000, codes, numbers: new Float32Array(0) };
  const training = Uint32Array.from({ length: 1000 }, (_, i) => i);
  const labels: Labels = {
    columns: [1],
    classes: [
      { codes: [0], rows: 505 },
      { codes: [1], rows: 495 },
    ],
  };
  const conditions = learnConditions(rows, { layout, training, labels });
  const drawer = (given: GivenCodes, of = labels): ReturnType<typeof conditionDrawer> => {
    const learned = learnConditions(rows, { layout, training, labels: of });
    return conditionDrawer({ layout, conditions: learned, labels: of, given });
  };
  const nothing: GivenCodes = new Map();
  const shareOf = (drawn: readonly (Condition | undefined)[], choice: number, code: number): number => {
    const about = drawn.filter((one) => one?.choice === choice);
    return about.filter((one) => one?.code === code).length / about.length;
  };

  it('count the rows of each code, in all and by class', () => {
    expect(conditions).toEqual([
      { choice: 0, counts: [900, 90, 10], ofClass: expect.anything() as unknown },
      {
        choice: 1,
        counts: [505, 495],
        ofClass: [
          [505, 0],
          [0, 495],
        ],
      },
    ]);
    const [none, some] = conditions[0]!.ofClass;
    expect([none, some]).toEqual([
      [450, 45, 10],
      [450, 45, 0],
    ]);
  });

  it('are sampled for training by the logarithm of their rows, with a row that has the code and its labels', () => {
    const sampler = new ConditionSampler(conditions, rows, { layout, training, labels: [1] });
    const rng = Rng.create(1);
    const found = [0, 0, 0];
    let about = 0;
    for (let i = 0; i < 40_000; i++) {
      const { choice, code, row, labels: told } = sampler.draw(rng);
      expect(codes[2 * row + choice]).toBe(code);
      expect(told).toEqual([codes[2 * row + 1]]);
      if (choice !== 0) continue;
      about++;
      found[code]!++;
    }
    const logs = [901, 91, 11].map(Math.log);
    const total = logs.reduce((a, b) => a + b, 0);
    for (const [k, log] of logs.entries())
      expect(Math.abs(found[k]! / about - log / total)).toBeLessThan(0.015);
  });

  it('are drawn by their shares, and never against a label', () => {
    const rng = Rng.create(1);
    const draw = drawer(nothing);
    const drawn = Array.from({ length: 20_000 }, () => draw(0, rng));
    expect(Math.abs(shareOf(drawn, 0, 0) - 0.9)).toBeLessThan(0.02);
    expect(drawn.some((one) => one?.choice === 0 && one.code === 2 && one.labels[0] === 1)).toBe(false);
    expect(drawn.every((one) => one?.choice !== 1 || one.code === one.labels[0])).toBe(true);
    expect(
      conditionDrawer({ layout, conditions: [], labels: noLabels, given: nothing })(0, rng),
    ).toBeUndefined();
  });

  it('are what is given', () => {
    const rng = Rng.create(1);
    const draw = drawer(new Map([[0, [2]]]));
    const rare = Array.from({ length: 500 }, () => draw(0, rng));
    expect(rare.every((one) => one?.choice === 0 && one.code === 2)).toBe(true);
    const label = drawer(new Map([[1, [1]]]));
    const labelled = Array.from({ length: 500 }, () => label(0, rng));
    expect(labelled.every((one) => one?.labels[0] === 1 && !(one.choice === 0 && one.code === 2))).toBe(true);
  });

  it('are without labels where the generator makes them', () => {
    const rng = Rng.create(1);
    const draw = drawer(nothing, noLabels);
    const drawn = Array.from({ length: 20_000 }, () => draw(0, rng));
    expect(drawn.every((one) => one?.labels.length === 0)).toBe(true);
    expect(Math.abs(shareOf(drawn, 1, 1) - 0.495)).toBeLessThan(0.02);
  });

  it('keeps the average of the steps, of what batch norms remember as well', async () => {
    const options = compileCtgan({ units: 8, latent: 4, pac: 2 });
    const shape = { layout, units: 8, latent: 4, pac: 2, conditional: true, labels: [1] };
    const split = { training, validation: new Uint32Array(0) };
    const learner = await Learner.create({
      ...{ shape, rows, split, conditions, options, batchRows: 20, stepsPerPass: 1, averagedSteps: 3 },
      rng: Rng.create(1),
      signal: undefined,
    });
    const sums: number[] = [];
    for (let pass = 0; pass < 3; pass++) {
      await learner.pass(pass, 0.01);
      const { vectors } = learner.snapshot();
      const now = [...vectors['generator.parameters']!, ...vectors['remembered']!];
      for (const [i, x] of now.entries()) sums[i] = (sums[i] ?? 0) + x / 3;
    }
    const kept = learner.kept();
    await learner.close();
    expect(kept.length).toBe(sums.length);
    for (const [i, mean] of sums.entries()) expect(kept[i]).toBeCloseTo(mean, 5);
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

  it('draws labels at their shares, and leaves given ones', async () => {
    const rng = Rng.create(2);
    const drawn = await fitted.sample(4000, { rng }, testContext());
    const real = coins(2000);
    for (const label of ['yes', 'no', null]) {
      const of = (table: Table): number => share(table, ['same'], (same) => same === label);
      expect(Math.abs(of(drawn) - of(real))).toBeLessThan(0.03);
    }
    const no = await fitted.sample(200, { rng, given: { same: 'no' } }, testContext());
    expect(share(no, ['same'], (same) => same === 'no')).toBe(1);
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
    const planted = vi.spyOn(Rng.prototype, 'normals').mockImplementation((out) => out.fill(NaN));
    try {
      await expect(fit(table, brief)).rejects.toMatchObject({ code: 'DIVERGED' });
    } finally {
      planted.mockRestore();
    }
  });
});
