import { sqlString } from '../../../duckdb/index.js';
import { measures, treatments } from './facts.js';
import type { StaySelection } from './types.js';

/** Hours after the clock's start that measurements and treatments are counted in. */
const firstHours = 24;
/** A stay needs this many measurements in them: fewer mean that its course is not recorded. */
const leastMeasurements = 3;
const day = `INTERVAL ${firstHours} HOUR`;

/**
 * Table `cal_stay`, one row a stay of the selection: clock (`t0`), ends, age, sex, death, intensive care, next admission; `hours` is how much of
 * the first day the stay lasted.
 */
export function staysSql({ unit, leastHours, leastAge, subjects }: StaySelection): string {
  const icu = unit === 'icu';
  const known = `coalesce(u."end", a."end", s.death_time)`;
  return `CREATE TEMP TABLE cal_all AS
    WITH icu AS (
      SELECT parent_id, count(*) AS n, CASE WHEN count("end") = count(*) THEN sum(epoch("end" - start)) / 3600 END AS hours
      FROM encounters WHERE class = 'icu' AND parent_id IS NOT NULL GROUP BY parent_id
    ), admission AS (
      SELECT *, lead(start) OVER (PARTITION BY subject_id ORDER BY start, encounter_id) AS next_start
      FROM encounters WHERE class = 'inpatient'
    )
    SELECT row_number() OVER (ORDER BY u.subject_id, u.start, u.encounter_id) AS stay, u.subject_id,
      u.encounter_id AS unit_id, a.encounter_id AS admission_id, u.start AS t0,
      a.start AS a_start, a."end" AS a_end, epoch(a."end" - a.start) / 86400 AS days,
      ${icu ? 'epoch(u."end" - u.start) / 86400' : 'icu.hours / 24'} AS icu_days, coalesce(icu.n, 0) > 0 AS in_icu,
      coalesce(u.age_years, a.age_years, epoch(u.start - s.birth_time) / (365.25 * 86400)) AS age,
      CASE lower(s.sex) WHEN 'f' THEN 'female' WHEN 'm' THEN 'male' ELSE lower(s.sex) END AS sex,
      coalesce(a.died, u.died) AS died, lower(a.discharge_disposition) AS disposition,
      coalesce(a.next_start < a."end" + INTERVAL 30 DAY, FALSE) AS back,
      greatest(1, least(${firstHours}, coalesce(epoch(${known} - u.start) / 3600, ${firstHours}))) AS hours
    FROM encounters u
    LEFT JOIN admission a ON a.encounter_id = ${icu ? 'u.parent_id' : 'u.encounter_id'}
    LEFT JOIN icu ON icu.parent_id = a.encounter_id
    LEFT JOIN subjects s ON s.subject_id = u.subject_id
    WHERE u.class = ${sqlString(icu ? 'icu' : 'inpatient')} AND u.start IS NOT NULL
      AND coalesce(${known} >= u.start + to_microseconds(${Math.round(leastHours * 3.6e9)}), TRUE)
      AND coalesce(u.age_years, a.age_years, epoch(u.start - s.birth_time) / (365.25 * 86400), 200) >= ${leastAge}
      ${subjects === undefined ? '' : 'AND u.subject_id IN (SELECT subject_id FROM cal_subject)'}`;
}

const codeList = (codes: readonly string[]): string => codes.map(sqlString).join(', ');

/** Table `cal_value`: what was measured in the first day, by stay and measure. */
export function valuesSql(): string {
  const rows = measures.flatMap(({ id, codes }) =>
    codes.map((code) => `(${sqlString(id)}, ${sqlString(code)})`),
  );
  return `CREATE TEMP TABLE cal_value AS
    WITH wanted(measure, code) AS (VALUES ${rows.join(', ')})
    SELECT c.stay, w.measure, count(*) AS n, median(e.numeric_value) AS level
    FROM events e JOIN wanted w USING (code) JOIN cal_all c ON c.subject_id = e.subject_id
    WHERE e.kind = 'observation' AND e.numeric_value IS NOT NULL
      AND e.time >= c.t0 AND e.time < c.t0 + ${day}
    GROUP BY c.stay, w.measure`;
}

/** Table `cal_stay`: the stays whose first day was measured. */
export const measuredSql = `CREATE TEMP TABLE cal_stay AS SELECT * FROM cal_all
  WHERE stay IN (SELECT stay FROM cal_value GROUP BY stay HAVING sum(n) >= ${leastMeasurements})`;

/** Table `cal_treatment`: which treatments ran in the first day, by stay. */
export function treatmentsSql(): string {
  const selects = treatments.map(({ id, kinds, codes, positive }) => {
    const exact = codes.filter((code) => !code.endsWith('*'));
    const prefixes = codes.filter((code) => code.endsWith('*')).map((code) => code.slice(0, -1));
    const named = [
      `e.code IN (${codeList(exact)})`,
      ...prefixes.map((prefix) => `starts_with(e.code, ${sqlString(prefix)})`),
    ].join(' OR ');
    return `SELECT DISTINCT c.stay, ${sqlString(id)} AS treatment
      FROM events e JOIN cal_stay c ON c.subject_id = e.subject_id
      WHERE e.kind IN (${codeList(kinds)}) AND (${named})
        ${positive ? 'AND coalesce(e.numeric_value > 0, TRUE)' : ''}
        AND e.time < c.t0 + ${day} AND coalesce(e.end_time, e.time) >= c.t0`;
  });
  return `CREATE TEMP TABLE cal_treatment AS ${selects.join(' UNION ALL ')}`;
}

/** Table `cal_diagnosis`: the category (three characters of ICD-10-CM) of each admission's first diagnosis. */
export const diagnosesSql = `CREATE TEMP TABLE cal_diagnosis AS
  WITH own AS (
    SELECT encounter_id, coalesce(parent_id, encounter_id) AS admission_id FROM encounters
    WHERE class IN ('inpatient', 'icu')
  )
  SELECT c.stay, substr(e.code, 10, 3) AS category
  FROM events e JOIN own USING (encounter_id) JOIN cal_stay c USING (admission_id)
  WHERE e.kind = 'condition' AND starts_with(e.code, 'ICD10CM//')
  QUALIFY row_number() OVER (PARTITION BY c.stay
    ORDER BY TRY_CAST(json_extract_string(e.details, '$.sequence') AS INTEGER) NULLS LAST, e.time, e.code) = 1`;
