import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import type { DType, Tensor, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { Graph, gradients, Session, value } from '../../src/tensor/index.js';

const floats = (x: Value | undefined): number[] => Array.from(x!.data, Number);

/** Values of what is built on an input x. */
async function evaluate(
  x: readonly number[],
  shape: readonly number[],
  build: (x: Tensor, graph: Graph) => Record<string, Tensor>,
): Promise<Record<string, number[]>> {
  const graph = new Graph();
  const outputs = build(graph.input('x', shape), graph);
  const session = await Session.create(graph.encode(outputs));
  const got = await session.run({ x: value(Float32Array.from(x), shape) });
  return Object.fromEntries(Object.entries(got).map(([name, v]) => [name, floats(v)]));
}

describe('operators that select', () => {
  it('choose, compare and count places', async () => {
    const got = await evaluate([3, -1, 0, 2, 5, 4], [2, 3], (x) => ({
      sign: t.sign(x),
      where: t.where(t.greater(x, 2), x, -9),
      less: t.cast(t.less(x, 2), 'float32'),
      equal: t.cast(t.equal(x, 5), 'float32'),
      argmax: t.argmax(x),
      oneHot: t.oneHot(t.argmax(x), 3),
      pick: t.pick(x, t.argmax(x)),
      rows: t.gatherRows(x, t.argmax(t.transpose(x))),
    }));
    expect(got['sign']).toEqual([1, -1, 0, 1, 1, 1]);
    expect(got['where']).toEqual([3, -9, -9, -9, 5, 4]);
    expect(got['less']).toEqual([0, 1, 1, 0, 0, 0]);
    expect(got['equal']).toEqual([0, 0, 0, 0, 1, 0]);
    expect(got['argmax']).toEqual([0, 1]);
    expect(got['oneHot']).toEqual([1, 0, 0, 0, 1, 0]);
    expect(got['pick']).toEqual([3, 5]);
    expect(got['rows']).toEqual([3, -1, 0, 2, 5, 4, 2, 5, 4]);
  });

  it('send gradients only where they chose', async () => {
    const got = await evaluate([3, -1, 0, 2, 5, 4], [2, 3], (x, graph) => {
      const rows = graph.constant(Int32Array.of(1, 1), [2], 'int32');
      const losses = {
        where: t.sum(t.where(t.greater(x, 2), t.square(x), 0)),
        stopped: t.sum(t.mul(x, t.stopGradient(x))),
        picked: t.sum(t.pick(t.square(x), t.argmax(x))),
        scattered: t.sum(t.square(t.scatterRows(x, rows, x))),
      };
      return Object.fromEntries(
        Object.entries(losses).map(([name, loss]) => [name, gradients(loss, [x])[0]!]),
      );
    });
    const without = (name: string): number[] => got[name]!.map((g) => g + 0); // −0 + 0 is 0
    expect(without('where')).toEqual([6, 0, 0, 0, 10, 8]);
    expect(without('stopped')).toEqual([3, -1, 0, 2, 5, 4]);
    expect(without('picked')).toEqual([6, 0, 0, 0, 10, 0]);
    expect(without('scattered')).toEqual([10, 8, 8, 10, 8, 8]);
  });

  it('say nothing of tensors that the output does not depend on', () => {
    const graph = new Graph();
    const [x, y] = [graph.input('x', [2]), graph.input('y', [2])];
    expect(gradients(t.sum(x), [x, y])[1]).toBeUndefined();
  });
});

describe('shapes', () => {
  it('may have open dimensions', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 6]);
    const parts = t.reshape(x, ['batch', 2, 3]);
    const spread = t.expandLike(t.expandDims(t.mean(parts, { axes: [2] }), -1), parts);
    const session = await Session.create(
      graph.encode({ spread, shape: t.shapeOf(parts), back: t.sumTo(parts, graph.scalar(0)) }),
    );
    for (const rows of [1, 3]) {
      const got = await session.run({
        x: value(
          Float32Array.from({ length: 6 * rows }, (_, i) => i),
          [rows, 6],
        ),
      });
      expect(floats(got['spread']).slice(0, 6)).toEqual([1, 1, 1, 4, 4, 4]);
      expect(got['spread']!.shape).toEqual([rows, 2, 3]);
      expect(floats(got['shape'])).toEqual([rows, 2, 3]);
      expect(floats(got['back'])).toEqual([(6 * rows * (6 * rows - 1)) / 2]);
    }
  });

  it('are checked when a graph is built', () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 3]);
    const code = (f: () => unknown): unknown => {
      try {
        f();
      } catch (error) {
        return (error as { code?: unknown }).code;
      }
      return undefined;
    };
    expect(code(() => t.add(x, graph.input('y', [2, 3])))).toBe('TENSOR_SHAPE');
    expect(code(() => t.matmul(x, x))).toBe('TENSOR_SHAPE');
    expect(code(() => t.sum(x, { axes: [2] }))).toBe('TENSOR_AXIS');
    expect(code(() => t.concat([x, x], 0))).toBe('TENSOR_SHAPE');
    expect(code(() => gradients(x, [x]))).toBe('GRADIENT_SEED');
    expect(code(() => t.add(x, new Graph().scalar(1)))).toBe('GRAPH_MIXED');
    expect(code(() => graph.input('x', [1]))).toBe('GRAPH_NAME');
  });
});

