import { z } from 'zod';
import type { CohortWriter } from '../../cohort/index.js';
import { DataError, throwIfAborted } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { measurementEvents } from '../measurements.js';
import { compileSettings } from '../settings.js';
import type { Source, SourceOptions } from '../types.js';
import type { StoreCode } from './codes.js';
import { codingsOf, storeCode } from './codes.js';
import type { Resource } from './documents.js';
import { fhirFiles, looksLikeFhir, resources } from './documents.js';
import { eventsOf, eventTypes, noteCells, useCells } from './events.js';
import { encounterCells, patientCells } from './people.js';
import { clinicalShape, encounterShape, medicationShape, patientShape } from './shapes.js';
import { Staging } from './staging.js';

/** FHIR R4 as bundles or NDJSON: Synthea's own output, our export, and what else follows US Core. See README.md beside this file. */
export const fhir: Source = {
  id: 'fhir',
  title: 'FHIR R4 (bundles or NDJSON)',
  detect: async (dir) => {
    const [first] = await fhirFiles(dir);
    return first !== undefined && (await looksLikeFhir(first));
  },
  importInto,
};

async function importInto(
  writer: CohortWriter,
  dir: string,
  options: SourceOptions,
  context: RunContext,
): Promise<void> {
  compileSettings('fhir', z.strictObject({}), options.settings);
  const files = await fhirFiles(dir);
  if (files.length === 0)
    throw new DataError('NO_FILE', `There is no FHIR in ${dir}.`, {
      expected: 'bundles (*.json) or NDJSON (*.ndjson), plain or gzipped',
      fix: 'give the folder that holds them',
    });
  const reader = new Reader(await Staging.create(writer.scratch));
  const task = context.progress.task('Reading FHIR', files.length);
  try {
    for (const file of files) {
      throwIfAborted(context.signal);
      for await (const batch of resources(file)) await reader.read(batch);
      task.advance();
    }
  } finally {
    await reader.staging.close();
  }
  task.done();
  await handOver(writer, reader);
}

/** Stages resources as rows, and counts what it leaves out. */
class Reader {
  readonly staging: Staging;
  /** Resources by type that do not have R4's form. */
  readonly malformed = new Map<string, number>();
  /** Resources by type that are not read. */
  readonly ignored = new Map<string, number>();
  readonly #medications = new Map<string, readonly StoreCode[]>();
  readonly #codes = new Set<string>();

  constructor(staging: Staging) {
    this.staging = staging;
  }

  async read(batch: readonly Resource[]): Promise<void> {
    for (const resource of batch) if (resource.resourceType === 'Medication') this.#medication(resource);
    for (const resource of batch) this.#one(resource);
    await this.staging.flush();
  }

  #medication(resource: Resource): void {
    const parsed = medicationShape.safeParse(resource);
    if (parsed.success) this.#medications.set(parsed.data.id, codingsOf(parsed.data.code));
    else count(this.malformed, 'Medication');
  }

  #one(resource: Resource): void {
    const type = resource.resourceType;
    if (type === 'Patient')
      this.#row(patientShape, resource, (p) => {
        this.staging.add('subjects', patientCells(p));
      });
    else if (type === 'Encounter')
      this.#row(encounterShape, resource, (e) => {
        this.staging.add('encounters', encounterCells(e));
        this.#name([...codingsOf(e.reasonCode?.[0])]);
      });
    else if (type === 'DocumentReference')
      this.#row(clinicalShape, resource, (d) => {
        const cells = noteCells(d);
        if (cells !== undefined) this.staging.add('notes', cells);
      });
    else if (type === 'DeviceUseStatement')
      this.#row(clinicalShape, resource, (u) => {
        this.staging.add('uses', useCells(u));
      });
    else if (eventTypes.includes(type))
      this.#row(clinicalShape, resource, (c) => {
        if (type === 'Device' && c.patient === undefined) {
          count(this.ignored, 'Device of nobody'); // equipment, or the program that wrote the records
          return;
        }
        for (const event of eventsOf(c, this.#medications)) {
          this.staging.add('events', event.cells);
          this.#name(event.codes);
        }
      });
    else if (type !== 'Medication') count(this.ignored, type);
  }

  #row<T>(shape: z.ZodType<T>, resource: Resource, use: (parsed: T) => void): void {
    const parsed = shape.safeParse(resource);
    if (parsed.success) use(parsed.data);
    else count(this.malformed, resource.resourceType);
  }

  #name(codes: readonly StoreCode[]): void {
    for (const code of codes) {
      const key = storeCode(code);
      if (code.display === undefined || this.#codes.has(key)) continue;
      this.#codes.add(key);
      this.staging.add('codes', [key, code.display]);
    }
  }
}

