import type { Column } from '../../table/index.js';
import { encode } from './coder.js';
import { putCodes, unknownRows, visit } from './draw.js';
import type { ArgnModel } from './model.js';
import { weightsOf } from './model.js';
import { partCode } from './parts.js';

const BLOCK_ROWS = 4096;

/** Log probability of the columns' cells, by the chain rule in the model's order; columns named as given are known from the start. */
export function logProbabilities(
  model: ArgnModel,
  columns: ReadonlyMap<number, Column>,
  { rows, given }: { rows: number; given: ReadonlySet<string> },
): Float64Array {
  const weights = weightsOf(model);
  const sums = new Float64Array(rows);
  const coded = new Map([...columns].map(([c, column]) => [c, encode(model.coders[c]!, column)]));
  const isGiven = (c: number): boolean => given.has(model.schema[c]!.name);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(from + BLOCK_ROWS, rows);
    const state = unknownRows(weights, to - from);
    for (const [c, codes] of coded)
      if (isGiven(c)) putCodes(weights, state, { column: c, codes: codes.subarray(from, to) });
    for (const c of model.order) {
      const codes = coded.get(c);
      if (codes === undefined || isGiven(c)) continue;
      for (const part of weights.parts.ofColumn[c]!) {
        const own = codes
          .slice(from, to)
          .map((code) => partCode(weights.parts, part, { code, coder: model.coders[c]! }));
        visit(weights, state, part, { score: { codes: own, sums: sums.subarray(from, to) } });
      }
    }
  }
  return sums;
}
