import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  admissionStatistics,
  compareAdmissions,
  comparisonHtml,
  comparisonMarkdown,
} from '../../../../src/stages/simulate/index.js';
import { demographicsOf } from '../../../../src/stages/simulate/run/demographics.js';
import type { AdmissionStatistics } from '../../../../src/stages/simulate/index.js';
import { buildKnownStays } from './known-stays.js';

const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-stays-'));
const real = path.join(folder, 'real');
const planted = path.join(folder, 'planted');
const hospital = { unit: 'hospital', leastHours: 0, leastAge: 18 } as const;
const figureOf = (statistics: AdmissionStatistics, id: string): AdmissionStatistics['figures'][number] =>
  statistics.figures.find((figure) => figure.id === id)!;

beforeAll(async () => {
  await buildKnownStays(real);
  await buildKnownStays(planted, { dayStep: 1, diesEvery: 2, creatinineFactor: 1.5 });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('admissionStatistics', () => {
  it('gives the figures of admissions that were worked out by hand', async () => {
    const found = await admissionStatistics(real, hospital);
    // five patients and the eighteen later admissions of the others have no measurements
    expect([found.stays, found.subjects, found.unmeasured]).toEqual([40, 40, 5 + 18]);
    expect(figureOf(found, 'age')).toMatchObject({ value: 59.5, quartiles: [49.75, 69.25], n: 40 });
    expect(figureOf(found, 'female').value).toBe(0.5);
    expect(figureOf(found, 'los.hospital').value).toBeCloseTo(10.25, 10);
    expect(figureOf(found, 'los.hospital.over7').value).toBe(26 / 40);
    expect(figureOf(found, 'icu').value).toBe(0.5);
    expect(figureOf(found, 'los.icu')).toMatchObject({ value: 1, n: 20 });
    expect(figureOf(found, 'mortality').value).toBe(0.25);
    expect(figureOf(found, 'vasopressor').value).toBe(0.1);
    // 30 leave alive; of those with i mod 5 = 1 all but i = 16 and 36 do
    expect(figureOf(found, 'readmission30')).toMatchObject({ value: 6 / 30, n: 30 });
    expect(figureOf(found, 'diagnosis.A41').value).toBe(0.5);
    expect(figureOf(found, 'mortality.diagnosis.I50').value).toBe(0.25);
    expect(figureOf(found, 'creatinine.level').value).toBeCloseTo(2.45, 10);
    expect(figureOf(found, 'creatinine.measured').value).toBe(0.75);
    expect(figureOf(found, 'heart_rate.perDay').value).toBeCloseTo((39 * 4 + 8) / 40, 10);
  });

  it('says what is not given instead of inventing it', async () => {
    const found = await admissionStatistics(real, hospital);
    expect(figureOf(found, 'lactate.level')).toMatchObject({
      value: null,
      n: 0,
      why: 'it gives no values of it',
    });
    expect(figureOf(found, 'mortality.age.0')).toMatchObject({ value: null, why: 'only 5 stays say it' });
    const store = path.join(folder, 'eicu');
    await buildKnownStays(store, { sourceId: 'eicu' });
    const { value, why } = figureOf(await admissionStatistics(store, hospital), 'readmission30');
    expect(value).toBeNull();
    expect(why).toContain('eICU gives no times between');
  });

  it('counts stays in intensive care from their own start, those long enough, of some patients', async () => {
    const icu = { unit: 'icu', leastHours: 24, leastAge: 50 } as const;
    const found = await admissionStatistics(real, icu);
    expect(found.stays).toBe(15);
    const all = await admissionStatistics(real, { ...icu, leastAge: 18 });
    expect(all.stays).toBe(20);
    // from hour 2 to hour 26: the creatinine of hour 25 counts, that of hour 1 does not
    expect(figureOf(all, 'creatinine.perDay').value).toBeNull();
    expect(figureOf(all, 'creatinine.measured').value).toBe(0.75);
    await expect(admissionStatistics(real, { ...icu, leastHours: 25 })).rejects.toMatchObject({
      code: 'NO_STAYS',
    });
    const some = await admissionStatistics(real, { ...hospital, subjects: [0, 1, 2, 44] });
    expect([some.stays, some.unmeasured, some.selection.part]).toEqual([3, 3, true]);
  });
});

describe('demographicsOf', () => {
  it('counts only the patients that it is told', async () => {
    const total = (cells: { readonly count: number }[]): number =>
      cells.reduce((sum, { count }) => sum + count, 0);
    expect(total(await demographicsOf(real))).toBe(45);
    const some = await demographicsOf(real, [0, 2, 4]);
    expect(total(some)).toBe(3);
    expect(some.every(({ sex }) => sex === 'female')).toBe(true);
    expect(await demographicsOf(real, [])).toEqual([]);
  });
});

describe('compareAdmissions', () => {
  it('reports the differences that were planted, and no others', async () => {
    const sides = {
      real: await admissionStatistics(real, hospital),
      simulated: await admissionStatistics(planted, hospital),
    };
    const differences = compareAdmissions(sides.real, sides.simulated);
    const found = new Map(
      differences
        .filter(({ relative }) => relative !== null && Math.abs(relative) > 0.001)
        .map(({ id, relative }) => [id, Math.round(100 * relative!)]),
    );
    expect(found.get('los.hospital')).toBe(100);
    expect(found.get('mortality')).toBe(100);
    expect(found.get('creatinine.level')).toBe(50);
    const free = [...found.keys()].filter(
      (id) => !/^(mortality|los|creatinine|readmission30|heart_rate.perDay)/u.test(id),
    );
    expect(free).toEqual([]);
    const text = comparisonMarkdown({ ...sides, differences });
    expect(text).toContain('| Death in hospital | 25.0 % | 50.0 % | **+100 %** |');
    expect(text).toContain('| Women | 50.0 % | 50.0 % | 0 % |');
    const page = comparisonHtml({ ...sides, differences });
    expect(page).toContain(
      '<td>Death in hospital</td><td>25.0 %</td><td>50.0 %</td><td><strong>+100 %</strong></td>',
    );
    expect(page).not.toContain('**');
  });
});
