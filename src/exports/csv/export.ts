import { z } from 'zod';
import type { Directory, PatientRecord } from '../../cohort/index.js';
import type { RunContext } from '../../runtime/index.js';
import { csvLine } from '../../core/index.js';
import { withDatabase } from '../database.js';
import { FileTexts } from '../file-texts.js';
import { gzipFiles } from '../gzip.js';
import { compileOptions } from '../options.js';
import type { Chunk, CompiledExport, Export, RecordEncoder } from '../types.js';
import {
  allergyRows,
  carePlanRows,
  conditionRows,
  deviceRows,
  imagingRows,
  immunizationRows,
  medicationRows,
  procedureRows,
  supplyRows,
} from './care.js';
import { claimRows } from './claims.js';
import { directoryTables, directoryText } from './directory.js';
import type { CsvTable } from './layout.js';
import { csvFile, csvTables } from './layout.js';
import { observationRows } from './observations.js';
import { coverageRows, encounterRows, patientRows } from './people.js';
import type { RowContext, Rows } from './rows.js';
import { rowContext } from './rows.js';
import { addTotals, appendTotals, startTotals } from './totals.js';

const schema = z.strictObject({
  /** Compress each file (`.csv.gz`). */
  gzip: z.boolean().default(false),
});

/** Synthea's CSV layout. See README.md beside this file. */
export const csv: Export = {
  id: 'csv',
  title: 'CSV in the layout of Synthea',
  compile: (options) => compileCsv(compileOptions('csv', schema, options)),
};

const rowsOf: Readonly<
  Record<Exclude<CsvTable, (typeof directoryTables)[number]>, (context: RowContext) => Rows>
> = {
  patients: patientRows,
  encounters: encounterRows,
  conditions: conditionRows,
  allergies: allergyRows,
  observations: observationRows,
  procedures: procedureRows,
  medications: medicationRows,
  immunizations: immunizationRows,
  careplans: carePlanRows,
  imaging_studies: imagingRows,
  devices: deviceRows,
  supplies: supplyRows,
  payer_transitions: coverageRows,
  claims: claimRows,
};
const patientTables = Object.keys(rowsOf) as (keyof typeof rowsOf)[];

function compileCsv({ gzip }: z.infer<typeof schema>): CompiledExport {
  return {
    preamble: (directory) => preamble(directory),
    encoder: (directory) => new CsvEncoder(directory),
    finish: (folder, _facts, context) => finish(folder, gzip, context),
  };
}

function preamble(directory: Directory): Chunk[] {
  const texts = new FileTexts();
  for (const table of directoryTables) texts.append(csvFile(table), directoryText(table, directory));
  for (const table of patientTables) texts.append(csvFile(table), `${csvTables[table]}\n`);
  startTotals(texts);
  return texts.take();
}

class CsvEncoder implements RecordEncoder {
  readonly #directory: Directory;
  readonly #texts = new FileTexts();
  readonly #files = patientTables.map((table) => this.#texts.file(csvFile(table)));

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  add(record: PatientRecord): void {
    const context = rowContext(record, this.#directory);
    for (const [i, table] of patientTables.entries()) {
      const file = this.#files[i]!;
      for (const row of rowsOf[table](context)) file.append(csvLine(row));
    }
    appendTotals(this.#texts, context);
  }

  take(): Chunk[] {
    return this.#texts.take();
  }
}

async function finish(folder: string, gzip: boolean, context: RunContext): Promise<void> {
  await withDatabase(folder, context, (db) => addTotals(db, folder));
  if (gzip) await gzipFiles(folder, /^[a-z_]+\.csv$/, context.signal);
}
