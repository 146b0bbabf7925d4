import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { simulate } from '../../../../src/stages/simulate/index.js';
import { testContext } from '../../../support/context.js';
import { hasSyntheaModules, syntheaModuleFiles } from '../../../support/synthea-modules.js';

const lives = 2000;
const folder = mkdtempSync(path.join(os.tmpdir(), 'anamnesis-synthea-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!hasSyntheaModules)("Synthea's whole library (needs ../shared/data)", () => {
  it(`lives ${lives} whole lives without a fault and without a record that the gate refuses`, async () => {
    const modules = path.join(folder, 'modules');
    for (const [name, text] of syntheaModuleFiles()) {
      mkdirSync(path.join(modules, path.dirname(name)), { recursive: true });
      writeFileSync(path.join(modules, name), text);
    }
    const context = testContext(2);
    const result = await simulate(
      {
        population: { size: lives, endDate: '2025-01-01', state: 'MA' },
        seed: 'slow',
        modules,
        years: null,
        alive: false,
        mostTries: 100,
        formats: [],
        truth: false,
        physiology: true,
        stepHours: 168,
      },
      path.join(folder, 'out'),
      { builtIn: modules, generator: { name: 'anamnesis', version: '0' } },
      context,
    );
    await context.pool.close();
    expect(result.patients).toBe(lives);
    expect(result.tried).toBe(lives);
    expect(result.refused).toEqual({});
    expect(result.entries / lives).toBeGreaterThan(500);
    expect(readdirSync(folder).sort()).toEqual(['modules', 'out']);
  });
});
