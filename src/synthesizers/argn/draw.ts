import type { Rng } from '../../core/index.js';
import type { Between, Weights } from './model.js';
import { partCode } from './parts.js';

/** Rows whose variables are partly known. */
export interface CodedRows {
  readonly rows: number;
  /** Code of each row, by variable. */
  readonly codes: readonly Uint32Array[];
  /** 1 where the code is known; a predictor sees known ones only. */
  readonly known: readonly Uint8Array[];
}

/** Rows about which nothing is known. */
export function unknownRows(weights: Weights, rows: number): CodedRows {
  const { parts } = weights.parts;
  return {
    rows,
    codes: parts.map(() => new Uint32Array(rows)),
    known: parts.map(() => new Uint8Array(rows)),
  };
}

/** A column whose codes are known. */
export interface KnownColumn {
  readonly column: number;
  readonly codes: Uint32Array;
  /** 1 where they are; default: everywhere. */
  readonly at?: Uint8Array | undefined;
}

/** Writes a column's codes into its variables. */
export function putCodes(weights: Weights, state: CodedRows, { column, codes, at }: KnownColumn): void {
  const coder = weights.coders[column]!;
  for (const part of weights.parts.ofColumn[column]!) {
    for (let row = 0; row < state.rows; row++) {
      if (at !== undefined && at[row] !== 1) continue;
      state.codes[part]![row] = partCode(weights.parts, part, { code: codes[row]!, coder });
      state.known[part]![row] = 1;
    }
  }
}

/** A column's codes from its variables. */
export function takeCodes(weights: Weights, state: CodedRows, column: number): Uint32Array {
  const { ofColumn, parts, widths } = weights.parts;
  const [first, second] = ofColumn[column]!.filter((part) => !['flag', 'same'].includes(parts[part]!.role));
  if (first === undefined) return new Uint32Array(state.rows);
  if (second === undefined) return state.codes[first]!;
  const width = widths[column]!;
  return state.codes[first]!.map((group, row) => group * width + state.codes[second]![row]!);
}

/**
 * Makes a variable known in every row where it is not, drawn from its distribution given all that is. With `score`, instead adds the log
 * probability of each row's code to it.
 */
export function visit(
  weights: Weights,
  state: CodedRows,
  part: number,
  { rng, score }: { rng?: Rng; score?: { readonly codes: Uint32Array; readonly sums: Float64Array } },
): void {
  const hidden = hiddenOf(weights, state, part);
  const units = weights.layout.hidden[part]!;
  const predictor = predictorOf(weights, part);
  const codes = state.codes[part]!;
  const known = state.known[part]!;
  const { parent, flag, same } = weights.parts.parts[part]!;
  for (let row = 0; row < state.rows; row++) {
    if (known[row] === 1 && score === undefined) continue;
    if (flag !== undefined && state.codes[flag.part]![row] === 1) {
      codes[row] = flag.code;
      known[row] = 1;
      continue;
    }
    if (score !== undefined && same !== undefined && state.codes[same]![row]! > 0) {
      codes[row] = score.codes[row]!;
      known[row] = 1;
      continue;
    }
    const group = parent === undefined ? 0 : state.codes[parent]![row]!;
    const total = predictor.shares(hidden.subarray(row * units, (row + 1) * units), group);
    if (score !== undefined) {
      score.sums[row]! += Math.log(predictor.values[score.codes[row]!]! / total);
      codes[row] = score.codes[row]!;
    } else if (rng !== undefined) codes[row] = drawCode(predictor.values, total * rng.next());
    known[row] = 1;
  }
}

/** ReLU of a predictor's first layer [rows, units], from the embeddings of known variables. */
export function hiddenOf(weights: Weights, { rows, codes, known }: CodedRows, part: number): Float32Array {
  const units = weights.layout.hidden[part]!;
  const start = weights.unitStarts[part]!;
  const hidden = new Float32Array(rows * units);
  for (let row = 0; row < rows; row++) hidden.set(weights.bias.subarray(start, start + units), row * units);
  for (const [other, flags] of known.entries()) {
    if (other === part || !flags.includes(1)) continue;
    const between = weights.between(other, part);
    if (between === undefined) continue;
    const table = contributions(weights, other, { between, units });
    const from = codes[other]!;
    for (let row = 0; row < rows; row++) {
      if (flags[row] !== 1) continue;
      const source = from[row]! * units;
      const target = row * units;
      for (let h = 0; h < units; h++) hidden[target + h]! += table[source + h]!;
    }
  }
  for (let i = 0; i < hidden.length; i++) if (hidden[i]! < 0) hidden[i] = 0;
  return hidden;
}

/** What each code of a variable adds to another's hidden units: its embedding times the weights between the two [size, units]. */
function contributions(
  { layout, table, starts }: Weights,
  other: number,
  { between, units }: { between: Between; units: number },
): Float32Array {
  const { width, sizes } = layout;
  const { weight, start, stride } = between;
  const out = new Float32Array(sizes[other]! * units);
  for (let code = 0; code < sizes[other]!; code++) {
    for (let d = 0; d < width; d++) {
      const x = table[(starts[other]! + code) * width + d]!;
      const row = start + d * stride;
      for (let h = 0; h < units; h++) out[code * units + h]! += x * weight[row + h]!;
    }
  }
  return out;
}

/** As in training (tensor's groupedCrossEntropy). */
const MOST_LOGIT = 30;

export interface Predictor {
  /** Unnormalised shares of the codes, set by `shares`; 0 for those that are never drawn. */
  readonly values: Float64Array;
  /** Computes them for a row; returns their sum. */
  shares(hidden: Float32Array, group: number): number;
}

/** What predictors' last layers need. */
export type Heads = Pick<Weights, 'out' | 'drawn'> & { readonly layout: Pick<Weights['layout'], 'sizes'> };

export function predictorOf(weights: Heads, part: number): Predictor {
  const { weight, bias, places } = weights.out[part]!;
  const size = weights.layout.sizes[part]!;
  const drawn = weights.drawn[part]!;
  const values = new Float64Array(size);
  return {
    values,
    shares: (hidden, group) => {
      const offset = places === undefined ? 0 : group * size;
      for (let k = 0; k < size; k++) values[k] = bias[k]! + (places === undefined ? 0 : places[offset + k]!);
      for (let h = 0; h < hidden.length; h++) {
        const x = hidden[h]!;
        if (x === 0) continue;
        const row = h * size;
        for (let k = 0; k < size; k++) values[k]! += x * weight[row + k]!;
      }
      let total = 0;
      for (let k = 0; k < size; k++) {
        const logit = Math.min(Math.max(values[k]!, -MOST_LOGIT), MOST_LOGIT);
        values[k] = drawn[offset + k] === 1 ? Math.exp(logit) : 0;
        total += values[k]!;
      }
      return total;
    },
  };
}

/** The code at which the running sum of shares passes `target`. */
export function drawCode(shares: Float64Array, target: number): number {
  let left = target;
  let last = 0;
  for (let k = 0; k < shares.length; k++) {
    if (shares[k] === 0) continue;
    last = k;
    left -= shares[k]!;
    if (left < 0) return k;
  }
  return last;
}
