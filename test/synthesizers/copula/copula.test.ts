import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { normalCdf, normalQuantile, pearson } from '../../../src/numerics/index.js';
import { copula } from '../../../src/synthesizers/copula/index.js';
import type { Latent } from '../../../src/synthesizers/copula/correlation.js';
import { latentCorrelations } from '../../../src/synthesizers/copula/correlation.js';
import type { Marginal } from '../../../src/synthesizers/copula/marginal.js';
import {
  latentOf,
  learnMarginal,
  missingMarginal,
  quantileOf,
  scoreSteps,
  stepOf,
} from '../../../src/synthesizers/copula/marginal.js';
import { compileCopula } from '../../../src/synthesizers/copula/options.js';
import { cholesky, nearestCorrelation } from '../../../src/synthesizers/copula/positive.js';
import { columnFromCells, tableFromRows } from '../../../src/table/index.js';
import { testContext } from '../../support/context.js';
import { schemaOf } from '../tables.js';

const options = compileCopula();

/** Scores of rows whose outcomes follow from latent normals by a marginal. */
function latent(marginal: Marginal, normals: Float64Array): Latent {
  const steps = scoreSteps(marginal);
  const rows = normals.map((z) => steps.scores[marginal.upTo.findIndex((p) => normalCdf(z) <= p)]!);
  return { ...steps, rows, valid: new Uint8Array(rows.length).fill(1) };
}

const binary = (p: number): Marginal => ({ low: [0, 1], high: [0, 1], upTo: [1 - p, 1] });

describe('latent correlations', () => {
  const n = 200_000;
  const rng = Rng.create(6);
  const pair = (rho: number): [Float64Array, Float64Array] => {
    const x = Float64Array.from({ length: n }, () => rng.normal());
    return [x, x.map((z) => rho * z + Math.sqrt(1 - rho * rho) * rng.normal())];
  };

  it.each([-0.8, -0.3, 0, 0.5, 0.9])('of %f are found again within 0.02 behind any marginals', (rho) => {
    const [x, y] = pair(rho);
    const cells = x.map((z) => Math.exp(z));
    const skew = learnMarginal(columnFromCells(schemaOf('x', 'continuous'), [...cells]), options)!;
    const couples: readonly (readonly [Marginal, Marginal])[] = [
      [binary(0.5), binary(0.5)],
      [binary(0.4), binary(0.6)],
      [binary(0.2), skew],
      [{ low: [0, 1, 2], high: [0, 1, 2], upTo: [0.6, 0.9, 1] }, skew],
    ];
    for (const [a, b] of couples) {
      expect(Math.abs(latentCorrelations([latent(a, x), latent(b, y)])[1]! - rho)).toBeLessThan(0.02);
    }
  });

  it('of two fair coins are sin(π r / 2) of their correlation r, to 1e-3 (Sheppard 1899)', () => {
    for (const rho of [-0.7, 0.2, 0.6]) {
      const [x, y] = pair(rho);
      const a = latent(binary(0.5), x);
      const b = latent(binary(0.5), y);
      const r = pearson(a.rows, b.rows)!;
      expect(Math.abs(latentCorrelations([a, b])[1]! - Math.sin((Math.PI * r) / 2))).toBeLessThan(1e-3);
    }
  });

  it('are 0 where a side does not vary or few rows have both', () => {
    const [x] = pair(0);
    const a = latent(binary(0.5), x.slice(0, 50));
    const still: Latent = { ...a, rows: new Float64Array(50).fill(0.3) };
    const apart: Latent = { ...a, valid: a.valid.map((_, i) => (i < 5 ? 1 : 0)) };
    expect([...latentCorrelations([a, still, apart])]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
  });
});

describe('marginals', () => {
  const rng = Rng.create(7);
  const cells = Array.from({ length: 5000 }, () =>
    rng.next() < 0.4 ? 0 : Math.round(1000 * rng.exponential()) / 10,
  );
  const marginal = learnMarginal(columnFromCells(schemaOf('x', 'continuous'), cells), options)!;

  it('give back quantiles: spikes exactly, the rest within a cell', () => {
    const sorted = [...cells].sort((a, b) => a - b);
    for (const u of [0.01, 0.2, 0.39, 0.5, 0.75, 0.95]) {
      const wanted = sorted[Math.floor(u * sorted.length)]!;
      if (wanted === 0) expect(quantileOf(marginal, u)).toBe(0);
      else expect(Math.abs(quantileOf(marginal, u) / wanted - 1)).toBeLessThan(0.05);
    }
    expect(quantileOf(marginal, 1)).toBe(sorted.at(-1));
    expect(quantileOf(marginal, 0)).toBe(0);
  });

  it('know where a number came from', () => {
    const zero = latentOf(marginal, 0, true)!;
    expect(zero.from).toBe(-Infinity);
    expect(normalCdf(zero.to)).toBeCloseTo(cells.filter((x) => x === 0).length / cells.length, 10);
    for (const u of [0.6, 0.8, 0.99]) {
      const z = latentOf(marginal, quantileOf(marginal, u), true)!;
      expect(z.from).toBe(z.to);
      expect(normalCdf(z.to)).toBeCloseTo(u, 2);
    }
    expect(Number.isFinite(latentOf(marginal, 1e9, true)!.to)).toBe(true);
    expect(latentOf(binary(0.3), 5, false)).toBeUndefined();
    expect(stepOf(marginal, 0, true)).toBe(0);
  });

  it('order categories by frequency, ordinal ones as they are, and leave out rare and absent ones', () => {
    const names = [
      ...Array<string>(50).fill('b'),
      ...Array<string>(80).fill('c'),
      ...Array<string>(3).fill('a'),
    ];
    const categories = ['a', 'b', 'c', 'd'];
    const of = (kind: 'categorical' | 'ordinal'): number[] =>
      learnMarginal(columnFromCells(schemaOf('x', kind, { categories }), names), options)!.low;
    expect(of('categorical')).toEqual([2, 1]);
    expect(of('ordinal')).toEqual([1, 2]);
    expect(missingMarginal(Uint8Array.of(1, 1, 0, 1)).upTo).toEqual([0.75, 1]);
  });

  it('have scores with mean 0 and at most variance 1, and Hermite coefficients whose squares add up to it', () => {
    for (const m of [marginal, binary(0.5), binary(0.05)]) {
      const { scores, variance, hermite } = scoreSteps(m);
      const mean = m.upTo.reduce((sum, p, i) => sum + scores[i]! * (p - (m.upTo[i - 1] ?? 0)), 0);
      expect(mean).toBeCloseTo(0, 12);
      expect(variance).toBeLessThanOrEqual(1);
      const energy = hermite.reduce((sum, a) => sum + a * a, 0);
      expect(energy).toBeLessThanOrEqual(variance + 1e-9);
      expect(energy).toBeGreaterThan(0.85 * variance);
    }
    // E[Z; Z > 0] = φ(0): the first coefficient of a fair coin's score is its variance, 2/π
    expect(scoreSteps(binary(0.5)).variance).toBeCloseTo(2 / Math.PI, 12);
    expect(scoreSteps(binary(0.5)).hermite[0]).toBeCloseTo(2 / Math.PI, 12);
    expect(normalQuantile(0.5)).toBe(0);
  });
});

describe('correlation matrices', () => {
  it('are the product of their Cholesky factor', () => {
    const a = Float64Array.of(1, 0.5, 0.2, 0.5, 1, -0.3, 0.2, -0.3, 1);
    const l = cholesky(a, 3)!;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += l[i * 3 + k]! * l[j * 3 + k]!;
        expect(sum).toBeCloseTo(a[i * 3 + j]!, 12);
      }
    expect(nearestCorrelation(a, 3)).toBe(a);
  });

  it('that contradict themselves are mended: positive definite, ones on the diagonal, near', () => {
    const a = Float64Array.of(1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1);
    expect(cholesky(a, 3)).toBeUndefined();
    const mended = nearestCorrelation(a, 3);
    expect(cholesky(mended, 3)).toBeDefined();
    for (let i = 0; i < 3; i++) expect(mended[i * 3 + i]).toBe(1);
    // by symmetry the nearest has equal entries in absolute value: 1/2, up to the lifted eigenvalue
    for (const [at, sign] of [
      [1, 1],
      [2, -1],
      [5, 1],
    ] as const)
      expect(mended[at]! * sign).toBeCloseTo(0.5, 3);
  });

  it('of 60 columns at random are mended too', () => {
    const rng = Rng.create(2);
    const d = 60;
    const a = new Float64Array(d * d);
    for (let i = 0; i < d; i++)
      for (let j = 0; j <= i; j++) a[i * d + j] = a[j * d + i] = i === j ? 1 : 1.6 * rng.next() - 0.8;
    expect(cholesky(a, d)).toBeUndefined();
    expect(cholesky(nearestCorrelation(a, d), d)).toBeDefined();
  });
});

