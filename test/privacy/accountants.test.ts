import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountantOf } from '../../src/privacy/accountants/index.js';
import { trainingDelta, trainingEpsilon, trainingNoise } from '../../src/privacy/accountants/training.js';
import { boundedRangePair } from '../../src/privacy/analysis/bounded-range.js';
import { discreteGaussianPair } from '../../src/privacy/analysis/discrete-gaussian.js';
import { gaussianDelta, gaussianMu } from '../../src/privacy/analysis/gaussian.js';
import { erfcx, normalBetween, normalTail } from '../../src/privacy/analysis/normal-tail.js';
import {
  compose,
  discretise,
  lossDelta,
  lossEpsilon,
  reachOf,
} from '../../src/privacy/analysis/privacy-loss.js';
import type { LossPair, PrivacyLoss } from '../../src/privacy/analysis/privacy-loss.js';
import { subsampledGaussianRdp } from '../../src/privacy/analysis/subsampled-gaussian.js';
import { zcdpDelta, zcdpEpsilon, zcdpRho } from '../../src/privacy/analysis/zcdp.js';
import { accountantIds } from '../../src/privacy/index.js';
import { goldens } from './goldens.js';

const relative = (a: number, b: number): number => Math.abs(a / b - 1);

/** A Gaussian release of distance μ as a pair on a grid. */
function gaussianPair(mu: number): LossPair {
  const place = (loss: number, mean: number): number => (loss - mean) / mu;
  return {
    between: (a, b) => ({
      p: normalBetween(place(a, (mu * mu) / 2), place(b, (mu * mu) / 2)),
      q: normalBetween(place(a, (-mu * mu) / 2), place(b, (-mu * mu) / 2)),
    }),
  };
}

function onGrid(pair: LossPair, step: number): PrivacyLoss {
  return discretise(pair, step, reachOf(pair, 1e-18));
}

describe('against reference implementations', () => {
  test.each(goldens.erfcx)('erfcx(%f) within 2e-14 of mpmath', (x, value) => {
    expect(relative(erfcx(x), value)).toBeLessThan(2e-14);
  });

  test.each(goldens.gaussianDelta)(
    'Gaussian δ(ε = %f, μ = %f): not below mpmath, above by 1e-9 at most',
    (e, mu, value) => {
      const delta = gaussianDelta(e, mu);
      expect(delta).toBeGreaterThanOrEqual(value);
      expect(delta).toBeLessThanOrEqual(value * (1 + 1e-9) + 1e-20);
    },
  );

  test.each(goldens.gaussianMu)(
    'Gaussian μ(ε = %f, δ = %f): not above mpmath, below by 1e-9 at most',
    (e, d, value) => {
      const mu = gaussianMu(e, d);
      expect(mu).toBeLessThanOrEqual(value);
      expect(mu).toBeGreaterThanOrEqual(value * (1 - 1e-9));
    },
  );

  test.each(goldens.zcdp)(
    'ε of ρ = %f at δ = %f: not below OpenDP (its own error 1e-6), above by 1e-6 at most',
    (...row) => {
      const [rho, delta, epsilon, mapped] = row as [number, number, number, number];
      expect(mapped).toBeCloseTo(rho, 12); // OpenDP's map from scale to ρ is Δ²/2σ² as ours
      expect(zcdpEpsilon(rho, delta)).toBeGreaterThanOrEqual(epsilon * (1 - 1e-6));
      expect(zcdpEpsilon(rho, delta)).toBeLessThanOrEqual(epsilon * (1 + 1e-6));
    },
  );

  test.each(goldens.rdp)(
    'Rényi divergence of rate %f, noise %f at order %f: within 1e-6 of Opacus and not below (its own error 3e-8)',
    (...row) => {
      const [rate, noise, order, value] = row as [number, number, number, number];
      const ours = subsampledGaussianRdp({ rate, noise }, order);
      expect(ours).toBeGreaterThanOrEqual(value * (1 - 3e-8));
      expect(ours).toBeLessThanOrEqual(value * (1 + 1e-6) + 1e-14);
    },
  );

  test.each(goldens.rdpExact)(
    'Rényi divergence of rate %f, noise %f at order %f: not below mpmath, above by 3e-9 at most',
    (...row) => {
      const [rate, noise, order, value] = row as [number, number, number, number];
      const ours = subsampledGaussianRdp({ rate, noise }, order);
      expect(ours).toBeGreaterThanOrEqual(value);
      expect(ours).toBeLessThanOrEqual(value * (1 + 3e-9) + 1e-14);
    },
  );

  test.each(goldens.training)(
    'training $rate × $steps, noise $noise: ε by PLD within 2e-4 of prv-accountant and dp-accounting',
    (run) => {
      const epsilon = trainingEpsilon(run, run.delta);
      // never below what these prove to be a lower bound, nor, but for their own error, below their estimates
      expect(epsilon).toBeGreaterThanOrEqual(Math.max(run.pldOptimistic, run.prv[0]));
      expect(epsilon).toBeGreaterThanOrEqual(run.prv[1] * (1 - 5e-5));
      expect(epsilon).toBeLessThanOrEqual(run.prv[1] * (1 + 2e-4));
      expect(epsilon).toBeLessThanOrEqual(run.pld * (1 + 2e-4));
    },
  );

  test.each(goldens.training)(
    'training $rate × $steps, noise $noise: ε by RDP within 2e-3 of Opacus and dp-accounting',
    (run) => {
      const epsilon = trainingEpsilon(run, run.delta, 'rdp');
      expect(epsilon).toBeGreaterThanOrEqual(run.pldOptimistic);
      expect(epsilon).toBeLessThanOrEqual(Math.min(run.rdp, run.opacus) * (1 + 1e-6));
      expect(epsilon).toBeGreaterThanOrEqual(Math.min(run.rdp, run.opacus) * (1 - 2e-3)); // more orders may help
    },
  );

  test.each(goldens.discreteGaussian)(
    'discrete Gaussian σ² = $variance, shift $shift: δ between the bounds of dp-accounting',
    (g) => {
      const delta = lossDelta(onGrid(discreteGaussianPair(g.variance, g.shift), 1e-4), g.epsilon);
      expect(delta).toBeGreaterThanOrEqual(g.optimistic);
      expect(delta).toBeLessThanOrEqual(g.delta * (1 + 1e-4));
    },
  );
});

