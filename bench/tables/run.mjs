// Every synthesizer on every table of the benchmark, measured by one ruler.
// usage: npm run bench:tables -- [--out folder] [--only adult,diabetes130] [--synthesizers cart,copula,aim] [--epsilon none,1,10] [--seeds 3] [--workers 2] [--split name] [--peers]
// Each run's figures go to <out>/<table>-<setting>-<seed>.json; at the end a Markdown table of the means and spreads of what lies there.
// --split: another name deals Diabetes-130's patients to other halves. --peers: also bench/peers/<name>_peer.py with $PYTHON; what cannot run is named and skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rng, systemClock } from '../../dist/core/index.js';
import { Database } from '../../dist/duckdb/index.js';
import { createCurator } from '../../dist/privacy/index.js';
import { silentProgress, WorkerPool } from '../../dist/runtime/index.js';
import { synthesizerById, synthesizers } from '../../dist/synthesizers/index.js';
import { columnNames, parseTableSchema, readTable } from '../../dist/table/index.js';
import { makers } from './datasets.mjs';
import { makeRuler } from './ruler.mjs';
import { markdown } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/bench-tables' },
    only: { type: 'string', default: Object.keys(makers).join(',') },
    synthesizers: { type: 'string', default: 'cart,copula,aim' },
    options: { type: 'string', default: '{}' },
    epsilon: { type: 'string', default: 'none,1,10' },
    seeds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    split: { type: 'string', default: 'anamnesis' },
    peers: { type: 'boolean', default: false },
  },
});
const list = (text) => text.split(',').filter((part) => part !== '');
const epsilons = list(flags.epsilon)
  .filter((text) => text !== 'none')
  .map(Number);
/** Models that learn with and without a budget do so without only where 'none' is among the ε. */
const without = list(flags.epsilon).includes('none') ? [null] : [];
/** As in the comparisons that the marks come from: the table's δ, and what one unit is. */
const privacy = { adult: { delta: 1e-9, unit: 'row' }, diabetes130: { delta: 1e-5, unit: 'patient_nbr' } };
/** JSON by synthesizer: options other than the defaults, e.g. {"cart":{"minLeaf":5}}. */
const chosen = JSON.parse(flags.options);

const pool = new WorkerPool(Number(flags.workers));
const contextOf = (seed) => ({
  rng: Rng.create(`bench ${seed}`),
  clock: systemClock,
  pool,
  progress: silentProgress,
});
const seconds = async (work) => {
  const start = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - start) / 1000 };
};

/** The settings of a synthesizer: one without a budget, or one for each ε. */
function settingsOf(id) {
  if (!synthesizers.has(id)) {
    console.error(`skipped: there is no synthesizer '${id}'`);
    return [];
  }
  const synthesizer = synthesizerById(id);
  const budgetsOf = { required: epsilons, refused: [null], optional: [...without, ...epsilons] };
  const budgets = budgetsOf[synthesizer.budget];
  return budgets.map((epsilon) => ({
    name: epsilon === null ? id : `${id}, ε = ${epsilon}`,
    epsilon,
    make: (data, seed) => fitAndSample(synthesizer, { data, seed, epsilon }),
  }));
}

async function fitAndSample(synthesizer, { data, seed, epsilon }) {
  const context = contextOf(seed);
  const modelled = data.train.select(data.train.schema.filter((c) => c.role !== 'key').map((c) => c.name));
  const followers = Object.fromEntries(
    Object.entries(data.exclude).flatMap(([label, names]) => names.map((name) => [name, label])),
  );
  const given = chosen[synthesizer.id] ?? (synthesizer.id === 'aim' ? { followers } : {});
  const curator = epsilon === null ? undefined : createCurator({ epsilon, ...privacy[data.name] });
  const fitted = await seconds(() =>
    synthesizer.fit(modelled, synthesizer.compile(given), { ...context, ...(curator && { curator }) }),
  );
  const sampled = await seconds(() =>
    fitted.value.sample(modelled.rows, { rng: context.rng.split('sample') }, context),
  );
  return {
    synthetic: sampled.value,
    fitSeconds: fitted.seconds,
    sampleSeconds: sampled.seconds,
    options: given,
    spent: fitted.value.spent,
  };
}

