import type { Aggregate } from '../blueprint/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { DiagnosisPlan, EventBase } from './plan.js';
import { afterStart } from './unit-sql.js';

/** Work table of what is read of events: which base they serve. */
export function codeTableSql(bases: readonly EventBase[], events: string): string {
  const exact = bases.flatMap((b) => b.codes.map((code) => `(${sqlString(code)}, ${b.id})`));
  const prefixes = bases.flatMap((b) => b.prefixes.map((code) => `(${sqlString(code)}, ${b.id})`));
  const parts = ["SELECT '' AS code, -1 AS base WHERE FALSE"];
  if (exact.length > 0) parts.push(`SELECT * FROM (VALUES ${exact.join(', ')}) v(code, base)`);
  if (prefixes.length > 0)
    parts.push(
      `SELECT e.code, p.base FROM (SELECT DISTINCT code FROM ${events}) e
       JOIN (VALUES ${prefixes.join(', ')}) p(prefix, base) ON starts_with(e.code, p.prefix)`,
    );
  return parts.join(' UNION ');
}

/** Work table of the bases' windows. */
export function baseTableSql(bases: readonly EventBase[]): string {
  const us = (hours: number): string => `to_microseconds(${Math.round(hours * 3.6e9)})`;
  const rows = bases.map(({ id, window, value }) => {
    const [from, to] = window === 'static' ? ['NULL', 'NULL'] : [us(window.from), us(window.to)];
    return `(${id}, ${from}::INTERVAL, ${to}::INTERVAL, ${window === 'static'}, ${sqlString(value)})`;
  });
  return `SELECT * FROM (VALUES ${rows.join(', ')}) v(base, low, high, is_static, value)`;
}

/**
 * The events of one shard that lie in a window of a unit, one row for each base they serve. An event without a time counts
 * only where the window is `static`, and then only if it belongs to the unit, to its admission, or to the patient as such.
 */
export function matchedSql(events: string): string {
  return `SELECT u.row, b.base, b.value, e.time, u.start, e.numeric_value AS x,
      CASE b.value WHEN 'code' THEN e.code WHEN 'text' THEN nullif(trim(e.text_value), '') END AS s
    FROM ${events} e
    JOIN fe_code c ON c.code = e.code
    JOIN fe_base b ON b.base = c.base
    JOIN fe_unit u ON u.subject_id = e.subject_id
    WHERE CASE WHEN b.is_static
      THEN e.time IS NULL AND (e.encounter_id IS NULL OR e.encounter_id IN (u.encounter_id, u.admission_id))
      ELSE e.time >= u.start + b.low AND e.time < u.start + b.high END`;
}

/**
 * Aggregates whose result does not depend on the order in which threads hand over the rows: ties in time are broken by value, sums
 * are exact (six decimals; integers for the slope, in seconds), so nothing has to be sorted.
 */
const present = 'FILTER (x IS NOT NULL)';
const sum = 'sum(CAST(x AS DECIMAL(38, 6)))';
const seconds = 'CAST(epoch(time - start) AS HUGEINT)';
const micro = 'CAST(round(x * 1e6) AS HUGEINT)';
const numberSql: Readonly<Record<Exclude<Aggregate, 'count' | 'any'>, string>> = {
  first: `arg_min(x, {'t': time, 'x': x}) ${present}`,
  last: `arg_max(x, {'t': time, 'x': x}) ${present}`,
  min: 'min(x)',
  max: 'max(x)',
  mean: `CAST(${sum} AS DOUBLE) / count(x)`,
  sum: `CAST(${sum} AS DOUBLE)`,
  slope: slopeSql(),
};

/** Least squares per hour: (nΣtx − ΣtΣx) / (nΣt² − (Σt)²); a single moment has none. */
function slopeSql(): string {
  const over = (term: string): string => `sum(${term}) ${present}`;
  const [n, t, x] = [`CAST(count(x) AS HUGEINT)`, over(seconds), over(micro)];
  const top = `${n} * ${over(`${seconds} * ${micro}`)} - ${t} * ${x}`;
  const bottom = `${n} * ${over(`${seconds} * ${seconds}`)} - ${t} * ${t}`;
  return `CAST(${top} AS DOUBLE) / nullif(CAST(${bottom} AS DOUBLE), 0) * 3600 / 1e6`;
}

/** Aggregates of numbers over the matched events: one row per unit and base. Only what some column needs is computed. */
export function numbersSql(bases: readonly EventBase[]): string {
  const wanted = (Object.keys(numberSql) as (keyof typeof numberSql)[]).map((aggregate) => {
    const needed = bases.some((b) => b.value === 'number' && b.aggregates.includes(aggregate));
    return `${needed ? numberSql[aggregate] : 'NULL::DOUBLE'} AS "${aggregate}"`;
  });
  return `SELECT row, base, count(*) AS n, ${wanted.join(', ')} FROM fe_matched WHERE value = 'number' GROUP BY row, base`;
}

/** First and last texts over the matched events: one row per unit and base. */
export function textsSql(): string {
  return `SELECT row, base, count(*) AS n,
      arg_min(s, {'t': time, 's': s}) FILTER (s IS NOT NULL) AS "first",
      arg_max(s, {'t': time, 's': s}) FILTER (s IS NOT NULL) AS "last"
    FROM fe_matched WHERE value <> 'number' GROUP BY row, base`;
}

/**
 * One diagnosis a unit: of the conditions of its admission (or of the unit itself) in a code system, the one that the source
 * ranks first. An ICD-9-CM system also reads the original code of conditions that were mapped to ICD-10-CM.
 */
export function diagnosisSql(events: string, plan: DiagnosisPlan): string {
  const prefix = sqlString(`${plan.system}//`);
  const original = `json_extract_string(e.details, '$.original_code')`;
  const rank = `TRY_CAST(json_extract_string(e.details, '$.sequence') AS INTEGER)`;
  return `SELECT row, ${plan.id} AS diagnosis, substr(code, length(${prefix}) + 1) AS code FROM (
      SELECT u.row, CASE WHEN starts_with(e.code, ${prefix}) THEN e.code ELSE ${original} END AS code,
        ${rank} AS rank, e.time
      FROM ${events} e JOIN fe_unit u ON u.subject_id = e.subject_id
      WHERE e.kind = 'condition' AND e.encounter_id IN (u.encounter_id, u.admission_id)
        AND (starts_with(e.code, ${prefix}) OR starts_with(${original}, ${prefix}))
        ${plan.ranked ? `AND ${rank} = 1` : ''})
    QUALIFY row_number() OVER (PARTITION BY row ORDER BY rank NULLS LAST, time NULLS FIRST, code) = 1`;
}

/** Number of other encounters of some classes that start in a window: one row per unit that has any. */
export function encounterCountSql(classes: readonly string[], window: { from: number; to: number }): string {
  return `SELECT u.row, count(*) AS n FROM fe_unit u JOIN encounters o ON o.subject_id = u.subject_id
    WHERE o.class IN (${classes.map(sqlString).join(', ')})
      AND o.encounter_id <> u.encounter_id AND coalesce(o.encounter_id <> u.admission_id, TRUE)
      AND coalesce(o.parent_id <> u.admission_id, TRUE)
      AND o.start >= ${afterStart(window.from, 'u.start')} AND o.start < ${afterStart(window.to, 'u.start')}
    GROUP BY u.row`;
}
