// Histories of real patients by argnSequences: hourly signs and laboratory values of the first 24 hours of Challenge 2012's set a, given age, sex, unit and outcome.
// usage: node bench/histories.mjs [--epochs 40] [--seed 1] [--hours 24]     ANAMNESIS_DATA: the open data (default ../shared/data)
// 80 % of the patients are learned from. What is measured: features of each history (first, last, mean, least, most, how often) predict death in hospital,
// trained on drawn histories and on real ones, tested on the other patients; and what single steps and their changes look like.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rng, systemClock } from '../dist/core/index.js';
import { Database, sqlString } from '../dist/duckdb/index.js';
import { silentProgress, WorkerPool } from '../dist/runtime/index.js';
import { argnSequences } from '../dist/synthesizers/index.js';
import { cellOf, tableFromRows } from '../dist/table/index.js';
import { makeRuler } from './tables/ruler.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = process.env.ANAMNESIS_DATA ?? path.join(here, '..', '..', 'shared', 'data');
const { values: flags } = parseArgs({
  options: {
    epochs: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    hours: { type: 'string', default: '24' },
  },
});
const HOURS = Number(flags.hours);
/** Columns of a step: parameters of the data set, how an hour's values become one, decimals. */
const columns = {
  hr: [['HR'], 'median', 0],
  sbp: [['SysABP', 'NISysABP'], 'median', 0],
  map: [['MAP', 'NIMAP'], 'median', 0],
  temp: [['Temp'], 'median', 1],
  resp: [['RespRate'], 'median', 0],
  gcs: [['GCS'], 'min', 0],
  urine: [['Urine'], 'sum', 0],
  fio2: [['FiO2'], 'max', 2],
  ph: [['pH'], 'median', 2],
  k: [['K'], 'median', 1],
  creatinine: [['Creatinine'], 'median', 1],
  bun: [['BUN'], 'median', 0],
  hco3: [['HCO3'], 'median', 0],
  lactate: [['Lactate'], 'median', 1],
  wbc: [['WBC'], 'median', 1],
  platelets: [['Platelets'], 'median', 0],
};

const names = Object.keys(columns);
const number = (name, decimals, role = 'feature') => ({
  name,
  kind: 'continuous',
  role,
  missing: true,
  decimals,
});
const contextSchema = [
  number('age', 0),
  { name: 'sex', kind: 'binary', role: 'feature', missing: true, categories: ['f', 'm'] },
  { name: 'unit', kind: 'categorical', role: 'feature', missing: true, categories: ['1', '2', '3', '4'] },
  { name: 'death', kind: 'binary', role: 'label', missing: false, categories: ['no', 'yes'] },
];
const stepSchema = names.map((name) => number(name, columns[name][2]));

const db = await Database.open({ threads: 1 });
const file = (name) => sqlString(path.join(root, 'physionet2012', name));
await db.exec(`CREATE TABLE e AS SELECT RecordID AS id, (split_part("Time", ':', 1))::INTEGER AS hour, Parameter AS p, Value::DOUBLE AS x
  FROM read_csv(${file('set-a.long.csv.gz')}, types = {'Time': 'VARCHAR'})`);
const people =
  await db.rows(`SELECT o.RecordID AS id, "In-hospital_death" AS death, max(x) FILTER (p = 'Age') AS age, max(x) FILTER (p = 'Gender') AS sex,
  max(x) FILTER (p = 'ICUType') AS unit FROM read_csv(${file('Outcomes-a.txt')}) o LEFT JOIN e ON e.id = o.RecordID GROUP BY ALL ORDER BY 1`);
const aggregates = names.map((name) => {
  const [parameters, how] = columns[name];
  return `${how}(x) FILTER (p IN (${parameters.map(sqlString).join(', ')}) AND x > 0) AS ${name}`;
});
const hours = await db.rows(
  `SELECT id, hour, ${aggregates.join(', ')} FROM e WHERE hour < ${HOURS} GROUP BY id, hour ORDER BY id, hour`,
);
db.close();
const byPerson = new Map();
for (const row of hours) byPerson.set(`${row.id}/${row.hour}`, row);

/** Sequences of some of the people. */
function sequences(some) {
  const contexts = some.map((p) => ({
    age: p.age,
    sex: p.sex === 0 ? 'f' : p.sex === 1 ? 'm' : null,
    unit: p.unit === null ? null : String(p.unit),
    death: Number(p.death) === 1 ? 'yes' : 'no',
  }));
  const round = (x, decimals) => (x === null || x === undefined ? null : Number(x.toFixed(decimals)));
  const steps = some.flatMap((p) =>
    Array.from({ length: HOURS }, (_, hour) => {
      const row = byPerson.get(`${p.id}/${hour}`) ?? {};
      return Object.fromEntries(names.map((name) => [name, round(row[name], columns[name][2])]));
    }),
  );
  return {
    context: tableFromRows(contextSchema, contexts),
    steps: tableFromRows(stepSchema, steps),
    starts: Uint32Array.from({ length: some.length + 1 }, (_, i) => i * HOURS),
  };
}