describe('two ways agree', () => {
  test('Gaussians composed on a grid: δ not below the closed form, above by 1e-3 at most', () => {
    for (const [mu, count, epsilon] of [
      [0.1, 100, 2],
      [0.3, 10, 1],
      [1, 1, 1],
      [0.02, 400, 0.5],
    ] as const) {
      const loss = onGrid(gaussianPair(mu), mu / 60);
      const exact = gaussianDelta(epsilon, mu * Math.sqrt(count));
      const delta = lossDelta(compose([{ loss, count }]), epsilon);
      expect(delta).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
      expect(delta).toBeLessThanOrEqual(exact * (1 + 2e-3));
    }
  });

  test('lossEpsilon inverts lossDelta', () => {
    const loss = compose([{ loss: onGrid(gaussianPair(0.2), 0.004), count: 30 }]);
    for (const delta of [1e-2, 1e-5, 1e-8]) {
      const epsilon = lossEpsilon(loss, delta);
      expect(relative(lossDelta(loss, epsilon), delta)).toBeLessThan(1e-5);
    }
  });

  test('the Gaussian inside a choice: on the grid and by the closed form, within 1e-3', () => {
    const choices = compose([{ loss: discretise(boundedRangePair(0.2), 0.2 / 24, [-0.2, 0.2]), count: 20 }]);
    const closed = lossDelta(choices, 1, (e) => gaussianDelta(e, 0.3));
    const grid = compose([
      { loss: discretise(boundedRangePair(0.2), 0.2 / 48, [-0.2, 0.2]), count: 20 },
      { loss: onGrid(gaussianPair(0.3), 0.2 / 48), count: 1 },
    ]);
    expect(relative(lossDelta(grid, 1), closed)).toBeLessThan(2e-3);
  });

  test('the bounded-range pair is the largest of all two-valued pairs of that range (within 1e-3 of a search over t)', () => {
    for (const range of [0.01, 0.3, 2]) {
      const loss = discretise(boundedRangePair(range), range / 400, [-range, range]);
      for (const share of [0, 0.3, 0.8]) {
        const x = share * range;
        let most = 0;
        for (let t = 0; t <= range; t += range / 4000) {
          const q = -Math.expm1(t - range) / (Math.exp(t) - Math.exp(t - range));
          most = Math.max(most, q * (Math.exp(t) - Math.exp(x)));
        }
        const delta = lossDelta(loss, x);
        expect(delta).toBeGreaterThanOrEqual(most * (1 - 1e-9));
        expect(delta).toBeLessThanOrEqual(most * (1 + 1e-3) + 1e-7);
      }
    }
  });

  test('a normal interval is the difference of tails', () => {
    for (const [a, b] of [
      [-1, 2],
      [3, 4],
      [-8, -7],
      [-Infinity, Infinity],
      [5, 5],
    ] as const) {
      expect(normalBetween(a, b)).toBeCloseTo(normalTail(a) - normalTail(b), 12);
    }
    expect(normalBetween(30, 31)).toBeGreaterThan(0);
  });
});

