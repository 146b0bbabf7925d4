import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Rng } from '../../src/core/index.js';
import type { Graph, Objective, Parameters, Tensor, TrainerState, Value } from '../../src/tensor/index.js';
import * as t from '../../src/tensor/index.js';
import { clipNorm, cosineRate, lookAtPlateau, startPlateau, Trainer, value } from '../../src/tensor/index.js';

const goldens = z
  .record(
    z.string(),
    z.object({ inputs: z.array(z.object({ data: z.array(z.number()) })), out: z.array(z.number()) }),
  )
  .parse(JSON.parse(readFileSync(new URL('./goldens/gradients.json', import.meta.url), 'utf8')));

const normals = (rng: Rng, ...shape: number[]): Value =>
  value(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => rng.normal()),
    shape,
  );
const floats = (x: Value | undefined): number[] => Array.from(x!.data, Number);

/** Codes and numbers in, a class out: embedding, two layers, layer normalisation, dropout. */
function network(graph: Graph, parameters: Parameters): Objective {
  const x = graph.input('x', ['batch', 6]);
  const codes = graph.input('codes', ['batch'], 'int32');
  const target = graph.input('target', ['batch'], 'int32');
  const noise = graph.input('noise', ['batch', 32], 'uint8');
  const inputs = t.concat([x, t.embedding(parameters, 'e', codes, { size: 5, width: 4 })]);
  const hidden = t.relu(t.linear(parameters, 'a', inputs, { units: 32 }));
  const kept = t.dropout(t.layerNorm(parameters, 'n', hidden), noise, 0.25);
  const logits = t.linear(parameters, 'b', kept, { units: 3 });
  return { loss: t.mean(t.crossEntropy(logits, target)) };
}

function batch(rng: Rng, rows: number): Record<string, Value> {
  const codes = Int32Array.from({ length: rows }, () => rng.int(5));
  const x = normals(rng, rows, 6);
  const target = codes.map((code, i) => (code + ((x.data[i * 6] as number) > 0 ? 1 : 0)) % 3);
  const noise = t.dropoutNoise(rng, new Uint8Array(rows * 32));
  return { x, codes: value(codes), target: value(target), noise: value(noise, [rows, 32]) };
}

async function train(
  steps: number,
  options: t.TrainerOptions = {},
): Promise<{ trainer: Trainer; losses: number[] }> {
  const trainer = await Trainer.create(network, options);
  trainer.start(Rng.create(1));
  return { trainer, losses: await goOn(trainer, steps) };
}

async function goOn(trainer: Trainer, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    const rng = Rng.create(2).split('batch', trainer.step);
    const { loss } = await trainer.advance(batch(rng, 100 + (trainer.step % 3)), 0.01);
    losses.push(floats(loss)[0]!);
  }
  return losses;
}

describe('Trainer', () => {
  it('learns, with batches of any size', async () => {
    const { losses } = await train(200);
    expect(losses[0]).toBeGreaterThan(1);
    expect(losses.at(-1)).toBeLessThan(0.4);
  });

  it('steps as PyTorch AdamW does, to 1e-5', async () => {
    const { inputs, out } = goldens['adamw']!;
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const p = parameters.add('p', [6], t.values(inputs[0]!.data));
        const aim = graph.constant(
          Float32Array.from({ length: 6 }, (_, i) => i / 3),
          [6],
        );
        return { loss: t.sum(t.square(t.sub(p, aim))) };
      },
      { adam: { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1 } },
    );
    trainer.start(Rng.create(1));
    for (let i = 0; i < 5; i++) await trainer.advance({}, 0.05);
    for (const [i, p] of floats(trainer.flat).entries()) expect(Math.abs(p - out[i]!)).toBeLessThan(1e-5);
  });

  it('gives the same bytes for the same number of threads, and other numbers of threads agree to 1e-3', async () => {
    // products longer than 128, which are cut up by the number of threads
    const wide = async (threads: number): Promise<TrainerState> => {
      const trainer = await Trainer.create(
        (graph, parameters) => {
          const x = graph.input('x', ['batch', 300]);
          const hidden = t.tanh(t.linear(parameters, 'a', x, { units: 200 }));
          return { loss: t.mean(t.squaredError(t.linear(parameters, 'b', hidden, { units: 300 }), x)) };
        },
        { threads },
      );
      trainer.start(Rng.create(1));
      const x = normals(Rng.create(2), 100, 300);
      for (let i = 0; i < 5; i++) await trainer.advance({ x }, 1e-3);
      return trainer.snapshot();
    };
    const one = await wide(1);
    for (const threads of [1, 2]) {
      const first = await wide(threads);
      expect(
        Buffer.from((await wide(threads)).parameters.buffer).equals(Buffer.from(first.parameters.buffer)),
      ).toBe(true);
      const apart = first.parameters.map((p, i) => Math.abs(p - one.parameters[i]!));
      expect(apart.reduce((most, x) => Math.max(most, x), 0)).toBeLessThan(1e-3);
    }
  });

  it('goes on from a snapshot to the same bytes, and refuses one of another network', async () => {
    const { trainer: whole } = await train(20);
    const { trainer: first } = await train(8);
    const later = await Trainer.create(network);
    later.restore(first.snapshot());
    await goOn(later, 12);
    expect(later.snapshot()).toEqual(whole.snapshot());
    const other = { ...whole.snapshot(), first: new Float32Array(3) };
    expect(() => {
      later.restore(other);
    }).toThrow(/parameters/);
  });

  it('clips the norm of the whole gradient', async () => {
    const steps = async (limit: number): Promise<number[]> => {
      const trainer = await Trainer.create((_, parameters) => {
        const p = parameters.add('p', [3], t.values([3, 4, 12]));
        const gradient = clipNorm(t.mul(p, 1), limit);
        return { loss: t.sum(p), gradient: parameters.flatten([gradient]), results: { gradient } };
      });
      trainer.start(Rng.create(1));
      return floats((await trainer.advance({}, 0.1))['gradient']);
    };
    const clipped = await steps(1);
    expect(Math.hypot(...clipped)).toBeCloseTo(1, 5);
    expect(clipped[2]! / clipped[0]!).toBeCloseTo(4, 5);
    expect(await steps(20)).toEqual([3, 4, 12]);
  });

  it('refuses a parameter that is declared twice or too late', async () => {
    const twice = Trainer.create((_, p) => ({
      loss: t.add(t.sum(p.add('a', [1], t.zeros)), t.sum(p.add('a', [1], t.zeros))),
    }));
    await expect(twice).rejects.toMatchObject({ code: 'PARAMETER_NAME' });
    const { trainer } = await train(0);
    expect(() => trainer.parameters.add('late', [1], t.zeros)).toThrow(/late/);
  });
});

