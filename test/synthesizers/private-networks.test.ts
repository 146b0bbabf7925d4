import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import {
  assertNeighbourSafe,
  createCurator,
  injectedNoise,
  neighbourTables,
} from '../../src/privacy/index.js';
import type { Curator } from '../../src/privacy/index.js';
import type { FittedSynthesizer } from '../../src/synthesizers/index.js';
import { synthesizerById } from '../../src/synthesizers/index.js';
import { Table, tableFromRows } from '../../src/table/index.js';
import { testContext } from '../support/context.js';
import { bytesOf, schemaOf, share } from './tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-private-networks-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const declared = { domain: 'declared' } as const;

/** A coin, a number that is high after heads, a category with a rare value, one that never occurs, and a label that says what the coin was. */
function coins(rows: number): Table {
  const rng = Rng.create('private coins');
  return tableFromRows(
    [
      schemaOf('coin', 'binary', { ...declared, categories: ['head', 'tail'], missing: false }),
      schemaOf('x', 'count', { ...declared, bounds: [0, 40], decimals: 0 }),
      schemaOf('ward', 'categorical', {
        ...declared,
        categories: ['n', 's', 'e', 'w', 'never'],
        missing: false,
      }),
      schemaOf('won', 'binary', { ...declared, role: 'label', categories: ['no', 'yes'], missing: false }),
    ],
    Array.from({ length: rows }, () => {
      const head = rng.int(2) === 1;
      const x = Math.min(40, Math.max(0, Math.round(3 * rng.normal() + (head ? 30 : 10))));
      return {
        coin: head ? 'head' : 'tail',
        x: rng.next() < 0.1 ? null : x,
        ward: rng.next() < 0.02 ? 'w' : ['n', 's', 'e'][rng.int(3)]!,
        won: head === rng.next() < 0.95 ? 'yes' : 'no',
      };
    }),
  );
}

const curatorOf = (epsilon: number): Curator =>
  createCurator({ epsilon, delta: 1e-5 }, injectedNoise(Rng.create(`networks ${epsilon}`)));

