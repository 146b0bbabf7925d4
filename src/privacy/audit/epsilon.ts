import { UserError } from '../../core/index.js';
import { clopperPearson } from './incomplete-beta.js';

/** Outcomes of many runs, each reduced to one number by which an attacker tells the two tables apart. */
export interface AuditRuns {
  /** Scores of runs on the table with the unit. Larger should mean "with". */
  readonly withUnit: ArrayLike<number>;
  /** Scores of runs on the table without it. */
  readonly withoutUnit: ArrayLike<number>;
  /** δ of the claim. */
  readonly delta: number;
  /** Probability that the bound holds, e.g. 0.95. */
  readonly level: number;
}

/** What an audit has shown. */
export interface AuditResult {
  /** The mechanism is not (ε', δ)-DP for any ε' below this, at the given level; 0 when nothing was shown. */
  readonly epsilonLow: number;
  /** The threshold chosen on the first half of the runs. */
  readonly threshold: number;
  /** Runs of the second half above the threshold, with and without the unit, of how many each. */
  readonly hits: readonly [number, number];
  readonly runs: readonly [number, number];
}

/**
 * Lower bound on ε from an attack: (ε, δ)-DP allows no test with TPR > e^ε FPR + δ nor with 1 − FPR > e^ε (1 − TPR) + δ (Kairouz, Oh and
 * Viswanath, ICML 2015), so log((TPR − δ)/FPR) with Clopper-Pearson bounds of both rates is a lower bound (Jagielski, Ullman and Oprea,
 * NeurIPS 2020). The first half of the runs chooses the threshold and one of the two inequalities, the second half is counted, so that no choice is paid for.
 * @throws UserError `AUDIT_RUNS` for fewer than 20 runs a side.
 */
export function auditEpsilon({ withUnit, withoutUnit, delta, level }: AuditRuns): AuditResult {
  if (withUnit.length < 20 || withoutUnit.length < 20) {
    throw new UserError('AUDIT_RUNS', 'An audit needs at least 20 runs on either table.', {
      got: `${withUnit.length} and ${withoutUnit.length}`,
    });
  }
  const [trainIn, testIn] = halves(withUnit);
  const [trainOut, testOut] = halves(withoutUnit);
  const bound = (ins: Float64Array, outs: Float64Array, at: number, reverse: boolean): number => {
    const [hitsIn, hitsOut] = [above(ins, at), above(outs, at)];
    const alpha = (1 - level) / 2; // either rate may fail
    if (!reverse)
      return ratio(
        clopperPearson(hitsIn, ins.length, alpha).low,
        clopperPearson(hitsOut, outs.length, alpha).high,
        delta,
      );
    return ratio(
      clopperPearson(outs.length - hitsOut, outs.length, alpha).low,
      clopperPearson(ins.length - hitsIn, ins.length, alpha).high,
      delta,
    );
  };
  const candidates = thresholds(trainIn, trainOut);
  let best = { threshold: candidates[0]!, reverse: false, value: -Infinity };
  for (const threshold of candidates) {
    for (const reverse of [false, true]) {
      const value = bound(trainIn, trainOut, threshold, reverse);
      if (value > best.value) best = { threshold, reverse, value };
    }
  }
  return {
    epsilonLow: Math.max(0, bound(testIn, testOut, best.threshold, best.reverse)),
    threshold: best.threshold,
    hits: [above(testIn, best.threshold), above(testOut, best.threshold)],
    runs: [testIn.length, testOut.length],
  };
}

function ratio(rateLow: number, rateHigh: number, delta: number): number {
  return rateLow > delta ? Math.log((rateLow - delta) / rateHigh) : -Infinity;
}

function halves(values: ArrayLike<number>): [Float64Array, Float64Array] {
  const all = Float64Array.from(values);
  const middle = all.length >> 1;
  return [all.subarray(0, middle), all.subarray(middle)];
}

function above(values: Float64Array, threshold: number): number {
  return values.reduce((count, value) => count + (value > threshold ? 1 : 0), 0);
}

/** 200 quantiles of both samples together. */
function thresholds(a: Float64Array, b: Float64Array): number[] {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  all.sort();
  const picked = Array.from({ length: 200 }, (_, i) => all[Math.floor((i / 200) * all.length)]!);
  return [...new Set(picked)];
}
