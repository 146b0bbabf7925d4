import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataError, Rng } from '../../src/core/index.js';
import { createCurator, injectedNoise } from '../../src/privacy/index.js';
import type { FitContext, FittedSynthesizer } from '../../src/synthesizers/index.js';
import { argnSequences, synthesizerById } from '../../src/synthesizers/index.js';
import { compare, expectedOf, expectedPrivately, judgeDrawn } from '../../src/synthesizers/collapse.js';
import type { Cell, Column, ColumnSchema, Table } from '../../src/table/index.js';
import { columnFromCells, tableFromRows } from '../../src/table/index.js';
import { testContext } from '../support/context.js';
import { schemaOf } from './tables.js';

/** What is done to the numbers that a training comes to, before anybody looks at them. */
const planted = vi.hoisted(() => ({ defect: undefined as ((parameters: Float32Array) => void) | undefined }));

vi.mock('../../src/synthesizers/training/passes.js', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/synthesizers/training/passes.js')>();
  const trainInPasses: typeof real.trainInPasses = async (...all) => {
    const trained = await real.trainInPasses(...all);
    planted.defect?.(trained.parameters);
    return trained;
  };
  return { ...real, trainInPasses };
});
vi.mock('../../src/synthesizers/training/private.js', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../src/synthesizers/training/private.js')>();
  const trainPrivately: typeof real.trainPrivately = async (network, ...others) => {
    const { after } = network;
    // ctgan keeps its generator, which follows the critic's numbers after each step
    const followed: typeof after = async (critic, step) => {
      const spoiled = Float32Array.from(critic);
      planted.defect?.(spoiled);
      if (spoiled.some(Number.isNaN)) spoiled.fill(NaN); // its last bias alone moves no generator
      await after?.(spoiled, step);
    };
    const parameters = await real.trainPrivately({ ...network, after: followed }, ...others);
    planted.defect?.(parameters);
    return parameters;
  };
  return { ...real, trainPrivately };
});
afterEach(() => {
  planted.defect = undefined;
});

const declared = { domain: 'declared', missing: false } as const;
const letters = Array.from('abcdefghij');
const schemas: ColumnSchema[] = [
  ...['one', 'two', 'three'].map((name) =>
    schemaOf(name, 'categorical', { ...declared, categories: letters }),
  ),
  schemaOf('x', 'continuous', { ...declared, bounds: [0, 100], decimals: 1 }),
];

/** Three categories that are nearly always the first of ten, and a number. */
function skewed(rows: number): Table {
  const rng = Rng.create('skewed');
  const letter = (): string => (rng.next() < 0.85 ? 'a' : letters[rng.int(10)]!);
  return tableFromRows(
    schemas,
    Array.from({ length: rows }, () => {
      return { one: letter(), two: letter(), three: letter(), x: Math.round(1000 * rng.next()) / 10 };
    }),
  );
}

const brief: Readonly<Record<string, object>> = {
  argn: { epochs: 8, units: 0.5, steps: 40 },
  tabddpm: { steps: 300, units: 32, layers: 2, drawSteps: 8, noiseSteps: 100, privateSteps: 40 },
  tvae: { epochs: 40, units: 32, latent: 8, batchRows: 100, privateSteps: 40 },
  ctgan: { epochs: 60, units: 32, latent: 8, batchRows: 100, pac: 1, privateSteps: 40, learningRate: 0.002 },
};
const fit = (
  id: string,
  more: object = {},
  context: FitContext = testContext(),
): Promise<FittedSynthesizer> => {
  const synthesizer = synthesizerById(id);
  return synthesizer.fit(skewed(600), synthesizer.compile({ ...brief[id], ...more }), context);
};
const withBudget = (): FitContext => ({
  ...testContext(),
  curator: createCurator({ epsilon: 20, delta: 1e-5 }, injectedNoise(Rng.create('defects'))),
});

const defects: Readonly<Record<string, (parameters: Float32Array) => void>> = {
  zeroed: (parameters) => parameters.fill(0),
  'no numbers': (parameters) => (parameters[parameters.length - 1] = NaN),
  saturated: (parameters) => {
    for (let i = 0; i < parameters.length; i++) parameters[i]! *= 1e6;
  },
};

