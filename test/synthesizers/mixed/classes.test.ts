import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { createCurator, injectedNoise } from '../../../src/privacy/index.js';
import { cellCoder } from '../../../src/synthesizers/cells.js';
import { coderOf } from '../../../src/synthesizers/coding.js';
import {
  calibrateClasses,
  classDecoderNetwork,
  drawClasses,
  layoutOf,
} from '../../../src/synthesizers/mixed/index.js';
import type { Classes } from '../../../src/synthesizers/mixed/index.js';
import { measureClasses } from '../../../src/synthesizers/mixed/classes.js';
import { classStepBack } from '../../../src/synthesizers/tabddpm/class-noise.js';
import { freeze, Session, value } from '../../../src/tensor/index.js';
import { schemaOf } from '../tables.js';

const letters = ['a', 'b', 'c'];
const schema = [
  schemaOf('x', 'categorical', { categories: letters, missing: false }),
  ...['p', 'q', 'r', 's'].map((name) =>
    schemaOf(name, 'binary', { role: 'label', categories: ['no', 'yes'], missing: false }),
  ),
];
const coders = schema.map((one) => {
  const cells = one.categories!.length;
  const noisy = { counts: new Float64Array(cells).fill(1000), sigma: 1, total: 1000 * cells, totalSigma: 1 };
  return cellCoder(coderOf({ schema: one, ...noisy, maxBins: 8, rareSigmas: 2 }));
});
const layout = layoutOf(coders);

/** x is b in three of four rows where p is yes, else a. */
function rowsOf(rows: number): { rows: number; codes: Int32Array; numbers: Float32Array } {
  const rng = Rng.create('classes');
  const codes = new Int32Array(rows * 5);
  for (let row = 0; row < rows; row++) {
    const p = rng.int(2);
    codes.set([p === 1 && rng.next() < 0.75 ? 1 : 0, p, rng.int(2), rng.int(2), rng.int(2)], row * 5);
  }
  return { rows, codes, numbers: new Float32Array(0) };
}

function measure(epsilon: number, of = schema): { classes: Classes; entries: number; within: boolean } {
  const curator = createCurator({ epsilon, delta: 1e-5 }, injectedNoise(Rng.create('classes noise')));
  const shares = Float64Array.of(0.6, 0.4, 0, ...new Array<number>(8).fill(0.5));
  const classes = measureClasses({
    ...{ schema: of, layout, rows: rowsOf(8000), total: 8000, curator, shares },
    rho: curator.left / 2,
  });
  const { entries, spentRho, rho } = curator.receipt();
  return { classes, entries: entries.length, within: spentRho <= rho };
}

describe('classes', () => {
  it('are of the first labels that have at most eight combinations, by one noisy question within the budget', () => {
    const { classes, entries, within } = measure(5);
    expect(classes.columns).toEqual([1, 2, 3]);
    expect(classes.rows).toHaveLength(8);
    expect([entries, within]).toEqual([1, true]);
    for (const rows of classes.rows) expect(Math.abs(rows - 1000)).toBeLessThan(150);
    for (const [own, shares] of classes.shares.entries()) {
      const yes = own >= 4; // p changes last
      expect(Math.abs(shares[1]! - (yes ? 0.75 : 0))).toBeLessThan(0.06);
      expect(shares[2]).toBeLessThan(1e-8); // has no share in all rows
      expect(shares.slice(3, 5).map((x) => Math.round(x))).toEqual(yes ? [0, 1] : [1, 0]);
    }
  });

  it('ask nothing where there are no labels', () => {
    const plain = schema.map((one) => ({ ...one, role: 'feature' as const }));
    const { classes, entries } = measure(5, plain);
    expect(entries).toBe(0);
    expect(classes.columns).toEqual([]);
    expect(classes.shares).toHaveLength(1);
  });

  it('have noise: far from the table with a small budget, near it with a large one', () => {
    const off = (epsilon: number): number => {
      const { shares } = measure(epsilon).classes;
      return shares.reduce((sum, own, c) => sum + Math.abs(own[1]! - (c >= 4 ? 0.75 : 0)) / 8, 0);
    };
    expect(off(5)).toBeLessThan(0.03);
    expect(off(0.01)).toBeGreaterThan(0.15);
  });

  it('are drawn by what is given', () => {
    const { classes } = measure(5);
    const numbers = new Float32Array(0);
    const codes = new Uint32Array(4000).fill(1);
    const drawn = (c: number): Int32Array =>
      drawClasses(classes, layout, {
        ...{ rows: 4000, rng: Rng.create(1) },
        given: new Map([[c, { codes, numbers }]]),
      });
    expect(drawn(1).every((own) => own >= 4)).toBe(true); // p is yes
    expect(drawn(0).filter((own) => own >= 4).length / 4000).toBeGreaterThan(0.9); // x is b
  });

  it('calibrate a decoder to their shares', async () => {
    const { classes } = measure(5);
    const shape = { layout, classes, units: 8, latent: 3 };
    const parameters = classDecoderNetwork(shape).parameters[0]!.initial(Rng.create('decoder'));
    const { offset, size } = classDecoderNetwork(shape).parameters[0]!.places.at(-1)!;
    const table = parameters.subarray(offset, offset + size);
    for (let i = 0; i < size; i++) table[i]! += Math.sin(i); // what training does to it
    const off = async (): Promise<number> => {
      const session = await Session.create(freeze(classDecoderNetwork(shape), parameters).model);
      const rng = Rng.create('latent');
      const latent = Float32Array.from({ length: 3000 }, () => rng.normal());
      const own = new Int32Array(1000).fill(6);
      const { logits } = await session.run({ latent: value(latent, [1000, 3]), class: value(own) });
      await session.close();
      let sum = 0;
      for (let row = 0; row < 1000; row++) {
        const [a, b, c] = [0, 1, 2].map((k) => Math.exp(Number(logits!.data[row * 11 + k])));
        sum += b! / (a! + b! + c!) / 1000;
      }
      return Math.abs(sum - classes.shares[6]![1]!);
    };
    expect(await off()).toBeGreaterThan(0.05);
    await calibrateClasses(parameters, shape, Rng.create('calibrate'));
    expect(await off()).toBeLessThan(0.02);
  });
});

describe('noise by shares', () => {
  it('a step back has the weights of the formula', () => {
    const shares = [0.5, 0.3, 0.2];
    const step = { shares, start: 0, size: 3, now: 0.3, next: 0.6 };
    const rng = Rng.create('step');
    const counts = [0, 0, 0];
    for (let i = 0; i < 60_000; i++) counts[classStepBack(step, 1, 2, rng)]!++;
    const [a, c] = [0.5, 0.6];
    const weights = shares.map(
      (p, k) => (a * Number(k === 1) + (1 - a) * shares[1]!) * (c * Number(k === 2) + (1 - c) * p),
    );
    const total = weights.reduce((x, y) => x + y, 0);
    for (const [k, weight] of weights.entries())
      expect(Math.abs(counts[k]! / 60_000 - weight / total)).toBeLessThan(0.01);
  });
});
