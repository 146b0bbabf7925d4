// How time and memory of a synthesizer grow with the table: reading, fitting and drawing, each phase in a process of its own.
// usage: npm run build && node bench/tables/scale.mjs [rows,rows,…] [--synthesizer ID] [--set KEY=NUMBER]… [--draw N] [--workers W] [--folder F]
//   --set epochs=2 (argn, tvae, ctgan) or steps=200 (tabddpm) keeps a network's training short: memory does not depend on it
//   default cart; 10000,30000,100000,300000,1000000 rows, as many drawn, 2 workers; prints a table for docs/benchmarks.md
// The table is made up: 30 columns that depend on each other through three hidden numbers: 12 continuous, 6 counts, 8 categories of
// 3 to 52 values, one column of 50,000 categories, 3 labels; a twelfth of most cells missing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = fileURLToPath(import.meta.url);
const dist = process.env.ANAMNESIS_DIST ?? path.join(path.dirname(here), '..', '..', 'dist');
const load = (module) => import(path.join(dist, module, 'index.js'));
const MANY = 50_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    synthesizer: { type: 'string', default: 'cart' },
    set: { type: 'string', multiple: true, default: [] },
    draw: { type: 'string' },
    workers: { type: 'string', default: '2' },
    folder: { type: 'string' },
    phase: { type: 'string' },
  },
});
const phases = { make, fit, draw };
if (values.phase === undefined) main();
else {
  const result = await phases[values.phase](...positionals);
  console.log(JSON.stringify({ ...result, peakMiB: Math.round(process.resourceUsage().maxRSS / 1024) }));
}

