import { Rng, UserError } from '../../core/index.js';
import type { Column, ColumnSchema } from '../../table/index.js';
import { Table } from '../../table/index.js';
import type { Block } from '../blocks.js';
import { concatColumns } from '../columns.js';
import type { PackedModel } from '../packed-model.js';
import { unpackModel } from '../packed-model.js';
import { Draft } from './draft.js';
import type { CartModel } from './model.js';

export interface BlockInput extends Block {
  readonly model: PackedModel<CartModel>;
}

/** A block's request with its model at hand. */
interface OpenBlock extends Block {
  readonly model: CartModel;
}

/** Rows that are tried for one row whose fixed cells come late in the order. */
export const CANDIDATES = 32;
const MOST_ATTEMPTS = 16;

/** Draws a block of rows; runs on a worker thread. @throws UserError `GIVEN_IMPOSSIBLE`. */
export function sampleBlock({ model: packed, ...block }: BlockInput): Column[] {
  const model = unpackModel(packed);
  const { given, rows } = block;
  const input: OpenBlock = { ...block, model };
  const rng = Rng.fromKey(input.key);
  const late = lastLateColumn(model.order, given);
  const head = model.order.slice(0, late + 1);
  const draft = new Draft(model, rows);
  if (late < 0) for (const c of head) draft.set(c, given.get(c)!);
  else for (const [c, column] of chooseRows(input, head, rng.split('choice'))) draft.set(c, column);
  for (const c of model.order.slice(late + 1)) {
    const fixed = given.get(c);
    if (fixed === undefined) draft.draw(c, rng.split('column', c));
    else draft.set(c, fixed);
  }
  return model.schema.map(({ name, kind, role }, c) =>
    bare(draft.column(c), { name, kind, role, missing: true }),
  );
}

/** A column without its categories, which the reader has. */
function bare(column: Column, schema: ColumnSchema): Column {
  return column.type === 'numeric'
    ? { ...column, schema }
    : { ...column, schema: { ...schema, categories: [] } };
}

/** Place in the order of the last fixed column that is drawn after a free one; −1 when no row needs a choice. */
export function lastLateColumn(order: readonly number[], given: ReadonlyMap<number, unknown>): number {
  const firstFree = order.findIndex((c) => !given.has(c));
  return firstFree < 0 ? -1 : order.findLastIndex((c, at) => at > firstFree && given.has(c));
}

/**
 * The columns of `head` with fixed cells among them, by sampling importance resampling (Rubin 1987): for each row
 * candidates are drawn whose fixed cells are set, each is weighted by how likely those cells were, and one is taken by
 * weight. A row whose candidates were all impossible is tried again.
 */
function chooseRows(input: OpenBlock, head: readonly number[], rng: Rng): Map<number, Column> {
  const { model, rows } = input;
  const found: Column[][] = head.map(() => []);
  const placeOf = new Uint32Array(rows);
  let places = 0;
  let waiting = Uint32Array.from({ length: rows }, (_, row) => row);
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt === MOST_ATTEMPTS) throw impossible(input, waiting.length);
    const stream = rng.split('attempt', attempt);
    const candidates = drawCandidates(input, { head, waiting, rng: stream });
    const pick = stream.split('pick');
    const chosen: number[] = [];
    waiting = waiting.filter((row, i) => {
      const weights = candidates.weights.subarray(i * CANDIDATES, (i + 1) * CANDIDATES);
      if (weights.every((w) => w === 0)) return true;
      chosen.push(i * CANDIDATES + pick.weightedIndex(weights));
      placeOf[row] = places++;
      return false;
    });
    const taken = candidates.table.take(chosen);
    for (const [at, column] of taken.columns.entries()) found[at]!.push(column);
  }
  const all = new Table(
    rows,
    head.map((c, at) => concatColumns(model.schema[c]!, found[at]!)),
  ).take(placeOf);
  return new Map(head.map((c, at) => [c, all.columns[at]!]));
}

/** Candidates of the waiting rows, one row's after the other's, and how likely their fixed cells are. */
function drawCandidates(
  { model, given }: OpenBlock,
  { head, waiting, rng }: { head: readonly number[]; waiting: Uint32Array; rng: Rng },
): { table: Table; weights: Float64Array } {
  const rows = waiting.length * CANDIDATES;
  const source = Uint32Array.from({ length: rows }, (_, i) => waiting[Math.floor(i / CANDIDATES)]!);
  const draft = new Draft(model, rows);
  const weights = new Float64Array(rows).fill(1);
  let free = false;
  for (const c of head) {
    const fixed = given.get(c);
    if (fixed === undefined) {
      draft.draw(c, rng.split('column', c));
      free = true;
    } else {
      const column = new Table(fixed.valid.length, [fixed]).take(source).columns[0]!;
      // before the first free column, a row's candidates are all alike and weights tell nothing
      if (free) for (const [i, p] of draft.likelihood(c, column).entries()) weights[i]! *= p;
      draft.set(c, column);
    }
  }
  const columns = head.map((c) => draft.column(c));
  return { table: new Table(rows, columns), weights };
}

function impossible({ model, given }: OpenBlock, rows: number): UserError {
  const names = [...given.keys()].map((c) => `'${model.schema[c]!.name}'`);
  return new UserError('GIVEN_IMPOSSIBLE', `The model can make no row with the given ${names.join(', ')}.`, {
    expected: 'values that occur together in the data that the model was fitted on',
    got: `${rows} rows of a block failed after ${MOST_ATTEMPTS * CANDIDATES} candidates each`,
    fix: 'give fewer columns, values inside the range of the data, or columns that come first in the order (anchors)',
  });
}
