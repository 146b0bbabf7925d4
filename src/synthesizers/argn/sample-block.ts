import { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Block } from '../blocks.js';
import { emptyColumn } from '../columns.js';
import type { PackedModel } from '../packed-model.js';
import { unpackModel } from '../packed-model.js';
import { decode, encode, sourcesOf } from './coder.js';
import type { CodedRows } from './draw.js';
import { putCodes, takeCodes, unknownRows, visit } from './draw.js';
import type { ArgnModel, Weights } from './model.js';
import { weightsOf } from './model.js';
import { putSame, repeatCodes, repeatNumbers, sameCodes } from './same.js';

export interface BlockInput extends Block {
  readonly model: PackedModel<ArgnModel>;
  /** Missing cells of fixed columns are to be drawn (imputation) instead of staying missing. */
  readonly impute: boolean;
}

/** Draws a block of rows, variable by variable: what is given first, then the others in the model's order. Runs on a worker thread. */
export function sampleBlock({ model: packed, key, rows, given, impute }: BlockInput): Column[] {
  const rng = Rng.fromKey(key);
  const model = unpackModel(packed);
  const weights = weightsOf(model, !impute);
  const state = unknownRows(weights, rows);
  for (const [c, column] of given) {
    const codes = encode(model.coders[c]!, column);
    putCodes(weights, state, { column: c, codes, at: impute ? column.valid : undefined });
    if (sourcesOf(model.coders[c]!).every((source) => given.has(source)))
      putRepeats(weights, state, { column: c, impute, columnOf: (source) => given.get(source) });
  }
  const made = new Map(given);
  for (const c of model.order) made.set(c, drawColumn({ model, weights, state, impute, rng }, made, c));
  return model.schema.map((_, c) => made.get(c)!);
}

interface Drawing {
  readonly model: ArgnModel;
  readonly weights: Weights;
  readonly state: CodedRows;
  readonly impute: boolean;
  readonly rng: Rng;
}

/** A column, from those that are given and those drawn before it. */
function drawColumn(
  { model, weights, state, impute, rng }: Drawing,
  made: ReadonlyMap<number, Column>,
  c: number,
): Column {
  const columnOf = (source: number): Column | undefined => made.get(source);
  const fixed = made.get(c);
  if (fixed !== undefined) putRepeats(weights, state, { column: c, impute, columnOf });
  if (fixed !== undefined && !(impute && fixed.valid.includes(0))) return fixed;
  for (const part of weights.parts.ofColumn[c]!) {
    visit(weights, state, part, { rng });
    if (weights.parts.parts[part]!.role === 'same') repeatCodes(weights, state, c, columnOf);
  }
  const chance = rng.split('numbers', c);
  const values = decode(model.coders[c]!, model.schema[c]!, takeCodes(weights, state, c), chance);
  repeatNumbers(weights, state, { column: c, values }, columnOf);
  return fixed === undefined ? values : merge(fixed, values);
}

/** What known cells of a column repeat, where all that they may repeat is there. */
function putRepeats(
  weights: Weights,
  state: CodedRows,
  known: { column: number; impute: boolean; columnOf: (c: number) => Column | undefined },
): void {
  const { column: c, impute, columnOf } = known;
  const column = columnOf(c)!;
  const coder = weights.coders[c]!;
  const sources = sourcesOf(coder).map(columnOf);
  putSame(weights, state, {
    column: c,
    codes: sameCodes(coder, column, columnOf),
    at: (row) => !impute || [column, ...sources].every((s) => s?.valid[row] === 1),
  });
}

/** The fixed cells, and the drawn ones where those are missing. */
function merge(fixed: Column, drawn: Column): Column {
  const rows = fixed.valid.length;
  const out = emptyColumn(drawn.schema, rows);
  for (let row = 0; row < rows; row++) {
    const from = fixed.valid[row] === 1 ? fixed : drawn;
    out.valid[row] = from.valid[row]!;
    if (out.type === 'numeric' && from.type === 'numeric') out.values[row] = from.values[row]!;
    if (out.type === 'categorical' && from.type === 'categorical') out.codes[row] = from.codes[row]!;
  }
  return out;
}
