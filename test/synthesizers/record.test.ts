import { describe, expect, it } from 'vitest';
import { trainingRecord } from '../../src/synthesizers/training/index.js';

const curveOf = (
  losses: readonly number[],
): { training: number; validation: number; learningRate: number }[] =>
  losses.map((validation) => ({ training: 1, validation, learningRate: 0.01 }));

describe('what a training tells of itself', () => {
  it('names the pass of the least loss of the rows set aside, the first of equal ones', () => {
    const of = (losses: readonly number[]): unknown =>
      trainingRecord({ curve: curveOf(losses) }, { loss: 'l' });
    expect(of([3, 2, 2, 2.5])).toMatchObject({ kept: 2, stopped: 'all-passes' });
    expect(of([3, 2, 4, 4, 4, 4])).toMatchObject({ kept: 2, stopped: 'no-gain' });
    expect(of([3])).toMatchObject({ kept: 1, stopped: 'all-passes' });
  });

  it('names the last pass where the loss does not say how good the model is', () => {
    const record = trainingRecord({ curve: curveOf([3, 2, 4, 4, 4, 4]) }, { loss: 'l', plateau: 'none' });
    expect(record).toMatchObject({ kept: 6, stopped: 'all-passes' });
  });

  it('is nothing for a table that needed no network', () => {
    expect(trainingRecord({ curve: [] }, { loss: 'l' })).toBeUndefined();
  });
});
