import { Rng, UserError } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { Table } from '../../table/index.js';
import type { Block } from '../blocks.js';
import type { PackedModel } from '../packed-model.js';
import { unpackModel } from '../packed-model.js';
import type { ReweightModel } from './model.js';

export interface BlockInput extends Block {
  readonly model: PackedModel<ReweightModel>;
}

/** Draws a block of whole public records; runs on a worker thread. @throws UserError `GIVEN_IMPOSSIBLE`. */
export function sampleBlock({ model: packed, key, rows, given }: BlockInput): Column[] {
  const model = unpackModel(packed);
  const rng = Rng.fromKey(key);
  const chosen =
    given.size === 0 ? drawRecords(model.weights, rows, rng) : drawMatching(model, { rows, given, rng });
  const table = new Table(model.weights.length, model.columns).take(chosen);
  return table.columns.map((column) => {
    const { name, kind, role } = column.schema;
    // without its categories, which the reader has
    const schema = { name, kind, role, missing: true };
    return column.type === 'numeric'
      ? { ...column, schema }
      : { ...column, schema: { ...schema, categories: [] } };
  });
}

/**
 * Numbers of `n` records, each drawn with the probability of its weight, in random order (systematic sampling: a record's count is its
 * expectation rounded up or down).
 */
export function drawRecords(weights: Float64Array, n: number, rng: Rng): Uint32Array {
  const out = new Uint32Array(n);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const offset = rng.next();
  let record = 0;
  let upTo = weights[0]!;
  for (let k = 0; k < n; k++) {
    const at = (total * (k + offset)) / n;
    while (upTo <= at && record < weights.length - 1) upTo += weights[++record]!;
    out[k] = record;
  }
  return rng.shuffle(out);
}

/** Records that have the fixed cells, by their weights. */
function drawMatching(
  { schema, columns, weights }: ReweightModel,
  { rows, given, rng }: { rows: number; given: Block['given']; rng: Rng },
): Uint32Array {
  const fixed = [...given];
  const matching = new Map<string, number[]>();
  for (let i = 0; i < weights.length; i++) {
    const key = fixed.map(([c]) => cellKey(columns[c]!, i)).join();
    const list = matching.get(key);
    if (list === undefined) matching.set(key, [i]);
    else list.push(i);
  }
  const wanted = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = fixed.map(([, column]) => cellKey(column, row)).join();
    const list = wanted.get(key);
    if (list === undefined) wanted.set(key, [row]);
    else list.push(row);
  }
  const out = new Uint32Array(rows);
  for (const [key, asked] of wanted) {
    const records = matching.get(key);
    if (records === undefined) {
      throw new UserError('GIVEN_IMPOSSIBLE', `No public record has the given ${namesOf(fixed, schema)}.`, {
        expected: 'values that public records have together, exactly',
        got: `${asked.length} rows of a block without a record`,
        fix: 'give fewer columns, or weigh more public records',
      });
    }
    const own = Float64Array.from(records, (i) => weights[i]!);
    const drawn = drawRecords(own, asked.length, rng.split('given', key));
    for (const [k, row] of asked.entries()) out[row] = records[drawn[k]!]!;
  }
  return out;
}

function namesOf(fixed: readonly (readonly [number, Column])[], schema: ReweightModel['schema']): string {
  return fixed.map(([c]) => `'${schema[c]!.name}'`).join(', ');
}

function cellKey(column: Column, row: number): string {
  if (column.valid[row] !== 1) return '-';
  return String(column.type === 'numeric' ? column.values[row] : column.codes[row]);
}
