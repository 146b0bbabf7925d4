// The networks (and cart as a yardstick) on four tables, by the ruler of bench:tables, beside the networks of others at equal passes, batches and layers.
// usage: npm run bench:synthesizers -- [--out folder] [--only adult,diabetes130,challenge2012,article] [--synthesizers cart,argn,tabddpm,tvae,ctgan] [--epochs 300] [--seeds 1] [--workers 1] [--peers ctgan,tvae,mostlyai]
// Each run's figures go to <out>/<table>-<setting>-<seed>.json. What lies there is not run again, so that the same command goes on where it was stopped.
// --epochs: passes of ctgan and tvae, ours and the peer's. --peers: $PYTHON with bench/peers/ctgan-requirements.txt, $PYTHON_MOSTLYAI with mostlyai-requirements.txt.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WorkerPool } from '../dist/runtime/index.js';
import { synthesizerById } from '../dist/synthesizers/index.js';
import { fillTable, fitAndSample, readCells, runPeer } from './tables/cells.mjs';
import { makers } from './tables/datasets.mjs';
import { markdown, networkColumns } from './tables/table.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'runs/bench-synthesizers' },
    only: { type: 'string', default: Object.keys(makers).join(',') },
    synthesizers: { type: 'string', default: 'cart,argn,tabddpm,tvae,ctgan' },
    epochs: { type: 'string', default: '300' },
    seeds: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    peers: { type: 'string', default: '' },
  },
});
const { out, epochs } = flags;
const list = (text) => text.split(',').filter((part) => part !== '');
const pool = new WorkerPool(Number(flags.workers));
/** Those whose passes are the same as their peers'. */
const paired = ['ctgan', 'tvae'];
const titled = (id) => (paired.includes(id) && epochs !== '300' ? `${id}, ${epochs} passes` : id);

function ownSetting(id) {
  const options = paired.includes(id) ? { epochs: Number(epochs) } : {};
  return {
    name: titled(id),
    make: (data, seed) => fitAndSample(synthesizerById(id), { data, seed, epsilon: null, pool, options }),
  };
}

/** The program of each peer, its interpreter and what it is told. */
const programs = {
  ctgan: { file: 'ctgan', python: process.env.PYTHON, env: { CTGAN_MODEL: 'ctgan', CTGAN_EPOCHS: epochs } },
  tvae: { file: 'ctgan', python: process.env.PYTHON, env: { CTGAN_MODEL: 'tvae', CTGAN_EPOCHS: epochs } },
  mostlyai: { file: 'mostlyai', python: process.env.PYTHON_MOSTLYAI, env: {} },
};

function peerSetting(name) {
  const { file, ...how } = programs[name];
  const program = path.join(here, 'peers', `${file}_peer.py`);
  return {
    name: `peer ${titled(name)}`,
    make: (data, seed) => runPeer(program, { data, seed, epsilon: null, out, ...how }),
  };
}

mkdirSync(out, { recursive: true });
const settings = [...list(flags.synthesizers).map(ownSetting), ...list(flags.peers).map(peerSetting)];
for (const name of list(flags.only)) {
  await fillTable(name, {
    settings,
    seeds: Number(flags.seeds),
    pool,
    out,
    split: 'anamnesis',
    resume: true,
  });
}
await pool.close();
console.log(markdown(readCells(out), networkColumns));
