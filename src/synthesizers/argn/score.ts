import type { Column } from '../../table/index.js';
import { encode, sourcesOf } from './coder.js';
import { putCodes, unknownRows, visit } from './draw.js';
import type { ArgnModel } from './model.js';
import { weightsOf } from './model.js';
import { partCode } from './parts.js';
import { putSame, sameCodes } from './same.js';

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
  const repeats = repeatsOf(model, columns);
  const isGiven = (c: number): boolean => given.has(model.schema[c]!.name);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(from + BLOCK_ROWS, rows);
    const state = unknownRows(weights, to - from);
    for (const [c, codes] of coded)
      if (isGiven(c)) {
        putCodes(weights, state, { column: c, codes: codes.subarray(from, to) });
        const same = repeats.get(c)?.subarray(from, to);
        if (same !== undefined) putSame(weights, state, { column: c, codes: same, at: () => true });
      }
    for (const c of model.order) {
      const codes = coded.get(c);
      if (codes === undefined || isGiven(c)) continue;
      for (const part of weights.parts.ofColumn[c]!) {
        const isSame = weights.parts.parts[part]!.role === 'same';
        const same = isSame ? repeats.get(c) : undefined;
        if (isSame && same === undefined) continue;
        const own =
          same?.subarray(from, to) ??
          codes
            .slice(from, to)
            .map((code) => partCode(weights.parts, part, { code, coder: model.coders[c]! }));
        visit(weights, state, part, { score: { codes: own, sums: sums.subarray(from, to) } });
      }
    }
  }
  return sums;
}

/** Which source each row repeats, for columns whose sources are all there. */
function repeatsOf(model: ArgnModel, columns: ReadonlyMap<number, Column>): Map<number, Uint32Array> {
  const whole = [...columns].filter(([c]) =>
    sourcesOf(model.coders[c]!).every((source) => columns.has(source)),
  );
  return new Map(
    whole.map(([c, column]) => [c, sameCodes(model.coders[c]!, column, (source) => columns.get(source))]),
  );
}
