// What bench:tables and bench:synthesizers share: tables, fits, programs of others, and cells of figures that are kept one by one.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { Rng, systemClock } from '../../dist/core/index.js';
import { Database } from '../../dist/duckdb/index.js';
import { createCurator } from '../../dist/privacy/index.js';
import { silentProgress } from '../../dist/runtime/index.js';
import { columnNames, parseTableSchema, readTable } from '../../dist/table/index.js';
import { makers } from './datasets.mjs';
import { makeRuler } from './ruler.mjs';

/** As in the comparisons that the marks come from: the table's δ, and what one unit is. */
const privacy = { adult: { delta: 1e-9, unit: 'row' }, diabetes130: { delta: 1e-5, unit: 'patient_nbr' } };

const contextOf = (seed, pool) => ({
  rng: Rng.create(`bench ${seed}`),
  clock: systemClock,
  pool,
  progress: silentProgress,
});

/** Seconds by the clock, and of processor time with all threads. */
async function timed(work) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const { user, system } = process.cpuUsage(before);
  return { value, seconds: (performance.now() - start) / 1000, cpuSeconds: (user + system) / 1e6 };
}

/** Fits a synthesizer to the training rows and draws as many. */
export async function fitAndSample(synthesizer, { data, seed, epsilon, pool, options }) {
  const context = contextOf(seed, pool);
  const modelled = data.train.select(data.train.schema.filter((c) => c.role !== 'key').map((c) => c.name));
  const followers = Object.fromEntries(
    Object.entries(data.exclude).flatMap(([label, names]) => names.map((name) => [name, label])),
  );
  const given = options ?? (synthesizer.id === 'aim' ? { followers } : {});
  const curator = epsilon === null ? undefined : createCurator({ epsilon, ...privacy[data.name] });
  const fitted = await timed(() =>
    synthesizer.fit(modelled, synthesizer.compile(given), { ...context, ...(curator && { curator }) }),
  );
  const sampled = await timed(() =>
    fitted.value.sample(modelled.rows, { rng: context.rng.split('sample') }, context),
  );
  return {
    synthetic: sampled.value,
    fitSeconds: fitted.seconds,
    fitCpuSeconds: fitted.cpuSeconds,
    sampleSeconds: sampled.seconds,
    sampleCpuSeconds: sampled.cpuSeconds,
    options: given,
    spent: fitted.value.spent,
  };
}

/** A peer that cannot do what is asked ends with another status than 0 and says why in its last line. */
export async function runPeer(program, { data, seed, epsilon, out, env = {}, python = process.env.PYTHON }) {
  const file = path.join(out, 'peer.csv');
  const done = spawnSync(
    python ?? 'python3',
    [
      program,
      data.files.train,
      data.files.schema,
      String(seed),
      epsilon === null ? '-' : String(epsilon),
      file,
    ],
    { encoding: 'utf8', maxBuffer: 64 * 2 ** 20, env: { ...process.env, ...env } },
  );
  const lastLine = (text) => (text ?? '').trim().split('\n').at(-1) ?? '';
  if (done.status !== 0)
    throw new Error(lastLine(done.stderr) || lastLine(done.stdout) || 'it did not start');
  const seconds = JSON.parse(lastLine(done.stdout));
  return { ...seconds, synthetic: await read(file, data.files.schema), options: env };
}

/** A table as its schema says; a peer need not write the key. */
async function read(file, schemaFile) {
  const db = await Database.open({ threads: 1 });
  try {
    const schema = parseTableSchema(readFileSync(schemaFile, 'utf8'), schemaFile);
    const there = new Set(await columnNames(db, file));
    const columns = Object.fromEntries(Object.entries(schema.columns).filter(([name]) => there.has(name)));
    return (await readTable(db, file, { ...schema, columns })).table;
  } finally {
    db.close();
  }
}

async function load(name, { out, split }) {
  const folder = path.join(out, 'tables', name);
  const files = await makers[name](folder, { salt: split });
  const [train, test] = [await read(files.train, files.schema), await read(files.test, files.schema)];
  return { name, train, test, files, labels: files.labels, exclude: files.exclude };
}

/**
 * Every setting on a table, each seed a cell: `<out>/<table>-<setting>-<seed>.json`. With `resume` cells that are there stay as they are. What cannot run is
 * named and skipped.
 */
export async function fillTable(name, { settings, seeds, pool, out, split, resume = false }) {
  const slug = (setting) => setting.name.replace(/[^a-z0-9.]+/gi, '-');
  const fileOf = (setting, seed) => path.join(out, `${name}-${slug(setting)}-${seed}.json`);
  const cells = settings.flatMap((setting) =>
    Array.from({ length: seeds }, (_, i) => ({ setting, seed: i + 1, file: fileOf(setting, i + 1) })),
  );
  const open = cells.filter(({ file }) => !resume || !existsSync(file));
  if (open.length === 0) return;
  mkdirSync(out, { recursive: true });
  const data = await load(name, { out, split });
  const subjectKey = data.train.schema.find((c) => c.role === 'key')?.name ?? 'none';
  console.error(`${name}: ${data.train.rows} + ${data.test.rows} rows, ${data.train.columns.length} columns`);
  const ruler = await makeRuler({ ...data, subjectKey }, pool);
  const failed = new Set();
  for (const { setting, seed, file } of open) {
    if (failed.has(setting.name)) continue;
    try {
      const figures = await cell(name, { setting, seed, data, ruler });
      writeFileSync(file, JSON.stringify({ ...figures, trtr: ruler.trtr }, null, 2));
    } catch (error) {
      console.error(`  skipped: ${setting.name}, seed ${seed}: ${error.message}`);
      if (setting.name.startsWith('peer')) failed.add(setting.name);
    }
  }
}

async function cell(table, { setting, seed, data, ruler }) {
  const { synthetic, spent, ...times } = await setting.make(data, seed);
  const info = {
    id: setting.name,
    title: setting.name,
    generation: 'data-driven',
    options: times.options,
    privacy: spent ?? { kind: 'none', reason: 'a peer' },
  };
  const figures = await ruler.measure(synthetic, info);
  console.error(
    `  ${setting.name}, seed ${seed}: accuracy ${figures.accuracy.toFixed(4)}, two-sample ${figures.twoSampleAuc?.toFixed(3)}, TSTR/TRTR ${figures.ratio?.toFixed(4)}, membership ${figures.membershipAuc?.toFixed(3)}, ${times.fitSeconds.toFixed(1)} + ${times.sampleSeconds.toFixed(1)} s`,
  );
  return { table, setting: setting.name, seed, rows: synthetic.rows, ...times, ...figures };
}

/** All cells of a folder. */
export function readCells(out) {
  return readdirSync(out)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => JSON.parse(readFileSync(path.join(out, file), 'utf8')));
}
