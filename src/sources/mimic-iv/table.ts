import type { CsvLayout } from '../csv.js';

/** An optional table of MIMIC-IV, and how its rows become events. */
export interface EventTable {
  /** Path below the data folder, without extension: `hosp/labevents`. */
  readonly name: string;
  readonly layout: CsvLayout;
  /** The events SELECT over the table's relation. */
  events(relation: string): string;
  /** SELECT code, display, where the table says what its own codes mean. */
  codes?(relation: string): string;
}

/** Column types that recur. */
export const id = 'BIGINT';
export const time = 'TIMESTAMP';
export const text = 'VARCHAR';
export const number = 'DOUBLE';

export const admissionRef = `'admission//' || hadm_id`;
export const stayRef = `coalesce('icu//' || stay_id, 'admission//' || hadm_id)`;

/** A text cell: trimmed; empty and the de-identification mark `___` are no text. */
export function textSql(column: string): string {
  return `nullif(nullif(trim(${column}), ''), '___')`;
}
