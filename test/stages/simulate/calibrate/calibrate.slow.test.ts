import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { calibrate, simulate } from '../../../../src/stages/simulate/index.js';
import { testContext } from '../../../support/context.js';
import { hospitalLibrary } from './hospital-library.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-calibrate-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('calibrate', () => {
  it('finds numbers that were planted in the store it looks at', async () => {
    const modules = path.join(folder, 'modules');
    mkdirSync(modules);
    for (const [name, text] of hospitalLibrary()) writeFileSync(path.join(modules, name), text);
    const sources = { builtIn: modules, generator: { name: 'anamnesis', version: '0' } };
    const context = testContext();
    const planted = {
      schema: 'anamnesis.overrides/1',
      stay: {
        signals: { creatinine: { baseline: { value: 1.8 } } },
        hazards: { hospital: { recovery: 2 } },
      },
    };
    await simulate(
      {
        population: { size: 250, endDate: '2025-01-01' },
        seed: 'another hospital',
        years: 2,
        alive: true,
        admissions: true,
        overrides: { text: JSON.stringify(planted), file: 'planted' },
        mostTries: 1000,
        formats: [{ id: 'cohort', options: {} }],
        truth: false,
        physiology: false,
        stepHours: 168,
      },
      path.join(folder, 'real'),
      sources,
      context,
    );
    const like = path.join(folder, 'real', 'cohort');
    const selection = { unit: 'hospital', leastHours: 0, leastAge: 18 } as const;
    const { overrides, before, after } = await calibrate(
      { like, selection, admissions: 250, rounds: 4, seed: 'own', endDate: '2025-01-01' },
      sources,
      context,
    );
    const far = (side: typeof before, id: string): number =>
      Math.abs(side.differences.find((one) => one.id === id)!.relative!);
    expect(far(before, 'creatinine.level')).toBeGreaterThan(0.4);
    expect(far(before, 'los.hospital')).toBeGreaterThan(0.2);
    expect(far(after, 'creatinine.level')).toBeLessThan(0.1);
    expect(far(after, 'los.hospital')).toBeLessThan(0.2);
    const found = overrides.stay as { signals: { creatinine: { baseline: { value: number } } } };
    expect(found.signals.creatinine.baseline.value).toBeGreaterThan(1.5);
    await context.pool.close();
  });
});
