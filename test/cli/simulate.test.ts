import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateCliSchema, simulationOf } from '../../src/cli/simulate/options.js';
import { readAges, readDirty, readMissing, readWeights } from '../../src/cli/simulate/texts.js';
import type { SimulateOptions } from '../../src/stages/simulate/index.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-simulate-cli-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const options = (given: object): Promise<SimulateOptions> =>
  simulationOf(simulateCliSchema.parse({ out: 'x', ...given }));
const blueprint = async (text: string): Promise<string> => {
  const file = path.join(root, 'b.yaml');
  await writeFile(file, text);
  return file;
};

describe('the command line of simulate', () => {
  it.each([
    ['40-90', { min: 40, max: 90 }],
    ['65+', { min: 65, max: 110 }],
    ['30', { min: 30, max: 30 }],
  ])('reads the ages %s', (text, ages) => {
    expect(readAges(text)).toEqual(ages);
  });

  it.each(['90-40', '-5', 'old', '40-', '0-111', ''])('refuses the ages %j', (text) => {
    expect(() => readAges(text)).toThrow(/40-90/u);
  });

  it('reads weights, and says which part is none', () => {
    expect(readWeights('--race', 'white=60, Black=30', ['white', 'black'])).toEqual({ white: 60, black: 30 });
    expect(readWeights('--race', 'white', ['white', 'black'])).toEqual({ white: 1 });
    expect(() => readWeights('--race', 'wite=60,black=x', ['white', 'black'])).toThrow(
      /'wite' is none \(did you mean 'white'\?\); 'black=x' has no weight/u,
    );
    expect(() => readWeights('--race', 'white=0', ['white', 'black'])).toThrow(/'white=0'/u);
  });

  it('reads what is to be missing and wrong', () => {
    expect(readMissing('0.1')).toEqual({ mechanism: 'mcar', rate: 0.1 });
    expect(readMissing('mnar=0.2,values=high,oddsRatio=4,codes=LOINC//4548-4+LOINC//2160-0')).toEqual({
      mechanism: 'mnar',
      rate: 0.2,
      values: 'high',
      oddsRatio: 4,
      codes: ['LOINC//4548-4', 'LOINC//2160-0'],
    });
    expect(readDirty('.01')).toHaveLength(4);
    expect(readDirty('shifted-date=0.02,days=7')).toEqual([{ kind: 'shifted-date', rate: 0.02, days: 7 }]);
    expect(() => readDirty('duplicates=0.1')).toThrow(/did you mean 'duplicate'/u);
    expect(() => readMissing('mcar')).toThrow(/with its rate/u);
  });

  it('takes from the blueprint what the flags leave open, folders beside it', async () => {
    const file = await blueprint(`
name: old-diabetics
seed: 9
simulation:
  patients: 30
  end: 2020-06-30
  years: all
  alive: false
  modules: my-modules
  only: diabetes
  population: { state: Texas, age: { min: 60, max: 80 }, races: { black: 1 }, payers: { medicaid: 1 } }
  formats: [csv]
  missing: [{ mechanism: mcar, rate: 0.1 }]
`);
    expect(await options({ blueprint: file, state: 'OH', population: '40' })).toMatchObject({
      seed: 9,
      years: null,
      alive: false,
      only: 'diabetes',
      modules: path.join(root, 'my-modules'),
      formats: [{ id: 'csv', options: {} }],
      population: {
        size: 40,
        endDate: '2020-06-30',
        state: 'OH',
        ageYears: { min: 60, max: 80 },
        races: { black: 1 },
        payers: { medicaid: 1 },
      },
      imperfection: { missing: [{ mechanism: 'mcar', rate: 0.1 }], dirty: [] },
    });
    expect(await options({ blueprint: file, alive: true, missing: ['0.5'] })).toMatchObject({
      alive: true,
      imperfection: { missing: [{ mechanism: 'mcar', rate: 0.5 }] },
    });
  });

  it('needs no blueprint', async () => {
    expect(await options({})).toMatchObject({ alive: true, years: 10, seed: '1', population: { size: 100 } });
  });

  it('says every fault of a blueprint with its line', async () => {
    const file = await blueprint('name: x\nsimulation:\n  patents: 3\n  years: -1\n');
    await expect(options({ blueprint: file })).rejects.toThrow(
      /line 3, simulation\.patents: .*did you mean 'patients'[^]*line 4, simulation\.years/u,
    );
    await expect(options({ blueprint: path.join(root, 'none.yaml') })).rejects.toMatchObject({
      code: 'NO_BLUEPRINT',
    });
  });
});
