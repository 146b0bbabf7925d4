import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import {
  assertNeighbourSafe,
  createCurator,
  injectedNoise,
  neighbourTables,
} from '../../../src/privacy/index.js';
import type { Curator } from '../../../src/privacy/index.js';
import { argn, FittedArgn } from '../../../src/synthesizers/argn/index.js';
import type { ArgnOptions } from '../../../src/synthesizers/argn/index.js';
import { Table, tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { bytesOf, schemaOf, share } from '../tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-argn-private-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const declared = { domain: 'declared' } as const;

/** Two coins and whether they agree, a number that is high after the first coin's head, a category with rare values. */
function coins(rows: number): Table {
  const rng = Rng.create('private coins');
  const faces = { ...declared, categories: ['head', 'tail'], missing: false };
  return tableFromRows(
    [
      schemaOf('a', 'binary', faces),
      schemaOf('b', 'binary', faces),
      schemaOf('x', 'count', { ...declared, bounds: [0, 40], decimals: 0 }),
      schemaOf('ward', 'categorical', {
        ...declared,
        categories: ['n', 's', 'e', 'w', 'never'],
        missing: false,
      }),
      schemaOf('same', 'binary', { ...declared, role: 'label', categories: ['no', 'yes'], missing: false }),
    ],
    Array.from({ length: rows }, () => {
      const [a, b] = [rng.int(2), rng.int(2)];
      const x = Math.min(40, Math.max(0, Math.round(3 * rng.normal() + (a === 1 ? 30 : 10))));
      return {
        a: a === 1 ? 'head' : 'tail',
        b: b === 1 ? 'head' : 'tail',
        x: rng.next() < 0.1 ? null : x,
        ward: rng.next() < 0.02 ? 'w' : ['n', 's', 'e'][rng.int(3)]!,
        same: a === b ? 'yes' : 'no',
      };
    }),
  );
}

const curatorOf = (epsilon: number): Curator =>
  createCurator({ epsilon, delta: 1e-5 }, injectedNoise(Rng.create(`argn ${epsilon}`)));

async function fit(table: Table, curator: Curator, options: ArgnOptions = {}): Promise<FittedArgn> {
  const fitted = await argn.fit(table, argn.compile(options), { ...testContext(), curator });
  if (!(fitted instanceof FittedArgn)) throw new Error('not a network');
  return fitted;
}

describe('argn with a budget', () => {
  let fitted: FittedArgn;
  let drawn: Table;
  beforeAll(async () => {
    fitted = await fit(coins(4000), curatorOf(8), {
      steps: 250,
      rate: 0.1,
      units: 0.5,
      learningRate: 0.01,
      drawingOrder: 1,
    });
    drawn = await fitted.sample(2000, { rng: Rng.create(1) }, testContext());
  });

  it('says what it spent, and spends it on counts and one training', async () => {
    expect(fitted.spent).toEqual({ kind: 'dp', epsilon: 8, delta: 1e-5, unit: 'row' });
    const dir = mkdtempSync(path.join(folder, 'receipt-'));
    await fitted.save(dir);
    const { model } = JSON.parse(readFileSync(path.join(dir, 'model.json'), 'utf8')) as {
      model: { receipt: { spentRho: number; rho: number; entries: { mechanism: string }[] } };
    };
    const { receipt } = model;
    expect(receipt.entries.map((entry) => entry.mechanism)).toEqual([
      'declared',
      'discrete-gaussian',
      'subsampled-gaussian',
    ]);
    expect(receipt.spentRho / receipt.rho).toBeCloseTo(1, 6);
  });

  it('learns what depends on what', () => {
    const agree = share(drawn, ['a', 'b', 'same'], (a, b, same) => (a === b) === (same === 'yes'));
    expect(agree).toBeGreaterThan(0.9); // independent columns: 0.5
    const high = share(drawn, ['a', 'x'], (a, x) => x === null || Number(x) > 20 === (a === 'head'));
    expect(high).toBeGreaterThan(0.9);
  });

  it('keeps shares, missing values, bounds and whole numbers', () => {
    expect(Math.abs(share(drawn, ['x'], (x) => x === null) - 0.1)).toBeLessThan(0.04);
    expect(
      share(drawn, ['x'], (x) => x === null || (Number.isInteger(x) && Number(x) >= 0 && Number(x) <= 40)),
    ).toBe(1);
    expect(Math.abs(share(drawn, ['ward'], (ward) => ward === 'n') - 0.327)).toBeLessThan(0.06);
  });

  it('draws, fills in and scores after a journey through a folder', async () => {
    const dir = mkdtempSync(path.join(folder, 'saved-'));
    await fitted.save(dir);
    const loaded = await argn.load(dir);
    expect(loaded.spent).toEqual(fitted.spent);
    const again = await loaded.sample(2000, { rng: Rng.create(1) }, testContext());
    expect(bytesOf(again)).toBe(bytesOf(drawn));
    const heads = await loaded.sample(
      400,
      { rng: Rng.create(2), given: { a: 'head', b: 'head' } },
      testContext(),
    );
    expect(share(heads, ['same'], (same) => same === 'yes')).toBeGreaterThan(0.85);
    const full = await fitted.impute(coins(300), { rng: Rng.create(3) }, testContext());
    expect(share(full, ['x'], (x) => x === null)).toBe(0);
    expect(fitted.logProbability(coins(300)).every((p) => p < 0 && Number.isFinite(p))).toBe(true);
  });

  it('has noise: with a small budget it learns next to nothing', async () => {
    const poor = await fit(coins(4000), curatorOf(0.05), {
      steps: 100,
      rate: 0.1,
      units: 0.5,
      drawingOrder: 1,
    });
    const rows = await poor.sample(2000, { rng: Rng.create(1) }, testContext());
    expect(share(rows, ['a', 'b', 'same'], (a, b, same) => (a === b) === (same === 'yes'))).toBeLessThan(
      0.75,
    );
  });
});

describe('what it refuses', () => {
  it('columns whose domain was read from the records, before anything is spent', async () => {
    const curator = curatorOf(1);
    const table = coins(200);
    const open = new Table(
      table.rows,
      table.columns.map((c): typeof c => ({ ...c, schema: { ...c.schema, domain: undefined } }) as typeof c),
    );
    await expect(fit(open, curator)).rejects.toMatchObject({ code: 'DOMAIN_FROM_DATA', kind: 'privacy' });
    expect(curator.receipt().entries).toEqual([]);
  });

  it('so few rows that noise hides them', async () => {
    await expect(fit(coins(3), curatorOf(1))).rejects.toMatchObject({ code: 'TOO_FEW_ROWS' });
  });
});

describe('neighbour replay', () => {
  it('finds nothing: given the noisy answers, model and rows are the same on every neighbour', async () => {
    const table = coins(120);
    const report = await assertNeighbourSafe({
      table,
      fit: (rows, curator) => fit(rows, curator, { steps: 6, rate: 0.2, units: 0.5 }),
      neighbours: neighbourTables(table),
      serialise: async (model) => {
        const dir = mkdtempSync(path.join(folder, 'replay-'));
        await model.save(dir);
        const rows = await model.sample(50, { rng: Rng.create(4) }, testContext());
        return readFileSync(path.join(dir, 'model.onnx')).toString('base64') + bytesOf(rows);
      },
      budget: { epsilon: 4, delta: 1e-5, accountant: 'rdp' },
      noise: injectedNoise(Rng.create('argn replay')),
    });
    expect(report.steps).toBe(10); // a declaration, counts, the training, its 6 steps, the receipt
    expect(report.neighbours).toBe(10);
  });
});
