import { Rng } from '../../../core/index.js';
import type { Column } from '../../../table/index.js';
import { sharedUint32, Table } from '../../../table/index.js';
import type { PackedModel } from '../../packed-model.js';
import { unpackModel } from '../../packed-model.js';
import { codeRows } from '../coded-table.js';
import { decode } from '../coder.js';
import type { Parts } from '../parts.js';
import { HistoryWalker } from './draw.js';
import { outputOrder } from './fit.js';
import type { ArgnSequenceModel } from './model.js';
import { sequenceWeights } from './model.js';

export interface HistoryBlock {
  readonly model: PackedModel<ArgnSequenceModel>;
  /** Key of the block's stream. */
  readonly key: string;
  readonly rows: number;
  /** The contexts' columns. */
  readonly context: readonly Column[];
}

/** Steps of a block's histories, and how many each has. */
export interface DrawnBlock {
  readonly columns: readonly Column[];
  readonly lengths: Uint32Array;
}

/** Draws the histories of a block of contexts. Runs on a worker thread. */
export function sampleHistories({ model: packed, key, rows, context }: HistoryBlock): DrawnBlock {
  const rng = Rng.fromKey(key);
  const model = unpackModel(packed);
  const weights = sequenceWeights(model);
  const walker = new HistoryWalker(weights);
  const known = codeRows(new Table(rows, context), model.context.coders, weights.contextParts).codes;
  const ofContext = weights.contextParts.parts.length;
  const ofStep = weights.stepParts.parts.length;
  const order = outputOrder(model.schema, weights.stepParts).order.slice(1);
  const lengths = sharedUint32(rows);
  const drawn: Int32Array[] = [];
  for (let row = 0; row < rows; row++) {
    walker.start(known.subarray(row * ofContext, (row + 1) * ofContext));
    while (lengths[row]! < model.longest && !walker.ends(rng)) {
      const codes = new Int32Array(ofStep);
      walker.step(rng, order, codes);
      drawn.push(codes);
      lengths[row]!++;
    }
  }
  const columns = model.schema.map((schema, c) =>
    decode(model.coders[c]!, schema, columnCodes(weights.stepParts, c, drawn), rng),
  );
  return { columns, lengths };
}

/** A column's codes from those of its variables. */
function columnCodes(
  { ofColumn, parts, widths }: Parts,
  column: number,
  drawn: readonly Int32Array[],
): Uint32Array {
  const [first, second] = ofColumn[column]!.filter((part) => parts[part]!.role !== 'flag');
  return Uint32Array.from(drawn, (codes) => {
    if (first === undefined) return 0;
    return second === undefined ? codes[first]! : codes[first]! * widths[column]! + codes[second]!;
  });
}
