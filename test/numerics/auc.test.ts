import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import {
  auc,
  brierScore,
  calibrationLine,
  drawClusters,
  logLoss,
  macroAuc,
  meanCurve,
  percentileInterval,
  rankedAuc,
  rankScores,
  rocCurve,
  rowWeights,
  thinCurve,
} from '../../src/numerics/index.js';
import { goldens } from './goldens.js';

const { binary, multiclass } = goldens;
const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 2,
  maxLength: 40,
});

/** The definition: pairs of a positive and a negative, ties half. */
function pairwiseAuc(scores: number[], labels: number[]): number | null {
  let wins = 0;
  let pairs = 0;
  for (const [i, a] of scores.entries()) {
    for (const [j, b] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      wins += a > b ? 1 : a === b ? 0.5 : 0;
    }
  }
  return pairs === 0 ? null : wins / pairs;
}

describe('area under the ROC curve', () => {
  it('equals sklearn roc_auc_score, plain, weighted and one-vs-rest macro, to 1e-13', () => {
    expect(auc(binary.p, binary.labels)).toBeCloseTo(binary.auc, 13);
    expect(rankedAuc(rankScores(binary.p), binary.labels, binary.weights)).toBeCloseTo(
      binary.weightedAuc,
      13,
    );
    const rankings = [0, 1, 2].map((c) =>
      rankScores(multiclass.labels.map((_, i) => multiclass.p[3 * i + c]!)),
    );
    const members = [0, 1, 2].map((c) => multiclass.labels.map((y) => (y === c ? 1 : 0)));
    expect(macroAuc(rankings, members)).toBeCloseTo(multiclass.macroAuc, 13);
  });

  it('agrees with the count over pairs; turns over with the scores; ignores monotone transforms', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const scores = rows.map(([s]) => s);
        const labels = rows.map(([, y]) => y);
        const value = auc(scores, labels);
        const naive = pairwiseAuc(scores, labels);
        if (naive === null) {
          expect(value).toBeNull();
          return;
        }
        expect(value).toBeCloseTo(naive, 13);
        expect(
          auc(
            scores.map((s) => -s),
            labels,
          ),
        ).toBeCloseTo(1 - naive, 13);
        expect(
          auc(
            scores.map((s) => Math.exp(s)),
            labels,
          ),
        ).toBeCloseTo(naive, 13);
      }),
    );
  });

  it('with multiplicities equals repeated rows', () => {
    fc.assert(
      fc.property(scored, fc.infiniteStream(fc.nat(3)), (rows, times) => {
        const weights = rows.map(() => times.next().value as number);
        const repeated = rows.flatMap((row, i) => Array.from({ length: weights[i]! }, () => row));
        const ranking = rankScores(rows.map(([s]) => s));
        const labels = rows.map(([, y]) => y);
        const value = rankedAuc(ranking, labels, weights);
        const naive = auc(
          repeated.map(([s]) => s),
          repeated.map(([, y]) => y),
        );
        if (naive === null) expect(value).toBeNull();
        else expect(value).toBeCloseTo(naive, 13);
      }),
    );
  });

  it('is ½ for constant scores and undefined without both classes; macro leaves such classes out', () => {
    expect(auc([2, 2, 2], [1, 0, 0])).toBe(0.5);
    expect(auc([1, 2], [1, 1])).toBeNull();
    expect(auc([], [])).toBeNull();
    const ranking = rankScores([1, 2, 3]);
    expect(
      macroAuc(
        [ranking, ranking],
        [
          [0, 0, 1],
          [0, 0, 0],
        ],
      ),
    ).toBe(1);
    expect(macroAuc([ranking], [[0, 0, 0]])).toBeNull();
  });
});

