// Fits a synthesizer to a small made-up table and saves it; says at which pass it began. Killed and started again by killed.slow.test.ts. usage: fit-child.mjs <id> <options> <checkpoint folder> <model folder>
import { mkdirSync } from 'node:fs';
import { fixedClock, Rng } from '../../dist/core/index.js';
import { WorkerPool } from '../../dist/runtime/index.js';
import { synthesizerById } from '../../dist/synthesizers/index.js';
import { tableFromRows } from '../../dist/table/index.js';

const [id, options, checkpoint, model] = process.argv.slice(2);
const rng = Rng.create('killed');
const column = (name, kind, more) => ({ name, kind, role: 'feature', missing: false, ...more });
const table = tableFromRows(
  [column('a', 'binary', { categories: ['no', 'yes'] }), column('x', 'continuous', { decimals: 1 })],
  Array.from({ length: 600 }, () => {
    const bit = rng.int(2);
    return { a: bit === 1 ? 'yes' : 'no', x: Math.round(10 * (rng.normal() + 6 * bit)) / 10 };
  }),
);
const pool = new WorkerPool(1);
let begun = false;
const task = () => ({
  advance: (passes = 1) => {
    if (!begun) process.stdout.write(`${passes}\n`);
    begun = true;
  },
  note: () => undefined,
  done: () => undefined,
});
const synthesizer = synthesizerById(id);
const fitted = await synthesizer.fit(table, synthesizer.compile(JSON.parse(options)), {
  rng: Rng.create(1),
  clock: fixedClock(0),
  pool,
  progress: { task },
  checkpoint,
});
mkdirSync(model, { recursive: true });
await fitted.save(model);
await pool.close();
