import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureTable, TableBlueprint } from '../../../src/cohort/index.js';
import { parseBlueprint } from '../../../src/cohort/index.js';
import { buildTableFeatures } from '../../../src/sources/table/index.js';
import type { Cell } from '../../../src/table/index.js';
import { cellOf } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';

const stays = `stay_id,patient,age,days,left,diag,drug,back
7,1,[60-70),3,home,250.83,None,<30
3,1,[50-60),9,home,428,Up,NO
9,2,[70-80),8,dead,V27,None,NO
4,3,[50-60),1,home,410.1,Up,>30
5,4,[60-70),12,home,428.0,Steady,<30
6,5,[50-60),2,unknown,?,None,NO
`;
const blueprint = `
name: small
title: Small
purpose: To test.
source: { format: table, data: small, file: stays.csv }
table:
  subject: patient
  keys: [stay_id]
  anchors: [age]
  columns:
    drug: { kind: ordinal, categories: [Steady, Up], missing: [None] }
    days: { unit: d }
  rows:
    - { firstPer: patient, by: stay_id }
    - { exclude: { column: left, in: [dead] }, title: left alive }
  derive:
    chapter: { from: diag, group: icd9-chapter, otherBelow: 0 }
    at_home: { from: left, map: { home: [home] }, otherBelow: 0 }
    long: { from: days, over: 7 }
  drop: [left, diag, back]
tasks:
  - id: back
    title: Back within 30 days
    label: { name: back_30d, from: back, equals: '<30', missingWhere: [{ column: left, in: [unknown] }] }
  - id: long-stay
    title: Long stay
    label: { name: stay_over_7d, from: days, over: 7 }
    exclude: [at_home]
  - id: diagnosis
    title: Diagnosis
    label: { name: diagnosis, from: diag, group: icd9-category, top: 2 }
split: { testShare: 0.001 }
`;

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'table-source-'));
  await writeFile(path.join(work, 'stays.csv'), stays);
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

function parse(text: string): TableBlueprint {
  const parsed = parseBlueprint(text, 'small.yaml');
  if (parsed.kind !== 'table') throw new Error('not over a table');
  return parsed;
}

const build = (text = blueprint, data = work): Promise<FeatureTable> =>
  buildTableFeatures(data, parse(text), testContext());

function column(result: FeatureTable, name: string): Cell[] {
  return Array.from({ length: result.table.rows }, (_, row) => cellOf(result.table.column(name), row));
}

