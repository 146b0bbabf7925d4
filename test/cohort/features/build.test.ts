import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortBlueprint, FeatureTable } from '../../../src/cohort/index.js';
import { buildFeatures, compileBlueprint, parseBlueprint } from '../../../src/cohort/index.js';
import type { Cell } from '../../../src/table/index.js';
import { cellOf } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { buildTinyCohort, eventRow } from '../../support/tiny-cohort.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'features-'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

const base = `
name: tiny
title: Tiny cohort
purpose: To be worked out by hand.
source: { format: meds, data: tiny }
cohort: { unit: icu-stay, firstOnly: true, minAgeYears: 18 }
index: { hours: 24 }
windows:
  first_day: { from: 0, to: 24 }
  history: { from: -87600, to: 0 }
anchors: { age: age, sex: { attribute: sex, otherBelow: 0 } }
features:
  attributes:
    unit: { attribute: unit.unit, otherBelow: 0 }
    hours_in_hospital: hours_in_hospital
  encounters:
    earlier_admissions: { class: [inpatient], window: history }
  events:
    - window: first_day
      aggregates: [first, last, min, max, mean, sum, slope, count, any]
      codes: { creatinine: { code: LOINC//2160-0, decimals: 1 } }
    - window: static
      aggregates: [last]
      codes: { height: LOINC//8302-2 }
    - window: first_day
      value: text
      aggregates: [last]
      otherBelow: 0
      codes: { rhythm: LOCAL//rhythm }
    - window: history
      aggregates: [any]
      codes: { heart_failure: ICD10CM//I50* }
tasks:
  - task: in-hospital-mortality
  - task: readmission
  - { task: long-stay, of: icu }
  - { task: long-stay, of: hospital }
  - { task: primary-diagnosis, top: 2 }
split: { testShare: 0.001 }
`;

function blueprintOf(text: string): CohortBlueprint {
  const blueprint = parseBlueprint(text, 'tiny.yaml');
  if (blueprint.kind !== 'cohort') throw new Error('not a cohort blueprint');
  return blueprint;
}

function column(result: FeatureTable, name: string): Cell[] {
  const found = result.table.column(name);
  return Array.from({ length: result.table.rows }, (_, row) => cellOf(found, row));
}

