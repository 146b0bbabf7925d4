import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortBlueprint, FeatureTable } from '../../../src/cohort/index.js';
import { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } from '../../../src/cohort/index.js';
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
