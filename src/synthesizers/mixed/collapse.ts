import { DataError } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { packModel } from '../packed-model.js';
import type { NetworkBlock, NetworkModel } from './fitted.js';
import type { Learned } from './learn.js';

/** Below this share of the table's variety a model has collapsed: it draws a few rows again and again. */
const LEAST_VARIETY = 0.25;
/** Columns of less entropy (nats) say nothing of it. */
const LEAST_ENTROPY = 0.05;

/** Rows that are drawn to see whether a model has collapsed. */
const PROBE_ROWS = 2000;

/** Draws some rows of a model. @throws DataError `MODE_COLLAPSE` when they have far less variety than those learned from. */
export async function refuseCollapse<M extends NetworkModel>(
  real: readonly Column[],
  { rng }: Learned,
  { model, sampleBlock }: { model: M; sampleBlock: (block: NetworkBlock<M>) => Promise<Column[]> },
): Promise<void> {
  const key = rng.split('probe').key;
  checkVariety(real, await sampleBlock({ model: packModel(model), key, rows: PROBE_ROWS, given: new Map() }));
}

/** @throws DataError `MODE_COLLAPSE` when drawn rows have far less variety than those learned from. */
export function checkVariety(real: readonly Column[], drawn: readonly Column[]): void {
  const found = variety(real, drawn);
  if (found >= LEAST_VARIETY) return;
  throw new DataError(
    'MODE_COLLAPSE',
    'The network draws a few kinds of rows again and again (mode collapse).',
    {
      expected: `at least ${LEAST_VARIETY} of the entropy of the table's columns`,
      got: found.toFixed(3),
      fix: 'train with another seed or a lower learning rate, or choose cart, tabddpm or tvae',
    },
  );
}

/** Entropy of drawn columns as a share of that of the real ones, numbers in tenths of the real ones; 1 where there is nothing to vary. */
export function variety(real: readonly Column[], drawn: readonly Column[]): number {
  let of = 0;
  let all = 0;
  for (const [c, column] of real.entries()) {
    const cuts = tenths(column);
    const wanted = entropy(column, cuts);
    if (wanted < LEAST_ENTROPY) continue;
    all += wanted;
    of += Math.min(entropy(drawn[c]!, cuts), wanted);
  }
  return all === 0 ? 1 : of / all;
}

const TENTHS = 10;

/** Where the tenths of a column's numbers end. */
function tenths(column: Column): Float64Array {
  if (column.type !== 'numeric') return new Float64Array(0);
  const present = column.values.filter((_, i) => column.valid[i] === 1).sort();
  if (present.length === 0) return present;
  const at = (k: number): number => present[Math.floor((k * present.length) / TENTHS)]!;
  return Float64Array.from({ length: TENTHS - 1 }, (_, k) => at(k + 1));
}

/** Entropy (nats) of categories or tenths, missing being one more. */
function entropy(column: Column, cuts: Float64Array): number {
  const rows = column.valid.length;
  const counts = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const code = column.type === 'categorical' ? column.codes[row]! : tenthOf(column.values[row]!, cuts);
    const key = column.valid[row] === 1 ? code : -1;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  let total = 0;
  for (const n of counts.values()) total -= (n / rows) * Math.log(n / rows);
  return total;
}

function tenthOf(value: number, cuts: Float64Array): number {
  let tenth = 0;
  while (tenth < cuts.length && value >= cuts[tenth]!) tenth++;
  return tenth;
}
