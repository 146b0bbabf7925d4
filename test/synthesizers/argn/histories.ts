import { Rng } from '../../../src/core/index.js';
import type { Sequences } from '../../../src/synthesizers/argn/sequence/index.js';
import type { Cell } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';
import { schemaOf } from '../tables.js';

export const states = ['x', 'y', 'z'];
export const contextSchema = [schemaOf('group', 'binary', { categories: ['a', 'b'], missing: false })];
export const stepSchema = [
  schemaOf('state', 'categorical', { categories: states, missing: false }),
  schemaOf('echo', 'categorical', { categories: [...states, 'none'], missing: false }),
  schemaOf('level', 'continuous', { decimals: 1 }),
];

/**
 * Histories of a walk over three states: group a goes round x → y → z, b backwards, four times in five; the echo is the state of two steps before; the level is a random
 * walk, missing one time in ten; group b ends with 0.25 a step, a with 0.1, neither before two steps.
 */
export function histories(n: number, seed = 5): Sequences {
  const rng = Rng.create(seed);
  const groups: string[] = [];
  const rows: Record<string, Cell>[] = [];
  const starts = [0];
  for (let i = 0; i < n; i++) {
    const b = rng.next() < 0.5;
    groups.push(b ? 'b' : 'a');
    const walk: number[] = [];
    let level = 20 + 2 * rng.normal();
    for (let t = 0; t < 2 || (rng.next() > (b ? 0.25 : 0.1) && t < 30); t++) {
      const round = rng.next() < 0.8 ? (b ? 2 : 1) : rng.int(3);
      walk.push(t === 0 ? rng.int(3) : (walk[t - 1]! + round) % 3);
      level += rng.normal();
      rows.push({
        state: states[walk[t]!]!,
        echo: t < 2 ? 'none' : states[walk[t - 2]!]!,
        level: rng.next() < 0.1 ? null : Math.round(level * 10) / 10,
      });
    }
    starts.push(rows.length);
  }
  return {
    context: tableFromRows(
      contextSchema,
      groups.map((group) => ({ group })),
    ),
    steps: tableFromRows(stepSchema, rows),
    starts: Uint32Array.from(starts),
  };
}
