// The three tables of bench/trees.mjs: features as columns, a 0/1 label, and a training and a test part.
// Real data is read where it lies and never copied into the repository.
import path from 'node:path';
import { Rng } from '../dist/core/index.js';
import { Database, sqlString } from '../dist/duckdb/index.js';
import { columnFromCells, Table } from '../dist/table/index.js';

/** Each maker returns { name, train: { table, labels }, test: { table, labels } }. */
export const makers = { adult, diabetes130, challenge2012 };

async function adult(dataRoot) {
  const numbers = ['age', 'fnlwgt', 'education.num', 'capital.gain', 'capital.loss', 'hours.per.week'];
  const read = (part) =>
    `SELECT * EXCLUDE (income), (income = '>50K')::INT AS label
     FROM read_csv(${sqlString(path.join(dataRoot, 'adult', `${part}.csv.gz`))}, nullstr = '?')`;
  const parts = await query({ train: read('train'), test: read('test') });
  return split('adult', parts, numbers);
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
  const { all } = await query({
    all: `SELECT * EXCLUDE (encounter_id, patient_nbr, readmitted, diag_1, diag_2, diag_3),
            split_part(diag_1, '.', 1) AS diag_1, split_part(diag_2, '.', 1) AS diag_2,
            split_part(diag_3, '.', 1) AS diag_3, (readmitted = '<30')::INT AS label
          FROM read_csv(${file}, nullstr = '?', all_varchar = true)
          WHERE discharge_disposition_id NOT IN ('11', '13', '14', '19', '20', '21')
          QUALIFY row_number() OVER (PARTITION BY patient_nbr ORDER BY encounter_id::BIGINT) = 1
          ORDER BY encounter_id::BIGINT`,
  });
  const order = Rng.create('bench/diabetes130').permutation(all[0].cells.length);
  const cut = Math.floor(order.length * 0.8);
  const pick = (index) => all.map(({ name, cells }) => ({ name, cells: Array.from(index, (i) => cells[i]) }));
  return split(
    'diabetes130',
    { train: pick(order.subarray(0, cut)), test: pick(order.subarray(cut)) },
    numbers,
  );
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
    `WITH per AS (SELECT id, parameter, ${inner.join(', ')} FROM (${long(set)}) GROUP BY id, parameter),
       wide AS (PIVOT per ON parameter USING ${outer.join(', ')} GROUP BY id)
     SELECT wide.* EXCLUDE (id), o."In-hospital_death"::INT AS label
     FROM wide JOIN read_csv(${sqlString(path.join(folder, `Outcomes-${set}.txt`))}) o ON o.RecordID = wide.id
     ORDER BY wide.id`;
  const parts = await query({ train: read('a'), test: read('b') });
  return split('challenge2012', parts);
}

async function query(statements) {
  const db = await Database.open({ threads: 1 });
  try {
    const out = {};
    for (const [part, sql] of Object.entries(statements)) out[part] = await db.columns(sql);
    return out;
  } finally {
    db.close();
  }
}

/** Cells to columns; where `numbers` is absent every column is a number. Categories are those of both parts. */
function split(name, parts, numbers) {
  const features = parts.train
    .map((column) => column.name)
    .filter((column) => column !== 'label' && parts.test.some((other) => other.name === column));
  const cellsOf = (part, column) => part.find((c) => c.name === column).cells;
  const schemas = features.map((column) => {
    const base = { name: column, role: 'feature', missing: true };
    if (numbers === undefined || numbers.includes(column)) return { ...base, kind: 'continuous' };
    const seen = [...cellsOf(parts.train, column), ...cellsOf(parts.test, column)].filter((c) => c !== null);
    return { ...base, kind: 'categorical', categories: [...new Set(seen.map(String))].sort() };
  });
  const make = (part) => ({
    labels: Uint8Array.from(cellsOf(part, 'label')),
    table: new Table(
      part[0].cells.length,
      schemas.map((schema) => {
        const cells = cellsOf(part, schema.name);
        const numeric = schema.kind === 'continuous';
        return columnFromCells(
          schema,
          cells.map((c) => (c === null ? null : numeric ? Number(c) : String(c))),
        );
      }),
    ),
  });
  return { name, train: make(parts.train), test: make(parts.test) };
}