describe('drawing given numbers', () => {
  it('follows the conditional normal: mean ρ z and variance 1 − ρ², each within 0.05', async () => {
    const rng = Rng.create(9);
    const rho = 0.8;
    const rows = Array.from({ length: 20_000 }, () => {
      const x = rng.normal();
      return { y: rho * x + Math.sqrt(1 - rho * rho) * rng.normal(), x };
    });
    const table = tableFromRows([schemaOf('y', 'continuous'), schemaOf('x', 'continuous')], rows);
    const fitted = await copula.fit(table, options, testContext());
    const out = await fitted.sample(5000, { rng: Rng.create(1), given: { x: 1.5 } }, testContext());
    const y = Array.from({ length: 5000 }, (_, i) => Number(out.cell('y', i)));
    const mean = y.reduce((s, v) => s + v, 0) / y.length;
    const variance = y.reduce((s, v) => s + (v - mean) ** 2, 0) / y.length;
    expect(Math.abs(mean - rho * 1.5)).toBeLessThan(0.05);
    expect(Math.abs(variance - (1 - rho * rho))).toBeLessThan(0.05);
  });

  it('refuses tables that are too wide', async () => {
    const names = Array.from({ length: 601 }, (_, c) => `x${c}`);
    const rows = Array.from({ length: 20 }, (_, i) =>
      Object.fromEntries(names.map((name, c) => [name, (i * c) % 7])),
    );
    const table = tableFromRows(
      names.map((name) => schemaOf(name, 'count')),
      rows,
    );
    await expect(copula.fit(table, options, testContext())).rejects.toMatchObject({
      code: 'TOO_WIDE',
      kind: 'data',
    });
  });
});
