import { sqlName } from '../../duckdb/index.js';
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

/** Columns whose cells, as far as they are not blank, are all ISO dates or date-times. */
export async function findDates(raw: RawTable, names: readonly string[]): Promise<Map<string, DateForm>> {
  const found = new Map<string, DateForm>();
  if (names.length === 0) return found;
  const pattern = "'[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+Z?)?'";
  const parts = names.map((name, i) => {
    const cell = `nullif(trim(${sqlName(name)}), '')`;
    const looks = `${cell} LIKE '____-__-__%' AND regexp_full_match(${cell}, ${pattern})`;
    return `count(${cell}) AS n${i}, count(*) FILTER (${looks}) AS d${i}, max(length(${cell})) AS l${i}`;
  });
  const row = await raw.db.one(`SELECT ${parts.join(', ')} FROM ${rawView}`);
  for (const [i, name] of names.entries()) {
    const dates = Number(row[`d${i}`]);
    if (dates > 0 && dates === Number(row[`n${i}`]))
      found.set(name, Number(row[`l${i}`]) > 10 ? 'time' : 'date');
  }
  return found;
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
export function isoOf(days: number, form: DateForm): string {
  const exact = originMs + (form === 'date' ? Math.round(days) * dayMs : Math.round(days * 86_400) * 1000);
  const text = new Date(exact).toISOString();
  return form === 'date' ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}
