import type { Table } from '../../table/index.js';
import { cellOf } from '../../table/index.js';

/** A column's cells as texts, the way a blueprint writes them: numbers with the fewest digits, missing as null. */
export function textsOf(table: Table, name: string): (string | null)[] {
  const column = table.column(name);
  if (column.type === 'categorical') {
    const { categories } = column.schema;
    return Array.from({ length: table.rows }, (_, i) =>
      column.valid[i] === 1 ? categories[column.codes[i]!]! : null,
    );
  }
  return Array.from({ length: table.rows }, (_, i) => {
    const cell = cellOf(column, i);
    return cell === null ? null : String(cell);
  });
}
