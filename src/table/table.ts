import { DataError, InternalError } from '../core/index.js';
import type { ColumnSchema } from './schema.js';
import { isNumericKind } from './schema.js';

/** A column of numbers. Where `valid[i]` is 0 the value is missing and `values[i]` is 0 and means nothing. */
export interface NumericColumn {
  readonly type: 'numeric';
  readonly schema: ColumnSchema;
  /** Finite numbers, length = rows of the table. */
  readonly values: Float64Array;
  /** 1 = present, 0 = missing. */
  readonly valid: Uint8Array;
}

/** A column of category codes, indexes into `schema.categories`. Where `valid[i]` is 0 the code is 0 and means nothing. */
export interface CategoricalColumn {
  readonly type: 'categorical';
  readonly schema: ColumnSchema & { readonly categories: readonly string[] };
  readonly codes: Uint32Array;
  /** 1 = present, 0 = missing. */
  readonly valid: Uint8Array;
}

export type Column = NumericColumn | CategoricalColumn;

/** One cell as a program sees it: a number, a category's name, or null for missing. */
export type Cell = number | string | null;
/** One row, by column name. */
export type Row = Readonly<Record<string, Cell>>;

/** A float array that worker threads can share. */
export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}
/** A code array that worker threads can share. */
export function sharedUint32(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}
/** A byte array that worker threads can share. */
export function sharedUint8(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/**
 * A column-oriented table: typed arrays with a schema (design §4.3). Immutable by convention. `columns` is plain
 * data, so a table's columns can be posted to a worker thread (shared, not copied) and wrapped again there.
 */
export class Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly #byName: ReadonlyMap<string, Column>;

  /** @throws InternalError `TABLE_SHAPE` for columns of unequal length, a repeated name, or storage that does not fit the kind. */
  constructor(rows: number, columns: readonly Column[]) {
    this.rows = rows;
    this.columns = columns;
    const byName = new Map<string, Column>();
    for (const column of columns) {
      const { name, kind } = column.schema;
      const stored = column.type === 'numeric' ? column.values : column.codes;
      if (stored.length !== rows || column.valid.length !== rows) {
        throw new InternalError(
          'TABLE_SHAPE',
          `Column '${name}' has ${stored.length} values in a table of ${rows} rows.`,
        );
      }
      if (isNumericKind(kind) !== (column.type === 'numeric')) {
        throw new InternalError('TABLE_SHAPE', `Column '${name}' is ${kind} but stored as ${column.type}.`);
      }
      if (byName.has(name)) throw new InternalError('TABLE_SHAPE', `Two columns are named '${name}'.`);
      byName.set(name, column);
    }
    this.#byName = byName;
  }

  /** The schemas in column order. */
  get schema(): readonly ColumnSchema[] {
    return this.columns.map((c) => c.schema);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** @throws DataError `NO_COLUMN` when there is none of that name. */
  column(name: string): Column {
    const column = this.#byName.get(name);
    if (column === undefined) {
      throw new DataError('NO_COLUMN', `The table has no column '${name}'.`, {
        expected: `one of ${this.columns
          .map((c) => c.schema.name)
          .slice(0, 40)
          .join(', ')}`,
      });
    }
    return column;
  }

  /** The same rows with the named columns only, in that order. */
  select(names: readonly string[]): Table {
    return new Table(
      this.rows,
      names.map((name) => this.column(name)),
    );
  }

  /** The rows at `index`, in that order (repeats allowed). @throws InternalError `TABLE_INDEX` outside the table. */
  take(index: ArrayLike<number>): Table {
    const n = index.length;
    for (let i = 0; i < n; i++) {
      const row = index[i]!;
      if (!(Number.isInteger(row) && row >= 0 && row < this.rows))
        throw new InternalError('TABLE_INDEX', `There is no row ${row} in a table of ${this.rows} rows.`);
    }
    return new Table(
      n,
      this.columns.map((column) => takeColumn(column, index)),
    );
  }

  /** One cell. */
  cell(name: string, row: number): Cell {
    return cellOf(this.column(name), row);
  }
}

/** One cell of a column: null when missing. */
export function cellOf(column: Column, row: number): Cell {
  if (column.valid[row] !== 1) return null;
  return column.type === 'numeric' ? column.values[row]! : column.schema.categories[column.codes[row]!]!;
}

function takeColumn(column: Column, index: ArrayLike<number>): Column {
  const n = index.length;
  const valid = sharedUint8(n);
  for (let i = 0; i < n; i++) valid[i] = column.valid[index[i]!]!;
  if (column.type === 'numeric') {
    const values = sharedFloat64(n);
    for (let i = 0; i < n; i++) values[i] = column.values[index[i]!]!;
    return { type: 'numeric', schema: column.schema, values, valid };
  }
  const codes = sharedUint32(n);
  for (let i = 0; i < n; i++) codes[i] = column.codes[index[i]!]!;
  return { type: 'categorical', schema: column.schema, codes, valid };
}
