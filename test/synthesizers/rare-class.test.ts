import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fixedClock, Rng } from '../../src/core/index.js';
import { silentProgress, WorkerPool } from '../../src/runtime/index.js';
import { synthesizerById, synthesizers } from '../../src/synthesizers/index.js';
import { tableFromRows } from '../../src/table/index.js';

// A label with one positive row has no boosted part of its model: such a model could once be saved but not loaded.
it.each([...synthesizers.keys()])(
  '%s saves and loads a model of a label with a single positive row',
  async (id) => {
    const rng = Rng.create(3);
    const table = tableFromRows(
      [
        { name: 'age', kind: 'count', role: 'anchor', missing: false },
        { name: 'died', kind: 'binary', role: 'label', missing: false, categories: ['0', '1'] },
      ],
      Array.from({ length: 60 }, (_, i) => ({ age: 20 + rng.int(70), died: i === 0 ? '1' : '0' })),
    );
    const context = { rng, clock: fixedClock(0), pool: new WorkerPool(1), progress: silentProgress };
    const synthesizer = synthesizerById(id);
    const dir = await mkdtemp(path.join(os.tmpdir(), 'anamnesis-model-'));
    try {
      await (await synthesizer.fit(table, synthesizer.compile({}), context)).save(dir);
      const drawn = await (await synthesizer.load(dir)).sample(60, { rng: Rng.create(2) }, context);
      expect(drawn.rows).toBe(60);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
);
