import { AnamnesisError, PrivacyError, sha256 } from '../../core/index.js';
import { createCurator } from '../curator.js';
import type { CuratorOptions } from '../options.js';
import type { NoiseSource } from '../mechanisms/noise.js';
import { secureNoise } from '../mechanisms/noise.js';
import type { Curator } from '../types.js';
import { recordingCurator } from './recording.js';
import { replayCurator } from './replaying.js';

/** A table that differs from another by all rows of one unit. */
export interface Neighbour<T> {
  /** How it differs, for the failure: `a row with a rare category added`. */
  readonly name: string;
  readonly table: T;
  /** Places of the rows that it lacks, where it lacks some; further rows come last. A training's samples are matched by it. */
  readonly removed?: readonly number[];
}

/** A private fit under test. `T` is whatever it reads: a Table, a file's text, a folder. */
export interface NeighbourCheck<T, M> {
  /** Must draw all other chance from fixed seeds, so that nothing but the records can differ. */
  fit(table: T, curator: Curator): Promise<M> | M;
  readonly table: T;
  readonly neighbours: readonly Neighbour<T>[];
  /** All that is released: the model's files, its receipt, rows drawn with a fixed seed. */
  serialise(model: M): Promise<Uint8Array | string> | Uint8Array | string;
  readonly budget: CuratorOptions;
  readonly noise?: NoiseSource;
}

/** What a neighbour check has seen. */
export interface NeighbourReport {
  /** Calls of the curator in the recorded fit. */
  readonly steps: number;
  readonly neighbours: number;
}

/**
 * Neighbour replay (after "Re:cord-play", arXiv 2602.17454): fits once with noise and keeps every noisy answer, fits again on each
 * neighbour with these answers, and asserts that the same questions are asked, that exact answers move by no more than was declared
 * and that the result is the same byte for byte. Given the answers of its mechanisms a private fit is a function of what is public;
 * anything else (a category list, a number of decimals, a count of rows, the presence of missing values) shows as a difference. It is a test:
 * it finds leaks on the neighbours tried and proves nothing about others.
 * @throws PrivacyError `NEIGHBOUR_LEAK` naming each neighbour on which something differed.
 */
export async function assertNeighbourSafe<T, M>(check: NeighbourCheck<T, M>): Promise<NeighbourReport> {
  const live = createCurator(check.budget, check.noise ?? secureNoise());
  const { curator, recording } = recordingCurator(live);
  const expected = await digest(check, await check.fit(check.table, curator));
  const leaks: string[] = [];
  const same: Neighbour<T> = { name: 'the same table again', table: check.table };
  for (const neighbour of [same, ...check.neighbours]) {
    const replay = replayCurator(recording, neighbour.removed);
    try {
      const model = await check.fit(neighbour.table, replay.curator);
      replay.finish();
      if ((await digest(check, model)) !== expected) leaks.push(`${neighbour.name}: the result differs`);
    } catch (error) {
      leaks.push(`${neighbour.name}: ${reason(error)}`);
    }
  }
  if (leaks.length > 0) {
    throw new PrivacyError(
      'NEIGHBOUR_LEAK',
      `With the same noisy answers a neighbouring table shows:\n  - ${leaks.join('\n  - ')}`,
      {
        expected: 'the same questions and the same bytes on every neighbour',
        fix: 'learn what differs through the curator, or declare it in the schema',
      },
    );
  }
  return { steps: recording.steps.length, neighbours: check.neighbours.length };
}

async function digest<T, M>(check: NeighbourCheck<T, M>, model: M): Promise<string> {
  return sha256(await check.serialise(model));
}

function reason(error: unknown): string {
  if (!(error instanceof AnamnesisError)) return error instanceof Error ? error.message : String(error);
  const parts = [`${error.code}: ${error.summary}`];
  if (error.expected !== undefined) parts.push(`expected ${error.expected}`);
  if (error.got !== undefined) parts.push(`got ${error.got}`);
  return parts.join(', ');
}
