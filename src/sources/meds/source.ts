import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { CohortWriter } from '../../cohort/index.js';
import { UserError } from '../../core/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Source, SourceOptions } from '../types.js';
import { csvFile, openMeds, parquetFiles } from './data.js';
import { importEvents } from './events.js';
import { importPeople } from './people.js';

/** Settings of the source `meds`. */
const medsSettings = z.strictObject({
  /**
   * Whose item ids `LAB//<item>//<unit>` are: `mimic-iv` (default) translates them to LOINC and their units to UCUM, `none` leaves
   * them as they are.
   */
  items: z.enum(['mimic-iv', 'none']).default('mimic-iv'),
});

/** Datasets in the Medical Event Data Standard. See README.md beside this file. */
export const meds: Source = {
  id: 'meds',
  title: 'MEDS dataset',
  detect: async (dir) =>
    (await parquetFiles(dir)).length > 0 || (await csvFile(dir).catch(() => undefined)) !== undefined,
  importInto,
};

async function importInto(
  writer: CohortWriter,
  dir: string,
  options: SourceOptions,
  context: RunContext,
): Promise<void> {
  const settings = medsSettings.safeParse(options.settings ?? {});
  if (!settings.success) {
    throw new UserError('BAD_OPTIONS', 'The settings of the source meds do not fit.', {
      got: settings.error.issues.map((i) => `${i.path.join('.') || 'settings'}: ${i.message}`).join('; '),
      fix: "give items: 'mimic-iv' or 'none'",
    });
  }
  const task = context.progress.task('Reading MEDS', 2);
  const events = await openMeds(writer, dir);
  task.note('people and stays');
  await importPeople(writer, events);
  task.advance();
  task.note('events');
  await importEvents(writer, events, settings.data.items === 'mimic-iv');
  task.advance();
  await importCodes(writer, dir);
  task.done();
}

/** Displays from the dataset's own `metadata/codes.parquet`, where it has one. */
async function importCodes(writer: CohortWriter, dir: string): Promise<void> {
  const file = path.join(dir, 'metadata', 'codes.parquet');
  if (!existsSync(file)) {
    writer.remark('metadata/codes.parquet is absent: codes have no descriptions.');
    return;
  }
  const relation = `read_parquet(${sqlString(file)})`;
  const columns = (await writer.db.describe(`SELECT * FROM ${relation}`)).map((c) => c.name);
  if (!columns.includes('description')) return;
  await writer.addCodes(`SELECT code, description AS display FROM ${relation} WHERE description IS NOT NULL`);
}
