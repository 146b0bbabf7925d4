// Several steps of Adam in one call of ONNX Runtime, beside a call a step.
import { performance } from 'node:perf_hooks';
import { Rng } from '../../dist/core/index.js';
import * as t from '../../dist/tensor/index.js';

const networks = [
  { inputs: 16, hidden: [32, 32], outputs: 4 },
  { inputs: 64, hidden: [128, 128], outputs: 64 },
  { inputs: 128, hidden: [256, 256], outputs: 128 },
];
/** Steps of a call; 0: a call a step, without a loop. */
const STEPS = [0, 1, 2, 4, 8, 16];
const ROUNDS = 11;
/** What batches are drawn from, by turns. */
const BATCHES = 8;

const rng = Rng.create('several steps');
const normals = (length) => Float32Array.from({ length }, () => rng.normal());

/** Mean squared error of a network with ReLUs. */
function lossOf(graph, parameters, { inputs, hidden, outputs }) {
  let h = graph.input('x', ['batch', inputs]);
  for (const [i, units] of hidden.entries()) h = t.relu(t.linear(parameters, `hidden.${i}`, h, { units }));
  const said = t.linear(parameters, 'out', h, { units: outputs });
  return t.mean(t.squaredError(said, graph.input('y', ['batch', outputs])));
}

async function makeTrainer(network, options) {
  const trainer = await t.Trainer.create(
    (graph, parameters) => ({ loss: lossOf(graph, parameters, network) }),
    {
      average: 200,
      ...options,
    },
  );
  trainer.start(Rng.create(1));
  return trainer;
}

async function timed(run) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, processor: (user + system) / 1000 };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Prints microseconds a step, and the ratios to a call a step (medians of paired rounds). */
export async function severalSteps(threads) {
  console.log(
    '| network | batch | steps a call | clock, µs | processor, µs | ratio, clock | ratio, processor |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const network of networks) {
    for (const batch of [32, 128, 500]) {
      const [single, several] = [
        await makeTrainer(network, { threads }),
        await makeTrainer(network, { threads, several: true }),
      ];
      const { inputs, hidden, outputs } = network;
      const feeds = Array.from({ length: BATCHES }, () => ({
        x: t.value(normals(batch * inputs), [batch, inputs]),
        y: t.value(normals(batch * outputs), [batch, outputs]),
      }));
      const total = 16 * Math.max(2, Math.round(24_000 / (batch * hidden[0])));
      const run = async (steps) => {
        const request = (i) => ({ feeds: feeds[i % BATCHES], learningRate: 1e-4 });
        const [trainer, size] = steps === 0 ? [single, 1] : [several, steps];
        for (let i = 0; i < total; i += size)
          await trainer.advanceAll(Array.from({ length: size }, (_, k) => request(i + k)));
      };
      const found = STEPS.map(() => []);
      for (let round = -1; round < ROUNDS; round++) {
        for (const [i, steps] of STEPS.entries()) {
          const { wall, processor } = await timed(() => run(steps));
          if (round >= 0) found[i].push({ wall: wall / total, processor: processor / total });
        }
      }
      for (const [i, steps] of STEPS.entries()) {
        const micro = (clock) => (1000 * median(found[i].map((x) => x[clock]))).toFixed(0);
        const ratio = (clock) =>
          median(found[i].map((x, round) => x[clock] / found[0][round][clock])).toFixed(2);
        const name = [inputs, ...hidden, outputs].join('-');
        const times = [micro('wall'), micro('processor'), ratio('wall'), ratio('processor')];
        console.log(`| ${[name, batch, steps === 0 ? 'no loop' : steps, ...times].join(' | ')} |`);
      }
      await single.close();
      await several.close();
    }
  }
}
