import type { Rng } from '../../core/index.js';
import type { Column, ColumnSchema } from '../../table/index.js';
import { intoBounds } from '../bounds.js';
import { decodeCells, encodeCells } from '../cells.js';
import { emptyColumn } from '../columns.js';
import type { Coder } from './coder.js';
import { halfStepOf, modeOf, numberCode } from './coder.js';
import type { Layout } from './layout.js';
import { choiceCode } from './layout.js';
import { numberAt, scoreOf } from './quantiles.js';

/** Rows as a network sees them. */
export interface CodedRows {
  readonly rows: number;
  /** Codes of all choices, row by row. */
  readonly codes: Int32Array;
  /** Numbers of all columns that have one, row by row; NaN where a row's code has none. */
  readonly numbers: Float32Array;
}

/** A column's codes and numbers. */
export interface CodedColumn {
  readonly codes: Uint32Array;
  readonly numbers: Float32Array;
}

/** Numbers of a normal mode end here, as in CTGAN. */
const MOST_ALPHA = 0.99;

/**
 * Codes and numbers of a column. What stands for many values (a rounded number, one of several modes) is drawn; without a stream it is the middle or the most
 * likely one, so that no row's code hangs on the rows before it. A value that is missing where none was in training has the
 * first code.
 */
export function encodeColumn(coder: Coder, column: Column, rng: Rng | undefined): CodedColumn {
  const rows = column.valid.length;
  const numbers = new Float32Array(rows).fill(NaN);
  if (coder.kind === 'cells') return { codes: encodeCells(coder, column), numbers };
  const codes = new Uint32Array(rows);
  const jitter = { halfStep: coder.kind === 'numbers' ? halfStepOf(coder) : 0, rng };
  for (let i = 0; i < rows; i++) {
    if (column.valid[i] !== 1) {
      codes[i] = coder.missing ?? 0;
      continue;
    }
    if (column.type === 'categorical') {
      codes[i] = coder.kind === 'categories' ? coder.codeOf[column.codes[i]!]! : 0;
      continue;
    }
    if (coder.kind !== 'numbers') continue;
    const value = column.values[i]!;
    codes[i] = numberCode(coder, value, rng);
    const mode = modeOf(coder, codes[i]!);
    if (mode === undefined) continue;
    numbers[i] =
      mode.kind === 'quantiles'
        ? scoreOf(mode, value, jitter)
        : Math.min(Math.max((value - mode.mean) / (4 * mode.deviation), -MOST_ALPHA), MOST_ALPHA);
  }
  return { codes, numbers };
}

/** All columns of a table. */
export function encodeRows(
  { layout, coders }: { readonly layout: Layout; readonly coders: readonly Coder[] },
  columns: readonly Column[],
  rng: Rng | undefined,
): CodedRows {
  const rows = columns[0]?.valid.length ?? 0;
  const out = emptyRows(layout, rows);
  for (const [c, column] of columns.entries()) {
    putColumn(layout, out, c, encodeColumn(coders[c]!, column, rng?.split('encode', c)));
  }
  return out;
}

export function emptyRows({ choices, numbers }: Layout, rows: number): CodedRows {
  return {
    rows,
    codes: new Int32Array(rows * choices.length),
    numbers: new Float32Array(rows * numbers.length).fill(NaN),
  };
}

/** A 1 for each code of the rows at `places` [length, width]. @param length further rows are zeros. */
export function hotRows(
  { codes }: CodedRows,
  places: Uint32Array,
  { layout, length }: { layout: Layout; length: number },
): Float32Array {
  const { starts, width } = layout;
  const hot = new Float32Array(length * width);
  for (const [i, row] of places.entries()) {
    for (const [k, start] of starts.entries()) hot[i * width + start + codes[row * starts.length + k]!] = 1;
  }
  return hot;
}

/** Writes a column into its variables. */
export function putColumn(layout: Layout, into: CodedRows, column: number, coded: CodedColumn): void {
  const { choices, number } = layout.ofColumn[column]!;
  const [many, some] = [layout.choices.length, layout.numbers.length];
  for (let row = 0; row < into.rows; row++) {
    for (const choice of choices) {
      into.codes[row * many + choice] = choiceCode(layout, choice, coded.codes[row]!);
    }
    if (number !== undefined) into.numbers[row * some + number] = coded.numbers[row]!;
  }
}

/** A column from its codes and numbers. @param rng for codes that stand for cells. */
export function decodeColumn(
  coder: Coder,
  schema: ColumnSchema,
  { codes, numbers }: CodedColumn,
  rng: Rng,
): Column {
  if (coder.kind === 'cells') return decodeCells(coder, schema, codes, rng);
  const column = emptyColumn(schema, codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (code === coder.missing) continue;
    column.valid[i] = 1;
    if (column.type === 'categorical') {
      column.codes[i] = coder.kind === 'categories' ? coder.categoryOf[code]! : 0;
    } else if (coder.kind === 'numbers') {
      const spike = coder.spikes[code];
      column.values[i] = spike ?? smoothNumber(coder, code, numbers[i]!);
    }
  }
  return column;
}

function smoothNumber(coder: Extract<Coder, { kind: 'numbers' }>, code: number, x: number): number {
  const mode = modeOf(coder, code)!;
  const value = mode.kind === 'quantiles' ? numberAt(mode, x) : mode.mean + 4 * mode.deviation * x;
  return coder.bounds === null ? value : intoBounds(coder.bounds, value);
}
