import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FeatureTable } from '../../../src/cohort/index.js';
import { parseBlueprint } from '../../../src/cohort/index.js';
import { buildTableFeatures } from '../../../src/sources/table/index.js';
import { dataRoot } from '../../support/data.js';
import { testContext } from '../../support/context.js';

const blueprintFile = new URL('../../../blueprints/diabetes-130.yaml', import.meta.url);

describe.skipIf(dataRoot === undefined)('diabetes-130 (skipped where the open data are absent)', () => {
  let result: FeatureTable;
  beforeAll(async () => {
    const blueprint = parseBlueprint(readFileSync(blueprintFile, 'utf8'), 'diabetes-130.yaml');
    if (blueprint.kind !== 'table') throw new Error('not over a table');
    result = await buildTableFeatures(path.join(dataRoot!, 'diabetes130'), blueprint, testContext());
  });

  it('has the published numbers of stays and patients, and one stay a patient', () => {
    expect(result.facts.steps.map(({ units, subjects }) => [units, subjects])).toEqual([
      [101_766, 71_518],
      [99_343, 69_990],
      [69_990, 69_990],
    ]);
  });

  it('has about 9.0 % readmissions and 14.0 % long stays', () => {
    expect(result.facts.labels).toEqual([
      { task: 'readmission-30d', labelled: 69_990, positives: 6285 },
      { task: 'hospital-stay-over-7d', labelled: 69_990, positives: 9769 },
      { task: 'primary-diagnosis', labelled: 43_502, classes: 25 },
    ]);
  });

  it('holds back a fifth of the patients, with the same share of readmissions', () => {
    const label = result.table.column('readmitted_30d');
    if (label.type !== 'categorical') throw new Error('not categorical');
    const share = (rows: Uint32Array): number =>
      rows.reduce((n, row) => n + label.codes[row]!, 0) / rows.length;
    expect(result.split.test.length).toBe(13_998);
    expect(share(result.split.test)).toBeCloseTo(share(result.split.train), 4);
  });

  it('keeps what says a label from being a feature of it', () => {
    expect(result.tasks.map((t) => t.exclude)).toEqual([
      [],
      ['time_in_hospital', 'discharge_to'],
      ['diagnosis_1'],
    ]);
    expect(result.table.has('readmitted')).toBe(false);
    expect(result.table.has('diag_1')).toBe(false);
  });
});
