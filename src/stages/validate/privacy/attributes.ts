import { normalQuantile } from '../../../numerics/index.js';
import type { MixedSpace } from '../../../privacy/index.js';
import { encodeRows, nearest, prepareSearch } from '../../../privacy/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { Column, Table } from '../../../table/index.js';
import { applyBinning, learnBinning } from '../../../trees/index.js';
import type { AttributeFigures } from '../../document.js';

/** Bins of a number: a guess is right in the right bin. */
const BINS = 10;
/** Most targets a side. */
const MOST_TARGETS = 2000;

/** Members and others, the rows to guess from, and the rows that nobody learned from. */
export interface AttributeParts {
  readonly space: MixedSpace;
  readonly members: Table;
  readonly others: Table;
  readonly synthetic: Table;
  readonly reference: Table;
}

/**
 * Attribute inference: one column is hidden and guessed from the nearest synthetic row in all others. Whatever the rows teach
 * about everybody shows on people whom nobody learned from as well; what is above that is owed to membership (attribute
 * advantage: Yeom et al., Privacy risk in machine learning, CSF 2018, definition 4.3). Baselines: the same guess from real rows of
 * others, and always the most frequent cell.
 */
export async function attributeFigures(
  parts: AttributeParts,
  column: string,
  level: number,
  context: RunContext,
): Promise<AttributeFigures> {
  const { space, synthetic, reference } = parts;
  const rows = Math.min(MOST_TARGETS, parts.members.rows, parts.others.rows);
  const first = Uint32Array.from({ length: rows }, (_, i) => i);
  const members = parts.members.take(first);
  const others = parts.others.take(first);
  const binning = learnBinning(reference.column(column), { maxBins: BINS });
  const cellsOf = (table: Table): ArrayLike<number> => applyBinning(binning, table.column(column)).codes;
  const guess = async (targets: Table, from: Table): Promise<number> => {
    const found = await nearest(
      encodeRows(space, targets, column),
      prepareSearch(encodeRows(space, from, column)),
      1,
      context,
    );
    return shareEqual(cellsOf(targets), cellsOf(from), found.first);
  };
  const right = {
    members: await guess(members, synthetic),
    others: await guess(others, synthetic),
    realRows: await guess(others, reference),
  };
  return {
    column,
    cells: distinct(reference.column(column), cellsOf(reference)),
    rows,
    ...right,
    advantage: difference(right.members, right.others, rows, level),
    majority: shareOf(cellsOf(others), mostFrequent(cellsOf(reference))),
  };
}

function shareEqual(truth: ArrayLike<number>, source: ArrayLike<number>, at: Uint32Array): number {
  let right = 0;
  for (let i = 0; i < at.length; i++) if (truth[i] === source[at[i]!]) right++;
  return right / at.length;
}

function mostFrequent(cells: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < cells.length; i++) counts.set(cells[i]!, (counts.get(cells[i]!) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]?.[0] ?? 0;
}

function shareOf(cells: ArrayLike<number>, cell: number): number {
  let n = 0;
  for (let i = 0; i < cells.length; i++) if (cells[i] === cell) n++;
  return n / Math.max(1, cells.length);
}

function distinct(column: Column, cells: ArrayLike<number>): number {
  const seen = new Set<number>();
  for (let i = 0; i < cells.length; i++) if (column.valid[i] === 1) seen.add(cells[i]!);
  return seen.size;
}

/** Difference of two shares of `n` with its normal interval. */
function difference(a: number, b: number, n: number, level: number): AttributeFigures['advantage'] {
  const sd = Math.sqrt((a * (1 - a) + b * (1 - b)) / n);
  const z = normalQuantile((1 + level) / 2);
  return { value: a - b, low: a - b - z * sd, high: a - b + z * sd };
}