const budgets = fc.record({
  epsilon: fc.double({ min: 0.05, max: 20, noNaN: true }),
  delta: fc.double({ min: 3, max: 10, noNaN: true }).map((x) => 10 ** -x),
});
const settings = { numRuns: 60, seed: 7 };

describe.each(accountantIds)('accountant %s', (id) => {
  test('what costs no more than the worth never exceeds δ, in whatever mixture of releases and choices', () => {
    const mixtures = fc.record({
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      choices: fc.array(
        fc.record({
          weight: fc.double({ min: 0.05, max: 1, noNaN: true }),
          times: fc.integer({ min: 1, max: 60 }),
        }),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    });
    fc.assert(
      fc.property(budgets, mixtures, ({ epsilon, delta }, { share, choices }) => {
        const accountant = accountantOf(id);
        const rho = accountant.worth(epsilon, delta);
        const total = choices.reduce((sum, c) => sum + c.weight * c.times, 0);
        const ranges = new Map(
          choices.map((c) => [accountant.range((rho * share * c.weight) / total) || 1e-9, c.times] as const),
        );
        const muSquared = accountant.mu(rho * (1 - share)) ** 2;
        expect(accountant.delta({ muSquared, ranges, trainings: [] }, epsilon)).toBeLessThanOrEqual(
          delta * (1 + 1e-9),
        );
      }),
      settings,
    );
  });

  test('the worth grows with ε and with δ, and is tight: 0.2 % more on one release is too much', () => {
    fc.assert(
      fc.property(budgets, ({ epsilon, delta }) => {
        const accountant = accountantOf(id);
        const rho = accountant.worth(epsilon, delta);
        expect(accountant.worth(epsilon * 1.1, delta)).toBeGreaterThan(rho);
        expect(accountant.worth(epsilon, delta * 2)).toBeGreaterThan(rho);
        const more = accountant.mu(rho * 1.002) ** 2;
        expect(
          accountant.delta({ muSquared: more, trainings: [], ranges: new Map() }, epsilon),
        ).toBeGreaterThan(delta);
      }),
      settings,
    );
  });

  test('δ falls with ε and grows with every release and choice', () => {
    fc.assert(
      fc.property(budgets, fc.double({ min: 0.01, max: 1, noNaN: true }), ({ epsilon }, range) => {
        const accountant = accountantOf(id);
        const at = (muSquared: number, times: number, e = epsilon): number =>
          accountant.delta({ muSquared, trainings: [], ranges: new Map([[range, times]]) }, e);
        const here = at(0.5, 5);
        const room = here * 1e-3 + 1e-13; // the grid is another for another composition
        expect(at(0.6, 5)).toBeGreaterThanOrEqual(here - room);
        expect(at(0.5, 6)).toBeGreaterThanOrEqual(here - room);
        expect(at(0.5, 5, epsilon * 1.1)).toBeLessThanOrEqual(here + room);
      }),
      settings,
    );
  });
});

test('PLD allows more than zCDP: 10 to 25 % of ρ on Gaussian releases', () => {
  for (const [epsilon, delta] of [
    [1, 1e-5],
    [1, 1e-9],
    [10, 1e-5],
    [0.1, 1e-5],
  ] as const) {
    const gain = accountantOf('pld').worth(epsilon, delta) / accountantOf('zcdp').worth(epsilon, delta);
    expect(gain).toBeGreaterThan(1.1);
    expect(gain).toBeLessThan(1.25);
  }
});

test('zCDP: δ and ρ invert ε; nothing spent costs nothing', () => {
  expect(zcdpDelta(0, 1)).toBe(0);
  expect(zcdpEpsilon(0, 1e-5)).toBe(0);
  for (const rho of [0.01, 0.5, 4]) {
    expect(relative(zcdpRho(zcdpEpsilon(rho, 1e-6), 1e-6), rho)).toBeLessThan(1e-6);
  }
});

test('calibrated training noise never overspends and is at most 0.3 % too large', () => {
  for (const by of ['pld', 'rdp'] as const) {
    for (const [rate, steps, epsilon, delta] of [
      [0.01, 1000, 2, 1e-5],
      [0.2, 50, 0.5, 1e-6],
      [1, 20, 8, 1e-5],
    ] as const) {
      const noise = trainingNoise({ rate, steps }, { epsilon, delta }, by);
      expect(trainingEpsilon({ rate, steps, noise }, delta, by)).toBeLessThanOrEqual(epsilon);
      expect(trainingEpsilon({ rate, steps, noise: noise * 0.997 }, delta, by)).toBeGreaterThan(epsilon);
      expect(trainingDelta({ rate, steps, noise }, epsilon)).toBeLessThanOrEqual(delta);
    }
  }
});
