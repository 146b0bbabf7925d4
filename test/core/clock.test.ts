import { describe, expect, it } from 'vitest';
import { fixedClock, systemClock } from '../../src/core/index.js';

describe('clocks', () => {
  it('a fixed clock stands still, or moves on by its step', () => {
    const still = fixedClock(1000);
    expect([still.now(), still.now()]).toEqual([1000, 1000]);
    const moving = fixedClock(1000, 250);
    expect([moving.now(), moving.now(), moving.now()]).toEqual([1000, 1250, 1500]);
  });

  it('the system clock gives the machine’s time', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});
