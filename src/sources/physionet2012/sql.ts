import { analyteCodes, measurementEvents } from '../measurements.js';

/** The Challenge gives no dates: every unit stay begins here, and only distances mean something. */
const epoch = `TIMESTAMP '2001-01-01 00:00:00'`;

/** `time` is hh:mm since the unit admission; NULL where it is not. */
const moment = `${epoch} + to_minutes(60 * TRY_CAST(split_part(time, ':', 1) AS BIGINT) + TRY_CAST(split_part(time, ':', 2) AS BIGINT))`;

/** Parameters that describe the patient or the stay; they become subjects and encounters, not events. */
const descriptors = ['RecordID', 'Age', 'Gender', 'ICUType'];

/**
 * A relation (record, age, gender, icu_type, saps, sofa, days, survival, died) of one row for each record; −1 is missing.
 * `died` comes from the outcomes; without them it is not known.
 */
export function recordsTable(records: string, outcomes: string | undefined): string {
  const known = (column: string): string => `nullif(o."${column}", -1)`;
  const joined =
    outcomes === undefined
      ? `NULL::DOUBLE AS saps, NULL::DOUBLE AS sofa, NULL::DOUBLE AS days, NULL::DOUBLE AS survival, NULL::BOOLEAN AS died FROM described d`
      : `${known('SAPS-I')} AS saps, ${known('SOFA')} AS sofa, ${known('Length_of_stay')} AS days, ${known('Survival')} AS survival,
         ${known('In-hospital_death')} = 1 AS died FROM described d LEFT JOIN ${outcomes} o ON o.RecordID = d.record`;
  return `
    WITH described AS (
      SELECT record, ${['Age', 'Gender', 'ICUType']
        .map((p) => `max(value) FILTER (parameter = '${p}' AND value <> -1) AS ${p.toLowerCase()}`)
        .join(', ')}
      FROM ${records} GROUP BY record
    ) SELECT d.*, ${joined}`;
}

/** Where a patient died in hospital, at the end of the stay; later deaths as many days after admission as the outcomes say. */
export const subjectsSql = `
  SELECT record AS subject_id, CAST(record AS VARCHAR) AS source_id,
    ${epoch} - to_years(CAST(age AS INTEGER)) AS birth_time,
    CASE WHEN died THEN ${epoch} + to_days(CAST(coalesce(days, survival) AS INTEGER))
      WHEN survival >= coalesce(days, 0) THEN ${epoch} + to_days(CAST(survival AS INTEGER)) END AS death_time,
    CASE gender WHEN 1 THEN 'male' WHEN 0 THEN 'female' END AS sex
  FROM challenge_record`;

/** Length_of_stay counts days from the unit admission to the end of the hospital stay; when the unit stay ends is not known. */
export const encountersSql = `
  SELECT 'admission//' || record AS encounter_id, record AS subject_id, NULL AS parent_id, 'inpatient' AS class,
    ${epoch} AS "start", ${epoch} + to_days(CAST(days AS INTEGER)) AS "end", NULL AS unit, age AS age_years, died
  FROM challenge_record
  UNION ALL
  SELECT 'icu//' || record, record, 'admission//' || record, 'icu', ${epoch}, NULL,
    CASE icutype WHEN 1 THEN 'Coronary Care Unit' WHEN 2 THEN 'Cardiac Surgery Recovery Unit'
      WHEN 3 THEN 'Medical ICU' WHEN 4 THEN 'Surgical ICU' END, age, NULL
  FROM challenge_record`;

/**
 * The measurements of the first 48 hours. Units are those of the Challenge's description (the canonical ones; oxygen as a
 * fraction), but for Mg: described as mmol/L, its values are mg/dL, as in MIMIC II from which they come.
 */
export function measurementsSql(records: string): string {
  return measurementEvents({
    rows: `
      SELECT record AS subject_id,
        ${moment} AS time,
        parameter AS source_code, value AS number, NULL::VARCHAR AS text, NULL::VARCHAR AS source_unit,
        'icu//' || record AS encounter_id, NULL::VARCHAR AS details,
        CASE WHEN value = -1 THEN 'missing (−1)' END AS reject
      FROM ${records}
      WHERE parameter NOT IN (${descriptors.map((p) => `'${p}'`).join(', ')})`,
    codes: analyteCodes('physionet2012'),
    system: 'PHYSIONET2012',
  });
}

/**
 * The scores that come with the outcomes. They were not given to the Challenge's participants: dated to the end of the 48 hours
 * and marked, so that no window of the first two days holds them.
 */
export const scoresSql = `
  SELECT record AS subject_id, ${epoch} + to_hours(48) AS time, 'observation' AS kind, 'PHYSIONET2012//' || name AS code,
    value AS numeric_value, '{score}' AS unit, 'icu//' || record AS encounter_id, '{"available_at_prediction":false}' AS details
  FROM (UNPIVOT (SELECT record, saps AS "SAPS-I", sofa AS "SOFA" FROM challenge_record) ON "SAPS-I", "SOFA" INTO NAME name VALUE value)`;
