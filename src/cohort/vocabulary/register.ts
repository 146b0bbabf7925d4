import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { conversion } from '../../core/index.js';
import { analytes } from './analytes.js';
import { unitConversions } from './conversions.js';
import { sqlFormatIcd10 } from './icd.js';
import { snomedMappings } from './snomed-icd10.js';

export interface VocabularyOptions {
  /** Folder with open data; its `vocab/` holds the ICD files. Without them the ICD tables stay empty. */
  readonly dataRoot?: string | undefined;
}

/** Which of the vocabularies that lie outside the project were found. */
export interface RegisteredVocabularies {
  readonly icd9: boolean;
  readonly icd10: boolean;
}

/**
 * Creates the vocabulary tables in a database:
 * - `vocab_analyte(source, source_code, loinc)`: source codes to LOINC;
 * - `vocab_loinc(loinc, display, unit, low, high, parent)`: UCUM unit and physiological bounds in it;
 * - `vocab_unit(loinc, source_unit, factor, shift)`: canonical = value × factor + shift, the source unit lower case and
 *   trimmed ('' where none is given);
 * - `vocab_magnitude(loinc, low, high, factor, shift)`: numbers in [low, high) give their unit away and go this way
 *   whatever their label says (98.6 is never a temperature in Celsius);
 * - `vocab_icd9(code, icd10)`: CMS general equivalence mappings, first choice, ICD-9-CM without and ICD-10-CM with dot;
 * - `vocab_snomed(snomed, sex, icd10, display)`: SNOMED CT conditions to ICD-10-CM with dot, a row for each sex;
 * - `vocab_icd10(code, display)`: ICD-10-CM with dot.
 */
export async function registerVocabularies(
  db: Database,
  options: VocabularyOptions = {},
): Promise<RegisteredVocabularies> {
  await createAnalyteTables(db);
  await createSnomed(db);
  return {
    icd9: await createIcd9(db, gemFile(options.dataRoot)),
    icd10: await createIcd10(db, icd10File(options.dataRoot)),
  };
}

async function createAnalyteTables(db: Database): Promise<void> {
  const number = (value: number): string => `${value}::DOUBLE`;
  await createFrom(
    db,
    'vocab_analyte(source VARCHAR, source_code VARCHAR, loinc VARCHAR)',
    analytes.flatMap(({ loinc, codes }) =>
      Object.entries(codes).flatMap(([source, list]) =>
        list.map((code) => [sqlString(source), sqlString(code), sqlString(loinc)]),
      ),
    ),
  );
  await createFrom(
    db,
    'vocab_loinc(loinc VARCHAR, display VARCHAR, unit VARCHAR, low DOUBLE, high DOUBLE, parent VARCHAR)',
    analytes.map(({ loinc, display, unit, bounds, parent }) => [
      ...[loinc, display, unit].map(sqlString),
      number(bounds.low),
      number(bounds.high),
      parent === undefined ? 'NULL' : sqlString(parent),
    ]),
  );
  await createFrom(
    db,
    'vocab_unit(loinc VARCHAR, source_unit VARCHAR, factor DOUBLE, shift DOUBLE)',
    analytes.flatMap((analyte) =>
      unitConversions(analyte).map(({ sourceUnit, factor, shift }) => [
        sqlString(analyte.loinc),
        sqlString(sourceUnit),
        number(factor),
        number(shift),
      ]),
    ),
  );
  await createFrom(
    db,
    'vocab_magnitude(loinc VARCHAR, low DOUBLE, high DOUBLE, factor DOUBLE, shift DOUBLE)',
    analytes.flatMap((analyte) =>
      (analyte.magnitude ?? []).map(({ low, high, unit }) => {
        const { factor, shift } = conversion(unit, analyte.unit, analyte);
        return [sqlString(analyte.loinc), ...[low, high, factor, shift].map(number)];
      }),
    ),
  );
}

