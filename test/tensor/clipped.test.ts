import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import type { Parameters, Tensor, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { clippedSum, Graph, gradients, Session, value } from '../../src/tensor/index.js';

/** A network of one kind of layer: its per-example losses [batch] from x [batch, …] and codes [batch]. */
type Network = (parameters: Parameters, x: Tensor, codes: Tensor) => Tensor;

const networks: Readonly<Record<string, { x: readonly number[]; network: Network }>> = {
  linear: {
    x: [4],
    network: (p, x) => t.sum(t.square(t.linear(p, 'a', x, { units: 3 })), { axes: [1] }),
  },
  'linear without bias': {
    x: [4],
    network: (p, x) => t.sum(t.exp(t.linear(p, 'a', x, { units: 3, bias: false })), { axes: [1] }),
  },
  embedding: {
    x: [4],
    network: (p, x, codes) =>
      t.sum(t.mul(t.square(t.embedding(p, 'e', codes, { size: 5, width: 4 })), x), { axes: [1] }),
  },
  'layer normalisation': {
    x: [4],
    network: (p, x) => t.sum(t.square(t.layerNorm(p, 'n', x)), { axes: [1] }),
  },
  'linear over a sequence': {
    x: [3, 4],
    network: (p, x) => t.sum(t.square(t.linear(p, 'a', x, { units: 2 })), { axes: [1, 2] }),
  },
  'self-attention': {
    x: [3, 4],
    network: (p, x) => t.sum(t.square(t.selfAttention(p, 'a', x, { heads: 2 })), { axes: [1, 2] }),
  },
  'a classifier of several layers': {
    x: [4],
    network: (p, x, codes) => {
      const inputs = t.concat([x, t.embedding(p, 'e', codes, { size: 5, width: 4 })]);
      const hidden = t.layerNorm(p, 'n', t.relu(t.linear(p, 'a', inputs, { units: 8 })));
      return t.crossEntropy(t.linear(p, 'b', hidden, { units: 5 }), codes);
    },
  },
};

const ROWS = 7;
const LIMIT = 0.8;

interface Feeds extends Record<string, Value> {
  readonly x: Value;
  readonly codes: Value;
  readonly weights: Value;
}

function feedsOf(shape: readonly number[], rows: number): Feeds {
  const rng = Rng.create(3);
  const size = shape.reduce((n, dim) => n * dim, rows);
  return {
    // some rows small, some large, so that some are clipped and some not
    x: value(
      Float32Array.from({ length: size }, (_, i) => rng.normal() * (i < size / 2 ? 0.05 : 2)),
      [rows, ...shape],
    ),
    codes: value(Int32Array.from({ length: rows }, () => rng.int(5))),
    weights: value(Float32Array.from({ length: rows }, () => 1)),
  };
}

function inputsOf(graph: Graph, shape: readonly number[]): { x: Tensor; codes: Tensor; weights: Tensor } {
  return {
    x: graph.input('x', ['batch', ...shape]),
    codes: graph.input('codes', ['batch'], 'int32'),
    weights: graph.input('weights', ['batch']),
  };
}

interface Compiled {
  readonly session: Session;
  readonly parameters: Parameters;
}

async function fast(network: Network, shape: readonly number[]): Promise<Compiled> {
  const graph = new Graph();
  const parameters = new t.Parameters(graph);
  const { x, codes, weights } = inputsOf(graph, shape);
  const losses = network(parameters, x, codes);
  const { sum, norms } = clippedSum({ losses, parameters, limit: LIMIT, weights });
  parameters.seal();
  return { session: await Session.create(graph.encode({ sum, norms })), parameters };
}

async function plain(network: Network, shape: readonly number[]): Promise<Compiled> {
  const graph = new Graph();
  const parameters = new t.Parameters(graph);
  const { x, codes } = inputsOf(graph, shape);
  const loss = t.sum(network(parameters, x, codes));
  const gradient = parameters.flatten(gradients(loss, parameters.tensors));
  parameters.seal();
  return { session: await Session.create(graph.encode({ gradient })), parameters };
}

const row = ({ data, shape, dtype }: Value, i: number): Value => {
  const size = data.length / shape[0]!;
  return { dtype, shape: [1, ...shape.slice(1)], data: data.slice(i * size, (i + 1) * size) };
};
const floats = (x: Value | undefined): number[] => Array.from(x!.data, Number);

describe.each(Object.entries(networks))('%s', (_, { x: shape, network }) => {
  it('clips as example by example would, to 1e-5', async () => {
    const quick = await fast(network, shape);
    const slow = await plain(network, shape);
    const parameters = value(quick.parameters.initial(Rng.create(9)));
    const feeds = feedsOf(shape, ROWS);
    const { sum, norms } = await quick.session.run({ ...feeds, parameters });
    const naive = new Float64Array(quick.parameters.size);
    let clipped = 0;
    for (let i = 0; i < ROWS; i++) {
      const one = { x: row(feeds.x, i), codes: row(feeds.codes, i), parameters };
      const gradient = floats((await slow.session.run(one))['gradient']);
      const norm = Math.hypot(...gradient);
      expect(Math.abs(norm - floats(norms)[i]!)).toBeLessThan(1e-5 * Math.max(1, norm));
      if (norm > LIMIT) clipped++;
      for (const [k, g] of gradient.entries()) naive[k]! += g * Math.min(1, LIMIT / norm);
    }
    for (const [k, g] of floats(sum).entries())
      expect(Math.abs(g - naive[k]!)).toBeLessThan(1e-5 * ROWS * LIMIT);
    expect(clipped).toBeGreaterThan(0); // the limit binds, or nothing was tested
  });

  it('ignores rows of weight 0, and a batch of nothing else gives exactly nothing', async () => {
    const { session, parameters: declared } = await fast(network, shape);
    const parameters = value(declared.initial(Rng.create(9)));
    const feeds = feedsOf(shape, ROWS);
    const none = value(new Float32Array(ROWS));
    const { sum } = await session.run({ ...feeds, parameters, weights: none });
    expect(floats(sum).every((g) => g === 0)).toBe(true);
    const weights = Float32Array.from({ length: ROWS }, (__, i) => Number(i < 3));
    const some = await session.run({ ...feeds, parameters, weights: value(weights) });
    const three = await session.run({
      x: { ...feeds.x, shape: [3, ...shape], data: feeds.x.data.slice(0, (feeds.x.data.length / ROWS) * 3) },
      codes: value(feeds.codes.data.slice(0, 3)),
      weights: value(new Float32Array(3).fill(1)),
      parameters,
    });
    for (const [k, g] of floats(some['sum']).entries()) expect(g).toBeCloseTo(floats(three['sum'])[k]!, 5);
  });
});

it('refuses parameters that no layer can clip, so that no norm is ever too small', () => {
  const graph = new Graph();
  const parameters = new t.Parameters(graph);
  const x = graph.input('x', ['batch', 4]);
  const free = parameters.add('free', [4], t.ones);
  const losses = t.sum(t.square(t.linear(parameters, 'a', t.mul(x, free), { units: 3 })), { axes: [1] });
  expect(() => clippedSum({ losses, parameters, limit: 1 })).toThrow(/free/);
});
