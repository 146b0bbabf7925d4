// Import of a made-up MIMIC-IV with many laboratory rows: rows a second and peak memory.
//
//   npm run build && node bench/import.mjs [--rows 20000000] [--threads 2] [--keep folder]
//
// The records are made by DuckDB from hash functions (no chance, no real patient): 200 rows per admission, 10 of the most
// frequent item ids with plausible values and units, one row in 50 in another unit, one in 500 in an unknown one. The import
// runs in a child process, so that its peak memory (VmHWM) is its own.
import { spawnSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '20000000' },
    threads: { type: 'string', default: '2' },
    keep: { type: 'string' },
    child: { type: 'string' },
  },
});
const rows = Number(values.rows);
const threads = Number(values.threads);
const limitMiB = 2048;

if (values.child === undefined) await measure();
else await importHere(values.child);

async function measure() {
  const work = values.keep ?? mkdtempSync(path.join(tmpdir(), 'anamnesis-bench-'));
  try {
    const started = process.hrtime.bigint();
    await makeRecords(path.join(work, 'mimic'));
    const file = path.join(work, 'mimic', 'hosp', 'labevents.csv.gz');
    console.log(
      `made ${rows.toLocaleString('en')} laboratory rows, ${mebibytes(statSync(file).size)} MiB gzipped, in ${seconds(started)} s`,
    );
    const args = [
      fileURLToPath(import.meta.url),
      '--child',
      work,
      '--rows',
      values.rows,
      '--threads',
      values.threads,
    ];
    const done = spawnSync(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`the import ended with code ${done.status}`);
    const result = JSON.parse(done.stdout);
    console.log(
      `imported in ${result.seconds.toFixed(1)} s (${result.cpuSeconds.toFixed(1)} s of CPU): ${Math.round(rows / result.seconds).toLocaleString('en')} rows/s, ` +
        `${result.shards} shards, store ${mebibytes(result.bytes)} MiB`,
    );
    console.log(
      `kept ${result.events.toLocaleString('en')}, rejected ${result.rejected.toLocaleString('en')} (of ${result.read.toLocaleString('en')} read)`,
    );
    console.log(
      `peak memory ${result.peakMiB} MiB with ${threads} threads (limit ${limitMiB} MiB): ${result.peakMiB < limitMiB ? 'pass' : 'FAIL'}`,
    );
    if (result.read !== rows || result.peakMiB >= limitMiB) process.exitCode = 1;
  } finally {
    if (values.keep === undefined) rmSync(work, { recursive: true, force: true });
  }
}

async function importHere(work) {
  const { WorkerPool, silentProgress } = await dist('runtime/index.js');
  const { Rng, fixedClock } = await dist('core/index.js');
  const { importCohort, sources } = await dist('sources/index.js');
  const context = {
    rng: Rng.create(1),
    clock: fixedClock(0),
    pool: new WorkerPool(threads),
    progress: silentProgress,
  };
  const source = sources.find((s) => s.id === 'mimic-iv');
  const started = process.hrtime.bigint();
  const manifest = await importCohort(
    { source, dir: path.join(work, 'mimic') },
    path.join(work, 'store'),
    {},
    context,
  );
  const labs = manifest.report.tables.find((t) => t.table === 'hosp/labevents');
  const result = {
    seconds: Number(process.hrtime.bigint() - started) / 1e9,
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    peakMiB: peakMiB(),
    shards: manifest.shards,
    events: manifest.counts.events,
    read: labs.read,
    rejected: labs.rejected.reduce((sum, r) => sum + r.rows, 0),
    bytes: manifest.files.reduce((sum, f) => sum + f.bytes, 0),
  };
  console.log(JSON.stringify(result));
}

/** The most memory that this process ever held. */
function peakMiB() {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) / 1024);
  } catch {
    return Math.round(process.resourceUsage().maxRSS / 1024);
  }
}

async function makeRecords(dir) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  mkdirSync(path.join(dir, 'hosp'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GiB' });
  const db = await instance.connect();
  const admissions = Math.ceil(rows / 200);
  const subject = (admission) => `(10000000 + hash(${admission} // 2) % 9000000)`;
  const admitted = (admission) =>
    `TIMESTAMP '2110-01-01' + to_hours((hash(${admission} + 7) % 700000)::BIGINT)`;
  const write = async (name, select) => {
    const plain = path.join(dir, 'hosp', `${name}.csv`);
    await db.run(`COPY (${select}) TO '${plain}' (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S')`);
    await pipeline(createReadStream(plain), createGzip({ level: 1 }), createWriteStream(`${plain}.gz`));
    rmSync(plain);
  };
  await write(
    'patients',
    `SELECT subject_id, CASE WHEN subject_id % 2 = 0 THEN 'F' ELSE 'M' END AS gender, 18 + subject_id % 74 AS anchor_age,
       2110 AS anchor_year, '2008 - 2010' AS anchor_year_group, NULL::TIMESTAMP AS dod
     FROM (SELECT DISTINCT ${subject('i')} AS subject_id FROM range(${admissions}) t(i))`,
  );
  await write(
    'admissions',
    `SELECT ${subject('i')} AS subject_id, 20000000 + i AS hadm_id, ${admitted('i')} AS admittime,
       ${admitted('i')} + INTERVAL 5 DAY AS dischtime, NULL::TIMESTAMP AS deathtime, 'URGENT' AS admission_type,
       'EMERGENCY ROOM' AS admission_location, 'HOME' AS discharge_location, 'Medicare' AS insurance, 'ENGLISH' AS language,
       'WHITE' AS race, 0 AS hospital_expire_flag FROM range(${admissions}) t(i)`,
  );
  await db.run(`CREATE TABLE item AS SELECT * FROM (VALUES
    (0, 50912, 'mg/dL', 1.0), (1, 50983, 'mEq/L', 140), (2, 50971, 'mEq/L', 4.0), (3, 50902, 'mEq/L', 104), (4, 51006, 'mg/dL', 18),
    (5, 50931, 'mg/dL', 110), (6, 51222, 'g/dL', 11), (7, 51301, 'K/uL', 8.0), (8, 51265, 'K/uL', 210), (9, 50934, '', 5))
    t(i, itemid, unit, typical)`);
  await write(
    'labevents',
    `SELECT n AS labevent_id, ${subject('n // 200')} AS subject_id, 20000000 + n // 200 AS hadm_id, n // 10 AS specimen_id, itemid,
       NULL AS order_provider_id, ${admitted('n // 200')} + to_minutes((hash(n // 10) % 7000)::BIGINT) AS charttime,
       ${admitted('n // 200')} + to_minutes((hash(n // 10) % 7000)::BIGINT + 60) AS storetime,
       number AS value, number AS valuenum,
       CASE WHEN n % 500 = 0 THEN 'furlong' WHEN n % 50 = 0 AND itemid = 50912 THEN 'umol/L' ELSE unit END AS valueuom,
       NULL AS ref_range_lower, NULL AS ref_range_upper, NULL AS flag, 'ROUTINE' AS priority, NULL AS comments
     FROM (SELECT n, itemid, unit, round(typical * (0.7 + (hash(n + 3) % 600) / 1000), 1) AS number
           FROM range(${rows}) t(n) JOIN item ON item.i = n % 10)`,
  );
  db.closeSync();
  instance.closeSync();
}

function seconds(since) {
  return (Number(process.hrtime.bigint() - since) / 1e9).toFixed(1);
}

function mebibytes(bytes) {
  return (bytes / 1024 / 1024).toFixed(0);
}
