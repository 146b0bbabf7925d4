import type { Database } from '../../duckdb/index.js';
import { NO_CODE } from '../../duckdb/index.js';
import { misfit } from '../build.js';
import type { ColumnSchema } from '../schema.js';
import type { CategoricalColumn, NumericColumn } from '../table.js';
import { sharedFloat64, sharedUint32, sharedUint8 } from '../table.js';

/** Where a column's cells come from, in SQL. */
export interface CellSource {
  readonly from: string;
  /** An expression of one row: DOUBLE with NULL for missing, or VARCHAR with NULL for missing. */
  readonly cell: string;
  /** What the rows are ordered by. */
  readonly order: string;
  readonly rows: number;
}

/** Numbers as they stand in a file; NaN and NULL are missing. */
export interface ReadNumbers {
  readonly values: Float64Array;
  readonly valid: Uint8Array;
  readonly missing: number;
}

/** Reads a column of numbers, some thousand rows at a time, into shared memory. */
export async function readNumbers(
  db: Database,
  { from, cell, order, rows }: CellSource,
): Promise<ReadNumbers> {
  const values = sharedFloat64(rows);
  await db.fill(`SELECT coalesce(${cell}, 'nan'::DOUBLE) FROM ${from} ORDER BY ${order}`, values);
  const valid = sharedUint8(rows);
  let missing = 0;
  for (let i = 0; i < rows; i++) {
    if (Number.isNaN(values[i]!)) {
      values[i] = 0;
      missing++;
    } else valid[i] = 1;
  }
  return { values, valid, missing };
}

/** A column of a schema from its numbers, moved into the schema's bounds. @throws DataError `BAD_CELL` for infinite numbers. */
export function numericColumn(
  schema: ColumnSchema,
  { values, valid }: ReadNumbers,
): { column: NumericColumn; outside: number } {
  const [low, high] = schema.bounds ?? [-Infinity, Infinity];
  let outside = 0;
  let bad = 0;
  for (let i = 0; i < values.length; i++) {
    if (valid[i] !== 1) continue;
    const value = values[i]!;
    if (value < low || value > high) {
      outside++;
      values[i] = Math.min(Math.max(value, low), high);
    }
    if (!Number.isFinite(values[i]!)) bad++;
  }
  if (bad > 0) throw misfit(schema, bad, 'finite numbers or missing');
  return { column: { type: 'numeric', schema, values, valid }, outside };
}

/** Texts as they stand in a file: the distinct ones, and which of them each row has. */
export interface ReadTexts {
  readonly texts: readonly string[];
  /** Index into `texts`, or `NO_CODE` where missing. */
  readonly codes: Uint32Array;
  readonly missing: number;
}

const textTable = 'anamnesis_texts';

/** Reads a column of texts: the distinct ones become objects once, the cells stay numbers. */
export async function readTexts(db: Database, { from, cell, order, rows }: CellSource): Promise<ReadTexts> {
  await db.exec(
    `CREATE OR REPLACE TEMP TABLE ${textTable} AS
     SELECT v, CAST(row_number() OVER (ORDER BY v) - 1 AS UINTEGER) AS code
     FROM (SELECT DISTINCT ${cell} AS v FROM ${from}) WHERE v IS NOT NULL`,
  );
  const [texts] = await db.columns(`SELECT v FROM ${textTable} ORDER BY code`);
  const codes = sharedUint32(rows);
  // the rows' numbers are taken along: an outer join keeps no order
  await db.fill(
    `SELECT coalesce(code, ${NO_CODE}::UINTEGER)
     FROM (SELECT ${cell} AS v, ${order} AS place FROM ${from}) LEFT JOIN ${textTable} USING (v) ORDER BY place`,
    codes,
  );
  await db.exec(`DROP TABLE ${textTable}`);
  let missing = 0;
  for (let i = 0; i < rows; i++) if (codes[i] === NO_CODE) missing++;
  return { texts: (texts?.cells ?? []).map(String), codes, missing };
}

/**
 * A column of a schema from its texts. A text that the schema does not list is missing where the domain is declared.
 * @throws DataError `BAD_CELL` for such a text elsewhere.
 */
export function categoricalColumn(
  schema: ColumnSchema & { readonly categories: readonly string[] },
  { texts, codes }: ReadTexts,
): { column: CategoricalColumn; outside: number } {
  const codeOf = new Map(schema.categories.map((name, code) => [name, code]));
  const target = Uint32Array.from(texts, (text) => codeOf.get(text) ?? NO_CODE);
  const valid = sharedUint8(codes.length);
  let outside = 0;
  for (let i = 0; i < codes.length; i++) {
    const text = codes[i]!;
    const code = text === NO_CODE ? NO_CODE : target[text]!;
    if (code === NO_CODE) {
      codes[i] = 0;
      if (text !== NO_CODE) outside++;
    } else {
      codes[i] = code;
      valid[i] = 1;
    }
  }
  if (outside > 0 && schema.domain === undefined)
    throw misfit(schema, outside, `one of ${schema.categories.length} listed categories, or missing`);
  return { column: { type: 'categorical', schema, codes, valid }, outside };
}
