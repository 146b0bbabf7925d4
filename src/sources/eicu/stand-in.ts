import { existsSync } from 'node:fs';
import path from 'node:path';
import { analytes } from '../../cohort/index.js';
import { DataError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { analyteCodes, measurementEvents } from '../measurements.js';
import { longRelation, stayMeasurements } from './tables.js';

/** Variables that eICU keeps in vitalPeriodic (blood pressures mixed with the cuff's). */
const vitals = ['hr', 'resp', 'o2sat', 'sbp', 'dbp', 'map', 'temp'];
/** Variables that eICU has in intakeOutput and respiratoryCharting: never taken from here. */
const elsewhere = ['urine', 'fio2'];

const variables = analytes.flatMap((analyte) => analyte.codes.yaib ?? []);
const labs = variables.filter((v) => ![...vitals, ...elsewhere, 'weight', 'height'].includes(v));

/** Hourly values made from eICU's lab and vitalPeriodic by the YAIB benchmark (7 days from unit admission, raw units). */
export interface StandIn {
  /** SELECTs of events: hourly labs of stays that are not in `covered` (a relation of patientunitstayid), hourly vitals. */
  labs(covered: string): string;
  vitals(): string;
}

/** `yaib-demo/los/eicu_demo/dyn.parquet` beside the eICU folder, else in the data folder, else undefined. */
export function standInFile(dir: string, dataRoot: string | undefined): string | undefined {
  const inside = path.join('yaib-demo', 'los', 'eicu_demo', 'dyn.parquet');
  const roots = [path.resolve(dir, '..'), ...(dataRoot === undefined ? [] : [dataRoot])];
  return roots.map((root) => path.join(root, inside)).find((candidate) => existsSync(candidate));
}

/** @throws DataError `NO_COLUMN` when the file is not one of YAIB's. */
export async function openStandIn(db: Database, file: string): Promise<StandIn> {
  const relation = `read_parquet(${sqlString(file)})`;
  const present = (await db.describe(`SELECT * FROM ${relation}`)).map((column) => column.name);
  const missing = ['stay_id', 'time'].filter((name) => !present.includes(name));
  if (missing.length > 0) {
    throw new DataError('NO_COLUMN', `${file} lacks ${missing.join(' and ')}.`, {
      expected: 'stay_id, time (seconds) and one column for each variable',
      fix: 'fetch the folder again, or set the eicu option standIn: false',
    });
  }
  const select = (names: readonly string[], where: string): string =>
    hourlyEvents(
      relation,
      names.filter((name) => present.includes(name)),
      where,
    );
  return {
    labs: (covered) => select(labs, `stay_id NOT IN (SELECT patientunitstayid FROM ${covered})`),
    vitals: () => select(vitals, 'TRUE'),
  };
}

/** A value stands at the beginning of the hour in which it was taken. */
function hourlyEvents(relation: string, names: readonly string[], where: string): string {
  const wide = `(SELECT * RENAME (stay_id AS patientunitstayid) FROM ${relation} WHERE ${where})`;
  const rows = stayMeasurements({
    relation: longRelation(wide, { keep: ['patientunitstayid', 'time'], columns: names }),
    sourceCode: 't.name',
    minutes: 't.time // 60',
    number: 't.value',
    details: { stand_in: `'yaib hourly'` },
  });
  return measurementEvents({ rows, codes: analyteCodes('yaib'), system: 'YAIB' });
}