describe('buildFeatures on the tiny cohort', () => {
  let result: FeatureTable;
  beforeAll(async () => {
    const store = await buildTinyCohort(path.join(work, 'tiny'), testContext());
    result = await buildFeatures(store, compileBlueprint(blueprintOf(base)), testContext());
  });

  it('keeps the units that meet every rule, and counts who was left after each', () => {
    expect(column(result, 'encounter_id')).toEqual(['icu//1', 'icu//2', 'icu//5', 'icu//6', 'icu//7']);
    expect(column(result, 'subject_id')).toEqual([1, 2, 5, 6, 7]);
    expect(result.facts.steps).toEqual([
      { title: 'all units of the store', units: 8, subjects: 7 },
      { title: 'with a known start', units: 8, subjects: 7 },
      { title: 'first of the patient', units: 7, subjects: 7 },
      { title: 'aged at least 18 years', units: 6, subjects: 6 },
      { title: 'not over at the index time (24 hours)', units: 5, subjects: 5 },
    ]);
  });

  it('reads attributes of patient, unit and admission', () => {
    expect(column(result, 'age')).toEqual([70, 80, 90, 60, 66]);
    expect(column(result, 'sex')).toEqual(['female', 'male', 'male', 'female', null]);
    expect(column(result, 'unit')).toEqual(['MICU', 'SICU', 'MICU', 'CCU', 'MICU']);
    expect(column(result, 'hours_in_hospital')).toEqual([12, 6, 12, 24, null]);
  });

  it('aggregates events inside the window only: the start counts, the end does not', () => {
    expect(column(result, 'creatinine_first')).toEqual([1, 5, null, 2, null]);
    expect(column(result, 'creatinine_last')).toEqual([1.5, 5, null, 4, null]);
    expect(column(result, 'creatinine_min')).toEqual([1, 5, null, 2, null]);
    expect(column(result, 'creatinine_max')).toEqual([3, 5, null, 4, null]);
    expect(column(result, 'creatinine_mean')).toEqual([1.88, 5, null, 3, null]);
    expect(column(result, 'creatinine_sum')).toEqual([7.5, 5, null, 6, null]);
    expect(column(result, 'creatinine_count')).toEqual([4, 1, 0, 2, 0]);
    expect(column(result, 'creatinine_any')).toEqual(['yes', 'yes', 'no', 'yes', 'no']);
  });

  it('fits a slope per hour where there are two moments', () => {
    // numpy.polyfit([0, 6, 8, 86399/3600], [1, 3, 2, 1.5], 1)[0] = -0.003968 → 3 decimals
    expect(column(result, 'creatinine_slope')).toEqual([-0.004, null, null, null, null]);
  });

  it('uses events without a time where they are asked for, and only those of the unit, its admission or the patient', () => {
    expect(column(result, 'height')).toEqual([170, 180, null, null, null]);
  });

  it('reads texts and codes, trimmed', () => {
    expect(column(result, 'rhythm')).toEqual(['flutter', 'sinus', null, 'sinus', null]);
    expect(column(result, 'heart_failure')).toEqual(['no', 'no', 'no', 'yes', 'no']);
  });

  it('counts other encounters in a window', () => {
    expect(column(result, 'earlier_admissions')).toEqual([0, 0, 0, 0, 0]);
  });

  it('labels: death, unplanned readmission, long stays, diagnosis', () => {
    expect(column(result, 'in_hospital_mortality')).toEqual(['no', 'yes', 'no', 'no', null]);
    expect(column(result, 'readmission_30d')).toEqual(['yes', null, null, 'no', null]);
    expect(column(result, 'icu_stay_over_7d')).toEqual(['yes', 'no', 'no', 'no', null]);
    expect(column(result, 'hospital_stay_over_7d')).toEqual(['yes', 'no', 'no', 'yes', null]);
    expect(column(result, 'primary_diagnosis')).toEqual(['A41', 'A41', 'I21', 'I21', null]);
    expect(result.facts.labels).toEqual([
      { task: 'in-hospital-mortality', labelled: 4, positives: 1 },
      { task: 'readmission-30d', labelled: 2, positives: 1 },
      { task: 'icu-stay-over-7d', labelled: 4, positives: 1 },
      { task: 'hospital-stay-over-7d', labelled: 4, positives: 2 },
      { task: 'primary-diagnosis', labelled: 4, classes: 2 },
    ]);
  });

  it('describes columns: role, kind, unit, decimals, code and window', () => {
    expect(result.table.column('creatinine_max').schema).toEqual({
      name: 'creatinine_max',
      kind: 'continuous',
      role: 'feature',
      unit: 'mg/dL',
      missing: true,
      decimals: 1,
      description: 'LOINC//2160-0 Creatinine in serum or plasma, first_day, max',
    });
    expect(result.table.column('age').schema.role).toBe('anchor');
    expect(result.table.column('subject_id').schema.role).toBe('key');
    expect(result.table.column('primary_diagnosis').schema).toMatchObject({
      role: 'label',
      kind: 'categorical',
    });
  });

  it('keeps columns that say the diagnosis from being features of it', () => {
    const task = result.tasks.find((t) => t.id === 'primary-diagnosis');
    expect(task?.exclude).toEqual(['heart_failure']);
  });
});

