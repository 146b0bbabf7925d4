// The three tables of bench/trees.mjs. Real data is read where it lies and never copied into the repository.
import path from 'node:path';
import { Database, sqlString } from '../dist/duckdb/index.js';
import { columnFromCells, Table } from '../dist/table/index.js';

/** Each maker returns { name, table, labels }: the features as columns, and a 0/1 label of each row. */
export const makers = { adult, diabetes130, challenge2012 };

async function adult(dataRoot) {
  const numbers = ['age', 'fnlwgt', 'education.num', 'capital.gain', 'capital.loss', 'hours.per.week'];
  const files = ['train', 'test'].map((part) => sqlString(path.join(dataRoot, 'adult', `${part}.csv.gz`)));
  const columns = await query(
    `SELECT * EXCLUDE (income), (income = '>50K')::INT AS label FROM read_csv([${files.join(', ')}], nullstr = '?')`,
  );
  return dataset('adult', columns, numbers);
}

async function diabetes130(dataRoot) {
  const numbers = [
    'time_in_hospital',
    'num_lab_procedures',
    'num_procedures',
    'num_medications',
    'number_outpatient',
    'number_emergency',
    'number_inpatient',
    'number_diagnoses',
  ];
  const file = sqlString(path.join(dataRoot, 'diabetes130', 'diabetic_data.csv.gz'));
  // The first encounter of each patient that did not end in death or hospice; diagnoses by their ICD-9 category.
  const columns = await query(
    `SELECT * EXCLUDE (encounter_id, patient_nbr, readmitted, diag_1, diag_2, diag_3),
       split_part(diag_1, '.', 1) AS diag_1, split_part(diag_2, '.', 1) AS diag_2,
       split_part(diag_3, '.', 1) AS diag_3, (readmitted = '<30')::INT AS label
     FROM read_csv(${file}, nullstr = '?', all_varchar = true)
     WHERE discharge_disposition_id NOT IN ('11', '13', '14', '19', '20', '21')
     QUALIFY row_number() OVER (PARTITION BY patient_nbr ORDER BY encounter_id::BIGINT) = 1
     ORDER BY encounter_id::BIGINT`,
  );
  return dataset('diabetes130', columns, numbers);
}

async function challenge2012(dataRoot) {
  const folder = path.join(dataRoot, 'physionet2012');
  const long = (set) =>
    `SELECT RecordID AS id, Parameter AS parameter, Value AS value,
       (split_part(Time, ':', 1)::BIGINT * 60 + split_part(Time, ':', 2)::BIGINT) * 10000000
         + row_number() OVER () AS place
     FROM read_csv(${sqlString(path.join(folder, `set-${set}.long.csv.gz`))}, types = {'Time': 'VARCHAR', 'Value': 'DOUBLE'})
     WHERE Parameter <> 'RecordID' AND Value >= 0`;
  const aggregates = {
    first: 'arg_min(value, place)',
    last: 'arg_max(value, place)',
    low: 'min(value)',
    high: 'max(value)',
    mean: 'avg(value)',
  };
  const inner = Object.entries(aggregates).map(([name, sql]) => `${sql} AS ${name}`);
  const outer = Object.keys(aggregates).map((name) => `any_value(${name}) AS ${name}`);
  const read = (set) =>
    `(WITH per AS (SELECT id, parameter, ${inner.join(', ')} FROM (${long(set)}) GROUP BY id, parameter),
       wide AS (PIVOT per ON parameter USING ${outer.join(', ')} GROUP BY id)
     SELECT wide.* EXCLUDE (id), o."In-hospital_death"::INT AS label
     FROM wide JOIN read_csv(${sqlString(path.join(folder, `Outcomes-${set}.txt`))}) o ON o.RecordID = wide.id
     ORDER BY wide.id)`;
  const columns = await query(`${read('a')} UNION ALL BY NAME ${read('b')}`);
  return dataset('challenge2012', columns);
}

async function query(sql) {
  const db = await Database.open({ threads: 1 });
  try {
    return await db.columns(sql);
  } finally {
    db.close();
  }
}

/** Cells to columns; where `numbers` is absent every column is a number. */
function dataset(name, columns, numbers) {
  const labels = Uint8Array.from(columns.find((column) => column.name === 'label').cells);
  const features = columns.filter((column) => column.name !== 'label');
  const table = new Table(
    labels.length,
    features.map((column) => {
      const numeric = numbers === undefined || numbers.includes(column.name);
      const schema = { name: column.name, role: 'feature', missing: true };
      return columnFromCells(
        { ...schema, kind: numeric ? 'continuous' : 'categorical' },
        column.cells.map((cell) => (cell === null ? null : numeric ? Number(cell) : String(cell))),
      );
    }),
  );
  return { name, table, labels };
}
