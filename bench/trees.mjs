// Our boosted trees against XGBoost (hist, one thread) on three real tables, paired in one run.
// usage: node scripts/build.mjs && node bench/trees.mjs [table …]
//   PYTHON: an interpreter with bench/peers/xgboost-requirements.txt installed (default python3)
//   ANAMNESIS_DATA: the folder of open data (default ../shared/data), REPEATS (default 5)
// Each repeat splits the rows anew (80 % train, 20 % test), the same for both. Times are of training alone, binning included
// on both sides. Exits with 1 when ours is more than 0.005 AUC behind (mean) or more than three times as slow (median).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '../dist/core/index.js';
import { auc, mean } from '../dist/numerics/index.js';
import { cellOf } from '../dist/table/index.js';
import { compileBoosting, trainBoosting } from '../dist/trees/index.js';
import { makers } from './trees-tables.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dataRoot = process.env.ANAMNESIS_DATA ?? path.join(here, '..', '..', 'shared', 'data');
const repeats = Number(process.env.REPEATS ?? 5);
const settings = { rounds: 200, learningRate: 0.1, maxDepth: 6, l2: 1, minChildWeight: 1 };
const wanted = process.argv.slice(2);

const report = [];
for (const [name, make] of Object.entries(makers)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const data = await make(dataRoot);
  const runs = [];
  for (let i = 0; i < repeats; i++) runs.push(compare(split(data, i)));
  report.push({ name, rows: data.table.rows, columns: data.table.columns.length, runs });
}
print(report);
if (!report.every(({ runs }) => meanGap(runs) >= -0.005 && median(runs.map(ratio)) <= 3))
  process.exitCode = 1;

function split({ table, labels }, repeat) {
  const order = Rng.create(`bench/trees/${repeat}`).permutation(table.rows);
  const cut = Math.floor(table.rows * 0.8);
  const pick = (rows) => ({ table: table.take(rows), labels: Uint8Array.from(rows, (row) => labels[row]) });
  return { train: pick(order.subarray(0, cut)), test: pick(order.subarray(cut)) };
}

function compare(data) {
  const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-trees-'));
  try {
    writeJob(folder, data);
    return { ours: runOurs(data), peer: runPeer(folder, data.test.labels) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runOurs({ train, test }) {
  const options = compileBoosting(settings);
  const start = process.hrtime.bigint();
  const model = trainBoosting({
    features: train.table.columns,
    target: { kind: 'binary', labels: train.labels },
    options,
    rng: Rng.create('bench/trees'),
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { seconds, auc: auc(model.predict(test.table.columns), test.labels) };
}

function runPeer(folder, labels) {
  const script = path.join(here, 'peers', 'xgboost_peer.py');
  const done = spawnSync(process.env.PYTHON ?? 'python3', [script, folder], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`The peer failed:\n${done.stderr}`);
  const scores = readFileSync(path.join(folder, 'predictions.txt'), 'utf8').trim().split('\n').map(Number);
  return { ...JSON.parse(done.stdout), auc: auc(scores, labels) };
}

function writeJob(folder, { train, test }) {
  for (const [part, { table, labels }] of Object.entries({ train, test })) {
    const lines = [[...table.columns.map((c) => c.schema.name), 'label'].map(quote).join(',')];
    for (let i = 0; i < table.rows; i++) {
      lines.push([...table.columns.map((c) => quote(cellOf(c, i) ?? '')), labels[i]].join(','));
    }
    writeFileSync(path.join(folder, `${part}.csv`), `${lines.join('\n')}\n`);
  }
  const categories = train.table.columns.filter((c) => c.type === 'categorical').map((c) => c.schema);
  const job = {
    categories: Object.fromEntries(categories.map((schema) => [schema.name, schema.categories])),
    rounds: settings.rounds,
    params: {
      objective: 'binary:logistic',
      tree_method: 'hist',
      nthread: 1,
      eta: settings.learningRate,
      max_depth: settings.maxDepth,
      lambda: settings.l2,
      min_child_weight: settings.minChildWeight,
      max_bin: 256,
    },
  };
  writeFileSync(path.join(folder, 'job.json'), JSON.stringify(job));
}

function quote(cell) {
  return typeof cell === 'number' ? String(cell) : `"${cell.replaceAll('"', '""')}"`;
}

function print(tables) {
  const version = tables[0]?.runs[0]?.peer.version;
  console.log(`Node ${process.version}, XGBoost ${version}, ${cpus()[0]?.model}, ${repeats} paired repeats`);
  console.log(`Settings: ${JSON.stringify(settings)}. Times: median (range). AUC: mean (range).\n`);
  console.log(
    '| table | rows × columns | ours, s | XGBoost, s | time ratio | AUC ours | AUC XGBoost | difference |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const { name, rows, columns, runs } of tables) {
    const cells = [
      name,
      `${rows} × ${columns}`,
      spread(
        runs.map((run) => run.ours.seconds),
        median,
        2,
      ),
      spread(
        runs.map((run) => run.peer.seconds),
        median,
        2,
      ),
      spread(runs.map(ratio), median, 2),
      spread(
        runs.map((run) => run.ours.auc),
        mean,
        4,
      ),
      spread(
        runs.map((run) => run.peer.auc),
        mean,
        4,
      ),
      spread(
        runs.map((run) => run.ours.auc - run.peer.auc),
        mean,
        4,
      ),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function ratio({ ours, peer }) {
  return ours.seconds / peer.seconds;
}

function meanGap(runs) {
  return mean(runs.map(({ ours, peer }) => ours.auc - peer.auc));
}

function spread(values, middle, digits) {
  const range = `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
  return `${middle(values).toFixed(digits)} (${range})`;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