describe('buildFeatures', () => {
  const run = async (
    name: string,
    options: Parameters<typeof buildTinyCohort>[2],
    text = base,
  ): Promise<FeatureTable> => {
    const store = await buildTinyCohort(path.join(work, name), testContext(), options);
    return buildFeatures(store, compileBlueprint(blueprintOf(text)), testContext());
  };
  const plain = (result: FeatureTable): unknown =>
    result.table.columns.map((c) => [
      c.schema,
      [...(c.type === 'numeric' ? c.values : c.codes)],
      [...c.valid],
    ]);

  it('gives the same bytes for one and two threads', async () => {
    const store = await buildTinyCohort(path.join(work, 'threads'), testContext());
    const compiled = compileBlueprint(blueprintOf(base));
    const one = await buildFeatures(store, compiled, testContext(1));
    const two = await buildFeatures(store, compiled, testContext(2));
    expect(plain(two)).toEqual(plain(one));
    expect(two.split).toEqual(one.split);
  });

  it('cannot be leaked to: events at or after the index time, and discharge diagnoses, change no feature', async () => {
    const before = await run('honest', {});
    const indexTimes = {
      1: '2020-01-02 12:00:00',
      2: '2020-03-02 06:00:00',
      5: '2020-05-02 12:00:00',
      6: '2020-06-02 00:00:00',
      7: '2020-07-02 00:00:00',
    };
    const leaks = Object.entries(indexTimes).flatMap(([subject, indexTime]) =>
      [indexTime, `${indexTime.slice(0, 18)}1`, '2021-01-01 00:00:00'].flatMap((time) =>
        ['LOINC//2160-0', 'LOCAL//rhythm', 'ICD10CM//I50.1'].map((code) =>
          eventRow({ subject: Number(subject), time, code, number: 1000 + Number(subject), text: 'died' }),
        ),
      ),
    );
    const after = await run('leaky', { moreEvents: leaks });
    expect(plain(after)).toEqual(plain(before));
  });

  it('says why a task cannot be told', async () => {
    const eicu = await run('eicu', { sourceId: 'eicu' });
    expect(eicu.tasks.find((t) => t.id === 'readmission-30d')?.notComputable).toMatch(/no times between/);
    expect(eicu.table.has('readmission_30d')).toBe(false);
    const survivors = await run(
      'survivors',
      {},
      base.replace('minAgeYears: 18', 'minAgeYears: 18, exclude: [{ attribute: unit.unit, in: [SICU] }]'),
    );
    expect(survivors.tasks.find((t) => t.id === 'in-hospital-mortality')?.notComputable).toBe(
      'every patient has the same outcome',
    );
    expect(survivors.facts.steps.map((s) => s.title)).toContain('unit.unit not SICU');
    const snomed = await run('snomed', {}, base.replace('top: 2 }', 'top: 2, system: SNOMED, group: code }'));
    expect(snomed.tasks.find((t) => t.id === 'primary-diagnosis')?.notComputable).toBe(
      'the source says the outcome of no patient',
    );
  });

  it('counts every readmission where planned ones are asked for too', async () => {
    const all = await run(
      'planned',
      {},
      base.replace('task: readmission', '{ task: readmission, unplannedOnly: false, days: 10 }'),
    );
    expect(column(all, 'readmission_10d')).toEqual(['no', null, null, 'yes', null]);
  });

  it('reads the original ICD-9 code of a mapped diagnosis, and keeps others as a class where told', async () => {
    const icd9 = await run(
      'icd9',
      {},
      base.replace('top: 2 }', 'top: 2, system: ICD9CM, group: icd9-category }'),
    );
    expect(icd9.tasks.find((t) => t.id === 'primary-diagnosis')?.notComputable).toMatch(/fewer than two/);
    const code = await run('code', {}, base.replace('top: 2 }', 'top: 2, group: code, others: other }'));
    expect(column(code, 'primary_diagnosis')).toEqual(['A41.9', 'A41.9', 'I21.4', 'other', null]);
  });

  it('masks labels of units that were over at the index time where they are kept', async () => {
    const kept = await run(
      'kept',
      {},
      base.replace('minAgeYears: 18', 'minAgeYears: 18, endedBeforeIndex: keep'),
    );
    expect(column(kept, 'subject_id')).toEqual([1, 2, 3, 5, 6, 7]);
    expect(column(kept, 'in_hospital_mortality')[2]).toBeNull();
    expect(column(kept, 'hospital_stay_over_7d')[2]).toBeNull();
  });

  it('takes admissions as units', async () => {
    const text = base
      .replace('unit: icu-stay, firstOnly: true', 'unit: admission')
      .replace('  - { task: long-stay, of: icu }\n', '');
    const result = await run('admissions', {}, text);
    expect(column(result, 'encounter_id')).toEqual(
      ['1', '1b', '2', '3', '5', '6', '6b', '8'].map((id) => `admission//${id}`),
    );
    expect(column(result, 'hours_in_hospital')).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(column(result, 'earlier_admissions')).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
    expect(column(result, 'readmission_30d')).toEqual(['yes', 'no', null, 'no', null, 'no', 'no', 'no']);
  });

  it('refuses a cohort without anybody, with the counts', async () => {
    await expect(
      run('nobody', {}, base.replace('minAgeYears: 18', 'minAgeYears: 118')),
    ).rejects.toMatchObject({
      code: 'EMPTY_COHORT',
      got: 'all units of the store: 8; with a known start: 8; first of the patient: 7; aged at least 118 years: 0; not over at the index time (24 hours): 0',
    });
  });

  it('keeps a patient on one side, and the share of a label where asked', async () => {
    const text = base
      .replace('firstOnly: true, minAgeYears: 18', 'minAgeYears: 0')
      .replace('testShare: 0.001', 'testShare: 0.5, stratify: in-hospital-mortality');
    const result = await run('stratified', {}, text);
    const subjects = column(result, 'subject_id');
    const test = new Set([...result.split.test].map((row) => subjects[row]));
    const train = new Set([...result.split.train].map((row) => subjects[row]));
    expect([...test].filter((s) => train.has(s))).toEqual([]);
    expect(test.size).toBeGreaterThan(0);
    expect(result.split.test.length + result.split.train.length).toBe(result.table.rows);
  });
});
