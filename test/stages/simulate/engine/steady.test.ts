import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { play } from '../../../support/small-world.js';

const chances = (a: number, b: number) => [
  { distribution: a, transition: 'A' },
  { distribution: b, transition: 'B' },
  { distribution: Number((1 - a - b).toFixed(9)), transition: 'Wait' },
];
const mark = (code: string) => ({
  type: 'Observation',
  category: 'exam',
  unit: '1',
  codes: [{ system: 'LOINC', code, display: code }],
  exact: { quantity: 1 },
  direct_transition: 'Wait',
});

/**
 * A yearly chance that changes at three years of age. With `naive`, a state that no one is ever in is asked for before the loop, so that the
 * engine cannot sleep through it and draws every round.
 */
function module(naive: boolean) {
  const condition = { condition_type: 'Age', operator: '<', quantity: 3, unit: 'years' };
  const never = { condition_type: 'PriorState', name: 'Nowhere' };
  return {
    Initial: { type: 'Initial', direct_transition: 'Wait' },
    Wait: {
      type: 'Delay',
      exact: { quantity: 1, unit: 'months' },
      complex_transition: [
        ...(naive
          ? [
              {
                condition: {
                  condition_type: 'Not',
                  condition: { condition_type: 'Or', conditions: [never, { condition_type: 'True' }] },
                },
                transition: 'A',
              },
            ]
          : []),
        { condition, distributions: chances(0.05, 0.02) },
        { distributions: chances(0.01, 0.03) },
      ],
    },
    A: mark('1-8'),
    B: mark('2-6'),
  };
}

function counts(naive: boolean, seed: string, n: number): number[] {
  const root = Rng.create(seed);
  const found = [0, 0, 0, 0];
  const third = Date.UTC(1983, 0, 15, 6);
  for (let i = 0; i < n; i++) {
    const record = play({ a: module(naive) }, root.split('life', i), { years: 8 });
    for (const { time, codes } of record.observations)
      found[(time < third ? 0 : 2) + (codes[0]!.code === '1-8' ? 0 : 1)]!++;
  }
  return found;
}

describe('sleeping through monthly chances', () => {
  it('leads to as many events of each kind before and after a change as drawing every round (4 standard errors)', () => {
    const n = 300;
    const fast = counts(false, 'fast', n);
    const slow = counts(true, 'slow', n);
    // 36 rounds before three years, 61 after it (8 × 365 days)
    const expected = [36 * 0.05, 36 * 0.02, 61 * 0.01, 61 * 0.03].map((x) => x * n);
    for (let k = 0; k < 4; k++) {
      const error = Math.sqrt(expected[k]!);
      expect(Math.abs(fast[k]! - expected[k]!)).toBeLessThan(4 * error);
      expect(Math.abs(slow[k]! - expected[k]!)).toBeLessThan(4 * error);
    }
  });
});