describe('noise and first numbers', () => {
  const moments = (x: ArrayLike<number>): { mean: number; variance: number } => {
    const list = Array.from(x);
    const mean = list.reduce((a, b) => a + b, 0) / list.length;
    return { mean, variance: list.reduce((a, b) => a + (b - mean) ** 2, 0) / list.length };
  };

  it('have the mean and variance that they should', async () => {
    const rng = Rng.create(4);
    const uniform = t.uniformNoise(rng, new Float32Array(200_000));
    expect(uniform.every((u) => u > 0 && u < 1)).toBe(true);
    const graph = new t.Graph();
    const gumbelGraph = graph.encode({ noise: t.gumbelOf(graph.input('u', ['n'])) });
    const session = await t.Session.create(gumbelGraph);
    const { noise } = await session.run({ u: t.value(uniform) });
    await session.close();
    const gumbel = moments(Float32Array.from(noise!.data, Number));
    expect(gumbel.mean).toBeCloseTo(0.5772, 1);
    expect(gumbel.variance).toBeCloseTo(Math.PI ** 2 / 6, 1);
    const bytes = moments(t.dropoutNoise(rng, new Uint8Array(100_003)));
    expect(Math.abs(bytes.mean - 127.5)).toBeLessThan(1);
    const filled = (init: t.Init): { mean: number; variance: number } => {
      const out = new Float32Array(50_000);
      init(rng, out);
      return moments(out);
    };
    expect(filled(t.uniform(3)).variance).toBeCloseTo(3, 1);
    expect(filled(t.glorot(4, 8)).variance).toBeCloseTo(1 / 6, 2);
    expect(filled(t.fanIn(4)).variance).toBeCloseTo(1 / 12, 2);
    expect(filled(t.normal(2)).variance).toBeCloseTo(4, 0);
  });

  it('drop a quarter and keep the mean', async () => {
    const graph = new Graph();
    const x = graph.input('x', ['batch', 4]);
    const noise = graph.input('noise', ['batch', 4], 'uint8');
    const session = await Session.create(graph.encode({ out: t.dropout(x, noise, 0.25) }));
    const rows = 50_000;
    const { out } = await session.run({
      x: value(new Float32Array(4 * rows).fill(1), [rows, 4]),
      noise: value(t.dropoutNoise(Rng.create(1), new Uint8Array(4 * rows)), [rows, 4]),
    });
    const kept = floats(out);
    expect(kept.filter((v) => v === 0).length / kept.length).toBeCloseTo(0.25, 2);
    expect(moments(kept).mean).toBeCloseTo(1, 2);
  });

  it('choose whole categories where asked, with the soft ones as gradient', async () => {
    const noise = Float32Array.of(0.1, 0.4, 2, 0, 0, 0);
    const got = await evaluate([1, 2, 0, 3, 0, 0], [2, 3], (x, graph) => {
      const hard = t.gumbelSoftmax(x, graph.constant(noise, [2, 3]), { hard: true, temperature: 1 });
      const soft = t.gumbelSoftmax(x, graph.constant(noise, [2, 3]), { temperature: 1 });
      const w = graph.constant(Float32Array.of(1, 2, 3), [3]);
      const slope = (y: Tensor): Tensor => gradients(t.sum(t.mul(y, w)), [x])[0]!;
      return { hard, hardSlope: slope(hard), softSlope: slope(soft) };
    });
    expect(got['hard']!.map((v) => Math.round(v * 1e6) / 1e6)).toEqual([0, 1, 0, 1, 0, 0]);
    expect(got['hardSlope']).toEqual(got['softSlope']);
  });
});

