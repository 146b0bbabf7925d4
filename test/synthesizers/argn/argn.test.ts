import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataError, InterruptedError, Rng } from '../../../src/core/index.js';
import { argn, FittedArgn } from '../../../src/synthesizers/argn/index.js';
import { checkLoss } from '../../../src/synthesizers/training/index.js';
import type { ArgnOptions } from '../../../src/synthesizers/argn/index.js';
import type { FitContext } from '../../../src/synthesizers/index.js';
import type { Cell, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { bytesOf, schemaOf, share } from '../tables.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-argn-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function fit(
  table: Table,
  options: ArgnOptions = {},
  context: FitContext = testContext(),
): Promise<FittedArgn> {
  const fitted = await argn.fit(table, argn.compile(options), context);
  if (!(fitted instanceof FittedArgn)) throw new Error('not a network');
  return fitted;
}

/** Two fair coins and whether they agree, and a number that is high after the first coin's head. */
function coins(rows: number, seed = 3): Table {
  const rng = Rng.create(seed);
  const faces = { categories: ['head', 'tail'], missing: false };
  const schemas = [
    schemaOf('a', 'binary', faces),
    schemaOf('b', 'binary', faces),
    schemaOf('same', 'binary', { categories: ['no', 'yes'] }),
    schemaOf('x', 'continuous', { decimals: 1 }),
  ];
  const face = (bit: number): string => (bit === 1 ? 'head' : 'tail');
  return tableFromRows(
    schemas,
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const [a, b] = [rng.int(2), rng.int(2)];
      const x = Math.round(10 * (rng.normal() + (a === 1 ? 20 : 5))) / 10;
      return {
        a: face(a),
        b: face(b),
        same: rng.next() < 0.2 ? null : a === b ? 'yes' : 'no',
        x: rng.next() < 0.1 ? null : x,
      };
    }),
  );
}