describe('learning rates', () => {
  it('warm up and fall by a cosine', () => {
    const rate = cosineRate(1, 110, { warmup: 10 });
    expect([rate(5), rate(10), rate(60), rate(110), rate(200)].map((r) => Number(r.toFixed(6)))).toEqual([
      0.5, 1, 0.5, 0, 0,
    ]);
  });

  it('halve on a plateau and then stop', () => {
    let state = startPlateau(1);
    const rates: number[] = [];
    const stops: boolean[] = [];
    for (const score of [5, 4, 4, 4.1, 3, 3.5, 3.5, 3.5, 3.5]) {
      const look = lookAtPlateau(state, score);
      state = look.state;
      rates.push(state.rate);
      stops.push(look.stop);
    }
    expect(rates).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]);
    expect(stops.lastIndexOf(false)).toBe(7);
    expect(stops[8]).toBe(true);
  });
});

describe('a network trained against another', () => {
  it('takes the other one as it stands', async () => {
    const critic = (parameters: Parameters, x: Tensor): Tensor =>
      t.linear(parameters, 'c', t.tanh(t.linear(parameters, 'h', x, { units: 8 })), { units: 1 });
    const ofCritic = await Trainer.create(
      (graph, parameters) => {
        const scores = critic(parameters, graph.input('x', ['batch', 2]));
        return { loss: t.neg(t.mean(scores)) };
      },
      { name: 'critic' },
    );
    const ofMaker = await Trainer.create(
      (graph, parameters) => {
        const made = t.linear(parameters, 'g', graph.input('z', ['batch', 3]), { units: 2 });
        const fixed = new t.Parameters(graph, 'critic');
        const scores = critic(fixed, made);
        fixed.seal();
        return { loss: t.mean(scores) };
      },
      { name: 'maker' },
    );
    const rng = Rng.create(5);
    ofCritic.start(rng.split('critic'));
    ofMaker.start(rng.split('maker'));
    const z = normals(rng, 16, 3);
    const losses: number[] = [];
    for (let i = 0; i < 50; i++)
      losses.push(floats((await ofMaker.advance({ z, critic: ofCritic.flat }, 0.02))['loss'])[0]!);
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.2);
  });
});

it('rows are added up right with several threads, too, and the same each time', async () => {
  const [rows, width, size] = [20_000, 16, 3];
  const graph = new t.Graph();
  const sums = t.scatterRows(
    graph.input('values', [rows, width]),
    graph.input('codes', [rows], 'int32'),
    graph.input('table', [size, width]),
  );
  const session = await t.Session.create(graph.encode({ sums }), { threads: 2 });
  const fed = {
    values: value(new Float32Array(rows * width).fill(1), [rows, width]),
    codes: value(
      Int32Array.from({ length: rows }, (_, i) => i % size),
      [rows],
    ),
    table: value(new Float32Array(size * width), [size, width]),
  };
  const wanted = Array.from({ length: size * width }, (_, i) =>
    Math.ceil((rows - Math.floor(i / width)) / size),
  );
  for (let again = 0; again < 600; again++) {
    const { sums: found } = await session.run(fed);
    expect(Array.from(found!.data, Number)).toEqual(wanted);
  }
  await session.close();
});
