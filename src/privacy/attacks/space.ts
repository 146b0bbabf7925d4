import type { CategoricalColumn, Column, NumericColumn, Table } from '../../table/index.js';

/** Standard scores are kept within this, so that one wild value does not decide a distance. */
const LARGEST_SCORE = 5;
/** Cells a word, by the number of different values that they hold (missing is one): eight of 4 bits, four of 8 bits, one of 32. */
export const cellsPerWord = [8, 4, 1] as const;
const mostValues = [16, 256, Infinity] as const;

/**
 * The space in which rows are compared. Distance = Σ |difference of standard scores| over numbers + the number of columns with
 * unequal cells (categories, and whether a number is missing; a missing number stands at the mean). This is a city-block metric
 * on mixed columns like that of Gower (Biometrics 27:857–871, 1971), with standard deviations in place of ranges, which one wild
 * value would stretch.
 */
export interface MixedSpace {
  readonly numeric: readonly { readonly name: string; readonly mean: number; readonly sd: number }[];
  /** Cells compared for equality, for each size of `cellsPerWord`. */
  readonly cells: readonly (readonly Cell[])[];
}

interface Cell {
  readonly name: string;
  /** A number's cell says only whether the number is missing. */
  readonly missingFlag: boolean;
}

/** Rows of a space, row-major, on shared memory. */
export interface MixedRows {
  readonly rows: number;
  /** Standard scores, rows × dimensions. */
  readonly numeric: Float32Array;
  readonly dimensions: number;
  /** Cells, rows × words. */
  readonly words: Int32Array;
  readonly wordCount: number;
  /** Words of each size of `cellsPerWord`, in that order. */
  readonly wordsOf: readonly [number, number, number];
}

/**
 * Learns scales and layout. `population` gives mean and standard deviation; every table that will be encoded must be among
 * `all`, so that cells have room. Tables are aligned: equal columns, equal category codes.
 */
export function learnSpace(population: Table, all: readonly Table[]): MixedSpace {
  const numeric: MixedSpace['numeric'][number][] = [];
  const cells: Cell[][] = cellsPerWord.map(() => []);
  for (const column of population.columns) {
    const { name } = column.schema;
    const missingFlag = column.type === 'numeric';
    if (missingFlag) numeric.push({ name, ...momentsOf(column) });
    if (missingFlag && !all.some((table) => hasMissing(table.column(name)))) continue;
    const values = 1 + Math.max(...all.map((table) => categoriesOf(table.column(name))));
    cells[mostValues.findIndex((most) => values <= most)]!.push({ name, missingFlag });
  }
  // far-apart numbers first: the search gives a row up as soon as it is too far
  const spread = new Map(
    numeric.map((n) => [n.name, spreadOf(population.column(n.name) as NumericColumn, n)]),
  );
  numeric.sort((a, b) => spread.get(b.name)! - spread.get(a.name)!);
  return { numeric, cells };
}

function categoriesOf(column: Column): number {
  return column.type === 'categorical' ? column.schema.categories.length : 1;
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

/** Mean size of the standard scores. */
function spreadOf({ values, valid }: NumericColumn, { mean, sd }: { mean: number; sd: number }): number {
  if (sd === 0) return 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) if (valid[i] === 1) total += Math.abs(values[i]! - mean) / sd;
  return total / Math.max(1, values.length);
}

/** A table's rows in the space. `without` leaves a column out (attribute inference). */
export function encodeRows(space: MixedSpace, table: Table, without?: string): MixedRows {
  const numbers = space.numeric.filter((n) => n.name !== without);
  const cells = space.cells.map((of) => of.filter((c) => c.name !== without));
  const wordsIn = (size: 0 | 1 | 2): number => Math.ceil(cells[size]!.length / cellsPerWord[size]);
  const wordsOf = [wordsIn(0), wordsIn(1), wordsIn(2)] as const;
  const dimensions = numbers.length;
  const wordCount = wordsOf[0] + wordsOf[1] + wordsOf[2];
  const numeric = new Float32Array(new SharedArrayBuffer(4 * table.rows * dimensions));
  const words = new Int32Array(new SharedArrayBuffer(4 * table.rows * wordCount));
  for (const [at, { name, mean, sd }] of numbers.entries()) {
    fillScores({ numeric, dimensions, at }, table.column(name) as NumericColumn, mean, sd);
  }
  let first = 0;
  for (const [size, of] of cells.entries()) {
    const per = cellsPerWord[size as 0 | 1 | 2];
    for (const [i, { name, missingFlag }] of of.entries()) {
      const values = cellsOf(table.column(name), missingFlag);
      const at = first + Math.floor(i / per);
      const shift = (32 / per) * (i % per);
      for (let row = 0; row < table.rows; row++) words[row * wordCount + at]! |= values[row]! << shift;
    }
    first += wordsOf[size as 0 | 1 | 2];
  }
  return { rows: table.rows, numeric, dimensions, words, wordCount, wordsOf };
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
