// Steps of Adam written into one graph, beside a call a step.
import { performance } from 'node:perf_hooks';
import { Rng } from '../../dist/core/index.js';
import * as t from '../../dist/tensor/index.js';

const networks = [
  { inputs: 16, hidden: [32, 32], outputs: 4 },
  { inputs: 64, hidden: [128, 128], outputs: 64 },
  { inputs: 128, hidden: [256, 256], outputs: 128 },
];
const STEPS = [1, 2, 4, 8];
const ROUNDS = 11;

const rng = Rng.create('several steps');
const normals = (length, scale = 1) => Float32Array.from({ length }, () => scale * rng.normal());
const product = (shape) => shape.reduce((all, n) => all * n, 1);
const fill = (length, x) => new Float32Array(length).fill(x);

/** Mean squared error of a network with ReLUs. */
function lossOf(weights, x, y) {
  let h = x;
  for (let layer = 0; layer < weights.length; layer += 2) {
    h = t.affine(h, weights[layer], weights[layer + 1]);
    if (layer + 2 < weights.length) h = t.relu(h);
  }
  return t.mean(t.squaredError(h, y));
}

/** A function that makes `steps` steps in one call. */
async function unrolled({ inputs, hidden, outputs, batch, steps, threads }) {
  const graph = new t.Graph();
  const widths = [inputs, ...hidden, outputs];
  const shapes = widths.slice(1).flatMap((units, i) => [[widths[i], units], [units]]);
  const size = shapes.reduce((all, shape) => all + product(shape), 0);
  const each = (name, shape) =>
    t
      .split(graph.input(name, [steps, ...shape]), new Array(steps).fill(1), 0)
      .map((one) => (shape.length === 0 ? one : t.reshape(one, shape)));
  const [xs, ys] = [each('x', [batch, inputs]), each('y', [batch, outputs])];
  const [rates, epsilons] = [each('rate', []), each('epsilon', [])];
  let state = ['parameters', 'first', 'second'].map((name) => graph.input(name, [size]));
  const losses = [];
  for (let step = 0; step < steps; step++) {
    const [parameters, first, second] = state;
    const weights = t.split(parameters, shapes.map(product), 0).map((w, i) => t.reshape(w, shapes[i]));
    const loss = lossOf(weights, xs[step], ys[step]);
    const parts = t.gradients(loss, weights).map((g, i) => t.reshape(g, [product(shapes[i])]));
    const gradient = t.concat(parts, 0);
    const m = t.add(t.mul(first, 0.9), gradient);
    const v = t.add(t.mul(second, 0.999), t.square(gradient));
    const move = t.div(t.mul(m, rates[step]), t.add(t.sqrt(v), epsilons[step]));
    state = [t.sub(parameters, move), m, v];
    losses.push(t.reshape(loss, [1]));
  }
  const names = ['next.parameters', 'next.first', 'next.second'];
  const next = Object.fromEntries(names.map((name, i) => [name, state[i]]));
  const session = await t.Session.create(graph.encode({ losses: t.concat(losses, 0), ...next }), { threads });
  const memory = () => [normals(size, 0.05), fill(size, 0), fill(size, 1)].map((data) => t.value(data));
  let [now, then] = [memory(), memory()];
  const fed = {
    x: t.value(normals(steps * batch * inputs), [steps, batch, inputs]),
    y: t.value(normals(steps * batch * outputs), [steps, batch, outputs]),
    rate: t.value(fill(steps, 1e-4)),
    epsilon: t.value(fill(steps, 1e-8)),
  };
  return {
    run: async () => {
      const [parameters, first, second] = now;
      const into = Object.fromEntries(names.map((name, i) => [name, then[i]]));
      await session.run({ ...fed, parameters, first, second }, into);
      [now, then] = [then, now];
    },
    close: () => session.close(),
  };
}

async function timed(run, calls) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < calls; i++) await run();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, processor: (user + system) / 1000 };
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Prints microseconds a step, and the ratio to a call a step (medians of paired rounds). */
export async function severalSteps(threads) {
  console.log(
    '| network | batch | steps a call | clock, µs a step | processor, µs a step | ratio, processor |',
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const network of networks) {
    for (const batch of [32, 128, 500]) {
      const made = [];
      for (const steps of STEPS) made.push(await unrolled({ ...network, batch, steps, threads }));
      const found = STEPS.map(() => []);
      const total = 8 * Math.max(3, Math.round(48_000 / (batch * network.hidden[0])));
      for (let round = -1; round < ROUNDS; round++) {
        for (const [i, steps] of STEPS.entries()) {
          const { wall, processor } = await timed(made[i].run, total / steps);
          if (round >= 0) found[i].push({ wall: wall / total, processor: processor / total });
        }
      }
      for (const [i, steps] of STEPS.entries()) {
        const micro = (clock) => (1000 * median(found[i].map((x) => x[clock]))).toFixed(0);
        const ratio = median(found[i].map((x, round) => x.processor / found[0][round].processor));
        const { inputs, hidden, outputs } = network;
        const name = [inputs, ...hidden, outputs].join('-');
        const cells = [name, batch, steps, micro('wall'), micro('processor'), ratio.toFixed(2)];
        console.log(`| ${cells.join(' | ')} |`);
        await made[i].close();
      }
    }
  }
}
