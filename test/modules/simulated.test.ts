import { beforeAll, describe, expect, it } from 'vitest';
import type { PatientRecord } from '../../src/cohort/index.js';
import { checkModules, readModuleFiles } from '../../src/stages/simulate/index.js';
import { ageOf, has, modulesFolder, simulateLibrary, values } from './simulate-library.js';

describe('records of the built-in modules', () => {
  let records: readonly PatientRecord[] = [];
  beforeAll(async () => {
    records = await simulateLibrary(60, { min: 30, max: 85 });
  }, 120_000);

  it('come from modules without a fault', async () => {
    expect(checkModules(await readModuleFiles(modulesFolder)).faults).toEqual([]);
  });

  it('have something in them', () => {
    const total = records.reduce((sum, r) => sum + r.encounters.length, 0);
    expect(total / records.length).toBeGreaterThan(40);
    expect(records.some((r) => has(r, ['59621000']))).toBe(true);
  });

  it('put ICD-10-CM beside every condition', () => {
    for (const { conditions } of records)
      for (const { codes } of conditions) expect(codes.some((c) => c.system === 'ICD10CM')).toBe(true);
  });

  it('keep pregnancy and prostate where they belong', () => {
    for (const record of records) {
      const { sex } = record.person;
      if (has(record, ['72892002'])) expect(sex).toBe('female');
      if (has(record, ['399068003'])) expect(sex).toBe('male');
      for (const c of record.conditions)
        if (c.codes[0]!.code === '72892002') {
          expect(ageOf(record, c.onset)).toBeGreaterThan(14);
          expect(ageOf(record, c.onset)).toBeLessThan(47);
        }
    }
  });

  it('leave no drug of a hospital running at home', () => {
    for (const { medications } of records)
      for (const drug of medications) if (drug.administered) expect(drug.end).not.toBeNull();
  });

  it('grow children and never give a weight, pressure or laboratory value below zero', () => {
    for (const record of records) {
      const heights = values(record, '8302-2').filter((h) => ageOf(record, h.time) < 18);
      heights.slice(1).forEach((h, i) => {
        expect(h.value).toBeGreaterThanOrEqual(heights[i]!.value);
      });
      for (const o of record.observations)
        for (const part of [o, ...o.components])
          if (part.value?.kind === 'quantity') expect(part.value.value).toBeGreaterThanOrEqual(0);
    }
  });
});
