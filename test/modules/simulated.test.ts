import { beforeAll, describe, expect, it } from 'vitest';
import type { PatientRecord } from '../../src/cohort/index.js';
import { checkModules, readModuleFiles } from '../../src/stages/simulate/index.js';
import { ageOf, has, modulesFolder, simulateLibrary, values } from './simulate-library.js';

/** Admissions that run hour by hour. */
const admissionsOf = (records: readonly PatientRecord[]) =>
  records.flatMap((record) =>
    record.encounters.flatMap((stay, index) =>
      stay.class === 'inpatient' && stay.admitSource !== null ? [{ record, stay, index }] : [],
    ),
  );

/** How many encounters begin elsewhere while their patient is in hospital. */
const elsewhere = (records: readonly PatientRecord[]): number =>
  admissionsOf(records).reduce(
    (sum, { record, stay, index }) =>
      sum +
      record.encounters.filter(
        (one, i) =>
          i !== index && one.parent !== index && one.start > stay.start && one.start < (stay.end ?? Infinity),
      ).length,
    0,
  );

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

  it('are of people who are in one place at a time while in hospital', () => {
    expect(admissionsOf(records).length).toBeGreaterThan(20);
    expect(elsewhere(records)).toBe(0);
  });

  it('have admissions whose parts lie within them, that end in a way of leaving', () => {
    for (const { record, stay, index } of admissionsOf(records)) {
      const parts = record.encounters.filter((one) => one.parent === index);
      for (const part of parts) {
        expect(part.start).toBeGreaterThanOrEqual(stay.start);
        expect(part.end ?? record.endTime).toBeLessThanOrEqual(stay.end ?? record.endTime);
      }
      if (stay.end === null || stay.end === record.person.deathTime) continue;
      expect(stay.dischargeDisposition).not.toBeNull();
      if (stay.dischargeDisposition!.code === '20') expect(record.person.deathTime).toBe(stay.end);
    }
  });

  it('the check of places finds a visit in the middle of a stay', () => {
    const { record, stay } = admissionsOf(records).find(({ stay: one }) => one.end !== null)!;
    const visit = { ...stay, class: 'ambulatory' as const, start: stay.start + 1, parent: null };
    expect(elsewhere([{ ...record, encounters: [...record.encounters, visit] }])).toBe(1);
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
