import { beforeAll, describe, expect, it } from 'vitest';
import type { PatientRecord } from '../../src/cohort/index.js';
import { yearMs } from '../../src/stages/simulate/life/time.js';
import { ageOf, has, simulateLibrary, values } from './simulate-library.js';

/** 900 people of 50 to 79 years at the end: bounds are the published share and about three standard errors, docs/modules.md. */
describe('900 people of 50 to 79 years', () => {
  let living: readonly PatientRecord[] = [];
  let all: readonly PatientRecord[] = [];
  beforeAll(async () => {
    all = await simulateLibrary(900, { min: 50, max: 79 });
    living = all.filter((r) => r.person.deathTime === null);
  }, 600_000);
  const share = (
    test: (r: PatientRecord) => boolean,
    of: (r: PatientRecord) => boolean = () => true,
  ): number => {
    const people = living.filter(of);
    return people.filter(test).length / people.length;
  };
  const lastYear = (r: PatientRecord, loinc: string): number | undefined =>
    values(r, loinc).findLast((v) => r.endTime - v.time < yearMs)?.value;

  it.each([
    ['hypertension', ['59621000'], 0.42, 0.66],
    ['type 2 diabetes', ['44054006'], 0.16, 0.32],
    ['obesity', ['162864005', '408512008'], 0.36, 0.56],
    ['asthma', ['195967001', '233678006'], 0.07, 0.18],
    ['COPD', ['13645005'], 0.06, 0.18],
    ['coronary disease', ['53741008', '194828000', '399211009'], 0.045, 0.16],
  ])('%s is as frequent as published', (_, codes, low, high) => {
    const found = share((r) => has(r, codes, true));
    expect(found).toBeGreaterThan(low);
    expect(found).toBeLessThan(high);
  });

  it('is screened for colorectal cancer in 63 to 83 %', () => {
    const done = (r: PatientRecord): boolean =>
      r.procedures.some((p) => p.codes[0]!.code === '73761001' && r.endTime - p.start < 10 * yearMs) ||
      lastYear(r, '57905-2') !== undefined;
    const found = share(done, (r) => ageOf(r) >= 51 && ageOf(r) < 76);
    expect(found).toBeGreaterThan(0.63);
    expect(found).toBeLessThan(0.83);
  });

  it('has its blood pressure controlled in 60 to 86 % of hypertension', () => {
    const controlled = (r: PatientRecord): boolean =>
      (lastYear(r, '8480-6') ?? 999) < 140 && (lastYear(r, '8462-4') ?? 999) < 90;
    const found = share(controlled, (r) => has(r, ['59621000'], true));
    expect(found).toBeGreaterThan(0.6);
    expect(found).toBeLessThan(0.86);
  });

  it('has HbA1c under 8 % in 62 to 90 % of diabetes', () => {
    const found = share(
      (r) => (lastYear(r, '4548-4') ?? 99) < 8,
      (r) => has(r, ['44054006'], true),
    );
    expect(found).toBeGreaterThan(0.62);
    expect(found).toBeLessThan(0.9);
  });

  it('lived to the end in a share that the life table gives (83.6 %, within 5 points)', () => {
    expect(Math.abs(living.length / all.length - 0.836)).toBeLessThan(0.05);
  });
});