function main() {
  const folder = values.folder ?? mkdtempSync(path.join(os.tmpdir(), 'anamnesis-scale-'));
  mkdirSync(folder, { recursive: true });
  const sizes = (positionals[0] ?? '10000,30000,100000,300000,1000000').split(',').map(Number);
  console.log('| rows | read | peak | fit | peak | model | rows drawn to Parquet | time | peak | file |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const rows of sizes) {
    const file = path.join(folder, `rows-${rows}.csv`);
    const model = path.join(folder, `${values.synthesizer}-${rows}`);
    const out = path.join(folder, `${values.synthesizer}-${rows}.parquet`);
    if (!existsSync(file)) run('make', String(rows), file);
    const fitted = run('fit', file, model);
    const drawn = run('draw', model, values.draw ?? String(rows), out);
    const cells = [
      rows.toLocaleString('en'),
      `${fitted.readSeconds} s`,
      `${fitted.readPeakMiB} MiB`,
      `${fitted.fitSeconds} s`,
      `${fitted.peakMiB} MiB`,
      `${fitted.modelMiB} MiB`,
      Number(drawn.rows).toLocaleString('en'),
      `${drawn.seconds} s`,
      `${drawn.peakMiB} MiB`,
      `${drawn.fileMiB} MiB`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  if (values.folder === undefined) rmSync(folder, { recursive: true });
}

function run(phase, ...args) {
  const child = spawnSync(
    process.execPath,
    [
      ...[here, '--phase', phase, '--workers', values.workers, '--synthesizer', values.synthesizer],
      ...values.set.flatMap((one) => ['--set', one]),
      ...['--', ...args],
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.status !== 0) throw new Error(`phase ${phase} ended with ${child.status}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1));
}

async function make(rows, file) {
  const { writeCsvBlocks } = await load('table');
  await writeCsvBlocks(file, columnSchemas(), madeUp(Number(rows)));
  return {};
}

function columnSchemas() {
  const column = (name, kind, more) => ({ name, kind, role: 'feature', missing: true, ...more });
  const names = (n, prefix) => Array.from({ length: n }, (_, k) => `${prefix}${k}`);
  return [
    ...names(12, 'lab').map((name) => column(name, 'continuous', { decimals: 2 })),
    ...names(6, 'count').map((name) => column(name, 'count', { decimals: 0 })),
    ...names(8, 'group').map((name, c) =>
      column(name, 'categorical', { categories: names(3 + c * c, 'value ') }),
    ),
    column('code', 'categorical', { categories: names(MANY, 'C'), missing: false }),
    ...names(3, 'label').map((name) => column(name, 'binary', { categories: ['no', 'yes'], missing: false })),
  ];
}

async function* madeUp(rows) {
  const { Rng } = await load('core');
  const { sharedFloat64, sharedUint32, sharedUint8, Table } = await load('table');
  const schemas = columnSchemas();
  for (let start = 0; start < rows; start += 4096) {
    const n = Math.min(4096, rows - start);
    const rng = Rng.create(start);
    const columns = schemas.map((schema) => ({
      type: schema.categories ? 'categorical' : 'numeric',
      schema,
      valid: sharedUint8(n),
      ...(schema.categories ? { codes: sharedUint32(n) } : { values: sharedFloat64(n) }),
    }));
    for (let row = 0; row < n; row++) {
      const hidden = [rng.normal(), rng.normal(), rng.normal()];
      for (const [c, column] of columns.entries()) {
        const x = 0.7 * hidden[c % 3] + 0.7 * rng.normal();
        if (column.schema.missing && rng.next() < 1 / 12) continue;
        column.valid[row] = 1;
        if (column.type === 'numeric')
          column.values[row] =
            column.schema.kind === 'count'
              ? Math.round(5 * Math.exp(x))
              : Math.round(100 * Math.exp(x)) / 100;
        else column.codes[row] = category(column.schema.categories.length, x, rng.next());
      }
    }
    yield new Table(n, columns);
  }
}

/** Two categories: the upper sixth; more: by size; very many: a long tail whose head depends on x. */
function category(k, x, u) {
  if (k === 2) return x > 1 ? 1 : 0;
  const place = Math.min(Math.abs(x) / 4, 0.9999);
  return Math.floor(k * (k === MANY ? place * u * u : place));
}

async function context() {
  const { Rng, fixedClock } = await load('core');
  const { silentProgress, WorkerPool } = await load('runtime');
  const pool = new WorkerPool(Number(values.workers));
  return { rng: Rng.create(1), clock: fixedClock(0), pool, progress: silentProgress };
}

async function fit(file, folder) {
  const { Database } = await load('duckdb');
  const { compileTableFile, readTable } = await load('table');
  const { synthesizerById } = await load('synthesizers');
  const since = stopwatch();
  const db = await Database.open({ threads: Number(values.workers), memoryLimitMiB: 2048 });
  const labels = Object.fromEntries(['label0', 'label1', 'label2'].map((name) => [name, { role: 'label' }]));
  const schema = compileTableFile({ columns: { ...labels, code: { kind: 'categorical' } } });
  const { table } = await readTable(db, file, schema);
  db.close();
  const readSeconds = since();
  const readPeakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const synthesizer = synthesizerById(values.synthesizer);
  const options = Object.fromEntries(values.set.map((one) => [one.split('=')[0], Number(one.split('=')[1])]));
  const run = await context();
  const clock = stopwatch();
  const fitted = await synthesizer.fit(table, synthesizer.compile(options), run);
  const fitSeconds = clock();
  await run.pool.close();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await fitted.save(folder);
  const bytes = readdirSync(folder).reduce((sum, f) => sum + statSync(path.join(folder, f)).size, 0);
  return { readSeconds, readPeakMiB, fitSeconds, modelMiB: mib(bytes) };
}

async function draw(folder, count, out) {
  const { Rng } = await load('core');
  const { writeParquetBlocks } = await load('table');
  const { synthesizerById } = await load('synthesizers');
  const fitted = await synthesizerById(values.synthesizer).load(folder);
  const run = await context();
  const since = stopwatch();
  // the schema comes with the first block
  const blocks = fitted.stream(Number(count), { rng: Rng.create(2) }, run)[Symbol.asyncIterator]();
  const first = await blocks.next();
  const all = async function* () {
    yield first.value;
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) yield next.value;
  };
  const rows = await writeParquetBlocks(out, first.value.schema, all());
  await run.pool.close();
  return { rows, seconds: since(), fileMiB: mib(statSync(out).size) };
}

function stopwatch() {
  const start = performance.now();
  return () => Number(((performance.now() - start) / 1000).toFixed(1));
}

function mib(bytes) {
  return Number((bytes / 2 ** 20).toFixed(1));
}
