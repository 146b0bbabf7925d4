// Raw worth of simulated admissions: models trained on them and tested on real stays (TSTR), beside models trained on real ones (TRTR), with the
// features, tasks and split of a blueprint; how well the same features foretell the outcomes inside the simulation; the strongest effects of a
// logistic model on both sides. How chronic illnesses hang together: comorbidity.mjs.
//
//   npm run build && node bench/admissions.mjs --real <cohort store> --blueprint blueprints/challenge-2012.yaml
//     --simulated raw=<cohort store> [--simulated calibrated=<cohort store>] [--seed 1] [--resamples 300]
//
// Simulated stores: anamnesis simulate --admissions 4000 --like <real store> [--overrides <file>] --format cohort -o …
// The overrides must be made on the train part alone: anamnesis modules calibrate --train <blueprint> …
// Shared features: numbers and yes/no that both sides have in at least 1 % of rows and that vary; age and sex. What only the real side has is missing from
// TSTR, so TRTR is given with all features and with the shared ones. Intervals: 95 %, bootstrap over test rows. No patient's value is printed.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { Rng, systemClock } = await dist('core/index.js');
const { buildFeatures, CohortStore, compileBlueprint, parseBlueprint } = await dist('cohort/index.js');
const { auc, fitLogistic, pearson } = await dist('numerics/index.js');
const { silentProgress, WorkerPool } = await dist('runtime/index.js');
const { learnBoosting, learnLogistic } = await dist('stages/validate/learners.js');
const { encodeColumns, fitEncoder, Table } = await dist('table/index.js');

const { values: flags } = parseArgs({
  options: {
    real: { type: 'string' },
    blueprint: { type: 'string' },
    simulated: { type: 'string', multiple: true, default: [] },
    seed: { type: 'string', default: '1' },
    resamples: { type: 'string', default: '300' },
    effects: { type: 'string', default: '10' },
  },
});
const pool = new WorkerPool(1);
const rng = Rng.create(flags.seed);
const context = { rng, clock: systemClock, pool, progress: silentProgress };
const learners = { boosting: learnBoosting, logistic: learnLogistic };
const named = flags.simulated.map((text) => text.split('=', 2));

const blueprint = parseBlueprint(readFileSync(flags.blueprint, 'utf8'), path.basename(flags.blueprint));
const features = async (dir, cohort = blueprint.cohort) =>
  buildFeatures(await CohortStore.open(dir), compileBlueprint({ ...blueprint, cohort }), context);
const real = await features(flags.real);
// sources that do not tell when a unit stay ends hold only stays that reach the index; of simulated ones the end is known
const reaching = { ...blueprint.cohort, endedBeforeIndex: 'drop' };
const sides = [];
for (const [name, dir] of named) sides.push({ name, dir, made: await features(dir, reaching) });

const shared = sharedColumns(
  real.table,
  sides.map(({ made }) => made.table),
);
console.log(
  `${blueprint.title}: ${real.table.rows} real rows, ${sides.map((s) => `${s.made.table.rows} ${s.name}`).join(', ')}; ${shared.length} shared features of ${usable(real.table, []).length}`,
);
utility();
inside();
effects();
await pool.close();

function usable(table, exclude) {
  return table.columns.filter(
    ({ schema }) => ['feature', 'anchor'].includes(schema.role) && !exclude.includes(schema.name),
  );
}

/** Names of columns that mean the same on all sides, and vary there. */
function sharedColumns(table, others) {
  const there = (column) => {
    let valid = 0;
    const seen = new Set();
    for (let i = 0; i < column.valid.length; i++) {
      if (column.valid[i] !== 1) continue;
      valid++;
      if (seen.size < 2) seen.add(column.type === 'numeric' ? column.values[i] : column.codes[i]);
    }
    return valid >= 0.01 * column.valid.length && seen.size > 1;
  };
  return usable(table, [])
    .filter((column) => {
      const { name, categories } = column.schema;
      if (!there(column)) return false;
      return others.every((other) => {
        if (!other.has(name) || !there(other.column(name))) return false;
        const own = other.column(name);
        return own.type === 'numeric' || own.schema.categories.every((c) => categories.includes(c));
      });
    })
    .map(({ schema }) => schema.name);
}

/** Columns of a table by name, categories coded as in the real one. */
function columnsOf(table, names) {
  return names.map((name) => {
    const column = table.column(name);
    if (column.type === 'numeric') return column;
    const { schema } = real.table.column(name);
    const to = column.schema.categories.map((c) => schema.categories.indexOf(c));
    return { ...column, schema, codes: Uint32Array.from(column.codes, (code) => Math.max(0, to[code])) };
  });
}

function rowsWith(table, label, among) {
  const column = table.column(label);
  const rows = among ?? Array.from({ length: table.rows }, (_, i) => i);
  const kept = Uint32Array.from([...rows].filter((row) => column.valid[row] === 1));
  const positive = column.schema.categories.indexOf('yes');
  return { rows: kept, labels: Uint32Array.from(kept, (row) => (column.codes[row] === positive ? 1 : 0)) };
}

function take(columns, rows) {
  return new Table(columns[0].valid.length, columns).take(rows).columns;
}

function subjectsOf(table, rows) {
  return Uint32Array.from(rows, (row) => Number(table.column('subject_id').values[row]));
}

