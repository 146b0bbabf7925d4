import type { Database } from '../../duckdb/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';

/** What a column of texts holds, as counts over its cells that are not missing. */
export interface Profile {
  readonly present: number;
  readonly distinct: number;
  /** Cells that read as a finite number. */
  readonly numbers: number;
  readonly infinite: number;
  /** Plain integers without leading zeros. */
  readonly integers: number;
  /** Numbers too large for a float to tell from their neighbours (beyond 2⁵³). */
  readonly huge: number;
  readonly negative: number;
  /** Most decimals of a cell in plain decimal notation. */
  readonly decimals: number;
  /** Cells that look like an ISO date or date-time. */
  readonly dates: number;
}

/** A cell's text, trimmed, or NULL where it means "no value". */
export function cellSql(column: string, missing: readonly string[]): string {
  const trimmed = `trim(${sqlName(column)})`;
  const tokens = missing.map((token) => sqlString(token.trim())).join(', ');
  return tokens === '' ? trimmed : `CASE WHEN ${trimmed} IN (${tokens}) THEN NULL ELSE ${trimmed} END`;
}

/** Counts each distinct text once, then judges the distinct texts. */
export async function profileColumn(db: Database, table: string, cell: string): Promise<Profile> {
  const row = await db.one(
    `SELECT sum(k) AS present,
            count(*) AS "distinct",
            sum(k) FILTER (isfinite(x)) AS numbers,
            sum(k) FILTER (isinf(x)) AS infinite,
            sum(k) FILTER (regexp_full_match(v, '-?(0|[1-9][0-9]*)')) AS integers,
            sum(k) FILTER (abs(x) > 9007199254740991) AS huge,
            sum(k) FILTER (x < 0) AS negative,
            max(length(regexp_extract(v, '^[+-]?[0-9]*[.]([0-9]+)$', 1))) AS decimals,
            sum(k) FILTER (regexp_matches(v, '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]|$)')) AS dates
     FROM (SELECT v, k, TRY_CAST(v AS DOUBLE) AS x
           FROM (SELECT ${cell} AS v, count(*) AS k FROM ${sqlName(table)} GROUP BY 1) WHERE v IS NOT NULL)`,
  );
  const of = (name: keyof Profile): number => Number(row[name] ?? 0);
  return {
    present: of('present'),
    distinct: of('distinct'),
    numbers: of('numbers'),
    infinite: of('infinite'),
    integers: of('integers'),
    huge: of('huge'),
    negative: of('negative'),
    decimals: of('decimals'),
    dates: of('dates'),
  };
}
