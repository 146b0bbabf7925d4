import type { Coding, Directory, PatientRecord } from '../cohort/index.js';
import { subjectId, systemCode } from './codes.js';
import type { CsvCell } from '../core/index.js';
import { csvLine } from '../core/index.js';
import { FileTexts } from './file-texts.js';
import { recordCodes } from './record-codes.js';
import { eventRows } from './store-events.js';
import type { StagedTable } from './store-layout.js';
import { stagedFile, stagedNames, stagedTables } from './store-layout.js';
import { encounterRows, subjectRow } from './store-people.js';
import { sqlTime } from './times.js';
import type { Chunk, RecordEncoder } from './types.js';

/** Headers of the staged files. */
export function storePreamble(): Chunk[] {
  const texts = new FileTexts();
  for (const table of stagedNames) texts.append(stagedFile(table), csvLine(Object.keys(stagedTables[table])));
  return texts.take();
}

/** Stages records as the rows of a cohort store; the exports `cohort` and `meds` finish them each in their way. */
export class StoreEncoder implements RecordEncoder {
  readonly #directory: Directory;
  readonly #texts = new FileTexts();

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  add(record: PatientRecord): void {
    this.#put('subjects', [subjectRow(record, this.#directory)]);
    this.#put('encounters', encounterRows(record, this.#directory));
    this.#put('events', eventRows(record));
    this.#put('notes', noteRows(record));
    this.#put('codes', recordCodes(record).map(codeRow));
  }

  take(): Chunk[] {
    return this.#texts.take();
  }

  #put(table: StagedTable, rows: readonly (readonly CsvCell[])[]): void {
    if (rows.length > 0) this.#texts.append(stagedFile(table), rows.map(csvLine).join(''));
  }
}

function noteRows(record: PatientRecord): CsvCell[][] {
  return record.notes.map((note) => [
    note.id,
    subjectId(record),
    note.encounter === null ? null : (record.encounters[note.encounter]?.id ?? null),
    sqlTime(note.time),
    note.codes[0]?.display ?? null,
    note.text,
    JSON.stringify({ module: note.origin.module, state: note.origin.state }),
  ]);
}

const codeRow = (coding: Coding): CsvCell[] => [systemCode(coding), coding.display];
