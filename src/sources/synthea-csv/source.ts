import { z } from 'zod';
import type { CohortWriter } from '../../cohort/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { findCsv, openCsv, readingCsv } from '../csv.js';
import { compileSettings } from '../settings.js';
import type { Source, SourceOptions } from '../types.js';
import { importPeople } from './people.js';
import type { SyntheaTable } from './tables.js';
import { syntheaTables } from './tables.js';

/** Synthea's own CSV output, of any version from 2018 on. See README.md beside this file. */
export const syntheaCsv: Source = {
  id: 'synthea-csv',
  title: 'Synthea (CSV)',
  detect: (dir) =>
    Promise.resolve(
      ['patients', 'encounters', 'conditions'].every((name) => findCsv(dir, name) !== undefined),
    ),
  importInto,
};

async function importInto(
  writer: CohortWriter,
  dir: string,
  options: SourceOptions,
  context: RunContext,
): Promise<void> {
  compileSettings('synthea-csv', z.strictObject({}), options.settings);
  const task = context.progress.task('Reading Synthea CSV', syntheaTables.length + 1);
  task.note('patients and encounters');
  await importPeople(writer, dir);
  task.advance();
  for (const table of syntheaTables) {
    throwIfAborted(context.signal);
    task.note(table.name);
    await importTable(writer, dir, table);
    task.advance();
  }
  await writer.addCodes(`SELECT 'ICD10CM//' || icd10 AS code, display FROM vocab_snomed`);
  task.done();
}

async function importTable(writer: CohortWriter, dir: string, table: SyntheaTable): Promise<void> {
  const csv = await openCsv(dir, table.name, table.layout);
  if (csv === undefined) {
    writer.remark(`${table.name} is absent.`);
    return;
  }
  const rows = `(SELECT r.*, p.subject_id FROM ${csv.relation} r LEFT JOIN synthea_patients p ON p.patient = r.PATIENT)`;
  await readingCsv([csv], async () => {
    await writer.addEvents(table.name, table.events(rows));
    await writer.addCodes(table.codes(rows));
  });
}
