import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Rng } from '../../src/core/index.js';
import { auc } from '../../src/numerics/index.js';
import { columnFromCells } from '../../src/table/index.js';
import type { Cell, Column } from '../../src/table/index.js';
import { BoostedTrees, compileBoosting, trainBoosting } from '../../src/trees/index.js';
import type { BoostingOptions, BoostingTarget } from '../../src/trees/index.js';

const cells = z.array(z.number().nullable());
const numbers = z.array(z.number());
const golden = z
  .object({
    x: z.array(cells),
    targets: z.object({ binary: numbers, multiclass: numbers, regression: numbers }),
    cases: z.array(
      z.object({
        target: z.enum(['binary', 'multiclass', 'regression']),
        settings: z.enum(['plain', 'penalised', 'leafwise']),
        predictions: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('./golden/boosting.json', import.meta.url), 'utf8')));

/** The settings of golden/boosting.py in our names; gamma there counts twice (see minGain). */
const goldenSettings: Record<string, BoostingOptions> = {
  plain: {},
  penalised: { l2: 5, minGain: 0.5, minChildWeight: 3.9 },
  leafwise: { maxLeaves: 6, maxDepth: 8 },
};

function numeric(name: string, values: readonly Cell[]): Column {
  return columnFromCells({ name, kind: 'continuous', role: 'feature', missing: true }, values);
}

function categorical(name: string, values: readonly Cell[]): Column {
  return columnFromCells({ name, kind: 'categorical', role: 'feature', missing: true }, values);
}

function train(
  features: readonly Column[],
  target: BoostingTarget,
  options: BoostingOptions = {},
): BoostedTrees {
  return trainBoosting({ features, target, options: compileBoosting(options), rng: Rng.create('test') });
}

const goldenColumns = golden.x[0]!.map((_, j) =>
  numeric(
    `x${j}`,
    golden.x.map((row) => row[j] ?? null),
  ),
);
const goldenTargets = {
  binary: { kind: 'binary', labels: Uint8Array.from(golden.targets.binary) },
  multiclass: { kind: 'multiclass', labels: Uint32Array.from(golden.targets.multiclass), classes: 3 },
  regression: { kind: 'regression', values: Float64Array.from(golden.targets.regression) },
} as const;

/** Noisy data with a known rule: a number, a category, and a number that is missing for a reason. */
function made(rows: number, seed: string): { features: Column[]; labels: Uint8Array } {
  const rng = Rng.create(seed);
  const x = Array.from({ length: rows }, () => rng.normal());
  const c = Array.from({ length: rows }, () => 'abcdefgh'[rng.int(8)]!);
  const hidden = Array.from({ length: rows }, () => rng.normal());
  const m = hidden.map((v) => (v > 0.8 ? null : v));
  const labels = Uint8Array.from(x, (v, i) => {
    const score = v + ('bdg'.includes(c[i]!) ? 1.5 : 0) + (m[i] === null ? 2 : 0) - 1;
    return rng.next() < 1 / (1 + Math.exp(-2 * score)) ? 1 : 0;
  });
  const noise = Array.from({ length: rows }, () => rng.next());
  return {
    features: [numeric('x', x), categorical('c', c), numeric('m', m), numeric('noise', noise)],
    labels,
  };
}

describe('trainBoosting', () => {
  for (const { target, settings, predictions } of golden.cases) {
    it(`predicts like XGBoost to 2e-5: ${target}, ${settings}`, () => {
      const options = { rounds: 12, learningRate: 0.3, maxDepth: 3, ...goldenSettings[settings] };
      const model = train(goldenColumns, goldenTargets[target], options);
      const found = model.predict(goldenColumns);
      expect(found).toHaveLength(predictions.length);
      const error = predictions.map((p, i) => Math.abs(p - found[i]!));
      expect(Math.max(...error)).toBeLessThan(2e-5);
    });
  }

  it('finds the best subset of categories (brute force over all subsets)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const rng = Rng.create(seed);
        const codes = Array.from({ length: 40 }, () => rng.int(6));
        const values = Float64Array.from(codes, (c) => Math.sin(3 * c) + rng.normal());
        const column = categorical('c', codes.map((c) => `k${c}`)); // prettier-ignore
        const options = { rounds: 1, maxDepth: 1, l2: 0, categorySmoothing: 0, categoryPenalty: 0 };
        const model = train([column], { kind: 'regression', values }, options);
        const total = values.reduce((a, b) => a + b, 0);
        const center = total / 40;
        let best = 0;
        for (let set = 1; set < 63; set++) {
          const left = values.filter((_, i) => ((set >> codes[i]!) & 1) === 1);
          if (left.length === 0 || left.length === 40) continue;
          const g = left.reduce((a, b) => a + b - center, 0);
          best = Math.max(best, (g * g) / left.length / 2 + (g * g) / (40 - left.length) / 2);
        }
        expect(model.importance().get('c')).toBeCloseTo(best, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('learns from numbers, categories and missingness, and names them as important', () => {
    const { features, labels } = made(3000, 'train');
    const test = made(3000, 'test');
    const model = train(features, { kind: 'binary', labels }, { rounds: 20, maxDepth: 4 });
    expect(auc(model.predict(test.features), test.labels)).toBeGreaterThan(0.9);
    const { x = 0, c = 0, m = 0, noise = 0 } = Object.fromEntries(model.importance());
    expect(Math.min(x, c, m)).toBeGreaterThan(5 * noise);
  });

  it('is not taken in by hundreds of meaningless categories', () => {
    const rng = Rng.create('noise');
    const labels = Uint8Array.from({ length: 4000 }, () => rng.int(2));
    const x = numeric('x', [...labels].map((y) => y * 0.2 + rng.normal())); // prettier-ignore
    const noise = categorical('noise', [...labels].map(() => `k${rng.int(200)}`)); // prettier-ignore
    const gain = (categoryPenalty: number): number => {
      const found = train(
        [x, noise],
        { kind: 'binary', labels },
        { rounds: 1, maxDepth: 1, categoryPenalty },
      );
      return found.importance().get('noise')!;
    };
    expect(gain(0)).toBeGreaterThan(0);
    expect(gain(1.5)).toBe(0);
  });

  it('sends values that training never missed, and categories it never saw, with the majority', () => {
    const values = Float64Array.of(0, 0, 0, 10);
    const columns = [numeric('x', [1, 2, 3, 4])];
    const model = train(columns, { kind: 'regression', values }, { rounds: 1, learningRate: 1, l2: 0 });
    expect(model.predict([numeric('x', [null])])[0]).toBeCloseTo(0, 12);
    const named = train(
      [categorical('c', ['a', 'b', 'a', 'z'])],
      { kind: 'regression', values },
      {
        rounds: 1,
        learningRate: 1,
        l2: 0,
        categorySmoothing: 0,
      },
    );
    expect([...named.predict([categorical('c', ['new', null, 'z'])])].map(Math.round)).toEqual([0, 0, 10]);
  });

  it('is untouched by increasing transforms of a column, also for new rows', () => {
    const { features, labels } = made(800, 'monotone');
    const fresh = made(300, 'fresh').features;
    const bent = (columns: readonly Column[]): Column[] =>
      columns.map((column) =>
        column.type === 'numeric'
          ? { ...column, values: column.values.map((v) => Math.exp(v) ** 3) }
          : column,
      );
    const target = { kind: 'binary', labels } as const;
    const plain = train(features, target, { rounds: 20 });
    const transformed = train(bent(features), target, { rounds: 20 });
    expect(transformed.predict(bent(fresh))).toEqual(plain.predict(fresh));
  });

  it('gives the same model for any order of the columns, and for the same seed the same bytes', () => {
    const { features, labels } = made(500, 'order');
    const target = { kind: 'binary', labels } as const;
    const options = { rounds: 15, rowSample: 0.7, columnSample: 0.5 };
    const model = JSON.stringify(train(features, target, options));
    expect(JSON.stringify(train([...features].reverse(), target, options))).toBe(model);
    const other = trainBoosting({
      features,
      target,
      options: compileBoosting(options),
      rng: Rng.create('other'),
    });
    expect(JSON.stringify(other)).not.toBe(model);
  });

  it('gives a model that predicts the same after a round trip through JSON', () => {
    const { features, labels } = made(400, 'json');
    const classes = Uint32Array.from(labels, (y, i) => y + (i % 2));
    for (const target of [
      { kind: 'binary', labels },
      { kind: 'multiclass', labels: classes, classes: 3 },
    ] as const) {
      const model = train(features, target, { rounds: 5 });
      const back = BoostedTrees.fromJSON(JSON.parse(JSON.stringify(model)));
      expect(back.predict(features)).toEqual(model.predict(features));
      expect(back.rounds).toBe(5);
    }
  });

  it('gives class probabilities that sum to 1, and hardly any to a class without rows', () => {
    const { features, labels } = made(400, 'classes');
    const model = train(
      features,
      { kind: 'multiclass', labels: Uint32Array.from(labels), classes: 3 },
      { rounds: 8 },
    );
    const p = model.predict(features);
    for (let i = 0; i < 400; i++) {
      expect(p[3 * i]! + p[3 * i + 1]! + p[3 * i + 2]!).toBeCloseTo(1, 12);
      expect(p[3 * i + 2]).toBeLessThan(0.01);
    }
  });

  it('stops early at the best round of the validation part', () => {
    const { features, labels } = made(300, 'early');
    const held = made(300, 'held');
    const validation = { features: held.features, target: { kind: 'binary', labels: held.labels } } as const;
    const options = compileBoosting({ rounds: 300, learningRate: 0.5, earlyStoppingRounds: 10 });
    const request = { features, target: { kind: 'binary', labels }, options, rng: Rng.create(1) } as const;
    const model = trainBoosting({ ...request, validation });
    const losses = model.validationLoss;
    const best = losses.indexOf(Math.min(...losses));
    expect(model.rounds).toBe(best + 1);
    expect(losses).toHaveLength(best + 11);
    expect(() => trainBoosting(request)).toThrow(/needs a validation part/);
    const logLoss = [...model.predict(held.features)].reduce(
      (sum, p, i) => sum - Math.log(held.labels[i] === 1 ? p : 1 - p) / 300,
      0,
    );
    expect(logLoss).toBeCloseTo(losses[best]!, 10);
  });

  it('keeps the limits on depth, leaves and weight', () => {
    const { features, labels } = made(2000, 'limits');
    const target = { kind: 'binary', labels } as const;
    const leaves = (options: BoostingOptions): number[] =>
      train(features, target, { rounds: 5, ...options })
        .toJSON()
        .trees.map((tree) => tree.feature.filter((f) => f < 0).length);
    expect(Math.max(...leaves({ maxDepth: 2 }))).toBe(4);
    expect(Math.max(...leaves({ maxLeaves: 5, maxDepth: 30 }))).toBe(5);
    expect(leaves({ minChildWeight: 1000 })).toEqual([1, 1, 1, 1, 1]);
    expect(leaves({ minGain: 1e6 })).toEqual([1, 1, 1, 1, 1]);
  });

  it('predicts the base rate from constant, all-missing or no columns', () => {
    const labels = Uint8Array.of(0, 1, 1, 1);
    const dull = [numeric('same', [2, 2, 2, 2]), numeric('none', [null, null, null, null])];
    for (const columns of [dull, [...dull].slice(1)]) {
      const p = train(columns, { kind: 'binary', labels }).predict(columns);
      expect(p).toHaveLength(4);
      for (const value of p) expect(value).toBeCloseTo(0.75, 12);
    }
    expect(train([], { kind: 'binary', labels }).importance().size).toBe(0);
  });

  it('refuses targets and tables that it cannot use, with advice', () => {
    const columns = [numeric('x', [1, 2])];
    const labels = Uint8Array.of(0, 1);
    expect(() => train(columns, { kind: 'binary', labels: Uint8Array.of(1, 1) })).toThrow(
      /same label[\s\S]*to do/,
    );
    expect(() => train([], { kind: 'binary', labels: new Uint8Array(0) })).toThrow(/no rows/);
    expect(() => train(columns, { kind: 'binary', labels: Uint8Array.of(0, 2) })).toThrow(/target of 1 rows/);
    expect(() => train(columns, { kind: 'regression', values: Float64Array.of(1, NaN) })).toThrow(
      /target of 1/,
    );
    expect(() => train(columns, { kind: 'binary', labels: Uint8Array.of(0, 1, 0) })).toThrow(
      /differ in length/,
    );
    const model = train(columns, { kind: 'binary', labels });
    expect(() => model.predict([numeric('y', [1])])).toThrow(
      /1 columns that the model was trained on are absent/,
    );
  });
});

describe('compileBoosting', () => {
  it('fills in defaults and reports every problem with its key', () => {
    expect(compileBoosting()).toMatchObject({ rounds: 200, maxDepth: 6, l2: 1 });
    expect(() => compileBoosting({ rounds: 0, learningRate: 2, maxBins: 1.5 })).toThrow(
      /rounds: [\s\S]*learningRate: [\s\S]*maxBins: /,
    );
  });
});

describe('BoostedTrees.fromJSON', () => {
  it('refuses damaged models', () => {
    const good = train([numeric('x', [1, 2, 3])], {
      kind: 'regression',
      values: Float64Array.of(1, 5, 2),
    }).toJSON();
    const [tree] = good.trees;
    for (const damage of [
      { format: 'other' },
      { trees: [{ ...tree, child: tree!.child.map(() => 0) }] },
      { trees: [{ ...tree, feature: tree!.feature.map((f) => (f < 0 ? f : 7)) }] },
      { trees: [{ ...tree, split: tree!.split.map((s) => (s === -1 ? s : 99)) }] },
      { trees: [{ ...tree, output: 1 }] },
      { extra: 1 },
    ]) {
      expect(() => BoostedTrees.fromJSON({ ...good, ...damage })).toThrow(/not a model of boosted trees/);
    }
  });
});
