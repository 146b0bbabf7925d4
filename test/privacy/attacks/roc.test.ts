import { describe, expect, it } from 'vitest';
import { Rng } from '../../../src/core/index.js';
import { auc, rankScores } from '../../../src/numerics/index.js';
import { logCurve, measureAttacks, permuteMembership, rocFigures } from '../../../src/privacy/attacks/roc.js';

/** Park and Miller's generator, as in goldens.py. */
function* stream(seed: number): Generator<number, never> {
  for (let x = seed; ;) {
    x = (16807 * x) % 2147483647;
    yield x / 2147483647;
  }
}

const u = stream(7);
const next = (): number => u.next().value;
const member = Uint8Array.from({ length: 2000 }, () => (next() < 0.5 ? 1 : 0));
const score = Float64Array.from(member, (m) => Math.floor(40 * (next() + 0.1 * m)));
const everybody = Uint32Array.from(member.keys());
const targets = { member, patient: everybody, patients: member.length };

describe('rocFigures', () => {
  it('agrees with scikit-learn (golden, 12 digits), ties included', () => {
    const figures = rocFigures(rankScores(score), member, [0.01, 0.1, 0.5])!;
    expect(figures.auc).toBeCloseTo(0.5993365909548424, 12);
    expect(figures.tpr[0]).toBeCloseTo(0.11883138035560784, 12);
    expect(figures.tpr[1]).toBeCloseTo(0.2017844066751455, 12);
    expect(figures.tpr[2]).toBeCloseTo(0.5980749219562955, 12);
    expect(figures.auc).toBeCloseTo(auc(score, member)!, 12);
  });

  it('counts weights as repeated rows', () => {
    const weights = Uint32Array.from(member, (_, i) => i % 4);
    const rows = everybody.filter((i) => i % 4 > 0);
    const repeated = [...rows].flatMap((i) => Array.from({ length: i % 4 }, () => i));
    const naive = rocFigures(
      rankScores(repeated.map((i) => score[i]!)),
      repeated.map((i) => member[i]!),
      [0.05],
    )!;
    const weighted = rocFigures(rankScores(score), member, [0.05], weights)!;
    expect(weighted.auc).toBeCloseTo(naive.auc, 12);
    expect(weighted.tpr[0]).toBeCloseTo(naive.tpr[0]!, 12);
  });

  it('takes the upper end of a vertical step, a straight line through ties, and nothing of one side alone', () => {
    const perfect = rocFigures(rankScores([3, 2, 1, 0]), [1, 1, 0, 0], [0.001, 0.5])!;
    expect(perfect).toEqual({ auc: 1, tpr: [1, 1] });
    const constant = rocFigures(rankScores([1, 1, 1, 1]), [1, 0, 1, 0], [0.01, 0.3])!;
    expect(constant.auc).toBe(0.5);
    expect(constant.tpr[0]).toBeCloseTo(0.01, 12);
    expect(constant.tpr[1]).toBeCloseTo(0.3, 12);
    expect(rocFigures(rankScores([1, 2]), [1, 1], [0.1])).toBeNull();
  });
});

describe('measureAttacks', () => {
  it('has intervals as wide as theory says (within a quarter) around the point', () => {
    const noise = Float64Array.from({ length: 2000 }, () => next());
    const [measured] = measureAttacks([noise], targets, {
      rows: everybody,
      rates: [0.1],
      resamples: 400,
      level: 0.95,
      rng: Rng.create(1),
    });
    const n = member.reduce((a, b) => a + b, 0);
    const sd = Math.sqrt(2001 / 12 / n / (2000 - n)); // of the Mann-Whitney statistic without any difference
    expect(Math.abs(measured!.auc.value - 0.5)).toBeLessThan(4 * sd);
    expect(measured!.auc.sd / sd).toBeGreaterThan(0.75);
    expect(measured!.auc.sd / sd).toBeLessThan(1.25);
    expect(measured!.auc.low).toBeLessThan(measured!.auc.value);
    expect(measured!.auc.high).toBeGreaterThan(measured!.auc.value);
  });

  it('keeps the rows of a patient together: intervals widen where everybody has two rows', () => {
    const twice = Float64Array.from({ length: 2000 }, (_, i) => score[i >> 1]!);
    const sides = Uint8Array.from({ length: 2000 }, (_, i) => member[i >> 1]!);
    const settings = { rows: everybody, rates: [], resamples: 300, level: 0.95, rng: Rng.create(2) };
    const apart = measureAttacks([twice], { member: sides, patient: everybody, patients: 2000 }, settings);
    const pairs = { member: sides, patient: everybody.map((i) => i >> 1), patients: 1000 };
    const together = measureAttacks([twice], pairs, settings);
    expect(together[0]!.auc.sd / apart[0]!.auc.sd).toBeGreaterThan(1.2);
  });
});

describe('permuteMembership', () => {
  it('tells what the strongest of several reaches by chance: more than one alone, and less than a real one', () => {
    const noise = Array.from({ length: 8 }, () => Float64Array.from({ length: 2000 }, () => next()));
    const settings = { rows: everybody, permutations: 100, rng: Rng.create(3) };
    const one = permuteMembership(noise.slice(0, 1), targets, settings).strongest;
    const eight = permuteMembership(noise, targets, settings).strongest;
    expect(eight[50]).toBeGreaterThan(one[50]!);
    expect(one[50]).toBeGreaterThan(0.49);
    expect(one[50]).toBeLessThan(0.51);
    expect(eight[95]).toBeLessThan(auc(score, member)!);
  });
});

it('logCurve rises from its lowest rate to (1, 1)', () => {
  const curve = logCurve(score, targets, { lowest: 0.001, points: 20 });
  expect(curve[0]![0]).toBeCloseTo(0.001, 12);
  expect(curve.at(-1)).toEqual([1, 1]);
  for (const [i, [x, y]] of curve.entries()) {
    if (i === 0) continue;
    expect(x).toBeGreaterThan(curve[i - 1]![0]);
    expect(y).toBeGreaterThanOrEqual(curve[i - 1]![1]);
  }
});
