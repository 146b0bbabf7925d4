import { DataError } from '../core/index.js';
import type { Column } from '../table/index.js';

/** Below this share of the table's variety a model has collapsed: it draws a few rows again and again. */
const LEAST_VARIETY = 0.25;
/** Columns of less entropy (nats) say nothing of it. */
const LEAST_ENTROPY = 0.05;
/** Mean over columns of the share of rows that would have to change, beyond what chance makes of it. */
const MOST_OFF = 0.5;

/** Rows that are drawn to see what a model makes. */
export const PROBE_ROWS = 2000;

/** What drawn rows are held against: the share of each cell of each column, and the cell of each drawn value. */
export interface Expected {
  readonly shares: readonly Float64Array[];
  readonly cellsOf: (column: Column, c: number) => ArrayLike<number>;
}

/** Real columns: categories, numbers in tenths, missing values as one more cell. */
export function expectedOf(real: readonly Column[]): Expected {
  const cuts = real.map(tenths);
  const cellsOf = (column: Column, c: number): Uint32Array => cellsOfColumn(column, cuts[c]!);
  return { shares: real.map((column, c) => sharesOf(cellsOf(column, c), sizeOf(column))), cellsOf };
}

/** Noisy counts of codes that were released already, so that the judgement costs no privacy. Below zero they count as zero. */
export function expectedPrivately(
  counts: readonly ArrayLike<number>[],
  encode: (column: Column, c: number) => ArrayLike<number>,
): Expected {
  const shares = counts.map((some) => {
    const positive = Float64Array.from(some, (count) => Math.max(0, count));
    const total = positive.reduce((sum, count) => sum + count, 0);
    return total === 0 ? positive : positive.map((count) => count / total);
  });
  return { shares, cellsOf: encode };
}

/**
 * Draws some rows of a model that was just fitted.
 * @throws DataError `DIVERGED` for numbers that are none; `MODE_COLLAPSE` when the rows have far less variety than the table; `SHARES_OFF` when most
 *   values come far too often or too rarely.
 */
export async function refuseBadModel(
  { parameters }: { readonly parameters: Float32Array },
  expected: Expected,
  draw: () => readonly Column[] | Promise<readonly Column[]>,
): Promise<void> {
  if (!parameters.every(Number.isFinite)) {
    throw new DataError('DIVERGED', 'The network diverged: not all of its parameters are numbers.', {
      fix: 'lower the learning rate, e.g. --set learningRate=0.0005',
    });
  }
  judgeDrawn(expected, await draw());
}

/** @throws DataError `MODE_COLLAPSE`, `SHARES_OFF`. */
export function judgeDrawn(expected: Expected, drawn: readonly Column[]): void {
  const { variety, off } = compare(expected, drawn);
  const fix =
    'train longer, with another seed, a lower learning rate or a larger budget, or choose another synthesizer (cart; with a budget aim)';
  if (variety < LEAST_VARIETY) {
    throw new DataError(
      'MODE_COLLAPSE',
      'The network draws a few kinds of rows again and again (mode collapse).',
      {
        expected: `at least ${LEAST_VARIETY} of the entropy of the table's columns`,
        got: variety.toFixed(3),
        fix,
      },
    );
  }
  if (off > MOST_OFF) {
    throw new DataError(
      'SHARES_OFF',
      'The network draws values with shares that are not those of the table.',
      {
        expected: `at most ${MOST_OFF} of the values of a column at the wrong place, on average`,
        got: off.toFixed(3),
        fix,
      },
    );
  }
}

/**
 * `variety`: entropy of drawn columns as a share of the expected one, 1 where there is nothing to vary. `off`: mean total variation distance of the columns, less what
 * chance makes of it.
 */
export function compare(
  { shares, cellsOf }: Expected,
  drawn: readonly Column[],
): { readonly variety: number; readonly off: number } {
  let [of, all, off] = [0, 0, 0];
  for (const [c, wanted] of shares.entries()) {
    const rows = drawn[c]!.valid.length;
    const found = sharesOf(cellsOf(drawn[c]!, c), wanted.length);
    const entropy = entropyOf(wanted);
    if (entropy >= LEAST_ENTROPY) {
      all += entropy;
      of += Math.min(entropyOf(found), entropy);
    }
    const distance = wanted.reduce((sum, p, k) => sum + Math.abs(p - found[k]!), 0) / 2;
    off += Math.max(0, distance - byChance(wanted, rows)) / shares.length;
  }
  return { variety: all === 0 ? 1 : of / all, off };
}

/** About the total variation distance of `rows` draws from the shares themselves: mean deviation of a count, at most all of it. */
function byChance(shares: Float64Array, rows: number): number {
  return (
    shares.reduce((sum, p) => sum + Math.min(2 * p, Math.sqrt((2 * p * (1 - p)) / (Math.PI * rows))), 0) / 2
  );
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

/** Cells of a column; the last is for missing values. */
function sizeOf(column: Column): number {
  return 1 + (column.type === 'categorical' ? column.schema.categories.length : TENTHS);
}

function cellsOfColumn(column: Column, cuts: Float64Array): Uint32Array {
  const missing = sizeOf(column) - 1;
  return Uint32Array.from(column.valid, (valid, row) => {
    if (valid !== 1) return missing;
    return column.type === 'categorical' ? column.codes[row]! : tenthOf(column.values[row]!, cuts);
  });
}

function sharesOf(cells: ArrayLike<number>, size: number): Float64Array {
  const shares = new Float64Array(size);
  for (let i = 0; i < cells.length; i++) shares[cells[i]!]!++;
  return cells.length === 0 ? shares : shares.map((count) => count / cells.length);
}

/** In nats. */
function entropyOf(shares: Float64Array): number {
  return shares.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
}

function tenthOf(value: number, cuts: Float64Array): number {
  let tenth = 0;
  while (tenth < cuts.length && value >= cuts[tenth]!) tenth++;
  return tenth;
}
