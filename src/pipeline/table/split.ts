import { sqlName, sqlString } from '../../duckdb/index.js';
import type { RawTable } from './input.js';
import { rawView } from './input.js';

/** How rows are shared out between training and testing. Enough to find the same parts of the same file again. */
export interface TableSplit {
  readonly seed: number;
  /** Share of rows, or of units, that go to the test part, 0 … 1. */
  readonly testShare: number;
  /** Column that names the unit (a patient): all rows of a unit go to one side. Null: each row by itself. */
  readonly unit: string | null;
}

/** Digits of a hash that are compared. */
const DIGITS = 13;

/**
 * 1 = test part, 0 = train part, for each row of the file. The side is a hash of the seed and the unit's name, or, without a unit, of
 * the row's cells and how often they occurred before: it does not depend on the order of rows, and a row more or less moves
 * no other. Two files that write the same cells differently (CSV and Parquet) are split differently.
 */
export async function sidesOf(raw: RawTable, split: TableSplit): Promise<Uint8Array> {
  if (split.testShare <= 0) return new Uint8Array(raw.rows);
  const limit = BigInt(Math.floor(split.testShare * 16 ** DIGITS))
    .toString(16)
    .padStart(DIGITS, '0');
  if (split.testShare >= 1) return new Uint8Array(raw.rows).fill(1);
  const side = `left(hash, ${DIGITS}) < ${sqlString(limit)}`;
  const result = await raw.db.columns(
    `SELECT ${side} AS side FROM (${hashesSql(raw.names, split)}) ORDER BY __row`,
  );
  return Uint8Array.from(result[0]!.cells, Number);
}

/** Rows with a hash that stays the same whatever other rows there are; equal rows are told apart by their number. */
function hashesSql(names: readonly string[], { seed, unit }: Pick<TableSplit, 'seed' | 'unit'>): string {
  const prefix = sqlString(`anamnesis/split/1/${seed}/`);
  if (unit !== null)
    return `SELECT __row, md5(${prefix} || coalesce(trim(${sqlName(unit)}), '')) AS hash FROM ${rawView}`;
  const cells = names.map((name) => `coalesce(${sqlName(name)}, chr(30))`).join(', ');
  return `SELECT __row, md5(${prefix} || cells || '/' || row_number() OVER (PARTITION BY cells ORDER BY __row)) AS hash
    FROM (SELECT __row, md5(concat_ws(chr(31), ${cells})) AS cells FROM ${rawView})`;
}
