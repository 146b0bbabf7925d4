import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import type { Graph, Objective, Parameters, StepRequest, TrainerState } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { stepsPerCall, Trainer, value } from '../../src/tensor/index.js';

/** All that trainings use: embeddings, codes cut from codes, dropout, an order that all rows of a step share, windows of rows. */
function network(graph: Graph, parameters: Parameters): Objective {
  const x = graph.input('x', ['batch', 6]);
  const codes = graph.input('codes', ['batch', 2], 'int32');
  const noise = graph.input('noise', ['batch', 40], 'uint8');
  const windows = graph.input('windows', ['windows', 3]);
  const order = graph.input('order', [6]);
  const said = t.reshape(t.embedding(parameters, 'e', codes, { size: 5, width: 4 }), ['batch', 8]);
  const inputs = t.concat([t.mul(x, order), said]);
  const hidden = t.relu(t.linear(parameters, 'a', inputs, { units: 40 }));
  const kept = t.dropout(t.layerNorm(parameters, 'n', hidden), noise, 0.25);
  const target = t.reshape(t.slice(codes, 1, 0, 1), ['batch']);
  const apart = t.linear(parameters, 'w', windows, { units: 1 });
  const loss = t.add(
    t.mean(t.crossEntropy(t.linear(parameters, 'b', kept, { units: 5 }), target)),
    t.mean(t.square(apart)),
  );
  return { loss, results: { apart: t.mean(apart, { axes: [0] }) } };
}

/** What step 0, 1, … is fed: batches are not of one size. */
function request(step: number): StepRequest {
  const rng = Rng.create(2).split('step', step);
  const rows = 30 + (step % 3);
  const normals = (n: number, shape: number[]): t.Value =>
    value(
      Float32Array.from({ length: n }, () => rng.normal()),
      shape,
    );
  const windows = 2 + (step % 2);
  return {
    feeds: {
      x: normals(rows * 6, [rows, 6]),
      codes: value(
        Int32Array.from({ length: rows * 2 }, () => rng.int(5)),
        [rows, 2],
      ),
      noise: value(t.dropoutNoise(rng, new Uint8Array(rows * 40)), [rows, 40]),
      windows: normals(windows * 3, [windows, 3]),
      order: normals(6, [6]),
    },
    learningRate: 0.01 / (1 + step / 10),
  };
}

const STEPS = 23;
const bits = (vector: Float32Array | undefined): Buffer => Buffer.from(vector!.buffer);

interface Run {
  readonly state: TrainerState;
  readonly losses: readonly number[];
  readonly apart: readonly number[];
}

/** Makes the steps in parts of the sizes given, in turn, and goes on in another trainer after the first `restart` parts. */
async function run(
  options: t.TrainerOptions,
  sizes: readonly number[],
  { restart = Infinity, from = request } = {},
): Promise<Run> {
  const create = (): Promise<Trainer> => Trainer.create(network, { ...common, ...options });
  let trainer = await create();
  trainer.start(Rng.create(1));
  const losses: number[] = [];
  const apart: number[] = [];
  for (let part = 0; trainer.step < STEPS; part++) {
    if (part === restart) {
      const state = trainer.snapshot();
      await trainer.close();
      trainer = await create();
      trainer.restore(state);
    }
    const size = Math.min(sizes[part % sizes.length]!, STEPS - trainer.step);
    const { step } = trainer;
    const results = await trainer.advanceAll(Array.from({ length: size }, (_, i) => from(step + i)));
    expect(results).toHaveLength(size);
    for (const { loss, apart: mean } of results) {
      expect(loss!.shape).toEqual([]);
      expect(mean!.shape).toEqual([1]);
      losses.push(Number(loss!.data[0]));
      apart.push(Number(mean!.data[0]));
    }
  }
  const state = trainer.snapshot();
  await trainer.close();
  return { state, losses, apart };
}

const common = { adam: { weightDecay: 0.01 }, average: 8, clipNorm: 1 };

function expectSame(found: Run, wanted: Run): void {
  for (const name of ['parameters', 'first', 'second', 'average'] as const)
    expect(bits(found.state[name]).equals(bits(wanted.state[name])), name).toBe(true);
  expect(found).toEqual(wanted);
}

describe('several steps in one call', () => {
  it('give the same bytes as one by one, however they are spread over calls, and from any state on', async () => {
    const single = await run({}, [1]);
    expect(single.state.step).toBe(STEPS);
    expect(single.losses.at(-1)).toBeLessThan(single.losses[0]!);
    expectSame(await run({}, [5]), single);
    for (const sizes of [[1], [STEPS], [4], [2, 7, 1]])
      expectSame(await run({ several: true }, sizes), single);
    expectSame(await run({ several: true }, [6], { restart: 2 }), single);
  });

  it('give other numbers when a step is fed what another should be, or at its rate', async () => {
    const several = await run({ several: true }, [8]);
    const swapped = (step: number): StepRequest => request(step === 9 ? 10 : step === 10 ? 9 : step);
    const other = await run({ several: true }, [8], { from: swapped });
    expect(bits(other.state.parameters).equals(bits(several.state.parameters))).toBe(false);
    const late = (step: number): StepRequest => ({
      ...request(step),
      learningRate: request(Math.max(0, step - 1)).learningRate,
    });
    const slow = await run({ several: true }, [8], { from: late });
    expect(bits(slow.state.parameters).equals(bits(several.state.parameters))).toBe(false);
  });

  it('give the same bytes on two threads each time, and one by one', async () => {
    const one = await run({ threads: 2 }, [1]);
    expectSame(await run({ threads: 2, several: true }, [6]), one);
  });

  it('follow the parameters by the average that is told, to 1e-6', async () => {
    const trainer = await Trainer.create(network, { ...common, several: true });
    trainer.start(Rng.create(1));
    const wanted = Float64Array.from(trainer.flat.data, Number);
    for (let step = 0; step < STEPS; step++) {
      await trainer.advanceAll([request(step)]);
      const share = 1 / Math.min(step + 1, common.average);
      for (const [i, x] of trainer.flat.data.entries()) wanted[i]! += (Number(x) - wanted[i]!) * share;
    }
    const apart = wanted.map((x, i) => Math.abs(x - Number(trainer.average.data[i])));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    await trainer.close();
  });

  it('refuse a step that is not fed all', async () => {
    const trainer = await Trainer.create(network, { ...common, several: true });
    trainer.start(Rng.create(1));
    const { feeds, learningRate } = request(1);
    const { x, ...others } = feeds;
    expect(x).toBeDefined();
    await expect(trainer.advanceAll([request(0), { feeds: others, learningRate }])).rejects.toMatchObject({
      code: 'FEED_MISSING',
    });
    await trainer.close();
  });
});

it('the number of steps of a call hangs on the size of a step alone: many small ones, one large one', () => {
  expect(stepsPerCall(32, 10_000)).toBe(16);
  expect(stepsPerCall(500, 131_712)).toBe(16);
  expect(stepsPerCall(1024, 250_000)).toBe(1);
  expect(stepsPerCall(1, 0)).toBe(16);
});