describe.each([
  ['tabddpm', { units: 16, drawSteps: 20, noiseSteps: 50, privateSteps: 200 }],
  ['ctgan', { units: 16, latent: 4, batchRows: 200, privateSteps: 200 }],
  ['tvae', { units: 16, latent: 4, privateSteps: 200 }],
] as const)('%s with a budget', (id, options) => {
  // a generator under noise draws the shares of codes less exactly
  const slack = id === 'ctgan' ? 0.14 : 0.06;
  const fit = (table: Table, curator: Curator, more: object = {}): Promise<FittedSynthesizer> => {
    const synthesizer = synthesizerById(id);
    return synthesizer.fit(table, synthesizer.compile({ ...options, ...more }), {
      ...testContext(),
      curator,
    });
  };
  let fitted: FittedSynthesizer;
  let drawn: Table;
  beforeAll(async () => {
    fitted = await fit(coins(4000), curatorOf(8));
    drawn = await fitted.sample(2000, { rng: Rng.create(1) }, testContext());
  });

  it('says what it spent, and spends it on counts and one training', async () => {
    expect(fitted.spent).toEqual({ kind: 'dp', epsilon: 8, delta: 1e-5, unit: 'row' });
    const dir = mkdtempSync(path.join(folder, 'receipt-'));
    await fitted.save(dir);
    const { model } = JSON.parse(readFileSync(path.join(dir, 'model.json'), 'utf8')) as {
      model: { receipt: { spentRho: number; rho: number; entries: { mechanism: string }[] } };
    };
    expect(model.receipt.entries.map((entry) => entry.mechanism)).toEqual([
      'declared',
      'discrete-gaussian', // one-way counts
      'discrete-gaussian', // tables by label
      'subsampled-gaussian',
    ]);
    expect(model.receipt.spentRho / model.receipt.rho).toBeCloseTo(1, 6);
    const loaded = await synthesizerById(id).load(dir);
    expect(loaded.spent).toEqual(fitted.spent);
    expect(loaded.training).toEqual(fitted.training);
    expect(fitted.training).toMatchObject({ kind: 'noise' });
    expect(bytesOf(await loaded.sample(2000, { rng: Rng.create(1) }, testContext()))).toBe(bytesOf(drawn));
  });

  it('learns what depends on what', () => {
    const high = share(drawn, ['coin', 'x'], (coin, x) => x === null || Number(x) > 20 === (coin === 'head'));
    const won = share(drawn, ['coin', 'won'], (coin, w) => (coin === 'head') === (w === 'yes'));
    expect(high).toBeGreaterThan(0.8); // independent columns: 0.55
    expect(won).toBeGreaterThan(0.8); // independent columns: 0.5
  });

  it('draws what goes with given cells', async () => {
    const given = { coin: 'head' };
    const rows = await fitted.sample(400, { rng: Rng.create(2), given }, testContext());
    expect(share(rows, ['coin'], (coin) => coin === 'head')).toBe(1);
    expect(share(rows, ['won'], (won) => won === 'yes')).toBeGreaterThan(0.8);
    const winners = await fitted.sample(400, { rng: Rng.create(3), given: { won: 'no' } }, testContext());
    expect(share(winners, ['won', 'coin'], (won, coin) => won === 'no' && coin === 'tail')).toBeGreaterThan(
      0.8,
    );
  });

  it('keeps shares, missing values, bounds and whole numbers', () => {
    const inside = (x: unknown): boolean =>
      x === null || (Number.isInteger(x) && Number(x) >= 0 && Number(x) <= 40);
    expect(share(drawn, ['x'], inside)).toBe(1);
    expect(Math.abs(share(drawn, ['x'], (x) => x === null) - 0.1)).toBeLessThan(slack);
    expect(Math.abs(share(drawn, ['ward'], (ward) => ward === 'n') - 0.327)).toBeLessThan(slack + 0.04);
    expect(share(drawn, ['ward'], (ward) => ward === 'never')).toBe(0);
  });

  it('has noise in tables by label and in training: with a small budget it learns next to nothing', async () => {
    const poor = await fit(coins(4000), curatorOf(0.05), {
      privateSteps: 100,
      classShare: 0.0005,
    });
    const rows = await poor.sample(1500, { rng: Rng.create(1) }, testContext());
    expect(share(rows, ['coin', 'won'], (coin, w) => (coin === 'head') === (w === 'yes'))).toBeLessThan(0.75);
  });

  it('refuses a domain that was read from the records, before anything is spent', async () => {
    const curator = curatorOf(1);
    const table = coins(200);
    const open = new Table(
      table.rows,
      table.columns.map((c): typeof c => ({ ...c, schema: { ...c.schema, domain: undefined } }) as typeof c),
    );
    await expect(fit(open, curator)).rejects.toMatchObject({ code: 'DOMAIN_FROM_DATA', kind: 'privacy' });
    expect(curator.receipt().entries).toEqual([]);
  });

  it('neighbour replay finds nothing: given the noisy answers, model and rows are the same on every neighbour', async () => {
    const table = coins(120);
    const report = await assertNeighbourSafe({
      table,
      fit: (rows, curator) => fit(rows, curator, { privateSteps: 6, rate: 0.2 }),
      neighbours: neighbourTables(table),
      serialise: async (model) => {
        const dir = mkdtempSync(path.join(folder, 'replay-'));
        await model.save(dir);
        const rows = await model.sample(50, { rng: Rng.create(4) }, testContext());
        const files = ['model.onnx', 'model.json'].map((file) => readFileSync(path.join(dir, file)));
        return files.map((file) => file.toString('base64')).join() + bytesOf(rows);
      },
      budget: { epsilon: 4, delta: 1e-5, accountant: 'rdp' },
      noise: injectedNoise(Rng.create('networks replay')),
    });
    expect(report.steps).toBe(11); // a declaration, counts, tables by label, the training, its 6 steps, the receipt
    expect(report.neighbours).toBeGreaterThan(5);
  });
});

it('the share for tables by label stays unspent, rather than go to the training, where a label has too many codes', async () => {
  const rng = Rng.create('many codes');
  const categories = Array.from({ length: 12 }, (_, k) => `m${k}`);
  const table = tableFromRows(
    [
      schemaOf('coin', 'binary', { ...declared, categories: ['head', 'tail'], missing: false }),
      schemaOf('cause', 'categorical', { ...declared, role: 'label', categories, missing: false }),
    ],
    Array.from({ length: 2000 }, () => ({
      coin: rng.int(2) === 1 ? 'head' : 'tail',
      cause: categories[rng.int(12)]!,
    })),
  );
  const synthesizer = synthesizerById('tvae');
  const curator = curatorOf(4);
  const options = synthesizer.compile({ units: 16, latent: 4, privateSteps: 20 });
  await synthesizer.fit(table, options, { ...testContext(), curator });
  const { entries, spentRho, rho } = curator.receipt();
  expect(entries.map((entry) => entry.mechanism)).toEqual([
    'declared',
    'discrete-gaussian',
    'subsampled-gaussian',
  ]);
  expect(spentRho / rho).toBeCloseTo(0.9, 6);
});
