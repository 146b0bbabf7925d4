// Private task heads alone on Diabetes-130, without a graphical model: how much of the real AUC their probabilities keep on held-out records.
// usage: node bench/tables/heads.mjs <folder of datasets.mjs> [--rho 0.0215,1.2] [--features real,apart] [--seeds 3]
// real: the drawn features are the real ones (an upper limit, not private); apart: each column shuffled on its own, as from a model that knows
// one-way tables only. ρ is for all heads: 0.0215 is about 60 % of (ε = 1, δ = 1e-5), 1.2 of (10, 1e-5). Noise is Gaussian from a seed.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readFileSync } from 'node:fs';
import { Rng } from '../../dist/core/index.js';
import { Database } from '../../dist/duckdb/index.js';
import { auc } from '../../dist/numerics/index.js';
import { fitHeads, labelProbabilities } from '../../dist/synthesizers/aim/heads/index.js';
import { parseTableSchema, readTable } from '../../dist/table/index.js';

const BINS = 12;
const followers = { change: 'insulin_given', diabetesMed: 'insulin_given' };
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rho: { type: 'string', default: '0.0215,1.2' },
    features: { type: 'string', default: 'real,apart' },
    seeds: { type: 'string', default: '3' },
  },
});
const folder = path.join(positionals[0] ?? 'runs/bench-tables/data', 'diabetes130');
const schema = parseTableSchema(readFileSync(path.join(folder, 'schema.yaml'), 'utf8'));
const db = await Database.open({ threads: 1 });
const { table: train } = await readTable(db, path.join(folder, 'train.csv'), schema);
const { table: test } = await readTable(db, path.join(folder, 'test.csv'), schema);
db.close();

const named = (role) => train.schema.filter((s) => s.role === role).map((s) => s.name);
const labels = named('label');
const coders = [...named('feature'), ...labels].map((name) => coderOf(train.column(name)));
const d = coders.length - labels.length;
const real = coders.map((coder) => coder.codes(train.column(coder.name)));
const held = coders.map((coder) => coder.codes(test.column(coder.name)));
const columns = coders.map(({ name, size, scores, missing }) => ({ name, size, scores, missing }));
const part = (rows, codes, from, to) => ({
  rows,
  columns: columns.slice(from, to),
  codes: codes.slice(from, to),
});

for (const rho of flags.rho.split(',').map(Number)) {
  for (const features of flags.features.split(',')) {
    const runs = Array.from({ length: Number(flags.seeds) }, (_, seed) => aucs(rho, features, seed));
    const cells = labels.map((_, l) => (runs.reduce((sum, run) => sum + run[l], 0) / runs.length).toFixed(4));
    process.stdout.write(`rho ${rho}, ${features}: ${labels.map((n, l) => `${n} ${cells[l]}`).join(', ')}\n`);
  }
}

function aucs(rho, features, seed) {
  const rng = Rng.create(`heads/${seed}`);
  const drawn =
    features === 'real'
      ? real
      : real.map((codes, c) =>
          Uint16Array.from(rng.split('apart', c).permutation(train.rows), (i) => codes[i]),
        );
  const model = fitHeads({
    features: part(train.rows, real, 0, d),
    labels: part(train.rows, real, d),
    drawn: part(train.rows, drawn, 0, d),
    followers: Object.fromEntries(
      Object.entries(followers).map(([a, b]) => [labels.indexOf(a), labels.indexOf(b)]),
    ),
    curator: gaussian(rng.split('noise')),
    rho,
    rng: rng.split('fit'),
  });
  return labels.map((_, l) => {
    const p = labelProbabilities(model, l, held);
    const positive = Float64Array.from({ length: test.rows }, (__, i) => p[2 * i + 1]);
    return auc(positive, held[d + l]);
  });
}

/** What the heads ask of a curator, with noise that can be repeated. Not private. */
function gaussian(rng) {
  return {
    sums: ({ rho, rowNorm, quantum = 1, sums }) => {
      const sigma = (rowNorm * quantum) / Math.sqrt(2 * rho);
      return { values: sums().map((v) => v * quantum + sigma * rng.normal()), sigma };
    },
    choose: ({ rho, rowSensitivity, scores }) => {
      const steep = Math.sqrt(8 * rho) / (2 * rowSensitivity);
      const noisy = scores().map((s) => steep * s - Math.log(rng.exponential()));
      return noisy.indexOf(Math.max(...noisy));
    },
  };
}

/** Codes by categories, or by quantiles of the training part (which is not private either). */
function coderOf(column) {
  const { name, kind, categories } = column.schema;
  const some = column.valid.some((v) => v === 0);
  if (column.type === 'categorical') {
    const ordered = kind === 'ordinal';
    return coder(name, categories.length, { some, scores: ordered, of: (i, c) => c.codes[i] });
  }
  const sorted = Float64Array.from(column.values).sort();
  const distinct = [...new Set(sorted)];
  const cuts = Array.from(
    { length: BINS - 1 },
    (_, b) => sorted[Math.floor(((b + 1) * sorted.length) / BINS)],
  );
  let edges = [...new Set(distinct.length <= BINS ? distinct : cuts)].filter((e) => e > sorted[0]);
  if (edges.length < 5 && distinct.length > BINS) edges = [1, 2, 3, 4, 6, 10]; // mostly zero
  const of = (i, c) => edges.filter((e) => c.values[i] >= e).length;
  return coder(name, edges.length + 1, { some, scores: true, of });
}

function coder(name, values, { some, scores, of }) {
  const size = values + (some ? 1 : 0);
  return {
    name,
    size,
    scores: scores ? Array.from({ length: size }, (_, i) => i) : undefined,
    missing: some ? values : undefined,
    codes: (column) =>
      Uint16Array.from(column.valid, (valid, i) => (valid === 1 ? of(i, column) : some ? values : 0)),
  };
}
