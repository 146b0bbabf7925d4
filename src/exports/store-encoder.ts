import type { Directory, PatientRecord } from '../cohort/index.js';
import { subjectId, systemCode } from './codes.js';
import type { CsvCell } from '../core/index.js';
import { csvLine } from '../core/index.js';
import type { FileText } from './file-texts.js';
import { FileTexts } from './file-texts.js';
import { recordCodes } from './record-codes.js';
import { eachEventRow } from './store-events.js';
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
  readonly #files = Object.fromEntries(
    stagedNames.map((table) => [table, this.#texts.file(stagedFile(table))]),
  ) as Readonly<Record<StagedTable, FileText>>;

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  add(record: PatientRecord): void {
    this.#put('subjects', subjectRow(record, this.#directory));
    for (const row of encounterRows(record, this.#directory)) this.#put('encounters', row);
    eachEventRow(record, (row) => {
      this.#put('events', row);
    });
    for (const row of noteRows(record)) this.#put('notes', row);
    for (const coding of recordCodes(record)) this.#put('codes', [systemCode(coding), coding.display]);
  }

  take(): Chunk[] {
    return this.#texts.take();
  }

  #put(table: StagedTable, row: readonly CsvCell[]): void {
    this.#files[table].append(csvLine(row));
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