function scoreOf(model, train, test, names) {
  const scores = learners[model]({
    features: take(columnsOf(train.table, names), train.rows),
    labels: train.labels,
    subjects: subjectsOf(train.table, train.rows),
    classes: 2,
    test: take(columnsOf(test.table, names), test.rows),
    rng: rng.split(model),
  });
  const positive = Float64Array.from(test.rows, (_, i) => scores[2 * i + 1]);
  const areas = [];
  const draw = rng.split('bootstrap');
  for (let b = 0; b < Number(flags.resamples); b++) {
    const rows = Array.from(test.rows, () => draw.int(test.rows.length));
    const area = auc(
      rows.map((i) => positive[i]),
      rows.map((i) => test.labels[i]),
    );
    if (area !== null) areas.push(area);
  }
  areas.sort((a, b) => a - b);
  const at = (q) => areas[Math.round(q * (areas.length - 1))] ?? NaN;
  return { auc: auc(positive, test.labels), low: at(0.025), high: at(0.975) };
}

function text({ auc: area, low, high }) {
  return `${area.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
}

/** TRTR and TSTR, task by task and model by model. */
function utility() {
  console.log(
    '\n| task | positives (test) | model | TRTR, all features | TRTR, shared |' +
      sides.map(({ name }) => ` TSTR ${name} | of TRTR |`).join(''),
  );
  console.log(`| --- | ---: | --- | ---: | ---: |${' ---: | ---: |'.repeat(sides.length)}`);
  for (const task of real.tasks.filter((t) => t.type === 'binary')) {
    if (task.notComputable !== undefined) {
      console.log(`| ${task.title} | – | – | ${task.notComputable} |`);
      continue;
    }
    const train = { table: real.table, ...rowsWith(real.table, task.label, real.split.train) };
    const test = { table: real.table, ...rowsWith(real.table, task.label, real.split.test) };
    const names = shared.filter((name) => !task.exclude.includes(name));
    const all = usable(real.table, task.exclude).map(({ schema }) => schema.name);
    const positives = test.labels.reduce((a, b) => a + b, 0);
    for (const model of Object.keys(learners)) {
      const full = scoreOf(model, train, test, all);
      const part = scoreOf(model, train, test, names);
      const cells = sides.map(({ made }) => {
        if (!made.table.has(task.label)) return ' – | – |';
        const own = { table: made.table, ...rowsWith(made.table, task.label) };
        const found = scoreOf(model, own, test, names);
        return ` ${text(found)} | ${(found.auc / full.auc).toFixed(3)} |`;
      });
      console.log(
        `| ${task.title} | ${positives} of ${test.rows.length} | ${model} | ${text(full)} | ${text(part)} |${cells.join('')}`,
      );
    }
  }
}

/** How well the features foretell outcomes inside each simulation: trained on its train part, tested on its test part. */
function inside() {
  console.log('\n| inside | task | positives (test) | boosting | logistic |');
  console.log('| --- | --- | ---: | ---: | ---: |');
  for (const { name, made } of sides)
    for (const task of made.tasks.filter((t) => t.type === 'binary' && t.notComputable === undefined)) {
      const train = { table: made.table, ...rowsWith(made.table, task.label, made.split.train) };
      const test = { table: made.table, ...rowsWith(made.table, task.label, made.split.test) };
      const names = shared.filter((one) => !task.exclude.includes(one));
      const positives = test.labels.reduce((a, b) => a + b, 0);
      const scores = Object.keys(learners).map((model) => text(scoreOf(model, train, test, names)));
      console.log(
        `| ${name} | ${task.title} | ${positives} of ${test.rows.length} | ${scores.join(' | ')} |`,
      );
    }
}

/** Weights (a standard deviation of the real train rows) of the strongest effects on death, and what the simulation says. */
function effects() {
  const task = real.tasks.find((t) => t.id === 'in-hospital-mortality');
  const names = shared.filter((name) => !task.exclude.includes(name));
  const train = { table: real.table, ...rowsWith(real.table, task.label, real.split.train) };
  const encoder = fitEncoder(take(columnsOf(real.table, names), train.rows));
  const weightsOf = ({ table, rows, labels }) => {
    const encoded = encodeColumns(encoder, take(columnsOf(table, names), rows));
    return fitLogistic({ ...encoded, labels, classes: 2, l2: 10, maxIterations: 200, tolerance: 1e-5 })
      .weights;
  };
  const own = weightsOf(train);
  const others = sides.map(({ made }) =>
    weightsOf({ table: made.table, ...rowsWith(made.table, task.label) }),
  );
  const order = [...own.keys()].sort((a, b) => Math.abs(own[b]) - Math.abs(own[a]));
  const top = order.slice(0, Number(flags.effects));
  console.log(
    `\n| effect on death (log odds a real SD) | real |${sides.map(({ name }) => ` ${name} |`).join('')}`,
  );
  console.log(`| --- | ---: |${' ---: |'.repeat(sides.length)}`);
  for (const i of top)
    console.log(
      `| ${encoder.names[i]} | ${own[i].toFixed(2)} |${others.map((w) => ` ${w[i].toFixed(2)} |`).join('')}`,
    );
  for (const [s, { name }] of sides.entries()) {
    const same = top.filter((i) => Math.sign(own[i]) === Math.sign(others[s][i])).length;
    console.log(
      `${name}: ${same} of the ${top.length} strongest have the same sign; correlation of all ${own.length} weights ${pearson(own, others[s]).toFixed(2)}`,
    );
  }
}
