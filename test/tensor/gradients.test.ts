import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tensor, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { Graph, gradients, Parameters, Session, value } from '../../src/tensor/index.js';
import { cases } from './cases.js';

const golden = z.object({
  inputs: z.array(z.object({ shape: z.array(z.number()), data: z.array(z.number()) })),
  out: z.array(z.number()),
  gradients: z.array(z.array(z.number())),
  second: z.array(z.array(z.number())).optional(),
});
type Golden = z.infer<typeof golden>;
const goldens = z
  .record(z.string(), golden)
  .parse(JSON.parse(readFileSync(new URL('./goldens/gradients.json', import.meta.url), 'utf8')));

/** A layer's parameters taken from inputs of the graph, in the order of their declaration. */
class Given extends Parameters {
  readonly #inputs: Tensor[];
  constructor(graph: Graph, inputs: readonly Tensor[]) {
    super(graph);
    this.#inputs = [...inputs];
  }
  override add(name: string, shape: readonly number[]): Tensor {
    const tensor = this.#inputs.shift();
    if (tensor === undefined) throw new Error(`no input for ${name}`);
    expect(tensor.shape).toEqual(shape);
    return tensor;
  }
}

interface Built {
  readonly inputs: Tensor[];
  readonly loss: Tensor;
  readonly outputs: Record<string, Tensor>;
}

function build(name: string, { inputs: given, out, second }: Golden, openBatch: boolean): Built {
  const graph = new Graph();
  const rows = given[0]!.shape;
  const isRows = (shape: number[]): boolean => shape.length === rows.length && shape[0] === rows[0];
  const inputs = given.map(({ shape }, i) =>
    graph.input(`in${i}`, openBatch && isRows(shape) ? ['batch', ...shape.slice(1)] : shape),
  );
  const result = cases[name]!.build(inputs, (rest) => new Given(graph, rest));
  const w = graph.constant(
    Float32Array.from(out, (_, i) => Math.sin(i + 1)),
    result.shape.map((dim, i) => (typeof dim === 'number' ? dim : given[0]!.shape[i]!)),
  );
  const loss = t.sum(t.mul(result, t.reshapeLike(w, result)));
  const first = gradients(loss, inputs).map((g, i) => g ?? t.mul(inputs[i]!, 0));
  const outputs: Record<string, Tensor> = { out: result, loss };
  for (const [i, g] of first.entries()) outputs[`g${i}`] = g;
  if (second !== undefined) {
    const total = first.reduce((sum, g) => t.add(sum, t.sum(t.square(g))), loss);
    for (const [i, g] of gradients(total, inputs).entries()) outputs[`h${i}`] = g ?? t.mul(inputs[i]!, 0);
  }
  return { inputs, loss, outputs };
}

const feedsOf = ({ inputs }: Golden): Record<string, Value> =>
  Object.fromEntries(inputs.map(({ shape, data }, i) => [`in${i}`, value(Float32Array.from(data), shape)]));
const numbers = (x: Value | undefined): number[] => Array.from(x!.data, Number);

function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got.length).toBe(want.length);
  const scale = Math.max(1, ...want.map(Math.abs));
  for (const [i, x] of got.entries()) expect(Math.abs(x - want[i]!)).toBeLessThan(tolerance * scale);
}

describe.each(Object.keys(cases))('%s', (name) => {
  const wanted = goldens[name]!;

  // those whose first axis is no batch, or meets a constant of as many rows
  const pinned = ['transpose', 'matmulTaTb', 'embedding', 'crossEntropy'].includes(name);

  it.each(pinned ? [false] : [false, true])(
    'agrees with PyTorch to 1e-5 (open batch: %s), twice where smooth',
    async (open) => {
      const { outputs } = build(name, wanted, open);
      const session = await Session.create(encode(outputs));
      const got = await session.run(feedsOf(wanted));
      expectClose(numbers(got['out']), wanted.out, 1e-5);
      for (const [i, g] of wanted.gradients.entries()) expectClose(numbers(got[`g${i}`]), g, 1e-5);
      for (const [i, h] of (wanted.second ?? []).entries()) expectClose(numbers(got[`h${i}`]), h, 1e-4);
    },
  );

  it('agrees with finite differences', async () => {
    const { outputs } = build(name, wanted, false);
    const session = await Session.create(encode({ loss: outputs['loss']!, ...pick(outputs, 'g') }));
    const feeds = feedsOf(wanted);
    const at = await session.run(feeds);
    const step = 1e-2;
    for (const [i, input] of wanted.inputs.entries()) {
      const analytic = numbers(at[`g${i}`]);
      const data = feeds[`in${i}`]!.data as Float32Array;
      for (const k of input.data.keys()) {
        const centre = data[k]!;
        const lossAt = async (x: number): Promise<number> => {
          data[k] = x;
          const { loss } = await session.run(feeds);
          data[k] = centre;
          return numbers(loss)[0]!;
        };
        const [above, below] = [await lossAt(centre + step), await lossAt(centre - step)];
        const slope = (above - below) / (2 * step);
        const kink = (cases[name]!.kinks ?? []).some((at) => Math.abs(centre - at) < 1.5 * step);
        if (!kink) expect(Math.abs(slope - analytic[k]!)).toBeLessThan(2e-2 * Math.max(1, Math.abs(slope)));
      }
    }
  });
});

it('takes the gradient of a gradient penalty as PyTorch does, to 1e-5', async () => {
  const wanted = goldens['penalty']!;
  const graph = new Graph();
  const [x, w1, b1, w2] = wanted.inputs.map(({ shape }, i) => graph.input(`in${i}`, shape));
  const scores = t.matmul(t.tanh(t.leakyRelu(t.affine(x!, w1!, b1!), 0.2)), w2!);
  const penalty = t.mean(t.gradientPenalty(scores, x!));
  const found = gradients(penalty, [w1!, b1!, w2!]);
  const session = await Session.create(encode({ out: penalty, g1: found[0]!, g2: found[1]!, g3: found[2]! }));
  const got = await session.run(feedsOf(wanted));
  expectClose(numbers(got['out']), wanted.out, 1e-5);
  for (const i of [1, 2, 3]) expectClose(numbers(got[`g${i}`]), wanted.gradients[i - 1]!, 1e-5);
});

it('notices a wrong gradient: a planted one is far from the golden', async () => {
  const wanted = goldens['tanh']!;
  const graph = new Graph();
  const x = graph.input('in0', wanted.inputs[0]!.shape);
  const wrong = t.mul(t.tanh(x), 1.01);
  const w = graph.constant(
    Float32Array.from(wanted.out, (_, i) => Math.sin(i + 1)),
    wanted.inputs[0]!.shape,
  );
  const [g] = gradients(t.sum(t.mul(wrong, w)), [x]);
  const got = await (await Session.create(encode({ g: g! }))).run(feedsOf(wanted));
  expect(() => {
    expectClose(numbers(got['g']), wanted.gradients[0]!, 1e-5);
  }).toThrow();
});

function pick(outputs: Record<string, Tensor>, prefix: string): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => key.startsWith(prefix)));
}

function encode(outputs: Record<string, Tensor>): Uint8Array {
  return Object.values(outputs)[0]!.graph.encode(outputs);
}
