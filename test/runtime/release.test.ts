import { expect, it } from 'vitest';
import { release } from '../../src/runtime/index.js';

it('frees an array’s memory within a turn of the event loop, so that 40 × 100 MB need no more than a few', async () => {
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 40; i++) {
    const array = new Uint8Array(100e6);
    array[0] = 1;
    release(array);
    expect(array).toHaveLength(0);
    await new Promise((resume) => setImmediate(resume));
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(500e6);
});

it('leaves shared memory and empty arrays alone', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(8));
  release(shared);
  release(new Uint8Array(0));
  expect(shared).toHaveLength(8);
});
