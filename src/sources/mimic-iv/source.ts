import type { CohortWriter } from '../../cohort/index.js';
import { throwIfAborted, UserError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import { findCsv, openCsv, readingCsv } from '../csv.js';
import type { Source, SourceOptions } from '../types.js';
import { diagnoses, drgcodes, hcpcsevents, lostZeros, procedures } from './billing.js';
import { itemMaps } from './item-maps.js';
import { chartevents, labevents, omr, outputevents } from './measurements.js';
import { importChartEventsFromMeds, openMedsEvents } from './meds-stand-in.js';
import { importPeople } from './people.js';
import type { EventTable } from './table.js';
import { emar, ingredientevents, inputevents, prescriptions, procedureevents } from './treatments.js';
import { microbiology, services, transfers } from './ward.js';

/** MIMIC-IV 2.2 and 3.x, modules hosp and icu, as published (csv or csv.gz). See README.md beside this file. */
export const mimicIv: Source = {
  id: 'mimic-iv',
  title: 'MIMIC-IV',
  detect: (dir) =>
    Promise.resolve(['hosp/patients', 'hosp/admissions'].every((name) => findCsv(dir, name) !== undefined)),
  importInto,
};

async function importInto(
  writer: CohortWriter,
  dir: string,
  options: SourceOptions,
  context: RunContext,
): Promise<void> {
  const settings = Object.keys(options.settings ?? {});
  if (settings.length > 0) {
    throw new UserError('BAD_OPTIONS', `The source mimic-iv has no setting '${settings.join("', '")}'.`, {
      expected: 'no settings',
      fix: 'remove them',
    });
  }
  const maps = await itemMaps(writer, options.dataRoot);
  const tables: readonly EventTable[] = [
    labevents,
    omr,
    microbiology,
    prescriptions,
    emar,
    diagnoses(await lostZeros(writer, dir)),
    procedures,
    drgcodes,
    hcpcsevents,
    services,
    transfers,
    chartevents,
    outputevents(maps.outputs),
    inputevents(maps.inputs),
    ingredientevents,
    procedureevents(maps.procedures),
  ];
  const task = context.progress.task('Reading MIMIC-IV', tables.length + 1);
  task.note('patients and stays');
  await importPeople(writer, dir);
  task.advance();
  for (const table of tables) {
    throwIfAborted(context.signal);
    task.note(table.name);
    await importTable(writer, dir, table);
    task.advance();
  }
  await importDictionaries(writer, dir);
  await remarkOnIcd9(writer);
  task.done();
}

async function importTable(writer: CohortWriter, dir: string, table: EventTable): Promise<void> {
  const csv = await openCsv(dir, table.name, table.layout);
  if (csv !== undefined) {
    await readingCsv([csv], () => writer.addEvents(table.name, table.events(csv.relation)));
    if (table.codes !== undefined) await writer.addCodes(table.codes(csv.relation));
    return;
  }
  const meds = table === chartevents ? await openMedsEvents(dir) : undefined;
  if (meds === undefined) {
    writer.remark(`${table.name} is absent.`);
    return;
  }
  writer.remark(
    `${table.name} is absent: meds_events stands in for it (numbers only; its texts are not published).`,
  );
  await importChartEventsFromMeds(writer, meds);
}

/** What item ids mean. */
async function importDictionaries(writer: CohortWriter, dir: string): Promise<void> {
  const dictionaries = { 'hosp/d_labitems': ['MIMIC_LAB'], 'icu/d_items': ['MIMIC_ITEM', 'MIMIC_CHART'] };
  for (const [name, systems] of Object.entries(dictionaries)) {
    const csv = await openCsv(dir, name, { columns: { itemid: 'VARCHAR', label: 'VARCHAR' } });
    if (csv === undefined) continue;
    for (const system of systems) {
      const select = `SELECT '${system}//' || itemid AS code, label AS display FROM ${csv.relation}`;
      await readingCsv([csv], () => writer.addCodes(select));
    }
  }
}

async function remarkOnIcd9(writer: CohortWriter): Promise<void> {
  const { n } = await writer.db.one('SELECT count(*)::DOUBLE AS n FROM vocab_icd9');
  if (n === 0) {
    writer.remark(
      'The ICD-9 to ICD-10 mapping (vocab/icd_cm_9_to_10.csv.gz) is absent: ICD-9 diagnoses keep their codes.',
    );
  }
}