describe('running', () => {
  it('knows its providers, and says so where one is missing', async () => {
    expect(t.providers).toContain('cpu');
    const graph = new Graph();
    const model = graph.encode({ out: t.square(graph.input('x', [1])) });
    await expect(Session.create(model, { provider: 'cuda' })).rejects.toMatchObject({ code: 'NO_PROVIDER' });
    await expect(Session.create(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({ code: 'GRAPH_REFUSED' });
  });

  it('gives results of every type', async () => {
    const graph = new Graph();
    const x = graph.input('x', [2]);
    const types: DType[] = ['float32', 'int32', 'int64', 'bool'];
    const outputs = {
      float32: x,
      int32: t.cast(x, 'int32'),
      int64: t.cast(x, 'int64'),
      bool: t.greater(x, 1),
    };
    const got = await (await Session.create(graph.encode(outputs))).run({ x: value(Float32Array.of(1, 2)) });
    for (const type of types) expect(got[type]!.dtype).toBe(type);
    expect(floats(got['bool'])).toEqual([0, 1]);
  });

  it('lowers rates straight or not at all', () => {
    expect(t.constantRate(2)(9)).toBe(2);
    expect([0, 5, 10, 20].map(t.linearRate(1, 10, 0.25))).toEqual([1, 0.625, 0.25, 0.25]);
  });

  it('takes the cross entropy of many groups as one by one, with the same gradients, to 1e-6', async () => {
    const logits = [0.5, -1, 2, 0, 1, 3, -2, 0.3, -0.7, 1.1];
    const got = await evaluate(logits, [2, 5], (x, graph) => {
      const codes = graph.constant(Int32Array.of(1, 2, 0, 0), [2, 2], 'int32');
      const grouped = t.groupedCrossEntropy({ logits: x, sizes: [2, 3], codes });
      const [a, b] = t.split(x, [2, 3]);
      const codeOf = (i: number): Tensor => t.reshape(t.slice(codes, 1, i, 1), [2]);
      const one = [t.crossEntropy(a!, codeOf(0)), t.crossEntropy(b!, codeOf(1))] as const;
      const slope = (loss: Tensor): Tensor => gradients(loss, [x])[0]!;
      return {
        grouped: t.sum(grouped, { axes: [1] }),
        single: t.add(...one),
        groupedSlope: slope(t.sum(t.square(grouped))),
        singleSlope: slope(t.add(t.sum(t.square(one[0])), t.sum(t.square(one[1])))),
      };
    });
    for (const [name, other] of [
      ['grouped', 'single'],
      ['groupedSlope', 'singleSlope'],
    ] as const) {
      for (const [i, v] of got[name]!.entries()) expect(v).toBeCloseTo(got[other]![i]!, 6);
    }
  });

  it('measures squared differences', async () => {
    const got = await evaluate([1, 2, 3, 4], [2, 2], (x) => ({ loss: t.squaredError(x, t.mul(x, 2)) }));
    expect(got['loss']).toEqual([2.5, 12.5]);
  });
});
