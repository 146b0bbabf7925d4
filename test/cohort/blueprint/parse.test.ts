import { describe, expect, it } from 'vitest';
import { parseBlueprint } from '../../../src/cohort/index.js';
import { AnamnesisError } from '../../../src/core/index.js';

const cohort = `name: small
title: Small
purpose: To test.
source: { format: eicu, data: eicu-demo }
cohort: { unit: icu-stay }
index: { hours: 24 }
windows:
  day1: { from: 0, to: 24 }
anchors: { age: age }
features:
  events:
    - window: day1
      aggregates: [min, max]
      codes:
        creatinine: LOINC//2160-0
tasks:
  - task: in-hospital-mortality
`;
const table = `name: small
title: Small
purpose: To test.
source: { format: table, data: file.csv }
table:
  subject: patient
  derive:
    group_1: { from: diag, group: icd9-chapter }
tasks:
  - id: back
    title: Back
    label: { name: back, from: readmitted, equals: '<30' }
`;

/** The problems of a blueprint, one a line, without the list's marks. */
function problemsOf(text: string): string[] {
  try {
    parseBlueprint(text, 'small.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof AnamnesisError)) throw error;
    expect(error.code).toBe('BAD_BLUEPRINT');
    return error.message
      .split('\n')
      .filter((line) => line.startsWith('  - '))
      .map((line) => line.slice(4));
  }
}

/** The same blueprint with one line changed. */
function changed(from: string, to: string, base = cohort): string {
  expect(base).toContain(from);
  return base.replace(from, to);
}

describe('parseBlueprint', () => {
  it('fills the defaults, which are the paper’s', () => {
    const blueprint = parseBlueprint(cohort, 'small.yaml');
    expect(blueprint).toMatchObject({
      kind: 'cohort',
      seed: 1,
      samples: 'train',
      split: { testShare: 0.2 },
      synthesizers: [{ id: 'copula' }, { id: 'cart' }],
      validate: { thresholds: { tstrRatio: 0.94, fidelity: 0.9 }, bootstrap: 1000 },
    });
    if (blueprint.kind !== 'cohort') throw new Error('not over a cohort');
    expect(blueprint.cohort).toEqual({
      unit: 'icu-stay',
      firstOnly: false,
      exclude: [],
      endedBeforeIndex: 'drop',
    });
    expect(parseBlueprint(table, 'small.yaml').kind).toBe('table');
  });

  it('shows three mistakes at once', () => {
    const text = cohort
      .replace('icu-stay', 'icu stay')
      .replace('to: 24', 'to: 48')
      .replace('window: day1', 'window: day2');
    expect(problemsOf(text)).toEqual([
      "line 5, cohort.unit: expected one of admission, icu-stay, got 'icu stay'; did you mean 'icu-stay'?",
      'line 8, windows.day1.to: expected at most index.hours (24): later events would let features see the outcome, got 48',
      "line 12, features.events[0].window: expected one of day1, static, got 'day2'; did you mean 'day1'?",
    ]);
  });

  it.each([
    [
      'an empty document',
      '',
      'line 1, (top level): expected a section of keys, got nothing (the value is empty)',
    ],
    ['a list', '- a', 'line 1, (top level): expected a section of keys, got a list'],
    [
      'an unknown section',
      `${cohort}colour: red\n`,
      "line 18, colour: expected one of name, title, purpose, seed, split, synthesizers, samples, validate, simulation, source, cohort, index, windows, anchors, features, tasks, got unknown key 'colour'",
    ],
    [
      'a missing section',
      changed('index: { hours: 24 }\n', ''),
      'line 1, index: expected a section of keys, got nothing (the key is missing)',
    ],
    [
      'an unknown format',
      changed('format: eicu', 'format: eikcu'),
      "line 4, source.format: expected one of mimic-iv, eicu, physionet2012, meds, fhir, reference-hospital, table, got 'eikcu'; did you mean 'eicu'?",
    ],
    [
      'no data',
      changed(', data: eicu-demo', ''),
      'line 4, source.data: expected a name in the data catalogue (anamnesis data list), or a folder, got nothing (the key is missing)',
    ],
    [
      'ages the wrong way round',
      changed('unit: icu-stay', 'unit: icu-stay, minAgeYears: 90, maxAgeYears: 18'),
      'line 5, cohort.maxAgeYears: expected at least minAgeYears (90), got 18',
    ],
    [
      'a window that ends before it begins',
      changed('from: 0, to: 24', 'from: 5, to: 5'),
      'line 8, windows.day1.to: expected more than from (5), got 5',
    ],
    [
      'a window named static',
      cohort.replaceAll('day1', 'static'),
      "line 8, windows.static: expected another name: static stands for events without a time, got 'static'",
    ],
    [
      'an outcome among the features',
      changed('anchors: { age: age }', 'anchors: { age: age, left: admission.discharge_disposition }'),
      "line 9, anchors.left: expected an attribute that is known at the index time, got 'admission.discharge_disposition', known only at discharge",
    ],
    [
      'a code without a system',
      changed('creatinine: LOINC//2160-0', 'creatinine: { code: 2160-0 }'),
      "line 15, features.events[0].codes.creatinine.code: expected SYSTEM//code, as in LOINC//2160-0; a final * stands for any ending, got '2160-0'",
    ],
    [
      'a mean of texts',
      changed('aggregates: [min, max]', 'aggregates: [last, mean]\n      value: text'),
      "line 13, features.events[0].aggregates[1]: expected one of first, last, count, any for value: text, got 'mean'",
    ],
    [
      'one column twice',
      changed('anchors: { age: age }', 'anchors: { creatinine_max: age }'),
      "line 15, features.events[0].codes.creatinine: expected a column name of its own, got a second 'creatinine_max'",
    ],
    [
      'a column named like a key',
      changed('anchors: { age: age }', 'anchors: { subject_id: age }'),
      "line 9, anchors.subject_id: expected a column name of its own, got a second 'subject_id'",
    ],
    [
      'one task twice',
      `${cohort}  - task: in-hospital-mortality\n`,
      "line 18, tasks[1]: expected a task id of its own, got a second 'in-hospital-mortality'",
    ],
    [
      'an unknown task',
      changed('task: in-hospital-mortality', 'task: mortality'),
      "line 17, tasks[0].task: expected one of in-hospital-mortality, readmission, long-stay, primary-diagnosis, got 'mortality'",
    ],
    [
      'an excluded column that is none',
      `${cohort}    exclude: [creatinin_max]\n`,
      "line 18, tasks[0].exclude[0]: expected one of age, creatinine_min, creatinine_max, got 'creatinin_max'; did you mean 'creatinine_max'?",
    ],
    [
      'ICU stays in a cohort of admissions',
      `${changed('unit: icu-stay', 'unit: admission')}  - { task: long-stay, of: icu }\n`,
      "line 18, tasks[1].of: expected hospital (or cohort.unit: icu-stay), got 'icu' in a cohort of admissions",
    ],
    [
      'a stratum that is no task',
      `${cohort}split: { stratify: death }\n`,
      "line 18, split.stratify: expected one of in-hospital-mortality, got 'death'",
    ],
    [
      'one synthesizer twice',
      `${cohort}synthesizers: [{ id: cart }, { id: cart }]\n`,
      "line 18, synthesizers[1]: expected a name of its own, got a second 'cart'",
    ],
    [
      'two rules for one column',
      changed('group: icd9-chapter', 'group: icd9-chapter, equals: x', table),
      'line 8, table.derive.group_1: expected exactly one rule of equals, in, over, group, map, got equals and group',
    ],
    [
      'top classes of a condition',
      changed("equals: '<30'", "equals: '<30', top: 5", table),
      'line 12, tasks[0].label.top: expected a rule `group` beside it, got none',
    ],
    [
      'a label named like a derived column',
      changed('name: back', 'name: group_1', table),
      "line 12, tasks[0].label.name: expected a column name of its own, got a second 'group_1'",
    ],
  ])('refuses %s', (_, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  it('lets one synthesizer run twice under two names', () => {
    expect(
      problemsOf(
        `${cohort}synthesizers: [{ id: cart }, { id: cart, name: cart-50, options: { minLeaf: 50 } }]\n`,
      ),
    ).toEqual([]);
  });

  it('needs no data for records that it makes itself', () => {
    expect(problemsOf(changed('format: eicu, data: eicu-demo', 'format: reference-hospital'))).toEqual([]);
  });

  it('passes syntax errors on with their line', () => {
    expect(() => parseBlueprint('name: [a\ntitle: b', 'small.yaml')).toThrow(/small\.yaml is not valid YAML/);
  });
});
