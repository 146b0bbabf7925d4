import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { DataError } from '../../core/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { CsvTable } from '../csv.js';
import { findCsv, openCsvFile } from '../csv.js';
import type { ChallengeSet } from './options.js';
import { challengeSets } from './options.js';

/** One set of the Challenge: its records, and its outcomes where they are published. */
export interface SetFiles {
  readonly set: ChallengeSet;
  /** Relation (record BIGINT, time VARCHAR 'hh:mm', parameter VARCHAR, value DOUBLE). */
  readonly records: CsvTable;
  /** Relation (RecordID, SAPS-I, SOFA, Length_of_stay, Survival, In-hospital_death). */
  readonly outcomes: CsvTable | undefined;
}

/** The sets that a folder holds: `set-a.long.csv(.gz)` (RecordID, Time, Parameter, Value) or the publisher's folder `set-a/` of one .txt for each record. */
export async function setsIn(dir: string): Promise<ChallengeSet[]> {
  const present = await Promise.all(challengeSets.map((set) => hasSet(dir, set)));
  return challengeSets.filter((_set, i) => present[i]);
}

async function hasSet(dir: string, set: ChallengeSet): Promise<boolean> {
  if (findCsv(dir, `set-${set}.long`) !== undefined) return true;
  const folder = path.join(dir, `set-${set}`);
  return (await stat(folder).catch(() => undefined))?.isDirectory() === true;
}

/** @throws DataError `NO_FILE`, `NO_COLUMN`, `BROKEN_FILE`. */
export async function openSet(dir: string, set: ChallengeSet): Promise<SetFiles> {
  const long = findCsv(dir, `set-${set}.long`);
  const records = long === undefined ? await openFolder(dir, set) : await openLong(long, set);
  const outcomesFile = path.join(dir, `Outcomes-${set}.txt`);
  const outcomes = existsSync(outcomesFile)
    ? await openCsvFile(outcomesFile, `Outcomes-${set}`, {
        columns: {
          RecordID: 'BIGINT',
          'SAPS-I': 'DOUBLE',
          SOFA: 'DOUBLE',
          Length_of_stay: 'DOUBLE',
          Survival: 'DOUBLE',
          'In-hospital_death': 'INTEGER',
        },
      })
    : undefined;
  return { set, records, outcomes };
}

const recordColumns = { Time: 'VARCHAR', Parameter: 'VARCHAR', Value: 'DOUBLE' };

async function openLong(file: string, set: ChallengeSet): Promise<CsvTable> {
  const table = await openCsvFile(file, `set-${set}`, { columns: { RecordID: 'BIGINT', ...recordColumns } });
  return {
    ...table,
    relation: `(SELECT RecordID AS record, Time AS time, Parameter AS parameter, Value AS value FROM ${table.relation})`,
  };
}

/** The publisher's layout: `set-a/132539.txt` with Time, Parameter, Value; the file's name is the record's number. */
async function openFolder(dir: string, set: ChallengeSet): Promise<CsvTable> {
  const folder = path.join(dir, `set-${set}`);
  const files = (await readdir(folder)).filter((file) => /^\d+\.txt$/.test(file)).sort();
  const first = files[0];
  if (first === undefined) {
    throw new DataError('NO_FILE', `${folder} holds no records.`, {
      expected: 'one file for each record, such as 132539.txt',
      fix: 'unpack the publisher’s archive of the set there',
    });
  }
  const { name, file } = await openCsvFile(path.join(folder, first), `set-${set}`, {
    columns: recordColumns,
  });
  const columns = Object.entries(recordColumns).map(([column, type]) => `'${column}': '${type}'`);
  const relation = `(
    SELECT CAST(regexp_extract(filename, '(\\d+)\\.txt$', 1) AS BIGINT) AS record,
      Time AS time, Parameter AS parameter, Value AS value
    FROM read_csv(${sqlString(path.join(folder, '*.txt'))}, auto_detect = false, header = true, delim = ',', quote = '"',
      nullstr = '', filename = true, columns = {${columns.join(', ')}}))`;
  return { name, file, relation };
}
