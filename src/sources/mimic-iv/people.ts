import type { CohortWriter } from '../../cohort/index.js';
import type { CsvLayout } from '../csv.js';
import { openCsv, readingCsv, requireCsv } from '../csv.js';
import { id, text, time } from './table.js';

const patients: CsvLayout = {
  columns: { subject_id: id, gender: text, anchor_age: 'INTEGER', anchor_year: 'INTEGER', dod: time },
};
const admissions: CsvLayout = {
  columns: {
    subject_id: id,
    hadm_id: id,
    admittime: time,
    dischtime: time,
    deathtime: time,
    admission_type: text,
    admission_location: text,
    discharge_location: text,
    insurance: text,
    language: text,
    race: text,
    hospital_expire_flag: 'INTEGER',
  },
};
const icustays: CsvLayout = {
  columns: { subject_id: id, hadm_id: id, stay_id: id, first_careunit: text, intime: time, outtime: time },
};

/** Race as the US Office of Management and Budget groups it; Hispanic origin goes to ethnicity. NULL: unknown or declined. */
const raceSql = `CASE
  WHEN race LIKE 'WHITE%' OR race = 'PORTUGUESE' THEN 'white'
  WHEN race LIKE 'BLACK%' THEN 'black'
  WHEN race LIKE 'ASIAN%' THEN 'asian'
  WHEN race LIKE 'AMERICAN INDIAN%' THEN 'american indian or alaska native'
  WHEN race LIKE 'NATIVE HAWAIIAN%' THEN 'native hawaiian or pacific islander'
  WHEN race IN ('OTHER', 'MULTIPLE RACE/ETHNICITY', 'SOUTH AMERICAN') THEN 'other'
END`;

/**
 * Reads patients and admissions (required) and ICU stays into subjects and encounters. Leaves the tables `mimic_admissions` and
 * `mimic_icustays` for joins.
 *
 * Every row of `hosp/admissions` is a hospital stay of class 'inpatient', observation stays too: admission_type tells them apart.
 */
export async function importPeople(writer: CohortWriter, dir: string): Promise<void> {
  const { db } = writer;
  const patientsCsv = await requireCsv(dir, 'hosp/patients', patients);
  const admissionsCsv = await requireCsv(dir, 'hosp/admissions', admissions);
  await readingCsv([patientsCsv, admissionsCsv], async () => {
    await db.exec(`CREATE OR REPLACE TABLE mimic_patients AS SELECT * FROM ${patientsCsv.relation}`);
    await db.exec(`CREATE OR REPLACE TABLE mimic_admissions AS SELECT * FROM ${admissionsCsv.relation}`);
  });
  await writer.addSubjects(subjects, 'hosp/patients');
  await writer.addEncounters(stays, 'hosp/admissions');
  await remarkOnAges(writer);
  await importIcuStays(writer, dir);
}

/**
 * Birth is 1 January of anchor_year − anchor_age, so that age in whole years is MIMIC's own at any date. Death is the hospital's
 * deathtime, else the end of the day of death. Race, language and payer are those of the first admission that states them.
 */
const subjects = `
  SELECT p.subject_id, p.subject_id::VARCHAR AS source_id,
    make_timestamp((p.anchor_year - p.anchor_age)::BIGINT, 1, 1, 0, 0, 0.0) AS birth_time,
    coalesce(a.deathtime, date_trunc('day', p.dod) + INTERVAL 86399 SECOND) AS death_time,
    CASE p.gender WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' END AS sex,
    a.race, a.ethnicity, a.language, a.payer
  FROM mimic_patients p LEFT JOIN (
    SELECT subject_id, max(deathtime) AS deathtime,
      arg_min(${raceSql}, (admittime, hadm_id)) FILTER (${raceSql} IS NOT NULL) AS race,
      CASE WHEN bool_or(race LIKE 'HISPANIC%') THEN 'hispanic or latino' END AS ethnicity,
      arg_min(lower(language), (admittime, hadm_id)) FILTER (language <> '?') AS language,
      arg_min(lower(insurance), (admittime, hadm_id)) FILTER (insurance IS NOT NULL) AS payer
    FROM mimic_admissions GROUP BY subject_id
  ) a USING (subject_id)`;

const stays = `
  SELECT 'admission//' || a.hadm_id AS encounter_id, a.subject_id, 'inpatient' AS class,
    a.admittime AS start, a.dischtime AS "end", a.admission_location AS admit_source,
    a.discharge_location AS discharge_disposition, a.admission_type,
    (p.anchor_age + year(a.admittime) - p.anchor_year)::DOUBLE AS age_years,
    a.hospital_expire_flag = 1 AS died
  FROM mimic_admissions a LEFT JOIN mimic_patients p USING (subject_id)`;

const icuStays = `
  SELECT 'icu//' || i.stay_id AS encounter_id, i.subject_id, 'admission//' || i.hadm_id AS parent_id, 'icu' AS class,
    i.intime AS start, i.outtime AS "end", i.first_careunit AS unit,
    (p.anchor_age + year(i.intime) - p.anchor_year)::DOUBLE AS age_years,
    coalesce(a.deathtime BETWEEN i.intime AND i.outtime, FALSE) AS died
  FROM mimic_icustays i
  LEFT JOIN mimic_patients p USING (subject_id)
  LEFT JOIN mimic_admissions a ON a.hadm_id = i.hadm_id`;

async function importIcuStays(writer: CohortWriter, dir: string): Promise<void> {
  const csv = await openCsv(dir, 'icu/icustays', icustays);
  if (csv === undefined) {
    writer.remark('icu/icustays is absent: no ICU stays.');
    await writer.db.exec(
      'CREATE OR REPLACE TABLE mimic_icustays (subject_id BIGINT, stay_id BIGINT, intime TIMESTAMP, outtime TIMESTAMP)',
    );
    return;
  }
  await readingCsv([csv], () =>
    writer.db.exec(`CREATE OR REPLACE TABLE mimic_icustays AS SELECT * FROM ${csv.relation}`),
  );
  await writer.addEncounters(icuStays, 'icu/icustays');
}

async function remarkOnAges(writer: CohortWriter): Promise<void> {
  const { n } = await writer.db.one(
    'SELECT count(*)::DOUBLE AS n FROM mimic_patients WHERE anchor_age >= 91',
  );
  if (Number(n) > 0) {
    writer.remark(
      `${Number(n)} patients were older than 89 in their anchor year: MIMIC gives all of them the age of 91.`,
    );
  }
}
