import { DataError, InternalError } from '../core/index.js';
import { mean, quantileSorted } from '../numerics/index.js';
import { isNumericKind } from './schema.js';
import type { CategoricalColumn, Column } from './table.js';
import { sharedFloat64 } from './table.js';

export interface EncodeOptions {
  /** Most one-hot columns of a categorical column; less frequent categories share one more. Default 100. */
  readonly maxCategories?: number;
  /** Categories with fewer training rows share one column. Default 10. */
  readonly minCategoryRows?: number;
}

/** Numbers and ordinal ranks: (value − mean) / deviation, the median where missing, and perhaps an indicator. */
interface NumberCoder {
  readonly type: 'number';
  readonly name: string;
  /** Ordinal columns: the training table's categories; the value is the rank in them. */
  readonly levels: readonly string[] | undefined;
  readonly mean: number;
  readonly deviation: number;
  readonly median: number;
  /** Whether a column 1 = missing follows. */
  readonly indicator: boolean;
}

/** Categories: a 0/1 column each. */
interface CategoryCoder {
  readonly type: 'category';
  readonly name: string;
  /** Which of the columns a category sets to 1; several rare ones share the last. */
  readonly slots: ReadonlyMap<string, number>;
  readonly slotNames: readonly string[];
  readonly indicator: boolean;
}

/** How columns become a dense matrix; plain data. */
export interface FeatureEncoder {
  readonly coders: readonly (NumberCoder | CategoryCoder)[];
  /** Names of the matrix's columns: `age`, `age missing`, `sex = female`, `unit = (rare)`. */
  readonly names: readonly string[];
}

/** A dense matrix, rows × features, row-major, every entry finite (shared memory). */
export interface EncodedRows {
  readonly x: Float64Array;
  readonly rows: number;
  readonly features: number;
}

/**
 * Learns from training columns how to turn columns into numbers for models that need a matrix. Numbers and ordinals
 * (as ranks) are standardised by the training mean and standard deviation, missing ones replaced by the training median;
 * categories become 0/1 columns. A column that had missing values in training gets an indicator. Columns that are constant or
 * wholly missing in training yield nothing but, if it varies, that indicator.
 */
export function fitEncoder(columns: readonly Column[], options: EncodeOptions = {}): FeatureEncoder {
  const coders = columns.map((column) =>
    column.type === 'numeric' || column.schema.kind === 'ordinal'
      ? numberCoder(column)
      : categoryCoder(column, options),
  );
  return { coders, names: coders.flatMap(namesOf) };
}

/**
 * The matrix of columns, found by name. Categories are matched by name; one that training did not know sets all its
 * columns to 0.
 * @throws DataError `NO_COLUMN`, `COLUMN_KIND` when columns differ from training.
 */
export function encodeColumns(encoder: FeatureEncoder, columns: readonly Column[]): EncodedRows {
  const rows = columns[0]?.valid.length ?? 0;
  if (columns.some((column) => column.valid.length !== rows)) {
    throw new InternalError('TABLE_SHAPE', 'The columns to encode have different lengths.');
  }
  const byName = new Map(columns.map((column) => [column.schema.name, column]));
  const features = encoder.names.length;
  const out = { x: sharedFloat64(rows * features), rows, features };
  let at = 0;
  for (const coder of encoder.coders) {
    const column = byName.get(coder.name);
    if (column === undefined) {
      throw new DataError('NO_COLUMN', `The table has no column '${coder.name}', which training had.`, {
        fix: 'encode a table of the same feature columns',
      });
    }
    if (coder.type === 'number') writeNumbers(out, at, coder, column);
    else writeCategories(out, at, coder, column);
    at += namesOf(coder).length;
  }
  return out;
}

function numberCoder(column: Column): NumberCoder {
  const { name } = column.schema;
  const present = presentSorted(column);
  const center = mean(present) ?? 0;
  const variance = mean(present.map((x) => (x - center) ** 2)) ?? 0;
  const constant = present.length === 0 || present[0] === present.at(-1);
  return {
    type: 'number',
    name,
    levels: column.type === 'numeric' ? undefined : column.schema.categories,
    mean: center,
    deviation: constant ? 0 : Math.sqrt(variance),
    median: quantileSorted(present, 0.5) ?? 0,
    indicator: someMissing(column),
  };
}

