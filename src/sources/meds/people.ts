import type { CohortWriter } from '../../cohort/index.js';
import { sqlString } from '../../duckdb/index.js';

/** Codes that say who the subject is and when they were in hospital; they fill subjects and encounters and are no events. */
const personal = [
  ...['MEDS_BIRTH', 'MEDS_DEATH', 'GENDER', 'SEX', 'RACE', 'ETHNICITY'],
  ...['HOSPITAL_ADMISSION', 'HOSPITAL_DISCHARGE', 'ICU_ADMISSION', 'ICU_DISCHARGE'],
  ...['ENCOUNTER_START', 'ENCOUNTER_END'],
];
export const isPersonal = `coalesce(split_part(code, '//', 1) IN (${personal.map(sqlString).join(', ')}), FALSE)`;

/** Reads subjects and stays; leaves the table `meds_stays` (encounter_id, subject_id, class, start, "end") for joins. */
export async function importPeople(writer: CohortWriter, events: string): Promise<void> {
  const { db } = writer;
  await db.exec(
    `CREATE OR REPLACE TABLE meds_personal AS SELECT subject_id, time, code, encounter_id FROM ${events} WHERE ${isPersonal}`,
  );
  await db.exec(`CREATE OR REPLACE TABLE meds_subjects AS ${subjectFacts(events)}`);
  await writer.addSubjects('SELECT *, subject_id::VARCHAR AS source_id FROM meds_subjects');
  await db.exec(
    `CREATE OR REPLACE TABLE meds_stays AS ${stays('HOSPITAL')} UNION ALL ${stays('ICU')} UNION ALL ${namedStays}`,
  );
  await writer.addEncounters(admissions, 'HOSPITAL_ADMISSION');
  await writer.addEncounters(icuStays, 'ICU_ADMISSION');
  await writer.addEncounters(otherEncounters, 'ENCOUNTER_START');
  await remarkOnUnmatched(writer);
}

/** The first value of `PREFIX//value` in the order of time, lower case. */
function stated(prefix: string): string {
  return `arg_min(lower(split_part(code, '//', 2)), (coalesce(time, TIMESTAMP '0001-01-01'), code))
    FILTER (starts_with(code, '${prefix}//') AND split_part(code, '//', 2) NOT IN ('', 'UNK', 'UNKNOWN'))`;
}

function subjectFacts(events: string): string {
  return `
    SELECT s.subject_id, p.birth_time, p.death_time, p.race, p.ethnicity,
      CASE WHEN p.sex IN ('f', 'female') THEN 'female' WHEN p.sex IN ('m', 'male') THEN 'male'
        WHEN p.sex IS NOT NULL THEN 'other' END AS sex
    FROM (SELECT DISTINCT subject_id FROM ${events}) s LEFT JOIN (
      SELECT subject_id,
        min(time) FILTER (starts_with(code, 'MEDS_BIRTH')) AS birth_time,
        min(time) FILTER (starts_with(code, 'MEDS_DEATH')) AS death_time,
        coalesce(${stated('GENDER')}, ${stated('SEX')}) AS sex, ${stated('RACE')} AS race, ${stated('ETHNICITY')} AS ethnicity
      FROM meds_personal GROUP BY subject_id
    ) p USING (subject_id)`;
}

/**
 * MEDS names no stays: an admission ends with the subject's next discharge, if that comes before the next admission. Stays are numbered by
 * time within a subject.
 */
function stays(place: 'HOSPITAL' | 'ICU'): string {
  const prefix = place === 'ICU' ? 'icu' : 'admission';
  return `
    SELECT '${prefix}//' || subject_id || '-' || row_number() OVER (PARTITION BY subject_id ORDER BY time, code) AS encounter_id,
      subject_id, '${prefix}' AS place, time AS start, CASE WHEN next_leaves THEN next_time END AS "end",
      nullif(split_part(code, '//', 2), 'UNK') AS first_part, nullif(split_part(code, '//', 3), '') AS second_part,
      CASE WHEN next_leaves THEN nullif(nullif(split_part(next_code, '//', 2), ''), 'UNK') END AS disposition
    FROM (
      SELECT *, lead(time) OVER following AS next_time, lead(code) OVER following AS next_code,
        coalesce(starts_with(lead(code) OVER following, '${place}_DISCHARGE'), FALSE) AS next_leaves
      FROM meds_personal WHERE encounter_id IS NULL
        AND (starts_with(code, '${place}_ADMISSION') OR starts_with(code, '${place}_DISCHARGE'))
      WINDOW following AS (PARTITION BY subject_id ORDER BY time, code)
    ) WHERE starts_with(code, '${place}_ADMISSION')`;
}

