import type { Coding, Directory, PatientRecord, Reason } from '../../cohort/index.js';
import type { Charges } from '../charges.js';
import { chargesOf, payerOf } from '../charges.js';
import type { CsvCell } from '../../core/index.js';
import { isoDate, isoSeconds } from '../times.js';

/** What the rows of every table need of a record. */
export interface RowContext {
  readonly record: PatientRecord;
  readonly directory: Directory;
  readonly charges: Charges;
  readonly patient: string;
  /** Id of the payer that stands for none; empty where the directory has none. */
  readonly noPayer: string;
}

export type Rows = readonly (readonly CsvCell[])[];

export function rowContext(record: PatientRecord, directory: Directory): RowContext {
  return {
    record,
    directory,
    charges: chargesOf(record, directory),
    patient: record.person.id,
    noPayer: directory.payers.find((payer) => payer.kind === 'none')?.id ?? '',
  };
}

/** Code and display of an entry's own coding, the one that its module gives. */
export function codeCells(codes: readonly Coding[]): [string, string] {
  const coding = codes[0];
  return coding === undefined ? ['', ''] : [coding.code, coding.display];
}

export function reasonCells(reason: Reason | null): [string | null, string | null] {
  return reason === null ? [null, null] : [reason.code.code, reason.code.display];
}

export function encounterId(context: RowContext, encounter: number | null): string | null {
  return encounter === null ? null : (context.record.encounters[encounter]?.id ?? null);
}

/** Id of the payer of an encounter, or of the payer that stands for none. */
export function payerId(context: RowContext, encounter: number | null): string {
  const at = encounter === null ? undefined : context.record.encounters[encounter];
  return payerOf(context.record, at, context.directory)?.id ?? context.noPayer;
}

export const money = (dollars: number): string => dollars.toFixed(2);
export const date = (ms: number | null): string | null => (ms === null ? null : isoDate(ms));
export const time = (ms: number | null): string | null => (ms === null ? null : isoSeconds(ms));
