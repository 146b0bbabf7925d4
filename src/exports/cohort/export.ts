import { z } from 'zod';
import type { Coding, Directory, PatientRecord } from '../../cohort/index.js';
import { subjectId, systemCode } from '../codes.js';
import type { CsvCell } from '../csv-text.js';
import { csvLine } from '../csv-text.js';
import { FileTexts } from '../file-texts.js';
import { compileOptions } from '../options.js';
import { recordCodes } from '../record-codes.js';
import { sqlTime } from '../times.js';
import type { Chunk, CompiledExport, Export, RecordEncoder } from '../types.js';
import { eventRows } from './events.js';
import { finishStore } from './finish.js';
import type { StagedTable } from './layout.js';
import { stagedFile, stagedNames, stagedTables } from './layout.js';
import { encounterRows, subjectRow } from './people.js';

const schema = z.strictObject({
  /** Events that a shard may hold. */
  rowsPerShard: z.int().min(1).default(2_000_000),
});

/** The cohort store: what imports of real records give, so that blueprints run on simulated patients too. See README.md beside this file. */
export const cohort: Export = {
  id: 'cohort',
  title: 'Cohort store (Parquet)',
  compile: (options) => compileCohort(compileOptions('cohort', schema, options)),
};

function compileCohort({ rowsPerShard }: z.infer<typeof schema>): CompiledExport {
  return {
    preamble,
    encoder: (directory) => new CohortEncoder(directory),
    finish: (folder, facts, context) => finishStore({ folder, rowsPerShard }, facts, context),
  };
}

function preamble(): Chunk[] {
  const texts = new FileTexts();
  for (const table of stagedNames) texts.append(stagedFile(table), csvLine(Object.keys(stagedTables[table])));
  return texts.take();
}

class CohortEncoder implements RecordEncoder {
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
