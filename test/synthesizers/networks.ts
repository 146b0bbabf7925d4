import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Rng } from '../../src/core/index.js';
import type { Progress } from '../../src/runtime/index.js';
import type { FitContext, FittedSynthesizer, Synthesizer } from '../../src/synthesizers/index.js';
import type { Cell, Table } from '../../src/table/index.js';
import { tableFromRows } from '../../src/table/index.js';
import { testContext } from '../support/context.js';
import { schemaOf, share } from './tables.js';

/** Two fair coins and whether they agree (sometimes missing), and a number that is high after the first coin's head and often zero. */
export function coins(rows: number, seed = 3): Table {
  const rng = Rng.create(seed);
  const faces = { categories: ['head', 'tail'], missing: false };
  const schemas = [
    schemaOf('a', 'binary', faces),
    schemaOf('b', 'binary', faces),
    schemaOf('x', 'continuous', { decimals: 1 }),
    schemaOf('same', 'binary', { role: 'label', categories: ['no', 'yes'] }),
  ];
  const face = (bit: number): string => (bit === 1 ? 'head' : 'tail');
  return tableFromRows(
    schemas,
    Array.from({ length: rows }, (): Record<string, Cell> => {
      const [a, b] = [rng.int(2), rng.int(2)];
      const x = Math.round(10 * (rng.normal() + (a === 1 ? 20 : 5))) / 10;
      return {
        a: face(a),
        b: face(b),
        x: rng.next() < 0.1 ? null : rng.next() < 0.2 ? 0 : x,
        same: rng.next() < 0.1 ? null : a === b ? 'yes' : 'no',
      };
    }),
  );
}

/** Share of rows with a smooth x in which it goes with the first coin; independent columns: 0.5. */
export function fitting(table: Table): number {
  const smooth = (x: Cell): boolean => x !== null && x !== 0;
  const fits = share(table, ['a', 'x'], (a, x) => smooth(x) && Number(x) > 12 === (a === 'head'));
  return fits / share(table, ['x'], smooth);
}

/** Share of rows with a label in which it says whether the coins agree, an exclusive or; independent columns: 0.5. */
export function agreeing(table: Table): number {
  const right = share(
    table,
    ['a', 'b', 'same'],
    (a, b, same) => same !== null && (a === b) === (same === 'yes'),
  );
  return right / share(table, ['same'], (same) => same !== null);
}

/** A progress that tells each advance of a task. */
function watching(onAdvance: (units: number) => void): Progress {
  return {
    task: () => ({
      advance: (units = 1) => {
        onAdvance(units);
      },
      note: () => undefined,
      done: () => undefined,
    }),
  };
}

/** What a fit saves, as one text. */
export async function savedBytes(fitted: FittedSynthesizer): Promise<string> {
  const dir = mkdtempSync(path.join(tmpdir(), 'anamnesis-saved-'));
  await fitted.save(dir);
  return ['model.json', 'model.onnx'].map((file) => readFileSync(path.join(dir, file), 'base64')).join('\n');
}

/** Fits with options of the user's kind. */
export function fitOf<O, C>(
  synthesizer: Synthesizer<O, C>,
): (table: Table, options: O, context?: FitContext) => Promise<FittedSynthesizer> {
  return (table, options, context = testContext()) =>
    synthesizer.fit(table, synthesizer.compile(options), context);
}

/** Interrupts a fit after `passes` passes and fits again: whether it went on from there, and what it saved. */
export async function resume(
  fit: (context: FitContext) => Promise<FittedSynthesizer>,
  passes: number,
): Promise<{ readonly stopped: unknown; readonly begunAt: number; readonly saved: string }> {
  const checkpoint = mkdtempSync(path.join(tmpdir(), 'anamnesis-checkpoint-'));
  const stop = new AbortController();
  let done = 0;
  const stopping = watching((units) => {
    done += units;
    if (done === passes) stop.abort();
  });
  const stopped: unknown = await fit({
    ...testContext(1, stop.signal),
    checkpoint,
    progress: stopping,
  }).catch((error: unknown) => error);
  let begunAt = -1;
  const progress = watching((units) => {
    if (begunAt < 0) begunAt = units;
  });
  const saved = await savedBytes(await fit({ ...testContext(), checkpoint, progress }));
  return { stopped, begunAt, saved };
}
