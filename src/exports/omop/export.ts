import { z } from 'zod';
import type { Directory, PatientRecord } from '../../cohort/index.js';
import { chargesOf } from '../charges.js';
import { systemCode } from '../codes.js';
import { csvLine } from '../../core/index.js';
import { FileTexts } from '../file-texts.js';
import { gzipFiles } from '../gzip.js';
import { compileOptions } from '../options.js';
import { recordCodes } from '../record-codes.js';
import type { Chunk, CompiledExport, Export, RecordEncoder, RunFacts } from '../types.js';
import {
  conditionRows,
  deviceRows,
  drugRows,
  noteRows,
  observationRows,
  procedureRows,
  visitCosts,
} from './clinical.js';
import { finishOmop } from './finish.js';
import { directoryRows, personRows, visitRows } from './people.js';
import type { OmopTable } from './rows.js';
import { personTables, RecordRows, stagedColumns, stagedFile, TableRows } from './rows.js';

const fileKind = z.enum(['csv', 'parquet']);

const schema = z.strictObject({
  /** Kinds of files: one, or a list. */
  files: z.union([fileKind.transform((kind) => [kind]), z.array(fileKind).min(1)]).default(['csv']),
  /** Compress the CSV files (`.csv.gz`). */
  gzip: z.boolean().default(false),
  /** Folder of an Athena download (CONCEPT.csv, CONCEPT_RELATIONSHIP.csv): resolves every code to its standard concept. */
  vocabulary: z.string().optional(),
});

/** The OMOP Common Data Model 5.4. See README.md beside this file. */
export const omop: Export = {
  id: 'omop',
  title: 'OMOP CDM 5.4 (CSV or Parquet)',
  compile: (options) => compileOmop(compileOptions('omop', schema, options)),
};

function compileOmop({ files, gzip, vocabulary }: z.infer<typeof schema>): CompiledExport {
  return {
    preamble,
    encoder: (directory) => new OmopEncoder(directory),
    finish: async (folder, _facts, context) => {
      await finishOmop({ folder, files, vocabulary }, context);
      if (gzip) await gzipFiles(folder, /^[a-z_]+\.csv$/, context.signal);
    },
  };
}

const tables: readonly OmopTable[] = [
  ...personTables,
  'person',
  'death',
  'location',
  'care_site',
  'provider',
  'cdm_source',
];

function preamble(directory: Directory, facts: RunFacts): Chunk[] {
  const texts = new FileTexts();
  for (const table of tables) texts.append(stagedFile(table), csvLine(stagedColumns(table)));
  texts.append(stagedFile('counts'), csvLine(['person_id', ...personTables]));
  texts.append(stagedFile('codes'), csvLine(['code', 'display']));
  directoryRows(new TableRows(texts), directory, facts);
  return texts.take();
}

class OmopEncoder implements RecordEncoder {
  readonly #directory: Directory;
  readonly #texts = new FileTexts();
  readonly #tables = new TableRows(this.#texts);
  readonly #counts = this.#texts.file(stagedFile('counts'));
  readonly #codes = this.#texts.file(stagedFile('codes'));

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  add(record: PatientRecord): void {
    const rows = new RecordRows(record, this.#tables);
    personRows(rows, this.#directory);
    const places = visitRows(rows);
    const context = { rows, places, charges: chargesOf(record, this.#directory) };
    visitCosts(context);
    conditionRows(context);
    drugRows(context);
    procedureRows(context);
    observationRows(context);
    deviceRows(context);
    noteRows(context);
    this.#counts.append(rows.countsLine());
    for (const c of recordCodes(record)) this.#codes.append(csvLine([systemCode(c), c.display]));
  }

  take(): Chunk[] {
    return this.#texts.take();
  }
}
