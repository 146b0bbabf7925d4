import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CohortManifest } from '../../../src/cohort/index.js';
import { CohortStore } from '../../../src/cohort/index.js';
import { Database } from '../../../src/duckdb/index.js';
import { importCohort, sourceById, sources } from '../../../src/sources/index.js';
import { testContext } from '../../support/context.js';
import { dataRoot } from '../../support/data.js';

const source = sourceById('fhir');
let work: string;
let db: Database;

beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'fhir-'));
  db = await Database.open({ threads: 1 });
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

function importInto(store: string, dir: string, settings = {}): Promise<CohortManifest> {
  return importCohort({ source, dir }, path.join(work, store), { settings }, testContext());
}

const snomed = (code: string, display: string): object => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
});
const loinc = (code: string, display: string): object => ({
  coding: [{ system: 'http://loinc.org', code, display }],
});
const patient = { reference: 'urn:uuid:p1' };
const encounter = { reference: 'Encounter/e2' };
const omb = (name: string, code: string): object => ({
  url: `http://hl7.org/fhir/us/core/StructureDefinition/us-core-${name}`,
  extension: [{ url: 'ombCategory', valueCoding: { code } }],
});

/** A made-up life with one resource of each kind that is read. */
const resources: readonly Readonly<Record<string, unknown>>[] = [
  {
    resourceType: 'Patient',
    id: 'p1',
    gender: 'female',
    birthDate: '1950-02-03',
    deceasedDateTime: '2020-05-06T10:00:00-04:00',
    extension: [omb('race', '2028-9'), omb('ethnicity', '2186-5')],
    communication: [{ language: { coding: [{ code: 'en-US' }] } }],
    address: [{ state: 'MA' }],
  },
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    class: { code: 'IMP' },
    type: [snomed('8715000', 'Hospital admission, elective')],
    subject: patient,
    period: { start: '2020-05-01T00:00:00Z', end: '2020-05-06T14:00:00Z' },
    reasonCode: [snomed('22298006', 'Myocardial infarction')],
    serviceProvider: { reference: 'Organization?identifier=x|1' },
    hospitalization: { dischargeDisposition: { coding: [{ code: 'exp' }] } },
  },
  {
    resourceType: 'Encounter',
    id: 'e2',
    status: 'finished',
    class: { code: 'ACUTE' },
    type: [snomed('305351004', 'Admission to intensive care unit')],
    subject: patient,
    period: { start: '2020-05-02T00:00:00Z', end: '2020-05-03T00:00:00Z' },
    partOf: { reference: 'Encounter/e1' },
  },
  {
    resourceType: 'Condition',
    subject: patient,
    encounter,
    code: {
      coding: [
        { system: 'http://snomed.info/sct', code: '22298006', display: 'Myocardial infarction' },
        {
          system: 'http://hl7.org/fhir/sid/icd-10-cm',
          code: 'I21.9',
          display: 'Acute myocardial infarction',
        },
      ],
    },
    recordedDate: '2020-05-02T01:00:00Z',
    abatementDateTime: '2020-05-05',
  },
  {
    resourceType: 'Condition',
    subject: patient,
    code: snomed('1', 'Not so'),
    recordedDate: '2020-05-02',
    verificationStatus: { coding: [{ code: 'refuted' }] },
  },
  {
    resourceType: 'Observation',
    status: 'final',
    subject: patient,
    encounter,
    code: loinc('85354-9', 'Blood pressure'),
    effectiveDateTime: '2020-05-02T02:00:00+02:00',
    component: [
      { code: loinc('8480-6', 'Systolic'), valueQuantity: { value: 120, unit: 'mmHg', code: 'mm[Hg]' } },
      { code: loinc('8462-4', 'Diastolic'), valueQuantity: { value: 80, unit: 'mmHg', code: 'mm[Hg]' } },
    ],
  },
  {
    resourceType: 'Observation',
    status: 'final',
    subject: patient,
    encounter,
    code: loinc('72166-2', 'Tobacco smoking status'),
    effectiveDateTime: '2020-05-02',
    valueCodeableConcept: snomed('266919005', 'Never smoker'),
  },
  {
    resourceType: 'Observation',
    status: 'final',
    subject: patient,
    code: loinc('8867-4', 'Heart rate'),
    effectiveDateTime: '2020-05-02',
    dataAbsentReason: { coding: [{ code: 'unknown' }] },
  },
  {
    resourceType: 'Medication',
    id: 'm1',
    code: { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '314076' }] },
  },
  {
    resourceType: 'MedicationRequest',
    status: 'active',
    subject: patient,
    encounter,
    medicationReference: { reference: 'urn:uuid:m1' },
    authoredOn: '2020-05-02',
  },
  {
    resourceType: 'MedicationAdministration',
    status: 'completed',
    subject: patient,
    context: encounter,
    medicationCodeableConcept: {
      coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '5', display: 'Five' }],
    },
    effectivePeriod: { start: '2020-05-02T03:00:00Z', end: '2020-05-02T04:00:00Z' },
  },
  {
    resourceType: 'Immunization',
    status: 'not-done',
    patient,
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/sid/cvx', code: '140' }] },
    occurrenceDateTime: '2020-05-02',
  },
  {
    resourceType: 'CarePlan',
    status: 'active',
    subject: patient,
    category: [
      {
        coding: [{ system: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category', code: 'assess-plan' }],
      },
      snomed('9', 'Plan'),
    ],
    period: { start: '2020-05-02' },
  },
  {
    resourceType: 'SupplyDelivery',
    patient,
    suppliedItem: { quantity: { value: 50 }, itemCodeableConcept: snomed('7', 'Strips') },
    occurrenceDateTime: '2020-05-02',
  },
  {
    resourceType: 'DocumentReference',
    id: 'd1',
    status: 'current',
    subject: patient,
    date: '2020-05-06T00:00:00Z',
    context: { encounter: [encounter] },
    type: loinc('18842-5', 'Discharge summary'),
    content: [
      {
        attachment: { contentType: 'text/plain', data: Buffer.from('Went home – well.').toString('base64') },
      },
    ],
  },
  { resourceType: 'Claim', id: 'c1' },
  { resourceType: 'Procedure', id: 7 },
];

async function views(store: string): Promise<void> {
  await (await CohortStore.open(path.join(work, store))).views(db);
}

describe('fhir', () => {
  let manifest: CohortManifest;
  beforeAll(async () => {
    const dir = path.join(work, 'bundle');
    await mkdir(dir);
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: resources.map((resource) => ({ resource })),
    };
    await writeFile(path.join(dir, 'one.json.gz'), gzipSync(JSON.stringify(bundle)));
    manifest = await importInto('store', dir);
  });

  it('is recognised by what its files say', async () => {
    expect(await source.detect(path.join(work, 'bundle'))).toBe(true);
    await mkdir(path.join(work, 'other'));
    await writeFile(path.join(work, 'other', 'package.json'), '{"name": "no FHIR"}');
    expect(await source.detect(path.join(work, 'other'))).toBe(false);
    expect(await source.detect(path.join(work, 'nothing'))).toBe(false);
  });

  it('reads people and stays, an ICU stay as part of its admission', async () => {
    await views('store');
    expect(
      await db.rows(
        'SELECT source_id, birth_time::VARCHAR AS born, death_time::VARCHAR AS died, sex, race, ethnicity, language, region FROM subjects',
      ),
    ).toEqual([
      {
        source_id: 'p1',
        born: '1950-02-03 00:00:00',
        died: '2020-05-06 14:00:00',
        sex: 'female',
        race: 'asian',
        ethnicity: 'not hispanic or latino',
        language: 'en-us',
        region: 'MA',
      },
    ]);
    expect(
      await db.rows(
        'SELECT encounter_id AS id, parent_id AS parent, class, unit, admission_type AS type, discharge_disposition AS went, reason_code AS why, hospital_id AS hospital, died FROM encounters ORDER BY 1',
      ),
    ).toEqual([
      {
        id: 'e1',
        parent: null,
        class: 'inpatient',
        unit: null,
        type: 'elective',
        went: 'exp',
        why: 'SNOMED//22298006',
        hospital: null,
        died: true,
      },
      {
        id: 'e2',
        parent: 'e1',
        class: 'icu',
        unit: 'Admission to intensive care unit',
        type: 'Admission to intensive care unit',
        went: null,
        why: null,
        hospital: null,
        died: false,
      },
    ]);
  });

  it('reads events under their codes, and says what it left out', async () => {
    await views('store');
    const rows = await db.rows(
      `SELECT kind, code, time::VARCHAR AS t, numeric_value AS n, text_value AS x, unit, encounter_id AS stay, details FROM events ORDER BY code`,
    );
    const none = { n: null, x: null, unit: null, details: null };
    const day = '2020-05-02 00:00:00';
    expect(rows).toEqual([
      {
        ...none,
        kind: 'condition',
        code: 'ICD10CM//I21.9',
        t: '2020-05-02 01:00:00',
        stay: 'e2',
        details: '{"original_code":"SNOMED//22298006"}',
      },
      {
        ...none,
        kind: 'observation',
        code: 'LOINC//72166-2',
        t: day,
        x: 'Never smoker',
        stay: 'e2',
        details: '{"value_code":"SNOMED//266919005"}',
      },
      { ...none, kind: 'observation', code: 'LOINC//8462-4', t: day, n: 80, unit: 'mm[Hg]', stay: 'e2' },
      { ...none, kind: 'observation', code: 'LOINC//8480-6', t: day, n: 120, unit: 'mm[Hg]', stay: 'e2' },
      { ...none, kind: 'medication', code: 'RXNORM//314076', t: day, stay: 'e2' },
      {
        ...none,
        kind: 'medication',
        code: 'RXNORM//5',
        t: '2020-05-02 03:00:00',
        stay: 'e2',
        details: '{"administered":true}',
      },
      { ...none, kind: 'device', code: 'SNOMED//7', t: day, n: 50, stay: null, details: '{"supply":true}' },
      { ...none, kind: 'careplan', code: 'SNOMED//9', t: day, stay: null },
    ]);
    expect(await db.rows('SELECT note_id AS id, encounter_id AS stay, type, text FROM notes')).toEqual([
      { id: 'd1', stay: 'e2', type: 'Discharge summary', text: 'Went home – well.' },
    ]);
    expect(manifest.report.tables.find((t) => t.table === 'other resources')?.rejected).toEqual([
      { reason: 'status not-done', rows: 1 },
      { reason: 'status refuted', rows: 1 },
    ]);
    expect(manifest.report.remarks).toEqual([
      'Resources that are not read: Claim (1).',
      'Resources that do not have the form of R4 and are left out: Procedure (1).',
    ]);
  });

  it('reads NDJSON to the same store, medications of another file included', async () => {
    const dir = path.join(work, 'ndjson');
    await mkdir(dir);
    const types = [...new Set(resources.map((r) => String(r['resourceType'])))];
    for (const type of types) {
      const lines = resources.filter((r) => r['resourceType'] === type).map((r) => `${JSON.stringify(r)}\n`);
      await writeFile(path.join(dir, `${type}.ndjson`), lines.join(''));
    }
    const other = await importInto('lines', dir);
    expect(other.fingerprint).toBe(manifest.fingerprint);
  });

  it('names a file that is broken', async () => {
    const dir = path.join(work, 'broken');
    await mkdir(dir);
    await writeFile(path.join(dir, 'a.ndjson'), '{"resourceType": "Patient", "id": "1"}\n{"resourceType"\n');
    await expect(importInto('never', dir)).rejects.toThrow(/a\.ndjson is not JSON in line 2/);
    await writeFile(path.join(dir, 'a.ndjson'), '');
    await writeFile(path.join(dir, 'b.json.gz'), gzipSync('{"resourceType": "Patient"}').subarray(0, 20));
    await expect(importInto('never', dir)).rejects.toMatchObject({ code: 'BROKEN_FILE' });
    await expect(importInto('never', path.join(work, 'nothing'))).rejects.toMatchObject({ code: 'NO_FILE' });
  });

  it.skipIf(dataRoot === undefined)('imports Synthea’s own bundles (needs ../shared/data)', async () => {
    const dir = path.join(dataRoot ?? '', 'synthea', 'fhir-r4');
    let first: string | undefined;
    for (const one of sources) if (first === undefined && (await one.detect(dir))) first = one.id;
    expect(first).toBe('fhir');
    const synthea = await importInto('synthea', dir);
    expect(synthea.counts).toMatchObject({ subjects: 26, encounters: 176 });
    const rows = Object.fromEntries(synthea.report.tables.map((t) => [t.table, t]));
    expect(rows['other resources']).toMatchObject({ read: 75 + 54 + 36 + 168 + 84 + 19, rejected: [] });
    // 1,254 observations, of which 99 are blood pressures of two components.
    expect(rows['Observation']?.read).toBe(1254 + 99);
    expect(synthea.report.tables.flatMap((t) => t.rejected)).toEqual([]);
  });
});