function categoryCoder(column: CategoricalColumn, options: EncodeOptions): CategoryCoder {
  const { maxCategories = 100, minCategoryRows = 10 } = options;
  const { name, kind, categories } = column.schema;
  const counts = new Uint32Array(categories.length);
  const { codes, valid } = column;
  for (let i = 0; i < codes.length; i++) if (valid[i] === 1) counts[codes[i]!]!++;
  const seen = categories.map((_, code) => code).filter((code) => counts[code]! > 0);
  const coder = { type: 'category', name, indicator: someMissing(column) } as const;
  if (seen.length < 2) return { ...coder, slots: new Map(), slotNames: [] };
  if (kind === 'binary')
    return { ...coder, slots: new Map([[categories[1]!, 0]]), slotNames: [categories[1]!] };
  const byCount = [...seen].sort((a, b) => counts[b]! - counts[a]! || a - b);
  const frequent = new Set(
    byCount.slice(0, maxCategories).filter((code) => counts[code]! >= minCategoryRows),
  );
  const own = seen.filter((code) => frequent.has(code)).map((code) => categories[code]!);
  const rare = seen.filter((code) => !frequent.has(code)).map((code) => categories[code]!);
  return {
    ...coder,
    slots: new Map([
      ...own.map((c, slot) => [c, slot] as const),
      ...rare.map((c) => [c, own.length] as const),
    ]),
    slotNames: rare.length > 0 ? [...own, '(rare)'] : own,
  };
}

/** Numbers, or ranks, that are not missing, ascending. */
function presentSorted(column: Column): Float64Array {
  const stored = column.type === 'numeric' ? column.values : column.codes;
  const { valid } = column;
  const present = new Float64Array(stored.length);
  let n = 0;
  for (let i = 0; i < stored.length; i++) if (valid[i] === 1) present[n++] = stored[i]!;
  return present.subarray(0, n).sort();
}

/** Whether the training column has missing values and others. */
function someMissing(column: Column): boolean {
  return column.valid.includes(0) && column.valid.includes(1);
}

function namesOf(coder: NumberCoder | CategoryCoder): string[] {
  const names =
    coder.type === 'category'
      ? coder.slotNames.map((slot) => `${coder.name} = ${slot}`)
      : coder.deviation > 0
        ? [coder.name]
        : [];
  return coder.indicator ? [...names, `${coder.name} missing`] : names;
}

function writeNumbers(
  { x, rows, features }: EncodedRows,
  at: number,
  coder: NumberCoder,
  column: Column,
): void {
  const ranked = coder.levels !== undefined;
  if (isNumericKind(column.schema.kind) === ranked) throw otherKind(column, ranked ? 'ordinal' : 'numbers');
  const value =
    column.type === 'numeric' ? (i: number) => column.values[i]! : rankIn(coder.levels ?? [], column);
  const { mean: center, deviation, median, indicator } = coder;
  const first = deviation > 0 ? 1 : 0;
  for (let i = 0, to = at; i < rows; i++, to += features) {
    const rank = column.valid[i] === 1 ? value(i) : undefined;
    if (first === 1) x[to] = ((rank ?? median) - center) / deviation;
    if (indicator && rank === undefined) x[to + first] = 1;
  }
}

/** Rank of a row's category in the training order; undefined for one that training did not know. */
function rankIn(levels: readonly string[], column: CategoricalColumn): (i: number) => number | undefined {
  const known = new Map(levels.map((level, rank) => [level, rank]));
  const ranks = column.schema.categories.map((category) => known.get(category));
  return (i) => ranks[column.codes[i]!];
}

function writeCategories(
  { x, rows, features }: EncodedRows,
  at: number,
  coder: CategoryCoder,
  column: Column,
): void {
  if (column.type === 'numeric') throw otherKind(column, 'categories');
  const slots = Int32Array.from(column.schema.categories, (category) => coder.slots.get(category) ?? -1);
  const missingSlot = coder.indicator ? coder.slotNames.length : -1;
  const { codes, valid } = column;
  for (let i = 0, to = at; i < rows; i++, to += features) {
    const slot = valid[i] === 1 ? slots[codes[i]!]! : missingSlot;
    if (slot >= 0) x[to + slot] = 1;
  }
}

function otherKind(column: Column, expected: string): DataError {
  return new DataError('COLUMN_KIND', `Column '${column.schema.name}' has another kind than in training.`, {
    expected,
    got: column.schema.kind,
    fix: 'give the column the kind that it had in the training table',
  });
}