/** Programs of others, each with and without a budget. */
function peersOf() {
  if (!flags.peers) return [];
  const folder = path.join(here, '..', 'peers');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('_peer.py') && file !== 'xgboost_peer.py')
    .map((file) => file.slice(0, -'_peer.py'.length))
    .sort();
  if (names.length === 0) console.error('skipped: there are no peers in bench/peers');
  return names.flatMap((name) =>
    [null, ...epsilons].map((epsilon) => ({
      name: epsilon === null ? `peer ${name}` : `peer ${name}, ε = ${epsilon}`,
      epsilon,
      make: (data, seed) => runPeer(path.join(folder, `${name}_peer.py`), { data, seed, epsilon }),
    })),
  );
}

/** A peer that cannot do what is asked ends with another status than 0 and says why in its last line. */
async function runPeer(program, { data, seed, epsilon }) {
  const out = path.join(flags.out, 'peer.csv');
  const done = spawnSync(
    process.env.PYTHON ?? 'python3',
    [
      program,
      data.files.train,
      data.files.schema,
      String(seed),
      epsilon === null ? '-' : String(epsilon),
      out,
    ],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20 },
  );
  const lastLine = (text) => (text ?? '').trim().split('\n').at(-1) ?? '';
  if (done.status !== 0)
    throw new Error(lastLine(done.stderr) || lastLine(done.stdout) || 'it did not start');
  return { ...JSON.parse(lastLine(done.stdout)), synthetic: await read(out, data.files.schema), options: {} };
}

/** A table as its schema says; a peer need not write the key. */
async function read(file, schemaFile) {
  const db = await Database.open({ threads: Number(flags.workers) });
  try {
    const schema = parseTableSchema(readFileSync(schemaFile, 'utf8'), schemaFile);
    const there = new Set(await columnNames(db, file));
    const columns = Object.fromEntries(Object.entries(schema.columns).filter(([name]) => there.has(name)));
    return (await readTable(db, file, { ...schema, columns })).table;
  } finally {
    db.close();
  }
}

async function load(name) {
  const folder = path.join(flags.out, 'tables', name);
  const files = await makers[name](folder, { salt: flags.split });
  const [train, test] = [await read(files.train, files.schema), await read(files.test, files.schema)];
  return { name, train, test, files, labels: files.labels, exclude: files.exclude };
}

mkdirSync(flags.out, { recursive: true });
for (const name of list(flags.only)) {
  const data = await load(name);
  const subjectKey = data.train.schema.find((c) => c.role === 'key')?.name ?? 'none';
  console.error(`${name}: ${data.train.rows} + ${data.test.rows} rows, ${data.train.columns.length} columns`);
  const ruler = await makeRuler({ ...data, subjectKey }, pool);
  for (const setting of [...list(flags.synthesizers).flatMap(settingsOf), ...peersOf()]) {
    for (let seed = 1; seed <= Number(flags.seeds); seed++) {
      try {
        const made = await setting.make(data, seed);
        const info = {
          id: setting.name,
          title: setting.name,
          generation: 'data-driven',
          options: made.options,
          privacy: made.spent ?? { kind: 'none', reason: 'a peer' },
        };
        const figures = await ruler.measure(made.synthetic, info);
        const { fitSeconds, sampleSeconds, options } = made;
        const line = {
          table: name,
          setting: setting.name,
          seed,
          fitSeconds,
          sampleSeconds,
          options,
          ...figures,
        };
        const slug = setting.name.replace(/[^a-z0-9.]+/gi, '-');
        writeFileSync(
          path.join(flags.out, `${name}-${slug}-${seed}.json`),
          JSON.stringify({ ...line, trtr: ruler.trtr }, null, 2),
        );
        console.error(
          `  ${setting.name}, seed ${seed}: accuracy ${figures.accuracy.toFixed(4)}, two-sample ${figures.twoSampleAuc?.toFixed(3)}, TSTR/TRTR ${figures.ratio?.toFixed(4)}, membership ${figures.membershipAuc?.toFixed(3)}, ${fitSeconds.toFixed(1)} + ${sampleSeconds.toFixed(1)} s`,
        );
      } catch (error) {
        console.error(`  skipped: ${setting.name}, seed ${seed}: ${error.message}`);
        if (setting.name.startsWith('peer')) break;
      }
    }
  }
}
await pool.close();
const results = readdirSync(flags.out)
  .filter((file) => file.endsWith('.json') && existsSync(path.join(flags.out, file)))
  .sort()
  .map((file) => JSON.parse(readFileSync(path.join(flags.out, file), 'utf8')));
console.log(markdown(results));
