// Our boosted trees against XGBoost (hist, one thread) on three real tables, paired in one run.
// usage: node scripts/build.mjs && node bench/trees.mjs [table …]
//   PYTHON: an interpreter with bench/peers/xgboost-requirements.txt installed (default python3)
//   ANAMNESIS_DATA: the folder of open data (default ../shared/data), REPEATS (default 3)
// Times are of training alone, binning included on both sides. AUC is on the test part. Exits with 1 when ours is more than
// 0.005 AUC behind or (by the median) more than three times as slow.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Rng } from '../dist/core/index.js';
import { auc } from '../dist/numerics/index.js';
import { cellOf } from '../dist/table/index.js';
import { compileBoosting, trainBoosting } from '../dist/trees/index.js';
import { makers } from './trees-tables.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const dataRoot = process.env.ANAMNESIS_DATA ?? path.join(here, '..', '..', 'shared', 'data');
const repeats = Number(process.env.REPEATS ?? 3);
const settings = { rounds: 200, learningRate: 0.1, maxDepth: 6, l2: 1, minChildWeight: 1 };
const wanted = process.argv.slice(2);

const report = [];
for (const [name, make] of Object.entries(makers)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const data = await make(dataRoot);
  const folder = mkdtempSync(path.join(tmpdir(), 'anamnesis-trees-'));
  try {
    writeJob(folder, data);
    report.push(compare(data, folder));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
print(report);
if (!report.every((r) => r.oursAuc >= r.peerAuc - 0.005 && median(r.ratios) <= 3)) process.exitCode = 1;

function compare(data, folder) {
  const ours = [];
  const peers = [];
  for (let i = 0; i < repeats; i++) {
    ours.push(runOurs(data));
    peers.push(runPeer(folder));
  }
  const { train, test, name } = data;
  const peerScores = readFileSync(path.join(folder, 'predictions.txt'), 'utf8')
    .trim()
    .split('\n')
    .map(Number);
  return {
    name,
    rows: train.table.rows,
    columns: train.table.columns.length,
    ours: ours.map((run) => run.seconds),
    peer: peers.map((run) => run.seconds),
    ratios: ours.map((run, i) => run.seconds / peers[i].seconds),
    oursAuc: auc(ours[0].scores, test.labels),
    peerAuc: auc(peerScores, test.labels),
    version: peers[0].version,
  };
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
  return { seconds, scores: model.predict(test.table.columns) };
}

function runPeer(folder) {
  const script = path.join(here, 'peers', 'xgboost_peer.py');
  const done = spawnSync(process.env.PYTHON ?? 'python3', [script, folder], { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`The peer failed:\n${done.stderr}`);
  return JSON.parse(done.stdout);
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

function print(rows) {
  console.log(
    `Node ${process.version}, XGBoost ${rows[0]?.version}, ${cpus()[0]?.model}, ${repeats} paired repeats`,
  );
  console.log(`Settings: ${JSON.stringify(settings)}\n`);
  console.log(
    '| table | rows × columns | ours, s (min-max) | XGBoost, s (min-max) | time ratio | AUC ours | AUC XGBoost | difference |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const r of rows) {
    const cells = [
      r.name,
      `${r.rows} × ${r.columns}`,
      spread(r.ours),
      spread(r.peer),
      spread(r.ratios),
      r.oursAuc.toFixed(4),
      r.peerAuc.toFixed(4),
      (r.oursAuc - r.peerAuc).toFixed(4),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function spread(values) {
  const range = `${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)}`;
  return `${median(values).toFixed(2)} (${range})`;
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