const featureSchema = [
  ...names.flatMap((name) => [
    ...['first', 'last', 'mean', 'least', 'most'].map((what) =>
      number(`${name}_${what}`, columns[name][2] + 1),
    ),
    { name: `${name}_count`, kind: 'count', role: 'feature', missing: false },
  ]),
  ...contextSchema,
];

/** One row a history. */
function featuresOf({ context, steps, starts }) {
  const rows = Array.from({ length: context.rows }, (_, i) => {
    const row = Object.fromEntries(contextSchema.map(({ name }) => [name, cellOf(context.column(name), i)]));
    for (const name of names) {
      const { values, valid } = steps.column(name);
      const present = [];
      for (let s = starts[i]; s < starts[i + 1]; s++) if (valid[s] === 1) present.push(values[s]);
      const some = present.length > 0;
      const round = (x) => (some ? Number(x.toFixed(columns[name][2] + 1)) : null);
      row[`${name}_first`] = round(present[0]);
      row[`${name}_last`] = round(present.at(-1));
      row[`${name}_mean`] = round(present.reduce((a, b) => a + b, 0) / present.length);
      row[`${name}_least`] = round(Math.min(...present));
      row[`${name}_most`] = round(Math.max(...present));
      row[`${name}_count`] = present.length;
    }
    return row;
  });
  return tableFromRows(featureSchema, rows);
}

/** Mean absolute change from hour to hour where both are there, and the share of hours with a value. */
function motion({ steps, starts }) {
  return Object.fromEntries(
    names.map((name) => {
      const { values, valid } = steps.column(name);
      let [sum, n, there] = [0, 0, 0];
      for (let i = 0; i + 1 < starts.length; i++)
        for (let s = starts[i]; s < starts[i + 1]; s++) {
          there += valid[s];
          if (s > starts[i] && valid[s] === 1 && valid[s - 1] === 1) {
            sum += Math.abs(values[s] - values[s - 1]);
            n++;
          }
        }
      return [name, [sum / Math.max(1, n), there / steps.rows]];
    }),
  );
}

const shuffled = Rng.create('halves').shuffle([...people]);
const cut = Math.floor(shuffled.length * 0.8);
const [train, test] = [sequences(shuffled.slice(0, cut)), sequences(shuffled.slice(cut))];
const pool = new WorkerPool(2);
const context = {
  rng: Rng.create(Number(flags.seed)),
  clock: systemClock,
  pool,
  progress: silentProgress,
  signal: undefined,
};
let start = performance.now();
const options = argnSequences.compile({ epochs: Number(flags.epochs) });
const fitted = await argnSequences.fit(train, options, context);
console.log(
  `fit ${((performance.now() - start) / 1000).toFixed(0)} s, ${fitted.curve.length} passes, validation ${fitted.curve.map((c) => c.validation.toFixed(2)).join(' ')}`,
);
start = performance.now();
const drawn = await fitted.sample({ n: train.context.rows, rng: Rng.create('draw') }, context);
console.log(
  `draw ${((performance.now() - start) / 1000).toFixed(1)} s, ${drawn.steps.rows} steps of ${drawn.context.rows} histories (real ${train.steps.rows})`,
);
const [real, made] = [motion(train), motion(drawn)];
console.log('column        change an hour, real and drawn    share measured, real and drawn');
for (const name of names)
  console.log(
    `${name.padEnd(12)} ${real[name][0].toFixed(3).padStart(10)} ${made[name][0].toFixed(3).padStart(10)} ${real[name][1].toFixed(3).padStart(16)} ${made[name][1].toFixed(3).padStart(8)}`,
  );
const ruler = await makeRuler(
  { train: featuresOf(train), test: featuresOf(test), labels: ['death'], exclude: {}, subjectKey: undefined },
  pool,
);
console.log('TRTR', ruler.trtr);
console.log(
  JSON.stringify(
    await ruler.measure(featuresOf(drawn), {
      id: 'argn-sequences',
      title: 'argn, histories',
      generation: 'data-driven',
      source: 'argn',
      options,
      privacy: fitted.spent,
    }),
    null,
    1,
  ),
);
process.exit(0);