async function createSnomed(db: Database): Promise<void> {
  await createFrom(
    db,
    'vocab_snomed(snomed VARCHAR, sex VARCHAR, icd10 VARCHAR, display VARCHAR)',
    snomedMappings.flatMap(({ snomed, male, ...own }) =>
      (['female', 'male'] as const).map((sex) => {
        const { icd10cm, display } = sex === 'male' && male !== undefined ? male : own;
        return [snomed, sex, icd10cm, display].map(sqlString);
      }),
    ),
  );
}

async function createFrom(db: Database, table: string, rows: readonly string[][]): Promise<void> {
  await db.exec(`CREATE OR REPLACE TABLE ${table}`);
  const name = table.slice(0, table.indexOf('('));
  await db.exec(`INSERT INTO ${name} VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`);
}

/** The files of the data folder that {@link registerVocabularies} reads; an import depends on their content. */
export function vocabularyFiles(dataRoot: string | undefined): string[] {
  return [gemFile(dataRoot), icd10File(dataRoot)].filter((file) => file !== undefined);
}

/** The GEM from ICD-9-CM: a table (icd_9, icd_10, flags), or CMS's own text file. */
const gemFile = (dataRoot: string | undefined): string | undefined =>
  vocabularyFile(dataRoot, ['icd_cm_9_to_10.csv.gz', 'icd_cm_9_to_10.csv', '2018_I9gem.txt']);

const icd10File = (dataRoot: string | undefined): string | undefined =>
  vocabularyFile(dataRoot, ['icd10cm-order-2021.csv.gz', 'icd10cm-order-2021.csv']);

function vocabularyFile(dataRoot: string | undefined, names: readonly string[]): string | undefined {
  if (dataRoot === undefined) return undefined;
  return names.map((name) => path.join(dataRoot, 'vocab', name)).find((file) => existsSync(file));
}

const csvRelation = (file: string): string =>
  `read_csv(${sqlString(file)}, all_varchar = true, header = true)`;

/** CMS writes one mapping a line, its three columns apart by blanks. */
const gemTextRelation = (file: string): string => `(
  SELECT part[1] AS icd_9, part[2] AS icd_10, part[3] AS flags
  FROM (SELECT regexp_split_to_array(trim(line), '\\s+') AS part FROM read_csv(${sqlString(file)},
    auto_detect = false, header = false, delim = '\t', quote = '', columns = {'line': 'VARCHAR'})))`;

/**
 * GEM flags are five digits: approximate, no map, combination, scenario, choice list. First choice: a code of its own
 * before a combination, then the lowest scenario and choice; where the GEM leaves several (it ranks none), the least
 * specific one, since ICD-9 said no more: the shortest, then one ending in 9 (by ICD-10's convention 'unspecified'), then
 * the order of codes. So 428.0 goes to I50.9, not to I50.814.
 */
async function createIcd9(db: Database, file: string | undefined): Promise<boolean> {
  await db.exec('CREATE OR REPLACE TABLE vocab_icd9(code VARCHAR, icd10 VARCHAR)');
  if (file === undefined) return false;
  await db.exec(`
    INSERT INTO vocab_icd9
    SELECT upper(icd_9), ${sqlFormatIcd10('icd_10')}
    FROM ${file.endsWith('.txt') ? gemTextRelation(file) : csvRelation(file)}
    WHERE substr(flags, 2, 1) <> '1'
    QUALIFY row_number() OVER (PARTITION BY upper(icd_9) ORDER BY substr(flags, 3, 3), length(icd_10), icd_10 NOT LIKE '%9', icd_10) = 1
    ORDER BY 1`);
  return true;
}

async function createIcd10(db: Database, file: string | undefined): Promise<boolean> {
  await db.exec('CREATE OR REPLACE TABLE vocab_icd10(code VARCHAR, display VARCHAR)');
  if (file === undefined) return false;
  await db.exec(`
    INSERT INTO vocab_icd10
    SELECT ${sqlFormatIcd10('code')}, long
    FROM ${csvRelation(file)} ORDER BY 1`);
  return true;
}