describe('buildTableFeatures', () => {
  let result: FeatureTable;
  beforeAll(async () => {
    result = await build();
  });

  it('chooses rows step by step, in the order of the file', () => {
    expect(column(result, 'stay_id')).toEqual([3, 4, 5, 6]);
    expect(column(result, 'subject_id')).toEqual([1, 3, 4, 5]);
    expect(result.facts.steps).toEqual([
      { title: 'all rows of the file', units: 6, subjects: 5 },
      { title: 'first per patient by stay_id', units: 5, subjects: 5 },
      { title: 'left alive', units: 4, subjects: 4 },
    ]);
  });

  it('keeps the columns that are features, and derives new ones', () => {
    expect(result.table.schema.map((s) => [s.name, s.role, s.kind])).toEqual([
      ['subject_id', 'key', 'count'],
      ['stay_id', 'key', 'count'],
      ['age', 'anchor', 'ordinal'],
      ['days', 'feature', 'count'],
      ['drug', 'feature', 'ordinal'],
      ['chapter', 'feature', 'categorical'],
      ['at_home', 'feature', 'categorical'],
      ['long', 'feature', 'binary'],
      ['back_30d', 'label', 'binary'],
      ['stay_over_7d', 'label', 'binary'],
      ['diagnosis', 'label', 'categorical'],
    ]);
    expect(column(result, 'drug')).toEqual(['Up', 'Up', 'Steady', null]);
    expect(column(result, 'chapter')).toEqual(['circulatory', 'circulatory', 'circulatory', null]);
    expect(column(result, 'at_home')).toEqual(['home', 'home', 'home', 'other']);
    expect(column(result, 'long')).toEqual(['yes', 'no', 'yes', 'no']);
  });

  it('leaves out categories that no chosen row has', () => {
    expect(result.table.column('age').schema.categories).toEqual(['[50-60)', '[60-70)']);
  });

  it('labels by rule, masks where told, and takes the most frequent groups as classes', () => {
    expect(column(result, 'back_30d')).toEqual(['no', 'no', 'yes', null]);
    expect(column(result, 'stay_over_7d')).toEqual(['yes', 'no', 'yes', 'no']);
    expect(column(result, 'diagnosis')).toEqual(['428', '410', '428', null]);
    expect(result.table.column('diagnosis').schema.categories).toEqual(['428', '410']);
    expect(result.facts.labels).toEqual([
      { task: 'back', labelled: 3, positives: 1 },
      { task: 'long-stay', labelled: 4, positives: 2 },
      { task: 'diagnosis', labelled: 3, classes: 2 },
    ]);
  });

  it('keeps a label’s own source, and what follows from it, from being features', () => {
    expect(result.tasks.map((t) => [t.id, t.type, t.exclude])).toEqual([
      ['back', 'binary', []],
      ['long-stay', 'binary', ['days', 'long', 'at_home']],
      ['diagnosis', 'multiclass', ['chapter']],
    ]);
  });

  it('takes every row for a patient where no subject column is named', async () => {
    const rows = await build(
      blueprint
        .replace('  subject: patient\n', '  drop: [patient, left, diag, back]\n')
        .replace('  drop: [left, diag, back]\n', ''),
    );
    expect(column(rows, 'subject_id')).toEqual([1, 2, 3, 4]);
  });

  it('finds the file: by name, alone in a folder, or given as such', async () => {
    const alone = blueprint.replace(', file: stays.csv', '');
    expect((await build(alone, work)).table.rows).toBe(4);
    expect((await build(alone, path.join(work, 'stays.csv'))).table.rows).toBe(4);
    expect((await build(blueprint.replace('stays.csv', 'stays.csv.gz'))).table.rows).toBe(4);
    await expect(build(blueprint.replace('stays.csv', 'none.csv'))).rejects.toMatchObject({
      code: 'NO_FILE',
    });
  });

  it('reports every column that the file lacks', async () => {
    const wrong = blueprint
      .replace('from: diag, group: icd9-chapter', 'from: diga, group: icd9-chapter')
      .replace('keys: [stay_id]', 'keys: [visit]')
      .replace('exclude: [at_home]', 'exclude: [home]');
    const attempt = build(wrong);
    await expect(attempt).rejects.toMatchObject({ code: 'BAD_BLUEPRINT' });
    await expect(attempt).rejects.toThrow(
      /table\.keys: the file has no column 'visit'\n.*table\.derive\.chapter\.from: the file has no column 'diga'; did you mean 'diag'\?\n.*tasks\[1\]\.exclude: the file has no column 'home'/,
    );
  });

  it('refuses names that the file uses already, rows without a patient, and nobody left', async () => {
    await expect(build(blueprint.replace('long: {', 'age: {'))).rejects.toThrow(
      /'age' is a column of the file already/,
    );
    await expect(
      build(blueprint.replace('left, in: [dead]', 'left, in: [dead, home, unknown]')),
    ).rejects.toMatchObject({ code: 'EMPTY_COHORT' });
    await expect(
      build(blueprint.replace('subject: patient', "subject: patient\n  missing: ['', '?', '5']")),
    ).rejects.toMatchObject({ code: 'NO_SUBJECT' });
  });

  it('says why a task cannot be told', async () => {
    const one = await build(blueprint.replace("equals: '<30'", 'equals: never'));
    expect(one.tasks[0]).toMatchObject({ id: 'back', notComputable: 'every row has the same outcome' });
    expect(one.table.has('back_30d')).toBe(false);
  });
});
