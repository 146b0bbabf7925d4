import { DataError, throwIfAborted } from '../../core/index.js';
import type { CohortWriter } from '../../cohort/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { CsvTable } from '../csv.js';
import { readingCsv } from '../csv.js';
import type { Source, SourceOptions } from '../types.js';
import { apacheTables } from './apache.js';
import { diagnosisTables } from './diagnoses.js';
import { fluidTables } from './fluids.js';
import { formTables } from './forms.js';
import { labTables } from './labs.js';
import { compileEicuOptions } from './options.js';
import { openStandIn, standInFile } from './stand-in.js';
import { addStays, readStays } from './stays.js';
import type { TableImport } from './tables.js';
import { openTable, tableFiles } from './tables.js';
import { hiclNames, treatmentTables } from './treatments.js';
import { ventilationTables } from './ventilation.js';
import { vitalTables } from './vitals.js';

const tables: readonly TableImport[] = [
  ...diagnosisTables,
  ...labTables,
  ...vitalTables,
  ...ventilationTables,
  ...treatmentTables,
  ...fluidTables,
  ...apacheTables,
  ...formTables,
];

/** Read together in one import: where, and what has been opened. */
interface Import {
  readonly writer: CohortWriter;
  readonly dir: string;
  readonly context: RunContext;
}

/** The eICU Collaborative Research Database (2.0, and its open demo 2.0 and 2.0.1), in its published tables. */
export const eicu: Source = {
  id: 'eicu',
  title: 'eICU Collaborative Research Database',

  async detect(dir) {
    const layout = { columns: { patientunitstayid: 'BIGINT', uniquepid: 'VARCHAR' } };
    try {
      return (await openTable(dir, ['patient'], layout)) !== undefined;
    } catch (error) {
      if (error instanceof DataError || (error instanceof Error && 'code' in error)) return false;
      throw error;
    }
  },

  async besides(dir, options) {
    const file = await neededStandIn(dir, options);
    return file === undefined ? [] : [file];
  },

  async importInto(writer, dir, options, context) {
    const standIn = await neededStandIn(dir, options);
    await readStays(writer, dir);
    await addStays(writer);
    conventions.forEach((text) => {
      writer.remark(text);
    });
    const work: Import = { writer, dir, context };
    const opened = await importTables(work);
    if (standIn !== undefined) await importStandIn(work, opened, standIn);
  },
};

const conventions = [
  'eICU gives no dates: each hospital stay is put into its year of discharge, a patient’s stays one after another. Time within a hospital stay is true; the time between two stays of a patient, and their order within a year, mean nothing.',
  'Ages are whole years; “> 89” is kept as 90. Births are dated to 1 January of the year that fits.',
  'APACHE variables and scores are dated to the last minute of the first 24 hours (or the end of a shorter stay); −1 means missing. Outcome columns and activeupondischarge are left out.',
];

async function importTables(work: Import): Promise<ReadonlyMap<string, CsvTable>> {
  const { writer, dir, context } = work;
  const opened = new Map<string, CsvTable>();
  const task = context.progress.task('Reading eICU tables', tables.length);
  for (const table of tables) {
    throwIfAborted(context.signal);
    task.note(table.name);
    const csv = await openTable(dir, [table.name, ...(table.alternatives ?? [])], table.layout);
    if (csv !== undefined) {
      opened.set(table.name, csv);
      await importTable(writer, table, csv);
    }
    task.advance();
  }
  task.done();
  const absent = tables.map((table) => table.name).filter((name) => !opened.has(name));
  if (absent.length > 0) writer.remark(`Absent tables: ${absent.join(', ')}.`);
  await nameDrugs(writer, opened);
  return opened;
}

async function importTable(writer: CohortWriter, table: TableImport, csv: CsvTable): Promise<void> {
  await readingCsv([csv], async () => {
    for (const { part, sql } of table.events) {
      const name = part === undefined ? csv.name : `${csv.name} (${part})`;
      await writer.addEvents(name, sql(csv.relation));
    }
  });
}

async function nameDrugs(writer: CohortWriter, opened: ReadonlyMap<string, CsvTable>): Promise<void> {
  const lists = ['medication', 'admissionDrug'].flatMap((name) => opened.get(name)?.relation ?? []);
  if (lists.length === 0) return;
  const union = lists
    .map((relation) => `SELECT drughiclseqno, drugname FROM ${relation}`)
    .join(' UNION ALL ');
  await writer.addCodes(hiclNames(`(${union})`));
}

/** The stand-in's file, where it is wanted, there, and a table is missing for which it can stand in. */
async function neededStandIn(dir: string, options: SourceOptions): Promise<string | undefined> {
  if (!compileEicuOptions(options.settings).standIn) return undefined;
  const files = await tableFiles(dir);
  return files.has('lab') && files.has('vitalperiodic') ? undefined : standInFile(dir, options.dataRoot);
}

async function importStandIn(
  { writer, dir }: Import,
  opened: ReadonlyMap<string, CsvTable>,
  file: string,
): Promise<void> {
  const standIn = await openStandIn(writer.db, file);
  if (!(await tableFiles(dir)).has('lab')) {
    const partial = opened.get('lab')?.relation;
    await writer.addEvents('yaib-demo (hourly labs)', standIn.labs(partial ?? 'eicu_patient WHERE FALSE'));
    writer.remark(
      `Hourly values of yaib-demo stand in for the lab table${partial === undefined ? '' : ', for the stays that its subset does not hold'}: at the beginning of their hour, up to 7 days from unit admission.`,
    );
  }
  if (!opened.has('vitalPeriodic')) {
    await writer.addEvents('yaib-demo (hourly vital signs)', standIn.vitals());
    writer.remark(
      'Hourly values of yaib-demo stand in for vitalPeriodic; its blood pressures mix line and cuff (LOINC 8480-6, 8462-4, 8478-0).',
    );
  }
}
