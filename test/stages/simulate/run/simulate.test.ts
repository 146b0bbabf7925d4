import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { simulate } from '../../../../src/stages/simulate/index.js';
import { compilePopulation, drawPerson } from '../../../../src/stages/simulate/life/index.js';
import type { SimulateOptions, SimulationResult } from '../../../../src/stages/simulate/index.js';
import type { RunContext } from '../../../../src/runtime/index.js';
import { testContext } from '../../../support/context.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-simulate-'));
const modules = path.join(folder, 'modules');
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const snomed = (code: string, display: string) => ({ system: 'SNOMED-CT', code, display });
const diabetes = {
  name: 'Diabetes',
  states: {
    Initial: { type: 'Initial', direct_transition: 'Wait' },
    Wait: {
      type: 'Delay',
      exact: { quantity: 1, unit: 'years' },
      distributed_transition: [
        { distribution: 0.01, transition: 'Onset' },
        { distribution: 0.99, transition: 'Wait' },
      ],
    },
    Onset: {
      type: 'ConditionOnset',
      codes: [snomed('44054006', 'Diabetes mellitus type 2 (disorder)')],
      target_encounter: 'Visit',
      direct_transition: 'Visit',
    },
    Visit: { type: 'Encounter', wellness: true, reason: 'Onset', direct_transition: 'HbA1c' },
    HbA1c: {
      type: 'Observation',
      category: 'laboratory',
      unit: '%',
      codes: [{ system: 'LOINC', code: '4548-4', display: 'HbA1c' }],
      range: { low: 6, high: 9 },
      direct_transition: 'Metformin',
    },
    Metformin: {
      type: 'MedicationOrder',
      codes: [{ system: 'RxNorm', code: 860975, display: 'metformin 500 MG Oral Tablet' }],
      chronic: true,
      reason: 'Onset',
      direct_transition: 'End',
    },
    End: { type: 'EncounterEnd', direct_transition: 'Visit' },
  },
};

beforeAll(() => {
  mkdirSync(modules);
  writeFileSync(path.join(modules, 'diabetes.json'), JSON.stringify(diabetes));
});

const population = { size: 25, endDate: '2025-01-01', state: 'MA' };

function run(
  name: string,
  change: Partial<SimulateOptions> = {},
  workers = 1,
  context: Partial<RunContext> = {},
): Promise<SimulationResult> {
  const options: SimulateOptions = {
    population,
    seed: 'test',
    modules,
    years: null,
    alive: true,
    mostTries: 500,
    formats: [{ id: 'csv', options: {} }],
    truth: true,
    physiology: true,
    stepHours: 168,
    ...change,
  };
  const sources = { builtIn: modules, generator: { name: 'anamnesis', version: '0' } };
  return simulate(options, path.join(folder, name), sources, { ...testContext(workers), ...context });
}

function hashes(name: string): Record<string, string> {
  const root = path.join(folder, name);
  const files = readdirSync(root, { recursive: true })
    .map(String)
    .filter((f) => statSync(path.join(root, f)).isFile());
  return Object.fromEntries(
    files.sort().map((f) => [
      f,
      createHash('sha256')
        .update(readFileSync(path.join(root, f)))
        .digest('hex'),
    ]),
  );
}

const read = (name: string, file: string): string[] =>
  readFileSync(path.join(folder, name, file), 'utf8')
    .split('\n')
    .slice(1)
    .filter((l) => l !== '');

