import type { CategoricalColumn, Column, NumericColumn, Table } from '../../table/index.js';

/** Standard scores are kept within this, so that one wild value does not decide a distance. */
const LARGEST_SCORE = 5;
/** Columns with fewer cells than this share a word, four to one. */
const BYTE = 255;

/**
 * The space in which rows are compared. Squared distance = Σ (difference of standard scores)² over numbers + the number of
 * columns with unequal cells (categories, and whether a number is missing; a missing number stands at the mean). This is the
 * Euclidean distance of standardised and one-hot encoded rows whose indicators weigh 1/√2, so it is a metric.
 */
export interface MixedSpace {
  readonly numeric: readonly { readonly name: string; readonly mean: number; readonly sd: number }[];
  /** Cells compared for equality, in the order of the words: those that share words first. */
  readonly cells: readonly { readonly name: string; readonly missingFlag: boolean }[];
  /** How many of `cells` are packed four to a word; the rest have a word each. */
  readonly packed: number;
}

/** Rows of a space, row-major, on shared memory. */
export interface MixedRows {
  readonly rows: number;
  /** Standard scores, rows × dimensions. */
  readonly numeric: Float32Array;
  readonly dimensions: number;
  /** Cells, rows × words: the first `packedWords` hold four cells each. */
  readonly words: Int32Array;
  readonly wordCount: number;
  readonly packedWords: number;
}

/**
 * Learns scales and layout. `population` gives mean and standard deviation; every table that will be encoded must be among
 * `all`, so that cells have room. Tables are aligned: equal columns, equal category codes.
 */
export function learnSpace(population: Table, all: readonly Table[]): MixedSpace {
  const numeric: MixedSpace['numeric'][number][] = [];
  const packed: MixedSpace['cells'][number][] = [];
  const single: MixedSpace['cells'][number][] = [];
  for (const column of population.columns) {
    const { name } = column.schema;
    if (column.type === 'numeric') {
      numeric.push({ name, ...momentsOf(column) });
      if (all.some((table) => hasMissing(table.column(name)))) packed.push({ name, missingFlag: true });
    } else {
      const widest = Math.max(...all.map((table) => categoriesOf(table.column(name))));
      (widest < BYTE ? packed : single).push({ name, missingFlag: false });
    }
  }
  return { numeric, cells: [...packed, ...single], packed: packed.length };
}

function categoriesOf(column: Column): number {
  return column.type === 'categorical' ? column.schema.categories.length : 0;
}

function hasMissing({ valid }: Column): boolean {
  return valid.includes(0);
}

/** Mean and standard deviation of the present values, by Welford's method; a constant has standard deviation 0. */
function momentsOf({ values, valid }: NumericColumn): { mean: number; sd: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (valid[i] !== 1) continue;
    n++;
    const d = values[i]! - mean;
    mean += d / n;
    squares += d * (values[i]! - mean);
  }
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : 0 };
}

/** A table's rows in the space. `without` leaves a column out (attribute inference). */
export function encodeRows(space: MixedSpace, table: Table, without?: string): MixedRows {
  const numbers = space.numeric.filter((n) => n.name !== without);
  const packed = space.cells.slice(0, space.packed).filter((c) => c.name !== without);
  const single = space.cells.slice(space.packed).filter((c) => c.name !== without);
  const dimensions = numbers.length;
  const packedWords = Math.ceil(packed.length / 4);
  const wordCount = packedWords + single.length;
  const numeric = new Float32Array(new SharedArrayBuffer(4 * table.rows * dimensions));
  const words = new Int32Array(new SharedArrayBuffer(4 * table.rows * wordCount));
  for (const [at, { name, mean, sd }] of numbers.entries()) {
    fillScores({ numeric, dimensions, at }, table.column(name) as NumericColumn, mean, sd);
  }
  for (const [i, { name, missingFlag }] of packed.entries()) {
    const cells = cellsOf(table.column(name), missingFlag);
    const shift = 8 * (i % 4);
    for (let row = 0; row < table.rows; row++) words[row * wordCount + (i >> 2)]! |= cells[row]! << shift;
  }
  for (const [i, { name }] of single.entries()) {
    const cells = cellsOf(table.column(name), false);
    for (let row = 0; row < table.rows; row++) words[row * wordCount + packedWords + i] = cells[row]!;
  }
  return { rows: table.rows, numeric, dimensions, words, wordCount, packedWords };
}

function fillScores(
  slot: { numeric: Float32Array; dimensions: number; at: number },
  { values, valid }: NumericColumn,
  mean: number,
  sd: number,
): void {
  if (sd === 0) return;
  for (let row = 0; row < values.length; row++) {
    if (valid[row] !== 1) continue;
    const z = (values[row]! - mean) / sd;
    slot.numeric[row * slot.dimensions + slot.at] = Math.max(-LARGEST_SCORE, Math.min(LARGEST_SCORE, z));
  }
}

/** 0 = missing, else 1 + the category's code; of a number only whether it is missing. */
function cellsOf(column: Column, missingFlag: boolean): Uint32Array {
  if (missingFlag) return Uint32Array.from(column.valid);
  const { codes, valid } = column as CategoricalColumn;
  return Uint32Array.from(codes, (code, i) => (valid[i] === 1 ? code + 1 : 0));
}

/** The rows at `index`, in that order. */
export function takeRows(rows: MixedRows, index: ArrayLike<number>): MixedRows {
  const n = index.length;
  const { dimensions, wordCount } = rows;
  const numeric = new Float32Array(new SharedArrayBuffer(4 * n * dimensions));
  const words = new Int32Array(new SharedArrayBuffer(4 * n * wordCount));
  for (let i = 0; i < n; i++) {
    const from = index[i]!;
    for (let j = 0; j < dimensions; j++) numeric[i * dimensions + j] = rows.numeric[from * dimensions + j]!;
    for (let j = 0; j < wordCount; j++) words[i * wordCount + j] = rows.words[from * wordCount + j]!;
  }
  return { ...rows, rows: n, numeric, words };
}

/** Rows of the same space, one after the other. */
export function stackRows(a: MixedRows, b: MixedRows): MixedRows {
  const numeric = new Float32Array(new SharedArrayBuffer(4 * (a.numeric.length + b.numeric.length)));
  const words = new Int32Array(new SharedArrayBuffer(4 * (a.words.length + b.words.length)));
  numeric.set(a.numeric);
  numeric.set(b.numeric, a.numeric.length);
  words.set(a.words);
  words.set(b.words, a.words.length);
  return { ...a, rows: a.rows + b.rows, numeric, words };
}
