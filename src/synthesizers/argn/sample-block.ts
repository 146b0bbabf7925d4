import { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Block } from '../blocks.js';
import { emptyColumn } from '../columns.js';
import type { PackedModel } from '../packed-model.js';
import { unpackModel } from '../packed-model.js';
import { decode, encode } from './coder.js';
import { putCodes, takeCodes, unknownRows, visit } from './draw.js';
import type { ArgnModel } from './model.js';
import { weightsOf } from './model.js';

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
  }
  for (const c of model.order) {
    const column = given.get(c);
    if (column !== undefined && !impute) continue;
    for (const part of weights.parts.ofColumn[c]!) visit(weights, state, part, { rng });
  }
  return model.schema.map((schema, c) => {
    const fixed = given.get(c);
    if (fixed !== undefined && !(impute && fixed.valid.includes(0))) return fixed;
    const drawn = decode(model.coders[c]!, schema, takeCodes(weights, state, c), rng);
    return fixed === undefined ? drawn : merge(fixed, drawn);
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
