import path from 'node:path';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { codeColumns } from './columns.js';
import { totalOrder, writeParquet } from './shape.js';

/**
 * Writes `codes.parquet`: every code that events and encounters use, with its system (the part before `//`), what it means where
 * the source or a vocabulary says so, and its parents. The parent of an ICD-10-CM code with a dot is its three-character category.
 */
export async function writeCodes(db: Database, folder: string): Promise<void> {
  const events = `read_parquet(${sqlString(path.join(folder, 'events', '*.parquet'))})`;
  const rows = `
    WITH used AS (
      SELECT code FROM ${events}
      UNION SELECT reason_code FROM staged_encounters WHERE reason_code IS NOT NULL
    ), named AS (
      SELECT code, min(display) AS display, min(parents) AS parents FROM staged_codes GROUP BY code
    ), standard AS (${await standardDisplays(db)})
    SELECT used.code, split_part(used.code, '//', 1) AS system,
      coalesce(named.display, standard.display) AS display,
      coalesce(named.parents, CASE WHEN used.code LIKE 'ICD10CM//%.%'
        THEN '["' || split_part(used.code, '.', 1) || '"]' END) AS parents
    FROM used LEFT JOIN named USING (code) LEFT JOIN standard USING (code)`;
  await writeParquet(db, {
    rows: `SELECT * FROM (${rows}) ORDER BY ${totalOrder(codeColumns, ['code'])}`,
    file: path.join(folder, 'codes.parquet'),
  });
}

/** Displays from the vocabulary tables, as far as they are registered. */
async function standardDisplays(db: Database): Promise<string> {
  const vocabularies = { vocab_loinc: ['LOINC', 'loinc'], vocab_icd10: ['ICD10CM', 'code'] } as const;
  const present = await db.rows('SELECT table_name FROM information_schema.tables');
  const names = new Set(present.map((row) => String(row['table_name'])));
  const selects = Object.entries(vocabularies)
    .filter(([table]) => names.has(table))
    .map(
      ([table, [system, key]]) =>
        `SELECT '${system}//' || ${key} AS code, min(display) AS display FROM ${table} GROUP BY ALL`,
    );
  return ['SELECT NULL::VARCHAR AS code, NULL::VARCHAR AS display WHERE FALSE', ...selects].join(
    ' UNION ALL ',
  );
}
