import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { CsvCell } from '../../core/index.js';
import { csvLine } from '../../core/index.js';
import type { FileTexts } from '../file-texts.js';
import type { RowContext } from './rows.js';
import { payerId } from './rows.js';

/** Columns of the working files: ids and whole cents, so that sums are exact in any order. */
const working = {
  encounters:
    'patient VARCHAR, organization VARCHAR, provider VARCHAR, payer VARCHAR, total BIGINT, covered BIGINT, procedures BIGINT, immunizations BIGINT',
  medications: 'payer VARCHAR, total BIGINT, covered BIGINT',
  coverages: 'payer VARCHAR, months BIGINT',
} as const;
type Working = keyof typeof working;

const names = Object.keys(working) as Working[];
const file = (name: Working): string => `.totals-${name}.csv`;
const monthMs = 30.4375 * 86_400_000; // a mean month of the Julian calendar

/** What {@link addTotals} sums up, from one record. */
export function appendTotals(texts: FileTexts, context: RowContext): void {
  const { record, directory, charges, patient } = context;
  const put = (name: Working, rows: readonly (readonly CsvCell[])[]): void => {
    const text = texts.file(file(name));
    for (const row of rows) text.append(csvLine(row));
  };
  const procedures = counts(record.procedures);
  const immunizations = counts(record.immunizations);
  put(
    'encounters',
    record.encounters.map((encounter, i) => [
      patient,
      directory.organizations[encounter.organization]?.id ?? null,
      directory.practitioners[encounter.practitioner]?.id ?? null,
      payerId(context, i),
      Math.round(charges.encounters[i]!.total * 100),
      Math.round(charges.encounters[i]!.covered * 100),
      procedures.get(i) ?? 0,
      immunizations.get(i) ?? 0,
    ]),
  );
  put(
    'medications',
    record.medications.map((medication, i) => [
      payerId(context, medication.encounter),
      Math.round(charges.medications[i]!.total * 100),
      Math.round(charges.medications[i]!.covered * 100),
    ]),
  );
  put(
    'coverages',
    record.coverages.map((coverage) => [
      directory.payers[coverage.payer]?.id ?? null,
      Math.round(((coverage.end ?? record.endTime) - coverage.start) / monthMs),
    ]),
  );
}

function counts(entries: readonly { readonly encounter: number | null }[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const { encounter } of entries) {
    if (encounter !== null) found.set(encounter, (found.get(encounter) ?? 0) + 1);
  }
  return found;
}

/** The working files' headers. */
export function startTotals(texts: FileTexts): void {
  for (const name of names)
    texts.append(file(name), csvLine(working[name].split(', ').map((c) => c.split(' ')[0]!)));
}

const dollars = (cents: string): string => `CAST(coalesce(${cents}, 0) / 100 AS DECIMAL(18, 2))`;
const number = (count: string): string => `coalesce(${count}, 0)`;

/**
 * Fills in what organizations, providers and payers sum up over all patients, and removes the working files. A payer's premiums (REVENUE) and its
 * members' quality of life are not modelled: 0.00 and empty.
 */
export async function addTotals(db: Database, folder: string): Promise<void> {
  for (const name of names) {
    await db.exec(`CREATE OR REPLACE TABLE totals_${name} (${working[name]})`);
    await db.exec(
      `COPY totals_${name} FROM ${sqlString(path.join(folder, file(name)))} (FORMAT csv, HEADER true, AUTO_DETECT false)`,
    );
  }
  await replace(db, folder, 'organizations', organizations);
  await replace(db, folder, 'providers', providers);
  await replace(db, folder, 'payers', payers);
  for (const name of names) await rm(path.join(folder, file(name)));
}

const organizations = (rows: string): string => `
  SELECT o.* REPLACE (${dollars('t.total')} AS REVENUE, ${number('t.n')} AS UTILIZATION)
  FROM ${rows} o LEFT JOIN (
    SELECT organization, sum(total) AS total, count(*) AS n FROM totals_encounters GROUP BY organization
  ) t ON t.organization = o.Id ORDER BY o.position`;

const providers = (rows: string): string => `
  SELECT o.* REPLACE (${number('t.n')} AS ENCOUNTERS, ${number('t.procedures')} AS PROCEDURES)
  FROM ${rows} o LEFT JOIN (
    SELECT provider, count(*) AS n, sum(procedures) AS procedures FROM totals_encounters GROUP BY provider
  ) t ON t.provider = o.Id ORDER BY o.position`;

const payers = (rows: string): string => `
  SELECT o.* REPLACE (
    ${dollars('coalesce(e.covered, 0) + coalesce(m.covered, 0)')} AS AMOUNT_COVERED,
    ${dollars('coalesce(e.total - e.covered, 0) + coalesce(m.total - m.covered, 0)')} AS AMOUNT_UNCOVERED,
    ${number('e.paid')} AS COVERED_ENCOUNTERS, ${number('e.n - e.paid')} AS UNCOVERED_ENCOUNTERS,
    ${number('m.paid')} AS COVERED_MEDICATIONS, ${number('m.n - m.paid')} AS UNCOVERED_MEDICATIONS,
    ${number('e.procedures_paid')} AS COVERED_PROCEDURES, ${number('e.procedures - e.procedures_paid')} AS UNCOVERED_PROCEDURES,
    ${number('e.immunizations_paid')} AS COVERED_IMMUNIZATIONS, ${number('e.immunizations - e.immunizations_paid')} AS UNCOVERED_IMMUNIZATIONS,
    ${number('e.patients')} AS UNIQUE_CUSTOMERS, ${number('c.months')} AS MEMBER_MONTHS)
  FROM ${rows} o
  LEFT JOIN (
    SELECT payer, sum(total) AS total, sum(covered) AS covered, count(*) AS n, count(*) FILTER (covered > 0) AS paid,
      sum(procedures) AS procedures, sum(procedures) FILTER (covered > 0) AS procedures_paid,
      sum(immunizations) AS immunizations, sum(immunizations) FILTER (covered > 0) AS immunizations_paid,
      count(DISTINCT patient) AS patients
    FROM totals_encounters GROUP BY payer
  ) e ON e.payer = o.Id
  LEFT JOIN (
    SELECT payer, sum(total) AS total, sum(covered) AS covered, count(*) AS n, count(*) FILTER (covered > 0) AS paid
    FROM totals_medications GROUP BY payer
  ) m ON m.payer = o.Id
  LEFT JOIN (SELECT payer, sum(months) AS months FROM totals_coverages GROUP BY payer) c ON c.payer = o.Id
  ORDER BY o.position`;

/** Writes a file again from a query over its own rows (all text, with `position`, their number). */
async function replace(
  db: Database,
  folder: string,
  table: string,
  query: (rows: string) => string,
): Promise<void> {
  const target = path.join(folder, `${table}.csv`);
  const rows = `(SELECT *, row_number() OVER () AS position FROM read_csv(${sqlString(target)}, header = true, all_varchar = true,
    auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {COLUMNS}))`;
  const header = await db.describe(
    `SELECT * FROM read_csv(${sqlString(target)}, header = true, all_varchar = true, delim = ',', quote = '"')`,
  );
  const columns = header.map(({ name }) => `${sqlString(name)}: 'VARCHAR'`).join(', ');
  const select = query(rows.replace('columns = {COLUMNS}', `columns = {${columns}}`));
  await db.exec(
    `COPY (SELECT * EXCLUDE (position) FROM (${select})) TO ${sqlString(`${target}.new`)} (FORMAT csv, HEADER true)`,
  );
  await rename(`${target}.new`, target);
}