describe('a simulation', () => {
  it('writes the same bytes with one worker and two, and in another time zone', async () => {
    const result = await run('one');
    expect(result.patients).toBe(25);
    const zone = process.env['TZ'];
    process.env['TZ'] = 'Pacific/Auckland';
    try {
      await run('two', {}, 2);
      await run('zone');
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
    const one = hashes('one');
    expect(Object.keys(one)).toContain('csv/patients.csv');
    expect(hashes('two')).toEqual(one);
    expect(hashes('zone')).toEqual(one);
  });

  it('makes one patient alone as within the run', async () => {
    await run('alone', { patient: 7 });
    const patient = read('alone', 'csv/patients.csv');
    expect(patient).toHaveLength(1);
    const id = patient[0]!.split(',')[0]!;
    for (const file of [
      'csv/patients.csv',
      'csv/encounters.csv',
      'csv/observations.csv',
      'csv/medications.csv',
      'truth/truth.csv',
    ]) {
      const all = readFileSync(path.join(folder, 'one', file), 'utf8')
        .split('\n')
        .filter((line) => line.includes(id));
      const own = readFileSync(path.join(folder, 'alone', file), 'utf8')
        .split('\n')
        .filter((line) => line.includes(id));
      expect(own).toEqual(all);
    }
  });

  it('finds a patient by id and by record number', async () => {
    const id = read('one', 'csv/patients.csv')[11]!.split(',')[0]!;
    await run('by-id', { patient: id.toUpperCase() });
    await run('by-mrn', { patient: 10_000_001 + 11 });
    const line = read('one', 'csv/patients.csv').find((l) => l.startsWith(id));
    expect(read('by-id', 'csv/patients.csv')).toEqual([line]);
    expect(read('by-mrn', 'csv/patients.csv')).toEqual([line]);
    await expect(run('x', { patient: id, seed: 'other', population })).rejects.toMatchObject({
      code: 'NO_SUCH_PATIENT',
    });
  });

  it('keeps age, sex, race and place of who died too early, so that the living look as the population asks for', async () => {
    const old = { size: 25, endDate: '2025-01-01', state: 'MA', ageYears: { min: 96, max: 100 } };
    const result = await run('old', { population: old });
    expect(result.dead).toBeGreaterThan(25);
    const compiled = compilePopulation(old);
    const seed = Rng.create('test');
    const wanted = Array.from({ length: 25 }, (_, i) => {
      const own = seed.split('patient', i);
      return drawPerson(compiled, own.split('person'), i, own.split('group', 0));
    });
    const births = wanted.map(({ birthTime }) => new Date(birthTime).toISOString().slice(0, 10));
    expect(read('old', 'csv/patients.csv').map((l) => l.split(',')[1]!.slice(0, 10))).toEqual(births);
  });

  it('takes values away and makes errors on request, and writes the truth beside', async () => {
    const values = (name: string): string[] =>
      read(name, 'csv/observations.csv').filter((l) => l.includes('4548-4'));
    await run('soiled', {
      imperfection: {
        missing: [{ mechanism: 'mcar', rate: 0.3, leave: 'dropped' }],
        dirty: [{ kind: 'duplicate', rate: 0.5 }],
      },
    });
    const truth = read('soiled', 'truth/truth.csv').map((l) => l.split(','));
    const gone = truth.filter((l) => l[1] === 'missing-reason');
    const twice = truth.filter((l) => l[1] === 'error');
    const clean = values('one').length;
    expect(gone.length / clean).toBeGreaterThan(0.15);
    expect(gone.length / clean).toBeLessThan(0.45);
    expect(values('soiled')).toHaveLength(clean - gone.length + twice.length);
    expect(gone.every((l) => l[3] === 'LOINC//4548-4' && Number(l[4]) >= 6 && l[8] === 'MCAR')).toBe(true);
    await expect(run('x', { imperfection: { missing: [{ mechanism: 'mcr' }], dirty: [] } })).rejects.toThrow(
      /missing\.0\.mechanism.*rate/u,
    );
  });

  it('rejects at once who cannot fit by race, and counts them', async () => {
    const result = await run('race', { only: 'race = asian or race = black', population });
    expect(result.unfit).toBeGreaterThan(25);
    expect(result.tried).toBe(25 + result.unfit + result.dead);
    const people = read('race', 'csv/patients.csv');
    expect(people.every((l) => /,(?:asian|black),/u.test(l))).toBe(true);
  });

  it('makes exactly as many patients as asked that meet an expression, and says how many lives that took', async () => {
    const result = await run('only', { only: 'diabetes and age > 65 and female' });
    const people = read('only', 'csv/patients.csv');
    expect(people).toHaveLength(25);
    const diagnosed = new Set(
      read('only', 'csv/conditions.csv')
        .filter((l) => l.includes('44054006'))
        .map((l) => l.split(',')[2]),
    );
    expect(diagnosed.size).toBe(25);
    for (const line of people) expect(Number(line.split(',')[1]!.slice(0, 4))).toBeLessThan(1960);
    expect(result.tried).toBeGreaterThan(25);
  });

  it('says why an expression is never met, and leaves nothing behind', async () => {
    const wanted = run('never', { only: 'diabetes and age < 1', mostTries: 15 });
    await expect(wanted).rejects.toMatchObject({ code: 'ONLY_NOT_MET' });
    expect(existsSync(path.join(folder, 'never'))).toBe(false);
    expect(readdirSync(folder).filter((name) => name.includes('tmp-'))).toEqual([]);
  });

  it.each([
    ['nobody', 0],
    ['too many', 1e9],
    ['half a person', 2.5],
  ])('refuses a population of %s', async (_what, size) => {
    await expect(run('none', { population: { size, endDate: '2025-01-01' } })).rejects.toMatchObject({
      code: 'BAD_POPULATION',
    });
    expect(existsSync(path.join(folder, 'none'))).toBe(false);
  });

  it('refuses a folder that holds something else, and a place that is no folder', async () => {
    mkdirSync(path.join(folder, 'mine'));
    writeFileSync(path.join(folder, 'mine', 'thesis.txt'), 'x');
    await expect(run('mine')).rejects.toMatchObject({ code: 'OUTPUT_NOT_OURS' });
    await expect(run('mine/thesis.txt/out')).rejects.toMatchObject({ kind: 'user' });
    expect(readdirSync(path.join(folder, 'mine'))).toEqual(['thesis.txt']);
  });

  it('refuses modules with faults, a format that there is not, and a patient outside the population', async () => {
    await expect(run('x', { modules: path.join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'NO_MODULES',
    });
    await expect(run('x', { formats: [{ id: 'cvs', options: {} }] })).rejects.toMatchObject({
      code: 'NO_EXPORT',
    });
    await expect(run('x', { patient: 25 })).rejects.toMatchObject({ code: 'NO_SUCH_PATIENT' });
    await expect(run('x', { years: -1 })).rejects.toMatchObject({ code: 'BAD_OPTIONS' });
    expect(existsSync(path.join(folder, 'x'))).toBe(false);
  });

  it('matches the demographics of a cohort store', async () => {
    await run('store', {
      population: { size: 40, endDate: '2025-01-01', ageYears: { min: 70, max: 75 } },
      formats: [{ id: 'cohort', options: {} }],
    });
    await run('like', {
      like: path.join(folder, 'store', 'cohort'),
      population: { size: 40, endDate: '2025-01-01' },
    });
    const years = read('like', 'csv/patients.csv').map(
      (line) => 2024 - Number(line.split(',')[1]!.slice(0, 4)),
    );
    expect(Math.min(...years)).toBeGreaterThanOrEqual(67); // ages at their last encounters, which may lie years before the end
    expect(Math.max(...years)).toBeLessThanOrEqual(76);
  });

  it('goes on after an interruption, with another number of workers, and writes the same bytes as one that was not interrupted', async () => {
    const change = { population: { ...population, size: 1200 }, alive: false };
    const parts = (): string[] => readdirSync(folder).filter((name) => name.startsWith('halves.'));
    const controller = new AbortController();
    let lived = 0;
    const advance = (units = 1): void => {
      lived += units;
      if (lived >= 700) controller.abort();
    };
    const progress = { task: () => ({ advance, note: () => undefined, done: () => undefined }) };
    const first = run('halves', change, 2, { progress, signal: controller.signal });
    await expect(first).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(existsSync(path.join(folder, 'halves'))).toBe(false);
    expect(parts()).toHaveLength(1);
    const left = path.join(folder, parts()[0]!, 'csv', 'patients.csv');
    expect(readFileSync(left, 'utf8').split('\n').length).toBeGreaterThan(500);
    const more: number[] = [];
    const count = {
      task: () => ({ advance: (n = 1) => more.push(n), note: () => undefined, done: () => undefined }),
    };
    const result = await run('halves', change, 1, { progress: count });
    expect(more[0]).toBe(500);
    expect(parts()).toEqual([]);
    expect(result).toEqual(await run('whole', change));
    expect(hashes('halves')).toEqual(hashes('whole'));
  });

  it('leaves nothing when it is interrupted before there is anything to go on from', async () => {
    const controller = new AbortController();
    const advance = (): void => {
      controller.abort();
    };
    const progress = { task: () => ({ advance, note: () => undefined, done: () => undefined }) };
    const early = run('early', {}, 1, { progress, signal: controller.signal });
    await expect(early).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(readdirSync(folder).filter((name) => name.startsWith('early'))).toEqual([]);
  });
});
