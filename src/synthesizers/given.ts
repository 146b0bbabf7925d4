import { UserError } from '../core/index.js';
import type { Cell, Column, ColumnSchema, Row } from '../table/index.js';
import {
  columnFromCells,
  isNumericKind,
  sharedFloat64,
  sharedUint32,
  sharedUint8,
  Table,
} from '../table/index.js';

/** The most names that an error lists. */
const LISTED = 40;

/**
 * Reads a `given` request: for each fixed column, by its place in the model, `n` cells with the model's schema and codes.
 * One row counts for all; a table must have `n` rows. A missing cell asks for a missing value.
 * @throws UserError `GIVEN_COLUMN`, `GIVEN_CATEGORY`, `GIVEN_NUMBER`, `GIVEN_ROWS`.
 */
export function readGiven(
  schemas: readonly ColumnSchema[],
  n: number,
  given: Partial<Row> | Table | undefined,
): ReadonlyMap<number, Column> {
  if (given === undefined) return new Map();
  const placeOf = new Map(schemas.map((s, c) => [s.name, c]));
  const names = given instanceof Table ? given.schema.map((s) => s.name) : Object.keys(given);
  const unknown = names.filter((name) => !placeOf.has(name));
  if (unknown.length > 0) {
    throw new UserError('GIVEN_COLUMN', `The model has no column ${quoted(unknown)}.`, {
      expected: `columns among ${quoted([...placeOf.keys()])}`,
      fix: 'give only columns that the model was fitted on',
    });
  }
  if (given instanceof Table && given.rows !== n) {
    throw new UserError('GIVEN_ROWS', 'The given table has another number of rows than are to be drawn.', {
      expected: `${n} rows`,
      got: `${given.rows} rows`,
    });
  }
  return new Map(
    names.map((name) => {
      const c = placeOf.get(name)!;
      const schema = schemas[c]!;
      if (given instanceof Table) return [c, translate(schema, given.column(name))];
      return [c, repeat(constant(schema, given[name] ?? null), n)];
    }),
  );
}

function constant(schema: ColumnSchema, cell: Cell): Column {
  if (cell !== null && isNumericKind(schema.kind) && !(typeof cell === 'number' && Number.isFinite(cell))) {
    throw wrongNumber(schema);
  }
  if (cell !== null && !isNumericKind(schema.kind) && !schema.categories?.includes(String(cell))) {
    throw wrongCategory(schema, 1);
  }
  return columnFromCells(schema, [cell]);
}

function repeat(column: Column, n: number): Column {
  const valid = sharedUint8(n).fill(column.valid[0]!);
  const { schema } = column;
  return column.type === 'numeric'
    ? { type: 'numeric', schema, values: sharedFloat64(n).fill(column.values[0]!), valid }
    : { type: 'categorical', schema: column.schema, codes: sharedUint32(n).fill(column.codes[0]!), valid };
}

/** A given column in the model's schema; categories are matched by name. */
function translate(schema: ColumnSchema, column: Column): Column {
  if (isNumericKind(schema.kind)) {
    if (column.type !== 'numeric') throw wrongNumber(schema);
    return { ...column, schema };
  }
  if (column.type === 'numeric') throw wrongCategory(schema, column.values.length);
  const categories = schema.categories ?? [];
  const codeOf = new Map(categories.map((name, code) => [name, code]));
  const target = column.schema.categories.map((name) => codeOf.get(name));
  const codes = sharedUint32(column.codes.length);
  let bad = 0;
  for (let i = 0; i < codes.length; i++) {
    if (column.valid[i] !== 1) continue;
    const code = target[column.codes[i]!];
    if (code === undefined) bad++;
    else codes[i] = code;
  }
  if (bad > 0) throw wrongCategory(schema, bad);
  return { type: 'categorical', schema: { ...schema, categories }, codes, valid: column.valid };
}

function wrongNumber(schema: ColumnSchema): UserError {
  return new UserError('GIVEN_NUMBER', `The column '${schema.name}' needs finite numbers (or missing).`, {
    fix: 'correct the given values',
  });
}

function wrongCategory(schema: ColumnSchema, count: number): UserError {
  return new UserError(
    'GIVEN_CATEGORY',
    `The column '${schema.name}' does not know ${count} of the given values.`,
    {
      expected: `one of ${quoted(schema.categories ?? [])}, or missing`,
      fix: 'give categories that the model was fitted on',
    },
  );
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, LISTED).map((name) => `'${name}'`);
  return names.length > LISTED ? `${shown.join(', ')} and ${names.length - LISTED} more` : shown.join(', ');
}
