import { readdir } from 'node:fs/promises';
import type { CsvLayout, CsvTable } from '../csv.js';
import { openCsv } from '../csv.js';
import { detailsSql } from '../details.js';

/** How one eICU table becomes events. */
export interface TableImport {
  /** The published name, as in `vitalPeriodic`; files are found in any case. */
  readonly name: string;
  /** Other names of a file that holds the table, in part or in whole. */
  readonly alternatives?: readonly string[];
  readonly layout: CsvLayout;
  /** Events SELECTs over the relation; each is reported under the table's name and its own label. */
  readonly events: readonly TableEvents[];
}

export interface TableEvents {
  /** What of the table this is, where it yields more than one kind of rows, e.g. `totals`. */
  readonly part?: string;
  readonly sql: (relation: string) => string;
}

/** Files of a folder by lower-case table name: releases differ in the case of their file names. */
export async function tableFiles(dir: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(dir))
    .filter((file) => /\.csv(\.gz)?$/i.test(file))
    .map((file) => file.replace(/\.csv(\.gz)?$/i, ''))
    .sort();
  return new Map(names.map((name) => [name.toLowerCase(), name]));
}

/** Opens the first of the names that the folder holds. */
export async function openTable(
  dir: string,
  names: readonly string[],
  layout: CsvLayout,
): Promise<CsvTable | undefined> {
  const files = await tableFiles(dir);
  const name = names.map((n) => files.get(n.toLowerCase())).find((file) => file !== undefined);
  return name === undefined ? undefined : openCsv(dir, name, layout);
}

/** What an event of a unit stay says; SQL expressions over the table `t` and its stay `s`. */
export interface StayEvent {
  readonly relation: string;
  /** SQL, as all the rest. */
  readonly kind: string;
  readonly code: string;
  /** Minutes after the unit admission (BIGINT). */
  readonly minutes: string;
  readonly endMinutes?: string;
  readonly number?: string;
  readonly text?: string;
  readonly unit?: string;
  readonly details?: Readonly<Record<string, string>>;
  readonly mapped?: string;
  readonly reject?: string;
}

/** The events SELECT of a table whose rows belong to unit stays. */
export function stayEvents(event: StayEvent): string {
  return `
    SELECT s.subject_id, ${after(event.minutes)} AS time, ${event.endMinutes === undefined ? 'NULL' : after(event.endMinutes)} AS end_time,
      ${event.kind} AS kind, ${event.code} AS code, ${event.number ?? 'NULL'} AS numeric_value, ${event.text ?? 'NULL'} AS text_value,
      ${event.unit ?? 'NULL'} AS unit, s.encounter_id, ${detailsOf(event.details)} AS details,
      ${event.mapped ?? 'FALSE'} AS mapped, ${rejects(event.reject)} AS reject
    FROM ${event.relation} t LEFT JOIN eicu_stay s USING (patientunitstayid)`;
}

/** What a measurement of a unit stay says, for `measurementEvents`. */
export interface StayMeasurement {
  readonly relation: string;
  readonly sourceCode: string;
  readonly minutes: string;
  readonly number: string;
  readonly text?: string;
  readonly unit?: string;
  readonly details?: Readonly<Record<string, string>>;
  readonly reject?: string;
}

/** The rows that `measurementEvents` takes. */
export function stayMeasurements(rows: StayMeasurement): string {
  return `
    SELECT s.subject_id, ${after(rows.minutes)} AS time, ${rows.sourceCode} AS source_code, ${rows.number} AS number,
      ${rows.text ?? 'CAST(NULL AS VARCHAR)'} AS text, ${rows.unit ?? 'CAST(NULL AS VARCHAR)'} AS source_unit, s.encounter_id,
      ${detailsOf(rows.details)} AS details, ${rejects(rows.reject)} AS reject
    FROM ${rows.relation} t LEFT JOIN eicu_stay s USING (patientunitstayid)`;
}

/** Each named column of a wide table as a row of its own: `name`, `value`; empty cells give none. */
export function longRelation(
  relation: string,
  wide: { readonly keep: readonly string[]; readonly columns: readonly string[] },
): string {
  const list = [...wide.keep, ...wide.columns].map((c) => `"${c}"`).join(', ');
  const names = wide.columns.map((c) => `"${c}"`).join(', ');
  return `(UNPIVOT (SELECT ${list} FROM ${relation}) ON ${names} INTO NAME name VALUE value)`;
}

function after(minutes: string): string {
  return `s.unit_start + to_minutes(CAST(${minutes} AS BIGINT))`;
}

function rejects(reason: string | undefined): string {
  return `CASE WHEN s.subject_id IS NULL THEN 'no such unit stay' ${reason === undefined ? '' : `ELSE ${reason}`} END`;
}

function detailsOf(members: Readonly<Record<string, string>> | undefined): string {
  return members === undefined ? 'CAST(NULL AS VARCHAR)' : detailsSql(members);
}
