import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import type { Curator, Neighbour } from '../../../../src/privacy/index.js';
import { assertNeighbourSafe, injectedNoise } from '../../../../src/privacy/index.js';
import type { HeadRows, HeadsModel } from '../../../../src/synthesizers/aim/heads/index.js';
import { fitHeads } from '../../../../src/synthesizers/aim/heads/index.js';
import {
  centredBound,
  centreOf,
  indicators,
  plainBound,
  residualBound,
} from '../../../../src/synthesizers/aim/heads/residual.js';
import { featureRows, request } from './made-up.js';

interface Records {
  readonly features: HeadRows;
  readonly labels: HeadRows;
}

const rows = 150;
const base = request(rows, 0.5, { drawn: featureRows(600, Rng.create('few')) });
const table: Records = base;

describe('heads through neighbour replay', () => {
  // couples of columns are chosen too: the public number of rows promises enough signal
  const fit = (records: Records, curator: Curator): HeadsModel =>
    fitHeads({ ...base, ...records, count: 30_000, curator, rho: 0.9 * curator.rho });
  const check = (neighbours: readonly Neighbour<Records>[], made = fit) =>
    assertNeighbourSafe({
      fit: made,
      table,
      neighbours,
      serialise: (model) => JSON.stringify(model),
      budget: { epsilon: 3, delta: 1e-5 },
      noise: injectedNoise(Rng.create(3)),
    });

  it('tells nothing but noisy answers, and no row moves an exact answer by more than declared', async () => {
    const report = await check([
      ...[0, 149].map((row) => ({ name: `row ${row} removed`, table: without(row) })),
      ...everyLabel().map((codes) => ({ name: `row ${codes.join()} added`, table: added(codes) })),
    ]);
    expect(report.steps).toBeGreaterThan(10);
  });

  it('catches a planted leak: the exact number of records', async () => {
    const leaky = (records: Records, curator: Curator): HeadsModel =>
      fitHeads({ ...base, ...records, count: records.features.rows, curator, rho: 0.5 * curator.rho });
    await expect(check([{ name: 'one less', table: without(7) }], leaky)).rejects.toThrow(/one less/);
  });

  it('does not tell whether a label has one class', async () => {
    const one = (row: number): Records => ({
      features: table.features,
      labels: {
        ...table.labels,
        codes: [Uint16Array.from({ length: rows }, (_, i) => (i === row ? 1 : 0)), table.labels.codes[1]!],
      },
    });
    const constant = await assertNeighbourSafe({
      fit,
      table: one(-1),
      neighbours: [{ name: 'the only case removed', table: strip(one(-1), 3) }],
      serialise: (model) => JSON.stringify(model),
      budget: { epsilon: 1, delta: 1e-5 },
      noise: injectedNoise(Rng.create(4)),
    });
    expect(constant.neighbours).toBe(1);
  });
});

describe('bounds of residuals', () => {
  it('hold for every label and every probability in the interval', () => {
    const interval = fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }),
        fc.array(interval, { minLength: 5, maxLength: 5 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 }),
        fc.nat(),
        (classes, intervals, places, label) => {
          const outputs = classes === 2 ? 1 : classes;
          const kept = intervals.slice(0, outputs);
          const range = { low: kept.map(([l]) => l), high: kept.map(([, h]) => h) };
          const y = indicators([label % classes], classes).map(([v]) => v!);
          const residual = y.map(
            (v, o) => v - (range.low[o]! + places[o]! * (range.high[o]! - range.low[o]!)),
          );
          const centre = centreOf(range, classes);
          const slack = 1 + 1e-12;
          expect(Math.hypot(...residual)).toBeLessThanOrEqual(plainBound(range, classes, 2) * slack);
          expect(residual.reduce((s, v) => s + Math.abs(v), 0)).toBeLessThanOrEqual(
            plainBound(range, classes, 1) * slack,
          );
          expect(Math.hypot(...residual.map((v, o) => v - centre[o]!))).toBeLessThanOrEqual(
            residualBound(range, classes) * slack,
          );
          expect(Math.hypot(...y.map((v) => v - 1 / classes))).toBeLessThanOrEqual(
            centredBound(classes) * slack,
          );
        },
      ),
      { seed: 12 },
    );
  });
});

function without(row: number): Records {
  return strip(table, row);
}

function strip({ features, labels }: Records, row: number): Records {
  const kept = (t: HeadRows): HeadRows => ({
    ...t,
    rows: t.rows - 1,
    codes: t.codes.map((codes) => Array.from(codes).filter((_, i) => i !== row)),
  });
  return { features: kept(features), labels: kept(labels) };
}

function added(codes: readonly number[]): Records {
  const more = (t: HeadRows, own: readonly number[]): HeadRows => ({
    ...t,
    rows: t.rows + 1,
    codes: t.codes.map((column, c) => [...Array.from(column), own[c]!]),
  });
  return { features: more(table.features, codes.slice(0, 3)), labels: more(table.labels, codes.slice(3)) };
}

/** Rows at the ends of every column, with every couple of labels. */
function everyLabel(): number[][] {
  return [0, 1].flatMap((died) =>
    [0, 1, 2].flatMap((group) => [
      [0, 0, 0, died, group],
      [5, 3, 4, died, group],
    ]),
  );
}