describe('ROC curve', () => {
  it('has the corners of sklearn roc_curve to 1e-13', () => {
    const curve = rocCurve(binary.p, binary.labels)!;
    expect(curve.length).toBe(binary.fpr.length);
    for (const [i, [x, y]] of curve.entries()) {
      expect(x).toBeCloseTo(binary.fpr[i]!, 13);
      expect(y).toBeCloseTo(binary.tpr[i]!, 13);
    }
    expect(rocCurve([1, 2], [1, 1])).toBeNull();
  });

  it('keeps its ends and its area within 0.01 when thinned, and rises always', () => {
    const rng = Rng.create(7);
    const labels = Array.from({ length: 3000 }, () => rng.int(2));
    const curve = rocCurve(
      labels.map((y) => y + 1.5 * rng.normal()),
      labels,
    )!;
    const thin = thinCurve(curve, 200);
    const area = (c: readonly [number, number][]): number =>
      c.slice(1).reduce((a, [x, y], i) => a + ((x - c[i]![0]) * (y + c[i]![1])) / 2, 0);
    expect(thin.length).toBeLessThanOrEqual(200);
    expect(thin.length).toBeGreaterThan(150);
    expect(thin[0]).toEqual([0, 0]);
    expect(thin.at(-1)).toEqual([1, 1]);
    expect(Math.abs(area(thin) - area(curve))).toBeLessThan(0.01);
    for (const [i, p] of thin.slice(1).entries()) {
      expect(p[0]).toBeGreaterThanOrEqual(thin[i]![0]);
      expect(p[1]).toBeGreaterThanOrEqual(thin[i]![1]);
    }
    const mean = meanCurve([curve, curve], 100);
    expect(Math.abs(area(mean) - area(curve))).toBeLessThan(0.01);
    expect(mean[0]).toEqual([0, 0]);
    expect(mean.at(-1)).toEqual([1, 1]);
  });
});

describe('probability scores', () => {
  const two = binary.p.flatMap((p) => [1 - p, p]);
  it('equal sklearn log_loss and brier_score_loss to 1e-13', () => {
    expect(logLoss(two, binary.labels, 2)).toBeCloseTo(binary.logLoss, 13);
    expect(brierScore(two, binary.labels, 2)).toBeCloseTo(binary.brier, 13);
    expect(logLoss(multiclass.p, multiclass.labels, 3)).toBeCloseTo(multiclass.logLoss, 13);
    expect(brierScore(multiclass.p, multiclass.labels, 3)).toBeCloseTo(multiclass.brier, 13);
  });
  it('are finite for impossible certainties and undefined for no rows', () => {
    expect(logLoss([1, 0], [1], 2)).toBeCloseTo(-Math.log(1e-15), 10);
    expect(brierScore([1, 0], [1], 2)).toBe(1);
    expect(logLoss([], [], 2)).toBeNull();
    expect(brierScore([], [], 2)).toBeNull();
  });
  it('calibration line equals unpenalised sklearn LogisticRegression on the logit to 1e-4', () => {
    const line = calibrationLine(binary.p, binary.labels)!;
    expect(line.slope).toBeCloseTo(binary.slope, 4);
    expect(line.intercept).toBeCloseTo(binary.intercept, 4);
  });
  it('calibration line is undefined for one class, constant scores and separated classes', () => {
    expect(calibrationLine([0.2, 0.7], [1, 1])).toBeNull();
    expect(calibrationLine([0.4, 0.4, 0.4], [1, 0, 0])).toBeNull();
    expect(calibrationLine([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])).toBeNull();
    expect(calibrationLine([], [])).toBeNull();
  });
});

describe('cluster bootstrap', () => {
  it('keeps each stratum and is the same for the same stream', () => {
    const strata = [Uint32Array.of(0, 2, 4), Uint32Array.of(1, 3)];
    const times = drawClusters(strata, 5, Rng.create(3));
    expect(times[0]! + times[2]! + times[4]!).toBe(3);
    expect(times[1]! + times[3]!).toBe(2);
    expect(drawClusters(strata, 5, Rng.create(3))).toEqual(times);
    expect([...rowWeights(times, Uint32Array.of(1, 1, 4))]).toEqual([times[1], times[1], times[4]]);
  });

  it('covers a known mean about as often as it says', () => {
    const rng = Rng.create(11);
    let covered = 0;
    const trials = 200;
    for (let t = 0; t < trials; t++) {
      const values = Float64Array.from({ length: 60 }, () => rng.normal());
      const clusters = [Uint32Array.from({ length: 60 }, (_, i) => i)];
      const means = Array.from({ length: 200 }, () => {
        const times = drawClusters(clusters, 60, rng);
        return values.reduce((a, v, i) => a + v * times[i]!, 0) / 60;
      });
      const interval = percentileInterval(means, 0.9)!;
      if (interval.low <= 0 && interval.high >= 0) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.82);
    expect(covered / trials).toBeLessThan(0.96);
    expect(percentileInterval([], 0.95)).toBeNull();
  });
});
