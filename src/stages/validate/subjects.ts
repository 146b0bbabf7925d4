import type { Table } from '../../table/index.js';
import { cellOf } from '../../table/index.js';

/** Rows grouped by patient. */
export interface Subjects {
  /** Patient of each row, 0 … count − 1 in the order of first appearance. */
  readonly ofRow: Uint32Array;
  readonly count: number;
}

/** The patients of a table by its key column; a row whose key is missing, or every row where there is no such column, is a patient of its own. */
export function subjectsOf(table: Table, key: string): Subjects {
  const ofRow = new Uint32Array(table.rows);
  if (!table.has(key)) return { ofRow: ofRow.map((_, i) => i), count: table.rows };
  const column = table.column(key);
  const known = new Map<string | number, number>();
  let count = 0;
  for (let i = 0; i < table.rows; i++) {
    const cell = cellOf(column, i);
    let subject = cell === null ? undefined : known.get(cell);
    if (subject === undefined) {
      subject = count++;
      if (cell !== null) known.set(cell, subject);
    }
    ofRow[i] = subject;
  }
  return { ofRow, count };
}

/** Number of patients whose key stands in both tables; 0 where a table lacks the key column. */
export function sharedSubjects(a: Table, b: Table, key: string): number {
  if (!a.has(key) || !b.has(key)) return 0;
  const keysOf = (table: Table): Set<string> => {
    const column = table.column(key);
    const keys = new Set<string>();
    for (let i = 0; i < table.rows; i++) {
      const cell = cellOf(column, i);
      if (cell !== null) keys.add(String(cell));
    }
    return keys;
  };
  const inB = keysOf(b);
  let shared = 0;
  for (const subject of keysOf(a)) if (inB.has(subject)) shared++;
  return shared;
}
