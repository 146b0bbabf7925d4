import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlation } from './correlation.js';
import {
  creatinineFromFiltration,
  filtrationFromCreatinine,
} from '../../../../src/stages/simulate/life/body/kidney.js';
import {
  isVitalSign,
  labFacts,
  vitalFacts,
  vitalSign,
  vitalSigns,
} from '../../../../src/stages/simulate/life/index.js';
import { dayMs, yearMs } from '../../../../src/stages/simulate/life/time.js';
import { meanOf, noAttributes, people, sdOf } from './support.js';

const drafts = people(200);
const end = Date.UTC(2025, 0, 1);
const aged = (age: number, sex: 'female' | 'male', n = 4000) =>
  people(n, { ageYears: { min: age, max: age }, races: { white: 1 }, hispanic: 0 }).filter(
    (d) => d.sex === sex,
  );

describe('vital signs', () => {
  it('are finite, not negative and rounded, at any age, with any attributes', () => {
    const attributes = fc.record({
      hypertension: fc.boolean(),
      diabetes: fc.boolean(),
      ckd: fc.integer({ min: 0, max: 5 }),
      sbp_lowering: fc.integer({ min: 0, max: 60 }),
      hba1c_excess: fc.double({ min: 0, max: 9, noNaN: true }),
      gfr_loss: fc.integer({ min: 0, max: 200 }),
    });
    const inputs = fc.tuple(
      fc.constantFrom(...vitalSigns),
      fc.nat(199),
      fc.double({ min: 0, max: 110, noNaN: true }),
      attributes,
    );
    fc.assert(
      fc.property(inputs, ([name, i, age, given]) => {
        const draft = drafts[i]!;
        const value = vitalSign(name, draft, draft.birthTime + age * yearMs, new Map(Object.entries(given)));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(Number(value.toFixed(vitalFacts(name).decimals))).toBe(value);
      }),
    );
  });

  it('knows its names and no others', () => {
    expect(vitalSigns.every(isVitalSign)).toBe(true);
    expect(isVitalSign('Humour')).toBe(false);
  });

  it('do not depend on what was read before', () => {
    const draft = drafts[3]!;
    const read = (): number => vitalSign('Systolic Blood Pressure', draft, end, noAttributes);
    const first = read();
    for (let day = 0; day < 50; day++) vitalSign('Heart Rate', draft, end - day * dayMs, noAttributes);
    expect(read()).toBe(first);
  });

  it('resemble each other more after a week than after ten years, and never fully', () => {
    const read = (ago: number): number[] =>
      aged(50, 'female').map((d) => vitalSign('Systolic Blood Pressure', d, end - ago, noAttributes));
    const now = read(0);
    const week = correlation(now, read(7 * dayMs));
    const decade = correlation(now, read(10 * yearMs));
    expect(week).toBeGreaterThan(0.7);
    expect(week).toBeLessThan(0.85);
    expect(decade).toBeGreaterThan(0.45);
    expect(decade).toBeLessThan(week - 0.08);
  });

  it('have the mean and spread of the table at 50 years (mean within 1.5, sd within 1.5 mm[Hg])', () => {
    const values = aged(50, 'male').map((d) => vitalSign('Systolic Blood Pressure', d, end, noAttributes));
    expect(Math.abs(meanOf(values) - 127)).toBeLessThan(1.5);
    expect(Math.abs(sdOf(values) - 16)).toBeLessThan(1.5);
  });

  it('move with attributes: treatment lowers, hypertension raises, CKD 4 gives an eGFR of 15 to 30', () => {
    for (const draft of drafts.filter((d) => end - d.birthTime > 20 * yearMs).slice(0, 40)) {
      const plain = vitalSign('Systolic Blood Pressure', draft, end, noAttributes);
      const treated = vitalSign('Systolic Blood Pressure', draft, end, new Map([['sbp_lowering', 12]]));
      expect(plain - treated).toBeGreaterThanOrEqual(Math.min(11, plain - 45));
      expect(
        vitalSign('Systolic Blood Pressure', draft, end, new Map([['hypertension', true]])),
      ).toBeGreaterThanOrEqual(138);
      const kidney = vitalSign('EGFR', draft, end, new Map([['ckd', 4]]));
      expect(kidney).toBeGreaterThanOrEqual(14);
      expect(kidney).toBeLessThanOrEqual(31);
    }
  });

  it('knows decimals and ranges of laboratory values by their codes', () => {
    expect(labFacts('718-7')).toEqual({ unit: 'g/dL', decimals: 1, low: 12, high: 17.5 });
    expect(labFacts('0-0')).toBeUndefined();
  });

  it('computes LDL by Friedewald from the rounded parts', () => {
    for (const draft of drafts.slice(0, 30)) {
      const read = (name: 'Total Cholesterol' | 'HDL' | 'Triglycerides' | 'LDL'): number =>
        vitalSign(name, draft, end, noAttributes);
      const expected = Math.max(25, read('Total Cholesterol') - read('HDL') - read('Triglycerides') / 5);
      expect(Math.abs(read('LDL') - expected)).toBeLessThanOrEqual(0.5);
    }
  });
});

describe('CKD-EPI 2021', () => {
  // python3 -c "s,a,k,al,f=…; print(142*min(s/k,1)**al*max(s/k,1)**-1.2*0.9938**a*f)"
  it.each([
    ['male', 50, 1.0, 91.692],
    ['male', 70, 2.5, 26.964],
    ['female', 50, 0.6, 109.283],
    ['female', 80, 1.4, 38.032],
  ] as const)(
    '%s of %d years with creatinine %d gives %d (within 0.01)',
    (sex, ageYears, creatinine, expected) => {
      expect(
        Math.abs(filtrationFromCreatinine(creatinine, { sex, ageYears, heightCm: 170 }) - expected),
      ).toBeLessThan(0.01);
    },
  );

  it('is inverted exactly (relative 1e-12), children by the bedside equation', () => {
    const ages = fc.double({ min: 1, max: 100, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom('female', 'male'),
        ages,
        fc.double({ min: 3, max: 150, noNaN: true }),
        (sex, ageYears, gfr) => {
          const who = { sex, ageYears, heightCm: 120 };
          const back = filtrationFromCreatinine(creatinineFromFiltration(gfr, who), who);
          expect(Math.abs(back / gfr - 1)).toBeLessThan(1e-12);
        },
      ),
    );
  });
});
