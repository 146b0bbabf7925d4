// One training step of a 128-256-256-128 network (batch 500, Adam), plain, with clipping example by example and ready-made noise, and as private
// training does it (sampled and noised by the curator with the operating system's bits), beside PyTorch.
// usage: node bench/tensor.mjs [--threads 2] [--rounds 15] [--steps 40] [--several]; $PYTHON with bench/peers/torch_step-requirements.txt for the peer.
// --several: steps of small networks instead, one and more of them in a call.
// Rounds alternate between the programs, so that whatever else the machine does meets both; the figures are medians over rounds.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rng } from '../dist/core/index.js';
import { createCurator, secureNoise, SUM_ROOM } from '../dist/privacy/index.js';
import * as t from '../dist/tensor/index.js';
import { severalSteps } from './support/several-steps.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '15' },
    steps: { type: 'string', default: '40' },
    several: { type: 'boolean', default: false },
  },
});
const [threads, rounds, steps] = [flags.threads, flags.rounds, flags.steps].map(Number);
if (flags.several) {
  await severalSteps(threads);
  process.exit();
}
const BATCH = 500;
const LIMIT = 1;

/** Per-example losses of the network. */
function losses(graph, parameters) {
  const x = graph.input('x', ['batch', 128]);
  const y = graph.input('y', ['batch', 128]);
  const a = t.relu(t.linear(parameters, 'a', x, { units: 256 }));
  const b = t.relu(t.linear(parameters, 'b', a, { units: 256 }));
  return t.squaredError(t.linear(parameters, 'c', b, { units: 128 }), y);
}

const rng = Rng.create('bench');
const normals = (length) => Float32Array.from({ length }, () => rng.normal());
const feeds = {
  x: t.value(normals(BATCH * 128), [BATCH, 128]),
  y: t.value(normals(BATCH * 128), [BATCH, 128]),
};
const plain = await t.Trainer.create((graph, parameters) => ({ loss: t.mean(losses(graph, parameters)) }), {
  threads,
});
const clipped = await t.Trainer.create(
  (graph, parameters) => {
    const each = losses(graph, parameters);
    const { sum } = t.clippedSum({ losses: each, parameters, limit: LIMIT });
    const noise = graph.input('privacyNoise', [parameters.size]);
    return { loss: t.mean(each), gradient: t.mul(t.add(sum, noise), 1 / BATCH) };
  },
  { threads },
);
for (const trainer of [plain, clipped]) trainer.start(Rng.create(1));
const privacyNoise = t.value(normals(clipped.parameters.size));
const ROWS = 5000;
const rate = BATCH / ROWS;
const rows = { x: normals(ROWS * 128), y: normals(ROWS * 128) };
const gradients = await t.ClippedGradients.create(losses, {
  threads,
  limit: LIMIT,
  expected: BATCH,
  room: SUM_ROOM,
});
const adam = new t.AdamVector(gradients.parameters.initial(Rng.create(1)));
function startTraining(noise) {
  const curator = createCurator({ epsilon: 8, delta: 1e-5, accountant: 'rdp' }, noise);
  return curator.train({
    purpose: 'training',
    about: 'a network',
    rho: curator.rho,
    steps: 100_000,
    rate,
    rowNorm: LIMIT,
    size: gradients.parameters.size,
    rows: () => ROWS,
  });
}
/** Noise from a thread of its own, as trainings have it, and from this one. */
const training = startTraining(secureNoise());
const sameThread = startTraining({ ...secureNoise(), anyThread: false });
const gather = (from, places, count) => {
  const out = new Float32Array(count * 128);
  for (const [i, place] of places.entries()) out.set(from.subarray(place * 128, place * 128 + 128), i * 128);
  return t.value(out, [count, 128]);
};
async function privateStep(from) {
  const sums = await from.step((sample) =>
    gradients.sum(adam.parameters, sample, (places, count) => ({
      x: gather(rows.x, places, count),
      y: gather(rows.y, places, count),
    })),
  );
  adam.advance(sums, 1e-3, 1 / BATCH);
}
const step = {
  private: () => privateStep(training),
  sameThread: () => privateStep(sameThread),
  plain: () => plain.advance(feeds, 1e-3),
  clipped: () => clipped.advance({ ...feeds, privacyNoise }, 1e-3),
};

async function time(run) {
  for (let i = 0; i < 10; i++) await run();
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < steps; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - start) / steps, processor: (user + system) / 1000 / steps };
}

/** The peer answers each line `plain` or `opacus` with milliseconds a step by the clock and of the processor, or `absent`. */
function startPeer() {
  const python = process.env.PYTHON;
  if (python === undefined) return undefined;
  const child = spawn(python, [path.join(here, 'peers', 'torch_step.py'), String(threads), String(steps)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (what) => {
      child.stdin.write(`${what}\n`);
      const { value } = await lines.next();
      const [wall, processor] = value.split(' ').map(Number);
      return { wall, processor };
    },
    end: () => child.stdin.end(),
  };
}

const peer = startPeer();
const found = { plain: [], clipped: [], private: [], sameThread: [], torch: [], opacus: [] };
for (let round = 0; round < rounds; round++) {
  found.plain.push(await time(step.plain));
  if (peer !== undefined) found.torch.push(await peer.ask('plain'));
  found.clipped.push(await time(step.clipped));
  found.private.push(await time(step.private));
  found.sameThread.push(await time(step.sameThread));
  if (peer !== undefined) found.opacus.push(await peer.ask('opacus'));
}
peer?.end();
for (const one of [training, sameThread]) await one.close();

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const show = (x) => (Number.isFinite(x) ? x.toFixed(2) : 'absent').padStart(8);
const line = (name, unit, of) =>
  console.log(`${name.padEnd(44)} ${show(of('wall'))} ${show(of('processor'))} ${unit}`);
const times = (name, list) => line(name, 'ms', (clock) => median(list.map((x) => x[clock])));
const ratio = (name, a, b) => line(name, '×', (clock) => median(a.map((x, i) => x[clock] / b[i][clock])));
console.log(
  `128-256-256-128, batch ${BATCH}, Adam, ${threads} threads, ${rounds} rounds of ${steps} steps (medians)`,
);
console.log(`${''.padEnd(44)} ${'clock'.padStart(8)} ${'processor'.padStart(8)}`);
times('a step', found.plain);
times('clip each example, add ready-made noise', found.clipped);
times('a private step, by the curator', found.private);
times('the same, noise on the same thread', found.sameThread);
ratio('clipped / plain', found.clipped, found.plain);
ratio('private / plain', found.private, found.plain);
ratio('private, noise on the same thread / plain', found.sameThread, found.plain);
if (peer !== undefined) {
  times('PyTorch: a step', found.torch);
  times('Opacus: a private step', found.opacus);
  ratio('Opacus private / PyTorch plain', found.opacus, found.torch);
  ratio('a step / PyTorch', found.plain, found.torch);
}
