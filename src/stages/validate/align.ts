import { DataError, InternalError } from '../../core/index.js';
import type { CategoricalColumn, Column } from '../../table/index.js';
import { sharedFloat64, sharedUint32, sharedUint8, Table } from '../../table/index.js';

/** The columns of a table that are modelled and compared: all but keys. */
function modelledColumns(table: Table): Column[] {
  return table.columns.filter((column) => column.schema.role !== 'key');
}

/**
 * A table with the modelled columns of `like`, in its order and with its category codes, so that the two can be compared
 * cell by cell. A category that `like` does not list is put after the listed ones.
 * @throws DataError `SYNTHETIC_SCHEMA` naming each column that is absent or of another kind.
 */
export function alignTable(table: Table, like: Table): Table {
  const problems: string[] = [];
  const columns: Column[] = [];
  for (const target of modelledColumns(like)) {
    const { name, kind } = target.schema;
    if (!table.has(name)) {
      problems.push(`'${name}' is absent`);
      continue;
    }
    const column = table.column(name);
    if (column.schema.kind !== kind) problems.push(`'${name}' is ${column.schema.kind}, not ${kind}`);
    else if (column.type === 'numeric' || target.type === 'numeric') columns.push(column);
    else columns.push(recode(column, target));
  }
  if (problems.length > 0) {
    throw new DataError('SYNTHETIC_SCHEMA', `${problems.length} columns do not fit the real table.`, {
      expected: 'every feature, anchor and label column of the real table, of the same kind',
      got: problems.slice(0, 20).join('; '),
      fix: 'sample with the schema of the fitted table',
    });
  }
  return new Table(table.rows, columns);
}

function recode(column: CategoricalColumn, like: CategoricalColumn): CategoricalColumn {
  const categories = [...like.schema.categories];
  const codeOf = new Map(categories.map((name, code) => [name, code]));
  const newCode = column.schema.categories.map((name) => {
    const known = codeOf.get(name);
    if (known !== undefined) return known;
    codeOf.set(name, categories.length);
    return categories.push(name) - 1;
  });
  const n = column.codes.length;
  const codes = sharedUint32(n);
  const valid = sharedUint8(n);
  valid.set(column.valid);
  for (let i = 0; i < n; i++) if (valid[i] === 1) codes[i] = newCode[column.codes[i]!]!;
  return { type: 'categorical', schema: { ...column.schema, categories }, codes, valid };
}

/** The rows of two aligned tables, one after the other. */
export function stackTables(a: Table, b: Table): Table {
  return new Table(
    a.rows + b.rows,
    a.columns.map((column) => stackColumns(column, b.column(column.schema.name))),
  );
}

function stackColumns(a: Column, b: Column): Column {
  const rows = a.valid.length + b.valid.length;
  const valid = sharedUint8(rows);
  valid.set(a.valid);
  valid.set(b.valid, a.valid.length);
  if (a.type === 'numeric' && b.type === 'numeric') {
    const values = sharedFloat64(rows);
    values.set(a.values);
    values.set(b.values, a.valid.length);
    return { ...a, values, valid };
  }
  if (a.type === 'categorical' && b.type === 'categorical') {
    const codes = sharedUint32(rows);
    codes.set(a.codes);
    codes.set(b.codes, a.valid.length);
    const longer = b.schema.categories.length > a.schema.categories.length ? b : a;
    return { ...a, schema: longer.schema, codes, valid };
  }
  throw new InternalError('NOT_ALIGNED', `Column '${a.schema.name}' is numeric in one table only.`);
}
