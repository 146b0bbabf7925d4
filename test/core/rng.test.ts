import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InternalError, Rng } from '../../src/core/index.js';
import { normalCdf } from '../../src/numerics/index.js';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'));

const draws = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
/** A stream whose generator starts in the given state. */
const fromState = (state: readonly number[]): Rng => {
  const key = Buffer.alloc(32);
  state.forEach((word, i) => key.writeUInt32LE(word, 4 * i));
  return Rng.fromKey(key.toString('hex'));
};

describe('numbers', () => {
  const golden = z
    .array(z.strictObject({ state: z.array(z.number()), first: z.array(z.number()), millionth: z.number() }))
    .parse(read('xoshiro128starstar'));

  it.each(golden)('equal the C program’s for state $state (exact)', ({ state, first, millionth }) => {
    const rng = fromState(state);
    expect(draws(8, () => rng.uint32())).toEqual(first);
    for (let k = 8; k < 999_999; k++) rng.uint32();
    expect(rng.uint32()).toBe(millionth);
  });

  it('leave the all-zero state, which xoshiro cannot', () => {
    const rng = Rng.fromKey('0'.repeat(64));
    expect(new Set(draws(20, () => rng.uint32())).size).toBeGreaterThan(10);
  });

  it('next() is uniform on [0, 1): mean, variance and 100 equal bins within 5 standard errors', () => {
    const n = 200_000;
    const rng = Rng.create('uniform');
    const xs = draws(n, () => rng.next());
    expect(Math.min(...xs.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(xs.every((x) => x < 1)).toBe(true);
    expect(Math.abs(mean(xs) - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(mean(xs.map((x) => (x - 0.5) ** 2)) - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / n));
    const bins = new Array<number>(100).fill(0);
    for (const x of xs) bins[Math.floor(x * 100)]!++;
    const chi2 = bins.reduce((sum, o) => sum + (o - n / 100) ** 2 / (n / 100), 0);
    expect(Math.abs(chi2 - 99)).toBeLessThan(5 * Math.sqrt(2 * 99));
  });

  it('next() uses all 53 bits', () => {
    const rng = Rng.create('bits');
    const lowest = draws(200, () => (rng.next() * 2 ** 53) % 2);
    expect(mean(lowest)).toBeGreaterThan(0.3);
    expect(mean(lowest)).toBeLessThan(0.7);
  });

  it.each([
    ['normal()', (rng: Rng, n: number) => draws(n, () => rng.normal())],
    ['normals()', (rng: Rng, n: number) => [...rng.normals(new Float32Array(n))]],
  ])('%s has the moments and tails of the standard normal within 5 standard errors', (_name, drawn) => {
    const n = 200_000;
    const xs = drawn(Rng.create('normal'), n);
    const moment = (k: number): number => mean(xs.map((x) => x ** k));
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    for (const [z, p] of [
      [-3.442619855899, 0.000288],
      [-1.959964, 0.025],
      [0, 0.5],
      [1.281552, 0.9],
      [2.326348, 0.99],
    ] as const) {
      const share = mean(xs.map((x) => (x < z ? 1 : 0)));
      expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
    }
    const pairs = mean(xs.slice(1).map((x, i) => x * xs[i]!));
    expect(Math.abs(pairs)).toBeLessThan(5 / Math.sqrt(n));
  });

  it('normals() goes by the normal distribution everywhere (Kolmogorov-Smirnov), its tail included', () => {
    const n = 1_000_000;
    const xs = Rng.create('ziggurat').normals(new Float32Array(n)).sort();
    // 1.95 / √n is exceeded once in a thousand
    const distance = xs.reduce((most, x, i) => Math.max(most, Math.abs(normalCdf(x) - (i + 0.5) / n)), 0);
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n));
    // beyond the ziggurat's edge: the mean excess of a normal there is φ(t) / (1 − Φ(t)) − t = 0.2547
    const beyond = [...xs].filter((x) => x > 3.442619855899).map((x) => x - 3.442619855899);
    expect(Math.abs(mean(beyond) - 0.2547)).toBeLessThan((5 * 0.25) / Math.sqrt(beyond.length));
  });

  it('normals() gives the same numbers however they are asked for', () => {
    const together = Rng.create(1).normals(new Float32Array(1000));
    const rng = Rng.create(1);
    const apart = [1, 332, 667].flatMap((n) => [...rng.normals(new Float32Array(n))]);
    expect(apart).toEqual([...together]);
  });

  it('exponential() has mean 1 and P(x > 1) = 1/e within 5 standard errors', () => {
    const n = 100_000;
    const rng = Rng.create('exponential');
    const xs = draws(n, () => rng.exponential());
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(Math.abs(mean(xs) - 1)).toBeLessThan(5 / Math.sqrt(n));
    const p = Math.exp(-1);
    expect(Math.abs(mean(xs.map((x) => (x > 1 ? 1 : 0))) - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / n));
  });
});

describe('int', () => {
  it('has no modulo bias: a third of int(3 · 2³⁰) lies below 2³⁰, not a half', () => {
    const n = 60_000;
    const rng = Rng.create('int');
    const low = draws(n, () => rng.int(3 * 2 ** 30)).filter((x) => x < 2 ** 30).length / n;
    expect(Math.abs(low - 1 / 3)).toBeLessThan(5 * Math.sqrt(2 / 9 / n));
  });

  it('reaches every value of a small range equally (chi-squared within 5 standard errors)', () => {
    const rng = Rng.create('die');
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[rng.int(7)]!++;
    const chi2 = counts.reduce((sum, o) => sum + (o - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(6 + 5 * Math.sqrt(12));
  });

  it('accepts 1 and 2³²', () => {
    const rng = Rng.create(1);
    expect(rng.int(1)).toBe(0);
    expect(Number.isInteger(rng.int(2 ** 32))).toBe(true);
  });

  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 32 + 1])('refuses %d', (n) => {
    expect(() => Rng.create(1).int(n)).toThrow(expect.objectContaining({ code: 'RNG_RANGE' }));
  });
});

describe('weightedIndex', () => {
  it('draws in proportion to the weights within 5 standard errors', () => {
    const weights = [0, 1, 0, 5, 2, 0];
    const n = 80_000;
    const rng = Rng.create('weights');
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < n; i++) counts[rng.weightedIndex(weights)]!++;
    weights.forEach((w, i) => {
      const p = w / 8;
      expect(Math.abs(counts[i]! / n - p)).toBeLessThanOrEqual(5 * Math.sqrt((p * (1 - p)) / n));
    });
  });

  it('never draws a weight of 0', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-300, max: 1e100, noNaN: true })), {
          minLength: 1,
        }),
        (seed, weights) => {
          fc.pre(weights.some((w) => w > 0));
          expect(weights[Rng.create(seed).weightedIndex(weights)]).toBeGreaterThan(0);
        },
      ),
    );
  });

  it.each([[[]], [[0, 0]], [[1, NaN]], [[2, -1, 2]], [[Infinity, 1]]])('refuses %j', (weights) => {
    expect(() => Rng.create(1).weightedIndex(weights)).toThrow(
      expect.objectContaining({ code: 'RNG_WEIGHTS' }),
    );
  });
});