function count(counts: Map<string, number>, type: string): void {
  counts.set(type, (counts.get(type) ?? 0) + 1);
}

async function handOver(writer: CohortWriter, { staging, malformed, ignored }: Reader): Promise<void> {
  const { db } = writer;
  await db.exec(
    `CREATE OR REPLACE TABLE fhir_people AS SELECT *, row_number() OVER (ORDER BY source_id) AS subject_id FROM ${staging.relation('subjects')}`,
  );
  await writer.addSubjects('SELECT * FROM fhir_people', 'Patient');
  const staged = staging.relation('events');
  const reasons = `(SELECT resource, min(coalesce(details ->> '$.original_code', code)) AS code FROM ${staged} WHERE kind = 'condition' GROUP BY resource)`;
  await writer.addEncounters(
    `SELECT e.* EXCLUDE (patient, reason) REPLACE (coalesce(e.reason_code, r.code) AS reason_code), p.subject_id, epoch(e.start - p.birth_time) / 86400 / 365.25 AS age_years,
      CASE WHEN e."end" IS NOT NULL THEN coalesce(p.death_time BETWEEN e.start AND e."end", FALSE) END AS died
     FROM ${staging.relation('encounters')} e LEFT JOIN fhir_people p ON p.source_id = e.patient
     LEFT JOIN ${reasons} r ON r.resource = e.reason`,
    'Encounter',
  );
  const uses = `(SELECT device, min(start) AS start, max("end") AS "end" FROM ${staging.relation('uses')} GROUP BY device)`;
  // an order that staff carried out is one event, that of its administration
  const events = `(SELECT e.* EXCLUDE (patient, resource, carries_out) REPLACE (
      coalesce(u.start, e.time) AS time, coalesce(u."end", e.end_time) AS end_time,
      coalesce('ICD10CM//' || v.icd10, e.code) AS code,
      CASE WHEN v.icd10 IS NOT NULL THEN '{"original_code":"' || e.code || '"}' ELSE e.details END AS details), p.subject_id
    FROM ${staged} e LEFT JOIN fhir_people p ON p.source_id = e.patient
    LEFT JOIN ${uses} u ON e.kind = 'device' AND u.device = e.resource
    LEFT JOIN vocab_snomed v ON e.kind = 'condition' AND e.code = 'SNOMED//' || v.snomed
      AND v.sex = CASE p.sex WHEN 'male' THEN 'male' ELSE 'female' END
    WHERE e.resource IS NULL OR e.resource NOT IN (SELECT carries_out FROM ${staged} WHERE carries_out IS NOT NULL))`;
  const lab = `kind = 'observation' AND code LIKE 'LOINC//%'`;
  await writer.addEvents('Observation', measurements(`${events} WHERE ${lab}`));
  await writer.addEvents(
    'other resources',
    `SELECT *, split_part(code, '//', 1) IN ('SNOMED', 'RXNORM', 'ICD10CM', 'ICD10PCS', 'CVX', 'CPT', 'HCPCS', 'LOINC') AS mapped
     FROM ${events} WHERE NOT coalesce(${lab}, FALSE)`,
  );
  await writer.addNotes(
    'DocumentReference',
    `SELECT n.* EXCLUDE (patient), p.subject_id, NULL::VARCHAR AS provenance FROM ${staging.relation('notes')} n
     LEFT JOIN fhir_people p ON p.source_id = n.patient`,
  );
  await writer.addCodes(`SELECT * FROM ${staging.relation('codes')}`);
  await writer.addCodes(`SELECT 'ICD10CM//' || icd10 AS code, display FROM vocab_snomed`);
  for (const [what, counts] of [
    ['are not read', ignored],
    ['do not have the form of R4 and are left out', malformed],
  ] as const) {
    const list = [...counts].sort().map(([type, n]) => `${type} (${n})`);
    if (list.length > 0) writer.remark(`Resources that ${what}: ${list.join(', ')}.`);
  }
}

function measurements(rows: string): string {
  return measurementEvents({
    rows: `SELECT subject_id, time, split_part(code, '//', 2) AS source_code, numeric_value AS number, text_value AS text, unit AS source_unit,
      encounter_id, details, reject FROM ${rows}`,
    codes: `(SELECT DISTINCT split_part(code, '//', 2) AS source_code, split_part(code, '//', 2) AS loinc FROM ${rows})`,
    system: 'LOINC',
  });
}
