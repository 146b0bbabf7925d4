// Speed and memory of whole simulations: patients, resources and megabytes a second, processor time a patient, peak memory; by library, format and
// number of patients, with the median and the spread of repeats; with --peers, the Python port of Synthea in the same run.
//
//   npm run bench:simulate -- [--sizes 1000] [--formats none,fhir] [--modules <Synthea's modules>] [--workers 2] [--repeats 3] [--peers]
//
// Every measurement is a process of its own (so that its peak memory is its own) and starts from nothing: reading, checking and compiling the modules is
// part of it. Rounds go over all measurements before the next repeat begins, so that a change of the machine's load hits all of them. `yardstick` is the
// processor time of a fixed computation right before each measurement: where it differs, so did the machine. Processor time counts all threads.
// Wall clock means something on a quiet machine only; to come near to one: setsid nice -n 0 npm run bench:simulate -- …
//
// Peers: python -m venv V && V/bin/pip install -r bench/peers/synthea-requirements.txt, then PYTHON=V/bin/python … --peers [--peer-patients 20]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.resolve(import.meta.dirname ?? path.dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000' },
    formats: { type: 'string', default: 'none,fhir,csv,omop,meds,cohort' },
    modules: { type: 'string' },
    'without-built-in': { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    repeats: { type: 'string', default: '3' },
    years: { type: 'string', default: '10' },
    end: { type: 'string', default: '2025-01-01' },
    peers: { type: 'boolean', default: false },
    'peer-patients': { type: 'string', default: '20' },
    child: { type: 'string' },
  },
});

if (values.child !== undefined) await child(JSON.parse(values.child));
else parent();

function parent() {
  const libraries = [
    ...(values['without-built-in'] ? [] : [{ library: 'built-in', modules: null }]),
    ...(values.modules === undefined
      ? []
      : [{ library: "Synthea's", modules: path.resolve(values.modules) }]),
  ];
  const workers = values.workers.split(',').map(Number);
  const jobs = values.sizes.split(',').flatMap((size) =>
    workers.flatMap((threads) =>
      libraries.flatMap(({ library, modules }) => [
        ...values.formats
          .split(',')
          .map((format) => ({ who: 'anamnesis', library, modules, format, patients: Number(size), threads })),
        ...(values.peers
          ? [
              {
                who: 'tietai-synthea',
                library: modules === null ? 'its own' : library,
                modules,
                format: 'fhir',
                patients: Number(values['peer-patients']),
                threads,
              },
            ]
          : []),
      ]),
    ),
  );
  const runs = jobs.map(() => []);
  for (let repeat = 0; repeat < Number(values.repeats); repeat++)
    for (const [i, job] of jobs.entries()) {
      const yard = yardstick();
      const result = job.who === 'anamnesis' ? ours(job) : peer(job);
      runs[i].push({ ...result, yard });
      const { wall, cpu, peakMiB } = result;
      console.error(
        `${repeat + 1}/${values.repeats} ${job.who} ${job.library} ${job.format} ${job.patients}: ${wall.toFixed(1)} s wall, ${cpu.toFixed(1)} s processor, ${Math.round(peakMiB)} MiB, yardstick ${yard.toFixed(2)} s`,
      );
    }
  print(jobs, runs);
}

function ours(job) {
  const done = spawnSync(
    process.execPath,
    [
      fileURLToPath(import.meta.url),
      '--child',
      JSON.stringify({ ...job, years: values.years, end: values.end }),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (done.status !== 0) process.exit(done.status ?? 1);
  return JSON.parse(done.stdout);
}

function peer({ patients, threads, modules }) {
  const out = mkdtempSync(path.join(tmpdir(), 'anamnesis-peer-'));
  const args = [
    path.join(root, 'bench/peers/synthea_peer.py'),
    String(patients),
    String(threads),
    out,
    values.end,
    ...(modules === null ? [] : [modules]),
  ];
  const done = spawnSync(process.env.PYTHON ?? 'python3', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  rmSync(out, { recursive: true, force: true });
  if (done.status !== 0) throw new Error(`The peer failed: ${done.stderr}`);
  return JSON.parse(done.stdout.trim().split('\n').at(-1));
}

/** One simulation from nothing, as the command line does it. */
async function child({ patients, threads, format, modules, years, end }) {
  const dist = (file) => import(pathToFileURL(path.join(root, 'dist', file)).href);
  const { Rng, fixedClock } = await dist('core/index.js');
  const { silentProgress, WorkerPool } = await dist('runtime/index.js');
  const { simulate } = await dist('stages/simulate/index.js');
  const out = mkdtempSync(path.join(tmpdir(), 'anamnesis-simulate-'));
  const started = performance.now();
  const pool = new WorkerPool(threads);
  try {
    const result = await simulate(
      {
        population: { size: patients, endDate: end, state: 'MA', alive: true },
        seed: 'bench/simulate',
        modules: modules ?? undefined,
        years: years === 'all' ? null : Number(years),
        alive: true,
        mostTries: 1000,
        formats: format === 'none' ? [] : format.split('+').map((text) => ({ id: text, options: {} })),
        truth: false,
        physiology: true,
        stepHours: 168,
      },
      out,
      {
        builtIn: path.join(root, 'modules'),
        generator: { name: 'anamnesis', version: 'bench' },
      },
      { rng: Rng.create(1), clock: fixedClock(0), pool, progress: silentProgress },
    );
    const wall = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage();
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    const { bytes, entries } = result;
    process.stdout.write(
      JSON.stringify({
        wall,
        cpu: (user + system) / 1e6,
        peakMiB: Number(peak ?? 0) / 1024,
        patients: result.patients,
        bytes,
        entries,
        resources: format === 'fhir' ? resourcesIn(path.join(out, 'fhir')) : null,
      }),
    );
  } finally {
    await pool.close();
    rmSync(out, { recursive: true, force: true });
  }
}

/** Entries of the Bundles in a folder. */
function resourcesIn(folder) {
  let count = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const bytes = readFileSync(path.join(folder, name));
    for (let at = bytes.indexOf('"fullUrl"'); at >= 0; at = bytes.indexOf('"fullUrl"', at + 9)) count++;
  }
  return count;
}

/** Seconds of processor time for a fixed computation. */
function yardstick() {
  const before = process.cpuUsage();
  const table = new Int32Array(1 << 16);
  let x = 1;
  for (let i = 0; i < 1e8; i++) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) | 0;
    table[x >>> 16] ^= i;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function print(jobs, runs) {
  console.log(
    '| who | modules | format | patients | workers | patients/s | ms of processor a patient | resources/s | MB/s | peak MiB | yardstick s |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const [i, { who, library, format, patients, threads }] of jobs.entries()) {
    const of = (measure, digits) => spread(runs[i].map(measure), digits);
    const cells = [
      who,
      library,
      format,
      patients,
      threads,
      of((r) => r.patients / r.wall, 1),
      of((r) => (1000 * r.cpu) / r.patients, 2),
      runs[i][0].resources === null ? '' : of((r) => r.resources / r.wall, 0),
      of((r) => r.bytes / 1e6 / r.wall, 1),
      of((r) => r.peakMiB, 0),
      of((r) => r.yard, 2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

/** Median, and the least and greatest where there are several. */
function spread(numbers, digits) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const text = (x) =>
    x.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  return sorted.length === 1
    ? text(median)
    : `${text(median)} (${text(sorted[0])} to ${text(sorted.at(-1))})`;
}
