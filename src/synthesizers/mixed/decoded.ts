import type { Rng } from '../../core/index.js';
import type { Column, ColumnSchema } from '../../table/index.js';
import type { Coder } from './coder.js';
import type { GivenCodes } from './labels.js';
import type { Layout } from './layout.js';
import { choiceCode, codeDrawers } from './layout.js';
import type { CodedColumn } from './rows.js';
import { decodeColumn, encodeColumn } from './rows.js';

/** Runs the decoder on fresh latent rows, one for each place; a place is the row of the block that it is for. */
export type Decode = (places: Uint32Array) => Promise<Decoded>;

/** What a decoder says of rows: means of the numbers [rows, numbers] and logits of all choices [rows, width]. */
export interface Decoded {
  readonly numbers: Float32Array;
  readonly logits: Float32Array;
}

export interface DecodedRequest {
  readonly schema: readonly ColumnSchema[];
  readonly coders: readonly Coder[];
  readonly layout: Layout;
  readonly rows: number;
  /** Fixed columns by their place. */
  readonly given: ReadonlyMap<number, Column>;
  /** How far a number may lie from its mean, for each. */
  readonly deviations: Float32Array;
  /** Whether numbers are drawn around their means, or are the means. */
  readonly noisy: boolean;
  /** Latent rows that are tried for each row that has something given. */
  readonly candidates: number;
  /** What runs the decoder, once the codes of the given columns are known. */
  readonly decoder: (given: GivenCodes) => Decode;
  readonly rng: Rng;
}

/** Latent rows of a run of the decoder. */
const RUN_ROWS = 4096;

/**
 * Draws rows from a decoder of latent rows. Where columns are given, each row tries several latent rows and takes one with a probability in proportion
 * to how well it explains the given cells (sampling importance resampling: Rubin 1987, "The calculation of posterior distributions by data
 * augmentation: comment"): exact for ever more candidates.
 */
export async function drawDecoded(request: DecodedRequest): Promise<Column[]> {
  const { schema, coders, rows, given, rng } = request;
  const coded = new Map(
    [...given].map(([c, column]) => [c, encodeColumn(coders[c]!, column, rng.split('given', c))]),
  );
  const decode = request.decoder(new Map([...coded].map(([c, { codes: own }]) => [c, own])));
  const candidates = given.size === 0 ? 1 : request.candidates;
  const perRun = Math.max(1, Math.floor(RUN_ROWS / candidates));
  const codes = schema.map(() => new Uint32Array(rows));
  const numbers = schema.map(() => new Float32Array(rows));
  const draw = rowDrawer(request, { codes, numbers });
  for (let from = 0; from < rows; from += perRun) {
    const to = Math.min(from + perRun, rows);
    const places = Uint32Array.from(
      { length: (to - from) * candidates },
      (_, i) => from + Math.floor(i / candidates),
    );
    const decoded = await decode(places);
    for (let row = from; row < to; row++) {
      const first = (row - from) * candidates;
      const at = candidates === 1 ? first : first + chooseLatent(request, { decoded, coded, row, first });
      draw(row, decoded, at);
    }
  }
  return schema.map(
    (one, c) =>
      given.get(c) ??
      decodeColumn(coders[c]!, one, { codes: codes[c]!, numbers: numbers[c]! }, rng.split('within codes', c)),
  );
}

/** Draws one row from the decoder's word for it into columns of codes and numbers. */
function rowDrawer(
  { coders, layout, given, deviations, noisy, rng }: DecodedRequest,
  into: { codes: readonly Uint32Array[]; numbers: readonly Float32Array[] },
): (row: number, decoded: Decoded, at: number) => void {
  const drawers = codeDrawers(layout, coders);
  const chance = rng.split('draw');
  const weights = new Float64Array(layout.width);
  const many = layout.numbers.length;
  return (row, { logits, numbers }, at) => {
    for (const [k, start] of layout.starts.entries()) {
      const size = layout.sizes[k]!;
      const most = largest(logits, at * layout.width + start, size);
      for (let code = start; code < start + size; code++)
        weights[code] = Math.exp(logits[at * layout.width + code]! - most);
    }
    for (const [c, drawer] of drawers.entries()) {
      if (given.has(c)) continue;
      into.codes[c]![row] = drawer(weights, () => chance.next());
      const { number } = layout.ofColumn[c]!;
      if (number === undefined) continue;
      const mean = numbers[at * many + number]!;
      const x = noisy ? mean + deviations[number]! * chance.normal() : mean;
      into.numbers[c]![row] = Math.min(Math.max(x, -1), 1);
    }
  };
}

interface Candidates {
  readonly decoded: Decoded;
  readonly coded: ReadonlyMap<number, CodedColumn>;
  readonly row: number;
  /** The row's first candidate. */
  readonly first: number;
}

function chooseLatent(request: DecodedRequest, { decoded, coded, row, first }: Candidates): number {
  const logs = new Float64Array(request.candidates);
  for (let i = 0; i < logs.length; i++) {
    for (const [c, column] of coded)
      logs[i]! += logLikelihood(request, decoded, { c, column, row, at: first + i });
  }
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  return request.rng.split('candidate', row).weightedIndex(logs.map((log) => Math.exp(log - most)));
}

interface GivenCell {
  readonly c: number;
  readonly column: CodedColumn;
  readonly row: number;
  readonly at: number;
}

/** Log likelihood of a given cell under the decoder's word for a latent row. */
function logLikelihood(
  { layout, deviations }: DecodedRequest,
  { logits, numbers }: Decoded,
  { c, column, row, at }: GivenCell,
): number {
  const { choices, number } = layout.ofColumn[c]!;
  let log = 0;
  for (const k of choices) {
    const start = at * layout.width + layout.starts[k]!;
    const most = largest(logits, start, layout.sizes[k]!);
    let total = 0;
    for (let code = 0; code < layout.sizes[k]!; code++) total += Math.exp(logits[start + code]! - most);
    log += logits[start + choiceCode(layout, k, column.codes[row]!)]! - most - Math.log(total);
  }
  const x = column.numbers[row]!;
  if (number === undefined || Number.isNaN(x)) return log;
  const deviation = deviations[number]!;
  const z = (x - numbers[at * layout.numbers.length + number]!) / deviation;
  return log - (z * z) / 2 - Math.log(deviation);
}

function largest(values: Float32Array, start: number, length: number): number {
  let most = -Infinity;
  for (let i = start; i < start + length; i++) if (values[i]! > most) most = values[i]!;
  return most;
}