/** Either an error that says what is wrong, or a model whose rows a fresh look finds nothing against. */
async function expectRefusedOrSound(fitting: Promise<FittedSynthesizer>): Promise<void> {
  const outcome = await fitting.catch((error: unknown) => error);
  if (outcome instanceof DataError) {
    expect(outcome.code).toMatch(/^(DIVERGED|MODE_COLLAPSE|SHARES_OFF)$/);
    return;
  }
  const drawn = await (outcome as FittedSynthesizer).sample(2000, { rng: Rng.create(7) }, testContext());
  judgeDrawn(expectedOf(skewed(600).columns), drawn.columns);
}

describe.each(Object.keys(brief))('%s', (id) => {
  it('passes when nothing is wrong', async () => {
    await expect(fit(id)).resolves.toBeDefined();
  });

  it.each(['zeroed', 'no numbers'])('is refused with its parameters %s', async (name) => {
    planted.defect = defects[name];
    const code = name === 'zeroed' ? 'SHARES_OFF' : 'DIVERGED';
    await expect(fit(id)).rejects.toMatchObject({ code, kind: 'data' });
  });

  it('is refused, or draws what it should all the same, with its parameters saturated', async () => {
    planted.defect = defects['saturated'];
    await expectRefusedOrSound(fit(id));
  });

  it('is refused, or kept a pass that draws what it should, with a learning rate of 1', async () => {
    await expectRefusedOrSound(fit(id, { learningRate: 1 }));
  });

  it('is refused with a budget, by what was released', async () => {
    planted.defect = defects['no numbers'];
    await expect(fit(id, {}, withBudget())).rejects.toMatchObject({ code: 'DIVERGED' });
  });

  it('refuses three rows, and bears columns that are constant or always missing', async () => {
    const synthesizer = synthesizerById(id);
    const options = synthesizer.compile(brief[id]);
    await expect(synthesizer.fit(skewed(3), options, testContext())).rejects.toMatchObject({
      code: 'TOO_FEW_ROWS',
    });
    const rows = Array.from({ length: 100 }, (_, i) => ({ same: 'a', gone: null, level: null, x: i % 7 }));
    const table = tableFromRows(
      [
        schemaOf('same', 'categorical', { categories: letters }),
        schemaOf('gone', 'categorical', { categories: letters }),
        schemaOf('level', 'continuous'),
        schemaOf('x', 'count'),
      ],
      rows,
    );
    const fitted = await synthesizer.fit(table, options, testContext());
    const drawn = await fitted.sample(50, { rng: Rng.create(1) }, testContext());
    for (let row = 0; row < 50; row++) {
      expect(['same', 'gone', 'level'].map((name) => drawn.cell(name, row))).toEqual(['a', null, null]);
    }
  });
});

describe('histories', () => {
  it.each(Object.keys(defects))('are refused with their parameters %s', async (name) => {
    planted.defect = defects[name];
    const steps = skewed(600);
    const starts = Uint32Array.from({ length: 101 }, (_, i) => 6 * i);
    const data = { context: skewed(100), steps, starts };
    const options = argnSequences.compile({ epochs: 2 });
    await expect(argnSequences.fit(data, options, testContext())).rejects.toMatchObject({
      code: expect.stringMatching(/DIVERGED|MODE_COLLAPSE|SHARES_OFF/) as string,
    });
  });
});

describe('the judgement', () => {
  const column = (cells: readonly Cell[]): Column =>
    columnFromCells(schemaOf('c', 'categorical', { categories: letters }), [...cells]);
  const most = column(
    Array.from({ length: 1000 }, (_, i) => (i % 20 === 0 ? letters[1 + ((i / 20) % 9)]! : 'a')),
  );

  it('takes chance out: draws from 50,000 categories are not off', () => {
    const categories = Array.from({ length: 50_000 }, (_, i) => `c${i}`);
    const schema = schemaOf('many', 'categorical', { categories });
    const rng = Rng.create(1);
    const some = (n: number): Column =>
      columnFromCells(
        schema,
        Array.from({ length: n }, () => categories[rng.int(50_000)]!),
      );
    expect(compare(expectedOf([some(200_000)]), [some(2000)]).off).toBeLessThan(0.1);
  });

  it('reads noisy counts below zero as zero, and codes as they are encoded', () => {
    const counts = [Float64Array.from([950, 50, -3, -10])];
    const encode = (drawn: Column): number[] => Array.from(drawn.valid, (_, i) => (i % 20 === 0 ? 1 : 0));
    judgeDrawn(expectedPrivately(counts, encode), [most]);
    expect(() => {
      judgeDrawn(
        expectedPrivately(counts, (drawn) => Array.from(drawn.valid, (_, i) => i % 4)),
        [most],
      );
    }).toThrow(expect.objectContaining({ code: 'SHARES_OFF' }) as Error);
  });
});
