import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fixedClock, InterruptedError, Rng } from '../../src/core/index.js';
import type { Stage } from '../../src/pipeline/index.js';
import { orderStages, runStages } from '../../src/pipeline/index.js';
import type { RunContext } from '../../src/runtime/index.js';
import { silentProgress, WorkerPool } from '../../src/runtime/index.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-runner-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const context = (signal?: AbortSignal): RunContext => ({
  rng: Rng.create(1),
  clock: fixedClock(0),
  pool: new WorkerPool(1),
  progress: silentProgress,
  signal,
});

/** numbers → doubled → total: each stage writes one file and notes that it ran. */
function chain(ran: string[], options: { factor?: number; label?: string } = {}): Stage[] {
  const { factor = 2, label = 'total' } = options;
  const write = (folder: string, name: string, value: unknown) =>
    writeFile(path.join(folder, name), JSON.stringify(value));
  const numbers = async (folder: string, name: string): Promise<number[]> =>
    JSON.parse(await readFile(path.join(folder, name), 'utf8')) as number[];
  return [
    {
      id: 'numbers',
      title: 'numbers',
      needs: [],
      config: { n: 5 },
      code: ['core'],
      run: async (folder, _inputs, ctx) => {
        ran.push('numbers');
        await write(
          folder,
          'x.json',
          Array.from({ length: 5 }, () => ctx.rng.int(100)),
        );
      },
    },
    {
      id: 'doubled',
      title: 'doubled',
      needs: ['numbers'],
      config: { factor },
      code: ['core'],
      run: async (folder, inputs) => {
        ran.push('doubled');
        await write(
          folder,
          'y.json',
          (await numbers(inputs['numbers']!.folder, 'x.json')).map((v) => v * factor),
        );
      },
    },
    {
      id: 'total',
      title: 'total',
      needs: ['doubled'],
      config: { label },
      code: ['core'],
      run: async (folder, inputs) => {
        ran.push('total');
        const sum = (await numbers(inputs['doubled']!.folder, 'y.json')).reduce((a, b) => a + b, 0);
        await write(folder, 'z.json', { [label]: sum });
      },
    },
  ];
}

async function snapshot(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((e) => e.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = await readFile(file, 'utf8');
  }
  return files;
}

describe('runStages', () => {
  it('reuses what is complete and unchanged', async () => {
    const ran: string[] = [];
    await runStages(root, chain(ran), context());
    await runStages(root, chain(ran), context());
    expect(ran).toEqual(['numbers', 'doubled', 'total']);
  });

  it('makes again only what a changed option reaches', async () => {
    const ran: string[] = [];
    await runStages(root, chain(ran), context());
    ran.length = 0;
    await runStages(root, chain(ran, { label: 'sum' }), context());
    expect(ran).toEqual(['total']);
    ran.length = 0;
    await runStages(root, chain(ran, { factor: 3 }), context());
    expect(ran).toEqual(['doubled', 'total']);
  });

  it('does not follow a change that leaves the content as it was (early cut-off)', async () => {
    const ran: string[] = [];
    await runStages(root, chain(ran), context());
    ran.length = 0;
    const again = chain(ran);
    await runStages(root, [{ ...again[0]!, config: { n: 5, comment: 'same content' } }, ...again.slice(1)], {
      ...context(),
    });
    expect(ran).toEqual(['numbers']);
  });

  it('makes a stage again when one of its files was changed, removed or added', async () => {
    for (const damage of [
      (f: string) => writeFile(path.join(f, 'y.json'), '[0]'),
      (f: string) => rm(path.join(f, 'y.json')),
      (f: string) => writeFile(path.join(f, 'extra.txt'), ''),
    ]) {
      const ran: string[] = [];
      const outputs = await runStages(root, chain(ran), context());
      await damage(outputs['doubled']!.folder);
      ran.length = 0;
      await runStages(root, chain(ran), context());
      expect(ran).toEqual(['doubled']);
    }
  });

  it('continues after an interruption and ends with the bytes of an uninterrupted run', async () => {
    const ran: string[] = [];
    const stop = new AbortController();
    const stages = chain(ran);
    const interrupted = stages.map((s) =>
      s.id === 'doubled'
        ? {
            ...s,
            run: async (...args: Parameters<Stage['run']>) => {
              await s.run(...args);
              stop.abort();
            },
          }
        : s,
    );
    const a = path.join(root, 'a');
    await expect(runStages(a, interrupted, context(stop.signal))).rejects.toBeInstanceOf(InterruptedError);
    expect((await readdir(a)).filter((name) => name.includes('tmp') || name.startsWith('doubled'))).toEqual(
      [],
    );
    ran.length = 0;
    await runStages(a, stages, context());
    expect(ran).toEqual(['doubled', 'total']);
    const b = path.join(root, 'b');
    await runStages(b, stages, context());
    expect(await snapshot(a)).toEqual(await snapshot(b));
  });

  it('leaves no folder of a stage that failed, and removes what a killed process left', async () => {
    const stages = chain([]);
    const failing = stages.map((s) =>
      s.id === 'total'
        ? {
            ...s,
            run: async (folder: string) => {
              await writeFile(path.join(folder, 'half'), '');
              throw new Error('boom');
            },
          }
        : s,
    );
    await expect(runStages(root, failing, context())).rejects.toThrow('boom');
    expect((await readdir(root)).filter((name) => name.startsWith('total'))).toEqual([]);

    await writeFile(path.join(root, '.lock'), '999999999'); // a process that cannot exist
    await writeFile(path.join(root, 'total-0.tmp-999999999'), '');
    await runStages(root, stages, context());
    expect((await readdir(root)).filter((name) => name.includes('.tmp-') || name === '.lock')).toEqual([]);
  });

  it('refuses a folder that a living process holds', async () => {
    await writeFile(path.join(root, '.lock'), String(process.ppid));
    await expect(runStages(root, chain([]), context())).rejects.toMatchObject({ code: 'RUN_LOCKED' });
  });

  it('changes every output with the seed', async () => {
    const a = await runStages(path.join(root, 'a'), chain([]), context());
    const b = await runStages(path.join(root, 'b'), chain([]), { ...context(), rng: Rng.create(2) });
    expect(a['numbers']!.contentHash).not.toBe(b['numbers']!.contentHash);
  });
});

describe('orderStages', () => {
  const stage = (id: string, ...needs: string[]): Stage => ({
    id,
    title: id,
    needs,
    config: null,
    code: [],
    run: () => Promise.resolve(),
  });
  it('puts needs first', () => {
    expect(orderStages([stage('c', 'b'), stage('a'), stage('b', 'a')]).map((s) => s.id)).toEqual([
      'a',
      'b',
      'c',
    ]);
  });
  it('refuses cycles, unknown needs and repeated ids', () => {
    expect(() => orderStages([stage('a', 'b'), stage('b', 'a')])).toThrow(/needs itself/);
    expect(() => orderStages([stage('a', 'x')])).toThrow(/does not exist/);
    expect(() => orderStages([stage('a'), stage('a')])).toThrow(/same id/);
  });
});
