import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate } from '../../../../src/stages/simulate/index.js';
import type { SimulateOptions, SimulationResult } from '../../../../src/stages/simulate/index.js';
import { testContext } from '../../../support/context.js';
import { hospitalLibrary } from '../calibrate/hospital-library.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-admissions-'));
const modules = path.join(folder, 'modules');
beforeAll(() => {
  mkdirSync(modules);
  for (const [name, text] of hospitalLibrary()) writeFileSync(path.join(modules, name), text);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(
  name: string,
  change: Partial<SimulateOptions> = {},
  workers = 1,
): Promise<SimulationResult> {
  const options: SimulateOptions = {
    population: { size: 40, endDate: '2025-01-01' },
    seed: 'admissions',
    modules,
    years: 2,
    alive: true,
    admissions: true,
    mostTries: 1000,
    formats: [{ id: 'csv', options: {} }],
    truth: false,
    physiology: false,
    stepHours: 168,
    ...change,
  };
  const context = testContext(workers);
  const sources = { builtIn: modules, generator: { name: 'anamnesis', version: '0' } };
  try {
    return await simulate(options, path.join(folder, name), sources, context);
  } finally {
    await context.pool.close();
  }
}

/** Rows of a file of the CSV export (no cell of these has commas). */
function rows(name: string, file: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path.join(folder, name, 'csv', file), 'utf8')
    .trim()
    .split('\n');
  const keys = head.split(',').map((key) => key.toLowerCase());
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [keys[i]!, cell])));
}
const reasons = (name: string): string[] =>
  rows(name, 'encounters.csv').flatMap((row) =>
    row['encounterclass'] === 'inpatient' ? [row['reasoncode']!] : [],
  );

describe('simulate with admissions', () => {
  it('gives every patient an admission in the year before the last 120 days, the frail more often', async () => {
    const result = await run('all');
    expect(result.patients).toBe(40);
    expect(result.spared).toBeGreaterThan(5);
    const patients = rows('all', 'patients.csv').map((row) => row['id']!);
    const inpatient = rows('all', 'encounters.csv').filter((row) => row['encounterclass'] === 'inpatient');
    const inYear = inpatient.filter(({ start }) => start! >= '2023-09-03' && start! < '2024-09-04');
    expect(new Set(inYear.map((row) => row['patient']))).toEqual(new Set(patients));
    const ages = rows('all', 'patients.csv').map((row) => 2025 - Number(row['birthdate']!.slice(0, 4)));
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(18);
    // of all a third is frail; in hospital (1/3 × 7) / (1/3 × 7 + 2/3 × 2) = 64 %, within 4 standard errors of 7.6 points
    const frail = new Set(
      rows('all', 'observations.csv').flatMap((row) => (row['code'] === '88331-6' ? [row['patient']!] : [])),
    );
    expect(frail.size / patients.length).toBeGreaterThan(0.335);
    expect(frail.size / patients.length).toBeLessThan(0.945);
    expect(new Set(reasons('all'))).toEqual(new Set(['233604007', '125605004']));
  });

  it('writes the same bytes with one worker and two', async () => {
    await run('two', {}, 2);
    const hash = (name: string): string =>
      createHash('sha256')
        .update(readFileSync(path.join(folder, name, 'csv', 'observations.csv')))
        .update(readFileSync(path.join(folder, name, 'csv', 'encounters.csv')))
        .digest('hex');
    expect(hash('two')).toBe(hash('all'));
  });

  it('follows the mix of an overrides file', async () => {
    const text = JSON.stringify({ schema: 'anamnesis.overrides/1', mix: { fracture: 0 } });
    await run('mixed', {
      population: { size: 10, endDate: '2025-01-01' },
      overrides: { text, file: 'own.json' },
    });
    expect(new Set(reasons('mixed'))).toEqual(new Set(['233604007']));
  });

  it('says when nobody can be admitted', async () => {
    const bare = path.join(folder, 'bare');
    mkdirSync(bare);
    writeFileSync(path.join(bare, 'frailty.json'), hospitalLibrary().get('frailty.json')!);
    await expect(run('bad', { modules: bare })).rejects.toMatchObject({ code: 'NO_STAYS' });
    const children = { size: 5, endDate: '2025-01-01', ageYears: { min: 2, max: 9 } };
    await expect(run('young', { population: children })).rejects.toMatchObject({ code: 'EMPTY_POPULATION' });
  });
});
