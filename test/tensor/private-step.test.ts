import { expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import type { Graph, Parameters, Tensor, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import {
  AdamVector,
  ClippedGradients,
  clippedSum,
  planCalls,
  Session,
  Trainer,
  value,
} from '../../src/tensor/index.js';

const ROWS = 23;
const LIMIT = 0.7;
const rng = Rng.create('private step');
const x = Float32Array.from({ length: ROWS * 4 }, (_, i) => rng.normal() * (i < 40 ? 0.1 : 3));

const losses = (graph: Graph, parameters: Parameters): Tensor =>
  t.sum(t.square(t.linear(parameters, 'a', graph.input('x', ['batch', 4]), { units: 3 })), { axes: [1] });

/** Rows at the places given, and others to fill up. */
const feeds = (places: Uint32Array, rows: number): { x: Value } => {
  const out = new Float32Array(rows * 4).fill(7);
  for (const [i, place] of places.entries()) out.set(x.subarray(place * 4, place * 4 + 4), i * 4);
  return { x: value(out, [rows, 4]) };
};

it('sums clipped gradients over chunks as over one, whatever fills the last', async () => {
  const graph = new t.Graph();
  const parameters = new t.Parameters(graph);
  const whole = losses(graph, parameters);
  parameters.seal();
  const session = await Session.create(
    graph.encode({ sum: clippedSum({ losses: whole, parameters, limit: LIMIT }).sum }),
  );
  const flat = parameters.initial(Rng.create(1));
  const wanted = await session.run({ x: value(x, [ROWS, 4]), parameters: value(flat) });
  const all = Uint32Array.from({ length: ROWS }, (_, i) => i);
  // one group, three, a second call, and double precision
  for (const [expected, room] of [
    [23, 0.004],
    [23, 8e-6],
    [2, 0.004],
    [23, 1e-9],
  ] as const) {
    const gradients = await ClippedGradients.create(losses, { limit: LIMIT, expected, room });
    const got = await gradients.sum(flat, all, feeds);
    got.forEach((g, i) => {
      expect(Math.abs(g - Number(wanted['sum']!.data[i]))).toBeLessThan(1e-5);
    });
    expect((await gradients.sum(flat, all.subarray(0, 0), feeds)).every((g) => g === 0)).toBe(true);
    await gradients.close();
  }
  await session.close();
});

it('no row moves the sum by more than the limit', async () => {
  const gradients = await ClippedGradients.create(losses, { limit: LIMIT, expected: 4, room: 0.004 });
  const flat = gradients.parameters.initial(Rng.create(1));
  const all = Uint32Array.from({ length: ROWS }, (_, i) => i);
  const sum = await gradients.sum(flat, all, feeds);
  for (let row = 0; row < ROWS; row++) {
    const without = await gradients.sum(
      flat,
      all.filter((i) => i !== row),
      feeds,
    );
    expect(Math.hypot(...sum.map((g, i) => g - without[i]!))).toBeLessThan(LIMIT * 1.0001);
  }
  await gradients.close();
});

it('a sample far larger than expected is spread over calls of fewer examples', async () => {
  const [expected, room, many] = [4, 4e-6, 30];
  const examples = Uint32Array.from({ length: many }, (_, i) => i % ROWS);
  const found: { calls: number; sum: Float64Array }[] = [];
  for (const more of [room, 0.004, 1e-12]) {
    const gradients = await ClippedGradients.create(losses, { limit: LIMIT, expected, room: more });
    let calls = 0;
    const sum = await gradients.sum(
      gradients.parameters.initial(Rng.create(1)),
      examples,
      (places, rows) => (calls++, feeds(places, rows)),
    );
    found.push({ calls, sum });
    await gradients.close();
  }
  // 30 examples in groups of r err by 30 (r + 3) / 2 · 2⁻²⁴: only r = 1 is within the room
  expect(found.map(({ calls }) => calls)).toEqual([30, 3, 3]);
  const [thin, whole, exact] = found.map(({ sum }) => sum);
  const error = (sum: Float64Array): number => Math.hypot(...sum.map((g, i) => g - exact![i]!));
  expect(error(thin!) / LIMIT).toBeLessThan(room);
  expect(error(whole!) / LIMIT).toBeLessThan(0.004);
});

it('an example has the same gradient to the last bit wherever it stands', async () => {
  const gradients = await ClippedGradients.create(losses, { limit: LIMIT, expected: 40, room: 1e-12 });
  const flat = gradients.parameters.initial(Rng.create(1));
  // others whose gradients are 0, since their sum of nothing is exact
  const alone = (at: number): Promise<Float64Array> =>
    gradients.sum(
      flat,
      Uint32Array.from({ length: 40 }, (_, i) => (i === at ? 3 : ROWS)),
      (places, rows) => {
        const out = new Float32Array(rows * 4);
        for (const [i, place] of places.entries())
          if (place < ROWS) out.set(x.subarray(place * 4, place * 4 + 4), i * 4);
        return { x: value(out, [rows, 4]) };
      },
    );
  const first = await alone(0);
  expect(first.some((g) => g !== 0)).toBe(true);
  for (const at of [1, 2, 5, 17, 39]) expect(await alone(at)).toEqual(first);
  await gradients.close();
});

it('Adam on a vector is the Adam of graphs', async () => {
  const options = { weightDecay: 0.01, beta2: 0.99 };
  const trainer = await Trainer.create((graph, parameters) => ({ loss: t.mean(losses(graph, parameters)) }), {
    adam: options,
  });
  trainer.start(Rng.create(1));
  const gradients = await ClippedGradients.create(losses, { limit: 1e9, expected: ROWS, room: 0.004 });
  const adam = new AdamVector(Float32Array.from(trainer.snapshot().parameters), options);
  const all = Uint32Array.from({ length: ROWS }, (_, i) => i);
  for (let step = 0; step < 20; step++) {
    const sum = await gradients.sum(adam.parameters, all, feeds);
    adam.advance(
      sum.map((g) => g / ROWS),
      0.01,
    );
    await trainer.advance({ x: value(x, [ROWS, 4]) }, 0.01);
  }
  const { parameters } = trainer.snapshot();
  adam.parameters.forEach((p, i) => {
    expect(Math.abs(p - parameters[i]!)).toBeLessThan(1e-4);
  });
  await trainer.close();
  await gradients.close();
});

it.each([1, 40, 250, 500, 700, 2410, 10_000])(
  'calls for %i expected examples: few places are left empty, and sums in single precision stay within their room',
  (expected) => {
    const room = 0.004;
    const most = expected + 3 * Math.sqrt(expected);
    const { rows, groups } = planCalls(expected, room);
    expect(Math.ceil(most / rows) * rows - most).toBeLessThanOrEqual(Math.ceil(most / rows) + 4);
    expect(rows).toBeLessThanOrEqual(1024);
    expect(groups === undefined).toBe(expected > 600);
    if (groups === undefined) return;
    expect(rows).toBe(groups.count * groups.rows);
    expect((most * (groups.rows + 3)) / 2 / 2 ** 24).toBeLessThanOrEqual(room);
  },
);
