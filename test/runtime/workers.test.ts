import { afterEach, describe, expect, it } from 'vitest';
import { DataError, InternalError, InterruptedError, Rng } from '../../src/core/index.js';
import { WorkerPool } from '../../src/runtime/index.js';

const module = new URL('./fixtures/tasks.mjs', import.meta.url).href;
const call = (task: string, input: unknown = {}): { module: string; task: string; input: unknown } => ({
  module,
  task,
  input,
});
const squares = (n: number, base: number): ReturnType<typeof call>[] =>
  Array.from({ length: n }, (_, x) => call('slowSquare', { x: base + x, waitMs: (n - x) * 4 }));

const pools: WorkerPool[] = [];
const open = (size: number): WorkerPool => {
  const pool = new WorkerPool(size);
  pools.push(pool);
  return pool;
};
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

describe.each([1, 2, 3])('a pool of %d', (size) => {
  it('answers in the order of the calls, whatever order they end in', async () => {
    let done = 0;
    const results = await open(size).map(squares(8, 0), { onDone: () => done++ });
    expect(results).toEqual([0, 1, 4, 9, 16, 25, 36, 49]);
    expect(done).toBe(8);
  });

  it('streams answers in the order of the calls, beginning only so many ahead', async () => {
    let made = 0;
    let given = 0;
    let most = 0;
    const pool = open(size);
    await pool.map(squares(size, 0)); // threads that run already
    const long = call('slowSquare', { x: 0, waitMs: 500 }); // the others go on while it lasts
    const calls = function* (): Generator<ReturnType<typeof call>> {
      for (const one of [long, ...squares(11, 1)]) {
        made++;
        most = Math.max(most, made - given);
        yield one;
      }
    };
    const results: number[] = [];
    for await (const result of pool.stream<number>(calls(), { ahead: 4 })) {
      given++;
      results.push(result);
    }
    expect(results).toEqual(Array.from({ length: 12 }, (_, x) => x * x));
    expect(most).toBe(size === 1 ? 1 : 4);
  });

  it('streams up to an error, and can be used again', async () => {
    const pool = open(size);
    const got: unknown[] = [];
    const read = async (): Promise<void> => {
      const calls = [...squares(3, 0), call('failDataError'), ...squares(20, 3)];
      for await (const result of pool.stream(calls, { ahead: 5 })) got.push(result);
    };
    await expect(read()).rejects.toMatchObject({ code: 'NO_COLUMN' });
    expect(got).toEqual([0, 1, 4]);
    expect(await pool.map(squares(3, 1))).toEqual([1, 4, 9]);
  });

  it('streams until the signal fires or the reader leaves, and can be used again', async () => {
    const pool = open(size);
    const controller = new AbortController();
    const read = async (leave: boolean): Promise<void> => {
      const options = { ahead: 3, signal: controller.signal };
      for await (const result of pool.stream<number>(squares(20, 0), options))
        if (result === 9) {
          if (leave) return;
          controller.abort();
        }
    };
    await read(true);
    await expect(read(false)).rejects.toThrow(InterruptedError);
    await expect(read(false)).rejects.toThrow(InterruptedError);
    expect(await pool.map(squares(2, 1))).toEqual([1, 4]);
  });

  it('gives the same numbers from stream keys', async () => {
    const root = Rng.create(3);
    const calls = [0, 1, 2, 3, 4].map((i) => call('draw', { key: root.split('block', i).key }));
    const expected = [0, 1, 2, 3, 4].map((i) => {
      const rng = root.split('block', i);
      return Array.from({ length: 5 }, () => rng.normal());
    });
    expect(await open(size).map(calls)).toEqual(expected);
  });

  it('shares typed arrays on shared memory', async () => {
    const array = new Float64Array(new SharedArrayBuffer(32));
    const part = (from: number, value: number): ReturnType<typeof call> =>
      call('fillShared', { array, from, to: from + 2, value });
    await open(size).map([part(0, 1), part(2, 2)]);
    expect([...array]).toEqual([1, 1, 2, 2]);
  });

  it('moves large arrays that have their memory for themselves, and copies the others', async () => {
    const pool = open(size);
    const call1 = call('give', { size: 100_000 });
    const [given] = await pool.map<Record<string, Uint8Array>>([call1, ...(size === 1 ? [] : [call1])]);
    const sums = Object.values(given!).map((array) => array.reduce((sum, x) => sum + x, 0));
    expect(sums).toEqual([100_000, 200_000, 9]);
    const left = await pool.map<number[]>(Array.from({ length: size }, () => call('left')));
    const moved = left.filter((lengths) => lengths.length > 0);
    expect(moved).toContainEqual([size === 1 ? 100_000 : 0, 100_000, 3]); // in place nothing has to move
  });

  it('can be used again after an error', async () => {
    const pool = open(size);
    await expect(pool.map([call('failForeign'), ...squares(3, 0)])).rejects.toThrow('a foreign defect');
    expect(await pool.map(squares(3, 1))).toEqual([1, 4, 9]);
  });

  it('names a task that its module does not export', async () => {
    await expect(open(size).map([call('notAFunction'), call('absent')])).rejects.toMatchObject({
      code: 'WORKER_TASK',
    });
  });

  it('rejects at once when the signal has fired, and can be used again', async () => {
    const pool = open(size);
    const controller = new AbortController();
    controller.abort();
    await expect(pool.map(squares(2, 0), { signal: controller.signal })).rejects.toThrow(InterruptedError);
    expect(await pool.map(squares(2, 1))).toEqual([1, 4]);
  });

  it('stops between calls when the signal fires', async () => {
    const pool = open(size);
    const controller = new AbortController();
    let done = 0;
    const onDone = (): void => {
      if (++done === 2) controller.abort();
    };
    await expect(pool.map(squares(10, 0), { signal: controller.signal, onDone })).rejects.toThrow(
      InterruptedError,
    );
    expect(done).toBeLessThan(10);
    expect(await pool.map(squares(2, 1))).toEqual([1, 4]);
  });

  it('does nothing for no calls', async () => {
    expect(await open(size).map([])).toEqual([]);
  });
});