describe('shuffle and permutation', () => {
  it('hold every element once', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat({ max: 200 }), (seed, n) => {
        expect([...Rng.create(seed).permutation(n)].sort((a, b) => a - b)).toEqual(
          Array.from({ length: n }, (_, i) => i),
        );
      }),
    );
  });

  it('reach all 24 orders of four equally (chi-squared within 5 standard errors)', () => {
    const rng = Rng.create('orders');
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = rng.permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chi2 = [...counts.values()].reduce((sum, o) => sum + (o - 1000) ** 2 / 1000, 0);
    expect(chi2).toBeLessThan(23 + 5 * Math.sqrt(46));
  });
});

describe('streams', () => {
  const golden = z
    .array(
      z.strictObject({
        path: z.strictObject({
          seed: z.union([z.number(), z.string()]),
          label: z.string().optional(),
          subject: z.union([z.number(), z.string()]).optional(),
        }),
        key: z.string(),
        uint32: z.array(z.number()),
        next: z.array(z.number()),
      }),
    )
    .parse(read('rng-streams'));

  it.each(golden)(
    'equal the independent implementation’s at $path (exact)',
    ({ path, key, uint32, next }) => {
      const root = (): Rng => Rng.create(path.seed);
      const open = (): Rng => (path.label === undefined ? root() : root().split(path.label, path.subject));
      expect(open().key).toBe(key);
      const ints = open();
      expect(draws(6, () => ints.uint32())).toEqual(uint32);
      const doubles = open();
      expect(draws(3, () => doubles.next())).toEqual(next);
    },
  );

  it('are not moved by draws from their parent or from each other', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat({ max: 50 }),
        fc.nat({ max: 50 }),
        (seed, parentDraws, siblingDraws) => {
          const quiet = Rng.create(seed).split('b', 3);
          const expected = draws(5, () => quiet.next());

          const root = Rng.create(seed);
          const sibling = root.split('a', 3);
          for (let i = 0; i < parentDraws; i++) root.next();
          const child = root.split('b', 3);
          for (let i = 0; i < siblingDraws; i++) sibling.normal();
          expect(draws(5, () => child.next())).toEqual(expected);
        },
      ),
    );
  });

  it('do not move their parent', () => {
    const plain = Rng.create(5);
    const split = Rng.create(5);
    split.split('x');
    expect(split.next()).toBe(plain.next());
  });

  it('differ by label, by subject and by the subject’s type', () => {
    const root = Rng.create(1);
    const keys = [
      root.key,
      root.split('a').key,
      root.split('b').key,
      root.split('a', 1).key,
      root.split('a', '1').key,
      root.split('a', '').key,
      root.split('a', 2).key,
      root.split('a').split('a').key,
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('of neighbouring subjects are uncorrelated within 5 standard errors', () => {
    const root = Rng.create('neighbours');
    const firsts = draws(20_001, () => 0).map((_, i) => root.split('patient', i).next() - 0.5);
    const r = mean(firsts.slice(1).map((x, i) => x * firsts[i]!)) * 12;
    expect(Math.abs(r)).toBeLessThan(5 / Math.sqrt(20_000));
  });

  it('start again from their key', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.string(), fc.bigInt()), fc.string(), (seed, label) => {
        const rng = Rng.create(seed).split(label);
        const again = Rng.fromKey(rng.key);
        expect(draws(4, () => again.normal())).toEqual(draws(4, () => rng.normal()));
        expect(again.split('x').key).toBe(rng.split('x').key);
      }),
    );
  });

  it.each(['', 'ab', 'z'.repeat(64), '0'.repeat(66)])('refuse the key %j', (key) => {
    expect(() => Rng.fromKey(key)).toThrow(InternalError);
  });
});
