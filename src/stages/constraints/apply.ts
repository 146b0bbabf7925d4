import type { Column, Table } from '../../table/index.js';
import { sharedFloat64, sharedUint32, sharedUint8, Table as TableOf } from '../../table/index.js';
import type { CompiledConstraint } from './compile.js';

/** Repairs may break a rule that was fulfilled before; the rules are gone through so often before a row is given up. */
const ROUNDS = 4;

/** What became of rows, by the constraints' order. */
export interface ConstraintCounts {
  /** Rows that a repair changed. */
  readonly repaired: number[];
  /** Rows that could not be kept because of this constraint (a row may be counted under several). */
  readonly rejected: number[];
}

/** Rows after repairs, and which of them keep every rule. */
export interface Applied {
  readonly table: Table;
  /** 1 = the row keeps every rule, 0 = it is to be drawn again. */
  readonly keep: Uint8Array;
  readonly counts: ConstraintCounts;
}

/**
 * Goes through the constraints row by row: a broken rule is repaired or the row is marked for rejection, until all hold. A
 * row whose repairs contradict each other is marked, too. The table itself is not changed.
 */
export function applyConstraints(table: Table, constraints: readonly CompiledConstraint[]): Applied {
  const changing = new Set(constraints.filter((c) => c.handle === 'repair').flatMap((c) => c.changes));
  const columns = table.columns.map((c) => (changing.has(c.schema.name) ? copyColumn(c) : c));
  const byName = new Map(columns.map((c) => [c.schema.name, c]));
  const keep = new Uint8Array(table.rows).fill(1);
  const counts = { repaired: constraints.map(() => 0), rejected: constraints.map(() => 0) };
  const touched = new Uint8Array(constraints.length);
  for (let row = 0; row < table.rows; row++) {
    touched.fill(0);
    for (let round = 0; round < ROUNDS; round++) {
      let clean = true;
      for (const [i, c] of constraints.entries()) {
        if (c.handle === 'reject' || !c.broken(byName, row)) continue;
        c.repair(byName, row);
        touched[i] = 1;
        clean = false;
      }
      if (clean) break;
    }
    for (const [i, c] of constraints.entries()) {
      counts.repaired[i]! += touched[i]!;
      if (!c.broken(byName, row)) continue;
      keep[row] = 0;
      counts.rejected[i]!++;
    }
  }
  return { table: new TableOf(table.rows, columns), keep, counts };
}

/** Rows that break each constraint, and which rows break none. */
export function checkConstraints(
  table: Table,
  constraints: readonly CompiledConstraint[],
): { readonly violations: number[]; readonly keep: Uint8Array } {
  const byName = new Map(table.columns.map((c) => [c.schema.name, c]));
  const keep = new Uint8Array(table.rows).fill(1);
  const violations = constraints.map((c) => {
    let count = 0;
    for (let row = 0; row < table.rows; row++) {
      if (!c.broken(byName, row)) continue;
      keep[row] = 0;
      count++;
    }
    return count;
  });
  return { violations, keep };
}

function copyColumn(column: Column): Column {
  const n = column.valid.length;
  const valid = sharedUint8(n);
  valid.set(column.valid);
  if (column.type === 'numeric') {
    const values = sharedFloat64(n);
    values.set(column.values);
    return { ...column, values, valid };
  }
  const codes = sharedUint32(n);
  codes.set(column.codes);
  return { ...column, codes, valid };
}
