import { InternalError } from '../../core/index.js';
import type { Cell, Column, ColumnSchema } from '../../table/index.js';
import { cellOf, isNumericKind, sharedFloat64, sharedUint32, sharedUint8, Table } from '../../table/index.js';
import type { Relation, Relations } from './model.js';

/**
 * The whole table from its free columns: each determined column is computed from the columns that it follows from. Columns that are
 * there already are computed anew.
 */
export function restoreColumns(table: Table, { schema, relations }: Relations): Table {
  const columns = new Map(table.columns.map((c) => [c.schema.name, c]));
  const schemas = new Map(schema.map((s) => [s.name, s]));
  for (const relation of [...relations].reverse()) {
    const own = schemas.get(relation.column);
    if (own === undefined) throw new InternalError('RELATIONS', `There is no column '${relation.column}'.`);
    if (relation.kind === 'table') {
      const { from, to } = byTable(columns.get(relation.from)!, relation, own);
      columns.set(relation.from, from);
      columns.set(relation.column, to);
    } else columns.set(relation.column, compute(columns, relation, { schema: own, rows: table.rows }));
  }
  return new Table(
    table.rows,
    schema.map((s) => columns.get(s.name)!),
  );
}

function compute(
  columns: ReadonlyMap<string, Column>,
  relation: Exclude<Relation, { kind: 'table' }>,
  to: { readonly schema: ColumnSchema; readonly rows: number },
): Column {
  const { schema, rows } = to;
  const writer = new Writer(schema, rows);
  if (relation.kind === 'constant') {
    if (relation.value !== null) for (let row = 0; row < rows; row++) writer.set(row, relation.value);
    return writer.column;
  }
  const names = relation.kind === 'sum' ? relation.of : [relation.from];
  const parts = names.map((name) => columns.get(name)!);
  const [times, plus] = relation.kind === 'affine' ? [relation.times, relation.plus] : [1, 0];
  for (let row = 0; row < rows; row++) {
    if (parts.some((part) => part.valid[row] !== 1)) continue;
    let sum = plus;
    for (const part of parts) sum += times * numberAt(part, row);
    writer.set(row, ontoGrid(schema, sum));
  }
  return writer.column;
}

type TableRelation = Extract<Relation, { kind: 'table' }>;

/** Looks each value up. A value that the table lacks takes that of its neighbours where they agree; else it becomes the nearest one that has an entry. */
function byTable(from: Column, relation: TableRelation, schema: ColumnSchema): { from: Column; to: Column } {
  const find = lookup(relation, from.schema);
  const rows = from.valid.length;
  const writer = new Writer(schema, rows);
  const changed = new Writer(from.schema, rows);
  for (let row = 0; row < rows; row++) {
    const pair = find(cellOf(from, row));
    if (pair.to !== null) writer.set(row, pair.to);
    if (pair.from !== null) changed.set(row, pair.from);
  }
  return { from: changed.column, to: writer.column };
}

/** Finds, for a value, the value to keep and the one that follows. */
export function lookup(
  relation: TableRelation,
  from: ColumnSchema,
): (cell: Cell) => { from: Cell; to: Cell } {
  const exact = new Map(relation.pairs.map((pair) => [pair.from, pair]));
  const fallback = relation.pairs[0]!;
  if (!isNumericKind(from.kind)) return (cell) => exact.get(cell) ?? fallback;
  const ordered = relation.pairs
    .flatMap((pair) => (typeof pair.from === 'number' ? [{ key: pair.from, to: pair.to }] : []))
    .sort((a, b) => a.key - b.key);
  return (cell) => {
    const known = exact.get(cell);
    if (known !== undefined) return known;
    if (typeof cell !== 'number' || ordered.length === 0) return fallback;
    const at = firstAbove(ordered, cell);
    const below = ordered[at - 1] ?? ordered[at]!;
    const above = ordered[at] ?? ordered[at - 1]!;
    if (below.to === above.to) return { from: cell, to: below.to };
    const near = cell - below.key <= above.key - cell ? below : above;
    return { from: near.key, to: near.to };
  };
}

function firstAbove(ordered: readonly { readonly key: number }[], x: number): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ordered[middle]!.key > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Fills a column cell by cell; categories that the schema does not list are added. */
class Writer {
  readonly #schema: ColumnSchema;
  readonly #valid: Uint8Array;
  readonly #values: Float64Array | undefined;
  readonly #codes: Uint32Array | undefined;
  readonly #categories: string[];
  readonly #codeOf: Map<string, number>;

  constructor(schema: ColumnSchema, rows: number) {
    this.#schema = schema;
    this.#valid = sharedUint8(rows);
    const numeric = isNumericKind(schema.kind);
    this.#values = numeric ? sharedFloat64(rows) : undefined;
    this.#codes = numeric ? undefined : sharedUint32(rows);
    this.#categories = [...(schema.categories ?? [])];
    this.#codeOf = new Map(this.#categories.map((name, code) => [name, code]));
  }

  set(row: number, cell: string | number): void {
    this.#valid[row] = 1;
    if (this.#values !== undefined) this.#values[row] = Number(cell);
    else this.#codes![row] = this.#code(String(cell));
  }

  get column(): Column {
    const valid = this.#valid;
    return this.#values !== undefined
      ? { type: 'numeric', schema: this.#schema, values: this.#values, valid }
      : {
          type: 'categorical',
          schema: { ...this.#schema, categories: this.#categories },
          codes: this.#codes!,
          valid,
        };
  }

  #code(name: string): number {
    const known = this.#codeOf.get(name);
    if (known !== undefined) return known;
    this.#codeOf.set(name, this.#categories.length);
    return this.#categories.push(name) - 1;
  }
}

/** A cell as a number; categories that are numbers count as such. */
function numberAt(column: Column, row: number): number {
  return column.type === 'numeric'
    ? column.values[row]!
    : Number(column.schema.categories[column.codes[row]!]);
}

/** A number on a column's grid. */
export function ontoGrid(schema: ColumnSchema, x: number): number {
  const decimals = schema.decimals ?? (schema.kind === 'count' ? 0 : undefined);
  return decimals === undefined ? x : Math.round(x * 10 ** decimals) / 10 ** decimals;
}
