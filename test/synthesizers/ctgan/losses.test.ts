import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Shape } from '../../../src/synthesizers/ctgan/network.js';
import { criticLoss, generatorLoss } from '../../../src/synthesizers/ctgan/network.js';
import type { Coder } from '../../../src/synthesizers/mixed/index.js';
import { layoutOf } from '../../../src/synthesizers/mixed/index.js';
import type { Value } from '../../../src/tensor/index.js';
import { Trainer, value } from '../../../src/tensor/index.js';

/** PyTorch's, made by goldens/losses.py. */
const part = z.strictObject({ loss: z.number(), gradient: z.array(z.number()) });
const goldens = z
  .strictObject({ critic: part, generator: part })
  .parse(JSON.parse(readFileSync(new URL('./goldens/losses.json', import.meta.url), 'utf8')));

// the same numbers as there
const ROWS = 8;
const [LATENT, UNITS, PAC] = [4, 6, 2];
const SIZES = [3, 2, 2];
const WIDTH = 7;
const PACKS = ROWS / PAC;
const places = (size: number): number[] => Array.from({ length: size }, (_, i) => i);
const category = (size: number): Coder => ({
  kind: 'categories',
  codeOf: places(size),
  categoryOf: places(size),
  rare: null,
  missing: null,
  size,
});
const mode = { kind: 'normal', mean: 0, deviation: 1, weight: 0.5 } as const;
const number: Coder = {
  kind: 'numbers',
  spikes: [],
  modes: [mode, mode],
  bounds: null,
  missing: null,
  size: 2,
};
const shape: Shape = {
  layout: layoutOf([category(3), category(2), number]),
  units: UNITS,
  latent: LATENT,
  pac: PAC,
  conditional: true,
  labels: [],
};

const fill = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, i) => Math.sin(seed + 1.7 * i));
const tensor = (data: readonly number[], rows: number): Value =>
  value(Float32Array.from(data), [rows, data.length / rows]);
const asked = places(ROWS).map((i) => ({ choice: i % 2, code: i % SIZES[i % 2]!, labels: [] }));
const startOf = (choice: number): number => SIZES.slice(0, choice).reduce((sum, size) => sum + size, 0);
const condition = (row: number): number[] =>
  places(WIDTH).map((k) => Number(k === startOf(asked[row]!.choice) + asked[row]!.code));
const mask = (seed: number): number[][] => {
  const all = fill(PACKS * 2 * UNITS, seed);
  return places(PACKS).map((pack) =>
    all.slice(pack * 2 * UNITS, (pack + 1) * 2 * UNITS).map((x) => (x > -0.2 ? 255 : 0)),
  );
};
const bytes = (...masks: number[][][]): Value =>
  value(Uint8Array.from(places(PACKS).flatMap((pack) => masks.flatMap((m) => m[pack]!))), [
    PACKS,
    masks.length * 2 * UNITS,
  ]);

/** Parameters by their seeds, in the order of PyTorch's modules. */
function weights(shapes: readonly number[], seed: number): Float32Array {
  return Float32Array.from(shapes.flatMap((size, i) => fill(size, seed + i).map((x) => 0.4 * x)));
}
const IN = LATENT + WIDTH;
const generator = weights(
  [
    IN * UNITS,
    UNITS,
    UNITS,
    UNITS,
    (IN + UNITS) * UNITS,
    UNITS,
    UNITS,
    UNITS,
    (IN + 2 * UNITS) * (WIDTH + 1),
    WIDTH + 1,
  ],
  1,
);
const critic = weights([PAC * (2 * WIDTH + 1) * UNITS, UNITS, UNITS * UNITS, UNITS, UNITS, 1], 50);
const latentNumbers = fill(ROWS * LATENT, 3);
const common = {
  latent: tensor(
    places(ROWS).flatMap((i) => [...latentNumbers.slice(i * LATENT, (i + 1) * LATENT), ...condition(i)]),
    ROWS,
  ),
  uniform: tensor(
    fill(ROWS * WIDTH, 4).map((gumbel) => Math.exp(-Math.exp(-gumbel))),
    ROWS,
  ),
  remembered: value(new Float32Array(4 * UNITS)),
};

/** Loss and gradient of a step from given parameters: after the first step the first moment is the gradient. */
async function stepFrom(
  trainer: Trainer,
  start: Float32Array,
  feeds: Record<string, Value>,
): Promise<{ loss: number; gradient: Float32Array }> {
  const zero = new Float32Array(start.length);
  trainer.restore({ step: 0, parameters: start, first: zero, second: zero });
  const { loss } = await trainer.advance(feeds, 0);
  const { first } = trainer.snapshot();
  await trainer.close();
  return { loss: Number(loss!.data[0]), gradient: first };
}

function expectNear(found: Float32Array, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  const off = wanted.map((x, i) => Math.abs(x - found[i]!) / largest);
  expect(Math.max(...off)).toBeLessThan(1e-4);
}

describe("ctgan's losses", () => {
  it("have PyTorch's value and gradient for the critic, penalty and dropout included (within 1e-4)", async () => {
    const real = places(ROWS).flatMap((i) => [
      Math.sin(i),
      ...SIZES.flatMap((size, k) => places(size).map((code) => Number(code === (i + k) % size))),
      ...condition(i),
    ]);
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const { loss } = criticLoss(graph, parameters, shape);
        return { loss };
      },
      { name: 'critic' },
    );
    const { loss, gradient } = await stepFrom(trainer, critic, {
      ...common,
      real: tensor(real, PACKS),
      generator: value(generator),
      chance: bytes(mask(7), mask(8), mask(9)),
      share: tensor(
        fill(PACKS, 6).map((x) => (x + 1) / 2),
        PACKS,
      ),
    });
    expect(loss).toBeCloseTo(goldens.critic.loss, 4);
    expectNear(gradient, goldens.critic.gradient);
  });

  it("have PyTorch's value and gradient for the generator, condition included (within 1e-4)", async () => {
    const trainer = await Trainer.create(
      (graph, parameters) => {
        const { loss } = generatorLoss(graph, parameters, shape);
        return { loss };
      },
      { name: 'generator' },
    );
    const marks = asked.flatMap(({ choice }) => SIZES.map((_, k) => Number(k === choice)));
    const codes = asked.flatMap(({ choice, code }) => SIZES.map((_, k) => (k === choice ? code : 0)));
    const { loss, gradient } = await stepFrom(trainer, generator, {
      ...common,
      critic: value(critic),
      chance: bytes(mask(7)),
      codes: value(Int32Array.from(codes), [ROWS, SIZES.length]),
      asked: tensor(marks, ROWS),
    });
    expect(loss).toBeCloseTo(goldens.generator.loss, 4);
    expectNear(gradient, goldens.generator.gradient);
  });
});