describe('threads', () => {
  it('are as many as the pool’s size, and none for a pool of one', async () => {
    const calls = Array.from({ length: 12 }, () => call('thread'));
    expect(new Set(await open(1).map(calls)).size).toBe(1);
    expect(new Set(await open(2).map(calls)).size).toBe(2);
  });

  it('give an error its class, code and advice back', async () => {
    const failed = open(2).map([call('failDataError'), call('failDataError')]);
    await expect(failed).rejects.toBeInstanceOf(DataError);
    await expect(failed).rejects.toMatchObject({
      code: 'NO_COLUMN',
      summary: 'There is no such column.',
      expected: 'a',
      got: 'b',
      fix: 'c',
      message: 'There is no such column.\n  expected: a\n  got:      b\n  to do:    c',
    });
  });

  it('turn a foreign error into a defect of ours, with its stack', async () => {
    const failed = open(2).map([call('failForeign'), call('failForeign')]);
    await expect(failed).rejects.toBeInstanceOf(InternalError);
    await expect(failed).rejects.toMatchObject({
      code: 'UNEXPECTED',
      stack: expect.stringContaining('tasks.mjs') as string,
    });
  });

  it('are replaced when one has died', async () => {
    const pool = open(2);
    await expect(pool.map([call('exit'), ...squares(2, 0)])).rejects.toMatchObject({ code: 'WORKER_EXIT' });
    expect(await pool.map(squares(4, 0))).toEqual([0, 1, 4, 9]);
  });

  it('are interrupted in the middle of a call', async () => {
    const pool = open(2);
    const controller = new AbortController();
    const forever = call('slowSquare', { x: 1, waitMs: 3_600_000 });
    const waiting = pool.map([forever, forever], { signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 50);
    await expect(waiting).rejects.toThrow(InterruptedError);
    expect(await pool.map(squares(2, 1))).toEqual([1, 4]);
  });

  it('keep two maps at the same time apart', async () => {
    const pool = open(2);
    const [a, b] = await Promise.all([pool.map(squares(6, 0)), pool.map(squares(6, 100))]);
    expect(a).toEqual([0, 1, 4, 9, 16, 25]);
    expect(b).toEqual([100, 101, 102, 103, 104, 105].map((x) => x * x));
  });
});

it.each([0, -1, 1.5, NaN])('a pool of %d is refused', (size) => {
  expect(() => new WorkerPool(size)).toThrow(expect.objectContaining({ code: 'POOL_SIZE' }));
});