describe('argn', () => {
  let fitted: FittedArgn;
  beforeAll(async () => {
    fitted = await fit(coins(2000), { epochs: 40 });
  });

  it('draws in any direction: what was an effect in the table may be given as a cause', async () => {
    const drawn = await fitted.sample(
      500,
      { rng: Rng.create(1), given: { same: 'yes', b: 'head', x: 20 } },
      testContext(),
    );
    expect(share(drawn, ['a'], (a) => a === 'head')).toBeGreaterThan(0.97);
    const other = await fitted.sample(
      500,
      { rng: Rng.create(1), given: { same: 'no', b: 'head' } },
      testContext(),
    );
    expect(share(other, ['a'], (a) => a === 'head')).toBeLessThan(0.1);
  });

  it('fills in missing cells and touches nothing else', async () => {
    const holes = coins(600, 8);
    const full = await fitted.impute(holes, { rng: Rng.create(1) }, testContext());
    expect(share(full, ['same', 'x'], (same, x) => same === null || x === null)).toBe(0);
    for (const [c, column] of holes.columns.entries()) {
      for (let row = 0; row < holes.rows; row++) {
        if (column.valid[row] === 0) continue;
        const after = full.columns[c]!;
        if (column.type === 'numeric' && after.type === 'numeric')
          expect(after.values[row]).toBe(column.values[row]);
        if (column.type === 'categorical' && after.type === 'categorical')
          expect(after.codes[row]).toBe(column.codes[row]);
      }
    }
    expect(share(full, ['a', 'b', 'same'], (a, b, same) => (a === b) === (same === 'yes'))).toBeGreaterThan(
      0.97,
    );
  });

  it('scores rows: likely ones above unlikely ones, and conditions add up by the chain rule', () => {
    const row = (same: string): Table => {
      const { schema } = coins(1);
      return tableFromRows([...schema], [{ a: 'head', b: 'head', same, x: 20 }]);
    };
    const likely = fitted.logProbability(row('yes'))[0]!;
    expect(likely).toBeGreaterThan(fitted.logProbability(row('no'))[0]! + 2);
    // p(a, b, same, x) = p(a) · p(b, same, x | a): the two sides are learned by different orders, so they agree nearly
    const ofA = fitted.logProbability(row('yes').select(['a']))[0]!;
    expect(Math.exp(ofA)).toBeCloseTo(0.5, 1);
    expect(Math.abs(likely - ofA - fitted.logProbability(row('yes'), ['a'])[0]!)).toBeLessThan(0.3);
  });

  it('gives probabilities that sum to one over what may be drawn', () => {
    const { schema } = coins(1);
    const cells: Cell[] = ['no', 'yes', null];
    const rows = tableFromRows(
      [...schema],
      cells.map((same) => ({ a: 'head', b: 'tail', same, x: 20 })),
    );
    const p = fitted.logProbability(rows, ['a', 'b', 'x']).reduce((sum, logP) => sum + Math.exp(logP), 0);
    expect(p).toBeCloseTo(1, 6);
  });

  it('keeps its training curve, which falls, and stops before the last pass when it no longer improves', async () => {
    const { curve } = fitted;
    expect(curve.at(-1)!.training).toBeLessThan(curve[0]!.training);
    expect(Math.min(...curve.map((e) => e.validation))).toBeLessThan(curve[0]!.validation);
    const noise = tableFromRows(
      [schemaOf('u', 'count'), schemaOf('v', 'count')],
      Array.from({ length: 300 }, (_, i) => ({ u: (i * 37) % 11, v: (i * 53) % 7 })),
    );
    expect((await fit(noise, { epochs: 500 })).curve.length).toBeLessThan(500);
  });

  it('goes on after an interruption to the same bytes, and begins anew for another table', async () => {
    const table = coins(400);
    const options = { epochs: 6 };
    const whole = mkdtempSync(path.join(folder, 'whole-'));
    await (await fit(table, options)).save(whole);
    const checkpoint = mkdtempSync(path.join(folder, 'checkpoint-'));
    const stop = new AbortController();
    let passes = 0;
    const context: FitContext = {
      ...testContext(1, stop.signal),
      checkpoint,
      progress: {
        task: () => ({
          advance: (units = 1) => {
            passes += units;
            if (passes === 3) stop.abort();
          },
          note: () => undefined,
          done: () => undefined,
        }),
      },
    };
    await expect(fit(table, options, context)).rejects.toBeInstanceOf(InterruptedError);
    expect(readdirSync(checkpoint)).toEqual(['argn.checkpoint']);
    const kept = readFileSync(path.join(checkpoint, 'argn.checkpoint'));
    const resumed = mkdtempSync(path.join(folder, 'resumed-'));
    let begun = -1;
    const watching: FitContext = {
      ...testContext(),
      checkpoint,
      progress: {
        task: () => ({
          advance: (units = 1) => {
            if (begun < 0) begun = units;
          },
          note: () => undefined,
          done: () => undefined,
        }),
      },
    };
    await (await fit(table, options, watching)).save(resumed);
    expect(begun).toBe(3);
    for (const file of ['model.json', 'model.onnx']) {
      expect(readFileSync(path.join(resumed, file)).equals(readFileSync(path.join(whole, file)))).toBe(true);
    }
    // a damaged state, or that of another fit, counts for nothing
    kept[kept.length - 5]! ^= 1;
    writeFileSync(path.join(checkpoint, 'argn.checkpoint'), kept);
    begun = -1;
    await fit(table, options, watching);
    expect(begun).toBe(0);
    begun = -1;
    await fit(coins(400, 99), options, watching);
    expect(begun).toBe(0);
  });

  it('says that training diverged, instead of drawing from it', () => {
    expect(() => {
      checkLoss(NaN, 3, 4);
    }).toThrow(DataError);
    expect(() => {
      checkLoss(3, Infinity, 4);
    }).toThrow(/pass 5/);
    checkLoss(3, 3, 4);
  });

  it('keeps 20,000 categories apart with a small network', async () => {
    const categories = Array.from({ length: 20_000 }, (_, i) => `c${i}`);
    const rng = Rng.create(5);
    // the first two thousand are common, and their parity is the other column
    const table = tableFromRows(
      [
        schemaOf('code', 'categorical', { categories }),
        schemaOf('odd', 'binary', { categories: ['no', 'yes'] }),
      ],
      Array.from({ length: 24_000 }, (_, i) => {
        const c = i < 20_000 ? rng.int(2000) : rng.int(20_000);
        return { code: `c${c}`, odd: c % 2 === 1 ? 'yes' : 'no' };
      }),
    );
    const fitted = await fit(table, { epochs: 6, rareRows: 1 });
    const drawn = await fitted.sample(4000, { rng: Rng.create(1) }, testContext());
    const common = share(drawn, ['code'], (c) => Number(String(c).slice(1)) < 2000);
    expect(common).toBeGreaterThan(0.8);
    expect(common).toBeLessThan(0.9);
    const dir = mkdtempSync(path.join(folder, 'many-'));
    await fitted.save(dir);
    expect(readFileSync(path.join(dir, 'model.onnx')).length).toBeLessThan(20_000 * 40);
  });

  it('does not depend on the number of workers', async () => {
    const table = coins(400);
    const context = testContext(2);
    try {
      const two = await fit(table, { epochs: 3 }, context);
      const one = await fit(table, { epochs: 3 });
      const draw = (model: FittedArgn): Promise<Table> =>
        model.sample(300, { rng: Rng.create(1) }, testContext());
      expect(bytesOf(await draw(two))).toBe(bytesOf(await draw(one)));
    } finally {
      await context.pool.close();
    }
  });
});