/** Stays that the dataset names (an extra column `encounter_id`, as our own export writes it): start and end need no pairing by time. */
const namedStays = `
  SELECT encounter_id, subject_id, CASE WHEN starts_with(code, 'HOSPITAL') THEN 'admission' WHEN starts_with(code, 'ICU') THEN 'icu' ELSE 'encounter' END AS place,
    start, "end", nullif(split_part(code, '//', 2), 'UNK') AS first_part, nullif(nullif(split_part(code, '//', 3), ''), 'UNK') AS second_part,
    nullif(nullif(split_part(end_code, '//', 2), ''), 'UNK') AS disposition
  FROM (
    SELECT encounter_id, subject_id, min(time) FILTER (starting) AS start, max(time) FILTER (NOT starting) AS "end",
      min(code) FILTER (starting) AS code, min(code) FILTER (NOT starting) AS end_code
    FROM (SELECT *, split_part(code, '//', 1) IN ('HOSPITAL_ADMISSION', 'ICU_ADMISSION', 'ENCOUNTER_START') AS starting
      FROM meds_personal WHERE encounter_id IS NOT NULL)
    GROUP BY encounter_id, subject_id
  ) WHERE start IS NOT NULL`;

const age = `date_diff('day', p.birth_time, s.start) / 365.25`;

/** Died during the stay: the disposition says so, or death falls inside it. NULL where neither a disposition nor an end is known. */
const admissions = `
  SELECT s.encounter_id, s.subject_id, 'inpatient' AS class, s.start, s."end", s.first_part AS admission_type,
    s.second_part AS admit_source, s.disposition AS discharge_disposition, ${age} AS age_years,
    CASE WHEN upper(s.disposition) IN ('DIED', 'EXPIRED', 'DEAD') THEN TRUE
      WHEN s."end" IS NOT NULL THEN coalesce(p.death_time BETWEEN s.start AND s."end", FALSE) END AS died
  FROM meds_stays s LEFT JOIN meds_subjects p USING (subject_id) WHERE s.place = 'admission'`;

const icuStays = `
  SELECT s.encounter_id, s.subject_id, CASE WHEN s.start <= coalesce(a."end", s.start) THEN a.encounter_id END AS parent_id,
    'icu' AS class, s.start, s."end", s.first_part AS unit, ${age} AS age_years,
    CASE WHEN s."end" IS NOT NULL THEN coalesce(p.death_time BETWEEN s.start AND s."end", FALSE) END AS died
  FROM (SELECT * FROM meds_stays WHERE place = 'icu') s
  LEFT JOIN meds_subjects p USING (subject_id)
  ASOF LEFT JOIN (SELECT * FROM meds_stays WHERE place = 'admission') a ON a.subject_id = s.subject_id AND s.start >= a.start`;

const otherEncounters = `
  SELECT s.encounter_id, s.subject_id, s.first_part AS class, s.start, s."end", ${age} AS age_years,
    CASE WHEN s."end" IS NOT NULL THEN coalesce(p.death_time BETWEEN s.start AND s."end", FALSE) END AS died
  FROM meds_stays s LEFT JOIN meds_subjects p USING (subject_id) WHERE s.place = 'encounter' AND s.first_part IS NOT NULL`;

async function remarkOnUnmatched(writer: CohortWriter): Promise<void> {
  const { n } = await writer.db.one('SELECT count(*)::DOUBLE AS n FROM meds_stays WHERE "end" IS NULL');
  if (Number(n) > 0)
    writer.remark(`${Number(n)} stays have no discharge before the next admission: their end is unknown.`);
}
