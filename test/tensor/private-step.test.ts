import { expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import type { Graph, Parameters, Tensor, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import {
  AdamVector,
  chunkFor,
  ClippedGradients,
  clippedSum,
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
  for (const chunk of [1, 5, 23, 64]) {
    const gradients = await ClippedGradients.create(losses, { limit: LIMIT, chunk });
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
  const gradients = await ClippedGradients.create(losses, { limit: LIMIT, chunk: 8 });
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

it('Adam on a vector is the Adam of graphs', async () => {
  const options = { weightDecay: 0.01, beta2: 0.99 };
  const trainer = await Trainer.create((graph, parameters) => ({ loss: t.mean(losses(graph, parameters)) }), {
    adam: options,
  });
  trainer.start(Rng.create(1));
  const gradients = await ClippedGradients.create(losses, { limit: 1e9, chunk: ROWS });
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

it.each([1, 40, 250, 500, 2410])(
  'a call of %i expected examples holds at most 256, and few places are left empty',
  (expected) => {
    const chunk = chunkFor(expected);
    const most = expected + 3 * Math.sqrt(expected);
    expect(chunk).toBeLessThanOrEqual(256);
    expect(Math.ceil(most / chunk) * chunk - most).toBeLessThanOrEqual(Math.ceil(most / 256));
  },
);
