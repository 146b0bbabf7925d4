import { sqlName, sqlString } from '../../duckdb/index.js';
import type { Column } from '../../table/index.js';
import { columnFromCells, Table } from '../../table/index.js';
import type { RawTable } from './input.js';
import { rawView } from './input.js';

/** Day that dates are counted from while they are modelled: public, and before no date that matters. */
export const dateOrigin = '2000-01-01';
const originMs = Date.UTC(2000, 0, 1);
const dayMs = 86_400_000;

/** How a column of dates is written. */
export type DateForm = 'date' | 'time';

const dateText = /^\d{4}-\d{2}-\d{2}([ T][\d:.]+Z?)?$/;

/** Columns whose cells, as far as they are not blank, are all ISO dates or date-times. */
export async function findDates(raw: RawTable, names: readonly string[]): Promise<Map<string, DateForm>> {
  const found = new Map<string, DateForm>();
  for (const name of await firstLook(raw, names, (cells) => cells.every((cell) => dateText.test(cell)))) {
    const cell = `nullif(trim(${sqlName(name)}), '')`;
    const row = await raw.db.one(
      `SELECT count(c) AS n, count(*) FILTER (regexp_full_match(c, ${sqlString(dateText.source.slice(1, -1))})) AS dates, max(length(c)) AS long
       FROM (SELECT ${cell} AS c FROM ${rawView})`,
    );
    const dates = Number(row['dates']);
    if (dates > 0 && dates === Number(row['n'])) found.set(name, Number(row['long']) > 10 ? 'time' : 'date');
  }
  return found;
}

/** Columns whose first cells, as far as they are not blank, pass a test: most columns need no further look. */
export async function firstLook(
  raw: RawTable,
  names: readonly string[],
  test: (cells: readonly string[]) => boolean,
): Promise<string[]> {
  if (names.length === 0) return [];
  const list = names.map((name) => sqlName(name)).join(', ');
  const columns = await raw.db.columns(`SELECT ${list} FROM ${rawView} ORDER BY __row LIMIT 100`);
  return names.filter((_, i) => {
    const cells = columns[i]!.cells.map((cell) => String(cell ?? '').trim());
    return test(cells.filter((cell) => cell !== ''));
  });
}

/** The table with columns of days written as dates again. */
export function writeDates(table: Table, forms: Readonly<Record<string, DateForm>>): Table {
  if (!table.schema.some((s) => s.name in forms)) return table;
  return new Table(
    table.rows,
    table.columns.map((column) => {
      const form = forms[column.schema.name];
      return form === undefined || column.type !== 'numeric' ? column : datesOf(column, form);
    }),
  );
}

function datesOf(column: Extract<Column, { type: 'numeric' }>, form: DateForm): Column {
  const { name, role, missing } = column.schema;
  const cells = Array.from(column.values, (days, i) => (column.valid[i] === 1 ? isoOf(days, form) : null));
  return columnFromCells({ name, role, missing, kind: 'categorical' }, cells);
}

/** `2024-02-29`, or with a time `2024-02-29 08:15:00`, in UTC. */
function isoOf(days: number, form: DateForm): string {
  const exact = originMs + (form === 'date' ? Math.round(days) * dayMs : Math.round(days * 86_400) * 1000);
  const text = new Date(exact).toISOString();
  return form === 'date' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}
