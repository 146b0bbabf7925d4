import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortBlueprint } from '../../../src/cohort/index.js';
import { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } from '../../../src/cohort/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { cellOf } from '../../../src/table/index.js';
import { exportById } from '../../../src/exports/index.js';
import { testContext } from '../../support/context.js';
import { fixtureFacts, makeRecords } from '../../support/records/index.js';
import { hashes, writeExport } from '../../support/write-export.js';

const { directory, records } = makeRecords(12);
const base = { directory, records, facts: fixtureFacts };
let work: string;
let db: Database;
let store: CohortStore;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'cohort-'));
  db = await Database.open({ threads: 1 });
  const compiled = exportById('cohort').compile({});
  await writeExport(path.join(work, 'store'), { ...base, compiled, perTask: 5 }, testContext());
  store = await CohortStore.open(path.join(work, 'store'));
  await store.views(db);
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

const sum = (of: (r: (typeof records)[number]) => number): number => records.reduce((n, r) => n + of(r), 0);

describe('cohort', () => {
  it('is a store that verifies, with nothing beside it and nothing rejected', async () => {
    await store.verify();
    expect((await readdir(path.join(work, 'store'))).sort()).toEqual([
      'codes.parquet',
      'cohort.json',
      'encounters.parquet',
      'events',
      'notes.parquet',
      'subjects.parquet',
    ]);
    const { counts, report } = store.manifest;
    expect(counts.subjects).toBe(records.length);
    expect(counts.encounters).toBe(sum((r) => r.encounters.length));
    expect(counts.notes).toBe(sum((r) => r.notes.length));
    const measured = sum(
      (r) =>
        r.observations
          .flatMap((o) => [o.value, ...o.components.map((c) => c.value)])
          .filter((v) => v !== null && v.kind !== 'absent').length,
    );
    const others = sum(
      (r) =>
        r.conditions.length +
        r.allergies.length +
        r.reports.length +
        r.procedures.length +
        r.medications.length +
        r.immunizations.length +
        r.imaging.length +
        r.devices.length +
        r.supplies.length +
        r.carePlans.length,
    );
    expect(counts.events).toBe(measured + others);
    expect(report.tables.flatMap((t) => t.rejected)).toEqual([]);
    expect(report.findings).toEqual([]);
  });

  it('numbers subjects by their index, and codes by system', async () => {
    const subjects = await db.rows('SELECT subject_id::INT AS id, source_id FROM subjects ORDER BY 1');
    expect(subjects).toEqual(records.map((r) => ({ id: r.index + 1, source_id: r.person.id })));
    const systems = await db.rows(
      `SELECT kind, list(DISTINCT split_part(code, '//', 1) ORDER BY 1)::VARCHAR AS systems FROM events
       WHERE kind IN ('condition', 'observation', 'medication', 'immunization') GROUP BY kind ORDER BY kind`,
    );
    expect(systems).toMatchObject([
      { kind: 'condition', systems: '[ICD10CM, SNOMED]' },
      { kind: 'immunization', systems: '[CVX]' },
      { kind: 'medication', systems: '[RXNORM]' },
      { kind: 'observation' },
    ]);
    const { n } = await db.one(`SELECT count(*)::INT AS n FROM events
      WHERE kind = 'condition' AND code LIKE 'ICD10CM//%' AND details NOT LIKE '%"original_code":"SNOMED//%'`);
    expect(n).toBe(0);
    expect(await db.rows('SELECT code FROM codes WHERE display IS NULL')).toEqual([]);
  });

  it('converts to the canonical unit of the vocabulary', async () => {
    const rows = await db.rows(
      `SELECT code, list(DISTINCT unit ORDER BY unit)::VARCHAR AS units FROM events WHERE numeric_value IS NOT NULL
       AND kind = 'observation' GROUP BY code HAVING count(DISTINCT unit) > 1`,
    );
    expect(rows).toEqual([]);
  });

  it.each([1, 100])('gives the same store when cut into tasks of %i, on 2 threads', async (perTask) => {
    const compiled = exportById('cohort').compile({});
    const out = path.join(work, `cut-${perTask}`);
    await writeExport(out, { ...base, compiled, perTask }, testContext(2));
    expect(await hashes(out)).toEqual(await hashes(path.join(work, 'store')));
  });

  it('runs a blueprint: features and labels worked out from the records themselves', async () => {
    const parsed = parseBlueprint(blueprint, 'simulated.yaml') as CohortBlueprint;
    const { table, facts } = await buildFeatures(store, compileBlueprint(parsed), testContext());
    const stays = records.flatMap((record) => {
      const icu = record.encounters.findIndex((e) => e.class === 'icu');
      const stay = record.encounters[icu];
      if (stay === undefined) return [];
      const inWindow = (code: string): readonly number[] =>
        record.observations
          .filter((o) => o.time >= stay.start && o.time < stay.start + 12 * 3_600_000)
          .filter((o) => o.codes[0]?.code === code && o.value?.kind === 'quantity')
          .map((o) => (o.value?.kind === 'quantity' ? o.value.value : NaN));
      const rates = inWindow('8867-4');
      const diagnosis = record.conditions.find((c) => c.encounter === stay.parent)!;
      return [
        {
          subject: record.index + 1,
          n: rates.length,
          max: rates.length === 0 ? null : Math.max(...rates),
          diagnosis: diagnosis.codes.find((c) => c.system === 'ICD10CM')!.code.slice(0, 3),
        },
      ];
    });
    expect(stays.length).toBeGreaterThan(2);
    const column = (name: string): unknown[] =>
      Array.from({ length: table.rows }, (_, row) => cellOf(table.column(name), row));
    expect(column('subject_id')).toEqual(stays.map((s) => s.subject));
    expect(column('heart_rate_count')).toEqual(stays.map((s) => s.n));
    expect(column('heart_rate_max')).toEqual(stays.map((s) => s.max));
    expect(column('primary_diagnosis')).toEqual(stays.map((s) => s.diagnosis));
    expect(facts.labels).toMatchObject([{ task: 'primary-diagnosis', labelled: stays.length }]);
  });
});

const blueprint = `
name: simulated
title: Simulated admissions
purpose: A small blueprint over simulated records.
source: { format: meds, data: none }
cohort: { unit: icu-stay, firstOnly: true }
index: { hours: 12 }
windows:
  first_hours: { from: 0, to: 12 }
anchors: { age: age, sex: { attribute: sex, otherBelow: 0 } }
features:
  events:
    - window: first_hours
      aggregates: [first, max, count]
      codes: { heart_rate: LOINC//8867-4, lactate: LOINC//2524-7 }
tasks:
  - { task: primary-diagnosis, top: 3 }
split: { testShare: 0.3 }
`;
