import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WakeQueue } from '../../../../src/stages/simulate/engine/queue.js';

describe('the wake queue', () => {
  it('always names the earliest slot, the lowest of those at one time, like a search of all', () => {
    const change = fc.tuple(fc.nat(11), fc.oneof(fc.nat(20), fc.constant(Infinity)));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const queue = new WakeQueue(12);
        queue.reset(5);
        const times = new Array<number>(12).fill(5);
        for (const [slot, time] of changes) {
          queue.set(slot, time);
          times[slot] = time;
          const least = Math.min(...times);
          expect([queue.time, queue.slot]).toEqual([least, times.indexOf(least)]);
        }
      }),
    );
  });
});
