import { rm } from 'node:fs/promises';
import path from 'node:path';
import { throwIfAborted } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import { withDatabase } from '../database.js';
import { stagedRelation } from '../staged.js';
import type { CdmColumn, CdmTable } from './cdm.js';
import { cdmTables, sqlType } from './cdm.js';
import type { PersonTable } from './rows.js';
import { personTables, stagedExtras, stagedFile } from './rows.js';
import { createVocabulary } from './vocabulary.js';

/** What {@link finishOmop} is told. */
export interface FinishOmop {
  readonly folder: string;
  readonly files: readonly ('csv' | 'parquet')[];
  readonly vocabulary: string | undefined;
}

/** Concept columns that the staged code, value code and unit code resolve. */
const concept: Readonly<Record<string, string>> = {
  condition_concept_id: 'm',
  drug_concept_id: 'm',
  procedure_concept_id: 'm',
  measurement_concept_id: 'm',
  observation_concept_id: 'm',
  device_concept_id: 'm',
  cause_concept_id: 'm',
  value_as_concept_id: 'v',
  unit_concept_id: 'u',
};
const sourceConcept: Readonly<Record<string, string>> = {
  condition_source_concept_id: 'm',
  drug_source_concept_id: 'm',
  procedure_source_concept_id: 'm',
  measurement_source_concept_id: 'm',
  observation_source_concept_id: 'm',
  device_source_concept_id: 'm',
  cause_source_concept_id: 'm',
};

/** Domains that a table keeps; a standard concept of another domain is left at 0 there (its source concept stays). */
const domains: Readonly<Record<string, string>> = {
  condition_concept_id: 'Condition',
  drug_concept_id: 'Drug',
  procedure_concept_id: 'Procedure',
  measurement_concept_id: 'Measurement',
  device_concept_id: 'Device',
  cause_concept_id: 'Condition',
  unit_concept_id: 'Unit',
};

/**
 * Turns the staged rows into the tables: numbers within a person become numbers of the table, codes become concepts, texts get the CDM's lengths. Every
 * table is ordered by its primary key.
 */
export async function finishOmop(what: FinishOmop, context: RunContext): Promise<void> {
  await withDatabase(what.folder, context, async (db) => {
    await createOffsets(db, what.folder);
    await createVocabulary(db, what.folder, what.vocabulary);
    const task = context.progress.task('Writing OMOP tables', cdmTables.length);
    for (const table of cdmTables) {
      throwIfAborted(context.signal);
      task.note(table.name);
      await write(db, what, table);
      task.advance();
    }
    task.done();
  });
  await rm(path.join(what.folder, '.staged'), { recursive: true });
}

/** `omop_offset`: for each person how many rows of each table come before theirs. */
async function createOffsets(db: Database, folder: string): Promise<void> {
  const columns = Object.fromEntries(['person_id', ...personTables].map((name) => [name, 'BIGINT']));
  const counts = stagedRelation(path.join(folder, stagedFile('counts')), columns);
  const sums = personTables.map((name) => `(sum(${name}) OVER earlier - ${name})::BIGINT AS ${name}`);
  await db.exec(`CREATE TABLE omop_offset AS SELECT person_id, ${sums.join(', ')} FROM ${counts}
    WINDOW earlier AS (ORDER BY person_id ROWS UNBOUNDED PRECEDING)`);
}

async function write(db: Database, what: FinishOmop, table: CdmTable): Promise<void> {
  const rows = table.name === 'concept' ? conceptRows : tableRows(what.folder, table);
  for (const kind of what.files) {
    const file = path.join(what.folder, `${table.name}.${kind}`);
    const options = kind === 'csv' ? 'FORMAT csv, HEADER true' : 'FORMAT parquet, COMPRESSION zstd';
    await db.exec(`COPY (${rows}) TO ${sqlString(file)} (${options})`);
  }
}

const conceptRows = `
  SELECT concept_id, concept_name, domain_id, vocabulary_id, concept_class_id, standard_concept, concept_code,
    DATE '1970-01-01' AS valid_start_date, DATE '2099-12-31' AS valid_end_date, NULL::VARCHAR AS invalid_reason
  FROM omop_concept ORDER BY concept_id`;

function tableRows(folder: string, table: CdmTable): string {
  const staged = Object.fromEntries([
    ...table.columns.map((c): [string, string] => [c.name, sqlType(c)]),
    ...stagedExtras.map((name): [string, string] => [name, 'VARCHAR']),
  ]);
  const rows = stagedRelation(path.join(folder, stagedFile(table.name)), staged);
  const cells = table.columns.map((c) => `${cell(table, c)} AS ${sqlName(c.name)}`);
  const person = table.name === 'cost' ? "split_part(s.code, '//', 2)::BIGINT" : 's.person_id';
  const joins = isPersonTable(table.name) ? `JOIN omop_offset o ON o.person_id = ${person}` : '';
  const coded = table.name === 'cost' ? 'FALSE' : 'm.code = s.code';
  return `
    SELECT ${cells.join(', ')} FROM ${rows} s ${joins}
    LEFT JOIN omop_map m ON ${coded}
    LEFT JOIN omop_map v ON v.code = s.value_code
    LEFT JOIN omop_map u ON u.code = s.unit_code
    ORDER BY ${table.key === undefined ? 1 : sqlName(table.key)}`;
}

const isPersonTable = (name: string): name is PersonTable =>
  (personTables as readonly string[]).includes(name);

function cell(table: CdmTable, column: CdmColumn): string {
  const own = `s.${sqlName(column.name)}`;
  const from = concept[column.name];
  if (from !== undefined) {
    const domain = domains[column.name];
    const id =
      domain === undefined
        ? `${from}.concept_id`
        : `CASE WHEN ${from}.domain_id = '${domain}' THEN ${from}.concept_id END`;
    const code = from === 'm' ? 's.code' : from === 'v' ? 's.value_code' : 's.unit_code';
    // A column that the CDM requires is 0 where there is no concept; the others say so only where there is something to say.
    return column.required
      ? `coalesce(${id}, 0)`
      : `CASE WHEN ${code} IS NOT NULL THEN coalesce(${id}, 0) END`;
  }
  const source = sourceConcept[column.name];
  if (source !== undefined) return `coalesce(${source}.source_concept_id, 0)`;
  if (table.name === 'cost' && column.name === 'cost_event_id')
    return `s.cost_event_id + CASE s.cost_domain_id WHEN 'Visit' THEN o.visit_occurrence WHEN 'Visit Detail' THEN o.visit_detail ELSE o.drug_exposure END`;
  const numbered = numberedBy(table, column);
  if (numbered !== undefined) return `${own} + o.${numbered}`;
  return column.length === undefined ? own : `left(${own}, ${column.length})`;
}

/** The table of the person whose numbers a column holds. */
function numberedBy(table: CdmTable, column: CdmColumn): PersonTable | undefined {
  if (!isPersonTable(table.name)) return undefined;
  if (column.primary) return table.name;
  const target =
    column.references ?? (column.name === 'payer_plan_period_id' ? 'payer_plan_period' : undefined);
  return target !== undefined && isPersonTable(target) ? target : undefined;
}
