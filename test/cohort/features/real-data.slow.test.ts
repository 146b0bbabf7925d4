import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FeatureTable } from '../../../src/cohort/index.js';
import { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } from '../../../src/cohort/index.js';
import { importCohort, sourceById } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'real-features-'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

async function importInto(name: string, source: string, folder: string): Promise<CohortStore> {
  const target = path.join(work, name);
  const from = { source: sourceById(source), dir: path.join(dataRoot!, folder) };
  await importCohort(from, target, { dataRoot }, testContext());
  return CohortStore.open(target);
}

/** A ready blueprint, with some of its text replaced. */
async function features(
  store: CohortStore,
  name: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<FeatureTable> {
  let text = readFileSync(new URL(`../../../blueprints/${name}.yaml`, import.meta.url), 'utf8');
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const blueprint = parseBlueprint(text, `${name}.yaml`);
  if (blueprint.kind !== 'cohort') throw new Error('not over a cohort');
  return buildFeatures(store, compileBlueprint(blueprint), testContext());
}

/** Every unit from its start, so that the counts are those of the whole data set. */
const fromTheStart = { 'hours: 24 }': 'hours: 0 }', 'from: 0, to: 24': 'from: -24, to: 0' };

describe.skipIf(dataRoot === undefined)(
  'blueprints on real records (skipped where the open data are absent)',
  () => {
    it('mimic-iv-demo: 15 of 275 died in hospital, 20 of 140 ICU stays over 7 days, returns within 30 days', async () => {
      const store = await importInto('mimic', 'mimic-iv', 'mimic4-demo');
      const admissions = await features(store, 'mimic-iv-demo', {
        ...fromTheStart,
        'unit: icu-stay': 'unit: admission',
        'of: icu': 'of: hospital',
        'task: readmission': '{ task: readmission, unplannedOnly: false }',
      });
      expect(admissions.facts.labels.slice(0, 2)).toEqual([
        { task: 'in-hospital-mortality', labelled: 275, positives: 15 },
        // 54 of 260 with the five patients who left for a hospice, who have no label
        { task: 'readmission-30d', labelled: 255, positives: 53 },
      ]);
      const stays = await features(store, 'mimic-iv-demo', fromTheStart);
      expect(stays.facts.labels).toContainEqual({ task: 'icu-stay-over-7d', labelled: 140, positives: 20 });
      const ready = await features(store, 'mimic-iv-demo');
      expect(ready.tasks.every((t) => t.notComputable === undefined)).toBe(true);
    });

    it('eicu-demo: 212 of 2,492 died in hospital, 5.75 % ICU stays over 7 days, no returns', async () => {
      const store = await importInto('eicu', 'eicu', 'eicu-demo');
      const all = await features(store, 'eicu-demo', { ...fromTheStart, '  minAgeYears: 18\n': '' });
      expect(all.facts.labels.slice(0, 2)).toEqual([
        { task: 'in-hospital-mortality', labelled: 2492, positives: 212 },
        { task: 'icu-stay-over-7d', labelled: 2520, positives: 145 },
      ]);
      const ready = await features(store, 'eicu-demo');
      expect(ready.tasks.filter((t) => t.notComputable !== undefined).map((t) => t.id)).toEqual([
        'readmission-30d',
      ]);
      expect(ready.tasks.find((t) => t.id === 'primary-diagnosis')?.exclude).toEqual(['admission_diagnosis']);
    });

    it('challenge-2012: 1,122 of 8,000 died in hospital, 64-67 % stayed over a week', async () => {
      const store = await importInto('challenge', 'physionet2012', 'physionet2012');
      const { facts, table } = await features(store, 'challenge-2012');
      expect(table.rows).toBe(8000);
      const [died, long] = facts.labels;
      expect(died).toMatchObject({ task: 'in-hospital-mortality', positives: 1122 });
      expect(died!.labelled).toBeGreaterThanOrEqual(7990);
      expect(long!.positives! / long!.labelled).toBeGreaterThan(0.64);
      expect(long!.positives! / long!.labelled).toBeLessThan(0.67);
    });
  },
);
