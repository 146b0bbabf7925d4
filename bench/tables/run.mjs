// Every synthesizer on every table of the benchmark, measured by one ruler.
// usage: npm run bench:tables -- [--out folder] [--only adult,diabetes130] [--synthesizers cart,copula,aim] [--epsilon none,1,10] [--seeds 3] [--workers 2] [--split name] [--peers]
// Each run's figures go to <out>/<table>-<setting>-<seed>.json; at the end a Markdown table of the means and spreads of what lies there.
// --split: another name deals Diabetes-130's patients to other halves. --peers: also bench/peers/<name>_peer.py with $PYTHON; what cannot run is named and skipped.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WorkerPool } from '../../dist/runtime/index.js';
import { synthesizerById, synthesizers } from '../../dist/synthesizers/index.js';
import { fillTable, fitAndSample, readCells, runPeer } from './cells.mjs';
import { markdown } from './table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/bench-tables' },
    only: { type: 'string', default: 'adult,diabetes130' },
    synthesizers: { type: 'string', default: 'cart,copula,aim' },
    options: { type: 'string', default: '{}' },
    epsilon: { type: 'string', default: 'none,1,10' },
    seeds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    split: { type: 'string', default: 'anamnesis' },
    peers: { type: 'boolean', default: false },
  },
});
const { out, split } = flags;
const list = (text) => text.split(',').filter((part) => part !== '');
const epsilons = list(flags.epsilon)
  .filter((text) => text !== 'none')
  .map(Number);
/** Models that learn with and without a budget do so without only where 'none' is among the ε. */
const without = list(flags.epsilon).includes('none') ? [null] : [];
/** JSON by synthesizer: options other than the defaults, e.g. {"cart":{"minLeaf":5}}. */
const chosen = JSON.parse(flags.options);
const pool = new WorkerPool(Number(flags.workers));

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
    make: (data, seed) => fitAndSample(synthesizer, { data, seed, epsilon, pool, options: chosen[id] }),
  }));
}

/** Networks have a benchmark of their own (bench/synthesizers.mjs). */
const ELSEWHERE = ['xgboost', 'ctgan', 'mostlyai', 'synthea'];

/** Programs of others, each with and without a budget. */
function peersOf() {
  if (!flags.peers) return [];
  const folder = path.join(here, '..', 'peers');
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('_peer.py'))
    .map((file) => file.slice(0, -'_peer.py'.length))
    .filter((name) => !ELSEWHERE.includes(name))
    .sort();
  return names.flatMap((name) =>
    [null, ...epsilons].map((epsilon) => ({
      name: epsilon === null ? `peer ${name}` : `peer ${name}, ε = ${epsilon}`,
      make: (data, seed) => runPeer(path.join(folder, `${name}_peer.py`), { data, seed, epsilon, out }),
    })),
  );
}

mkdirSync(out, { recursive: true });
const settings = [...list(flags.synthesizers).flatMap(settingsOf), ...peersOf()];
for (const name of list(flags.only))
  await fillTable(name, { settings, seeds: Number(flags.seeds), pool, out, split });
await pool.close();
console.log(markdown(readCells(out)));
