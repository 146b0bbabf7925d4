import type { CohortWriter } from '../../cohort/index.js';
import type { CsvLayout } from '../csv.js';
import { openCsv, readingCsv, requireCsv } from '../csv.js';

const text = 'VARCHAR';
const patients: CsvLayout = {
  columns: {
    Id: text,
    BIRTHDATE: 'TIMESTAMP',
    DEATHDATE: 'TIMESTAMP',
    RACE: text,
    ETHNICITY: text,
    GENDER: text,
  },
  optional: { STATE: text },
};
const encounters: CsvLayout = {
  columns: {
    Id: text,
    START: 'TIMESTAMP',
    STOP: 'TIMESTAMP',
    PATIENT: text,
    ENCOUNTERCLASS: text,
    CODE: text,
    DESCRIPTION: text,
    REASONCODE: text,
    REASONDESCRIPTION: text,
  },
  optional: { ORGANIZATION: text, PAYER: text },
};

/** Synthea's words in those of the store. */
const raceSql = `CASE RACE WHEN 'native' THEN 'american indian or alaska native' WHEN 'hawaiian' THEN 'native hawaiian or pacific islander'
  ELSE lower(RACE) END`;
const ethnicitySql = `CASE ETHNICITY WHEN 'hispanic' THEN 'hispanic or latino' WHEN 'nonhispanic' THEN 'not hispanic or latino' ELSE lower(ETHNICITY) END`;

/**
 * Reads patients and encounters (both required) and payers into subjects and encounters. Leaves the table `synthea_patients` (patient, subject_id)
 * for joins. Subjects are numbered in the order of their UUIDs.
 */
export async function importPeople(writer: CohortWriter, dir: string): Promise<void> {
  const { db } = writer;
  const patientsCsv = await requireCsv(dir, 'patients', patients);
  const encountersCsv = await requireCsv(dir, 'encounters', encounters);
  await readingCsv([patientsCsv, encountersCsv], async () => {
    await db.exec(
      `CREATE OR REPLACE TABLE synthea_people AS SELECT *, row_number() OVER (ORDER BY Id) AS subject_id FROM ${patientsCsv.relation}`,
    );
    await db.exec(`CREATE OR REPLACE TABLE synthea_encounters AS SELECT * FROM ${encountersCsv.relation}`);
  });
  await db.exec(
    `CREATE OR REPLACE TABLE synthea_patients AS SELECT Id AS patient, subject_id, CASE GENDER WHEN 'M' THEN 'male' ELSE 'female' END AS sex FROM synthea_people`,
  );
  await importPayers(writer, dir);
  await writer.addSubjects(subjects, 'patients');
  await writer.addEncounters(stays, 'encounters');
  await writer.addCodes(`SELECT DISTINCT 'SNOMED//' || REASONCODE AS code, REASONDESCRIPTION AS display FROM synthea_encounters
    WHERE REASONDESCRIPTION IS NOT NULL AND REASONCODE IS NOT NULL`);
}

async function importPayers(writer: CohortWriter, dir: string): Promise<void> {
  const csv = await openCsv(dir, 'payers', { columns: { Id: text, NAME: text } });
  if (csv === undefined) {
    writer.remark('payers is absent: no payer is known.');
    await writer.db.exec('CREATE OR REPLACE TABLE synthea_payers (Id VARCHAR, NAME VARCHAR)');
    return;
  }
  await readingCsv([csv], () =>
    writer.db.exec(`CREATE OR REPLACE TABLE synthea_payers AS SELECT * FROM ${csv.relation}`),
  );
}

/** The payer is that of the last encounter. A date of death alone means the end of that day. */
const subjects = `
  SELECT p.subject_id, p.Id AS source_id, p.BIRTHDATE AS birth_time,
    CASE WHEN p.DEATHDATE = date_trunc('day', p.DEATHDATE) THEN p.DEATHDATE + INTERVAL 86399 SECOND ELSE p.DEATHDATE END AS death_time,
    CASE p.GENDER WHEN 'F' THEN 'female' WHEN 'M' THEN 'male' ELSE 'other' END AS sex,
    ${raceSql} AS race, ${ethnicitySql} AS ethnicity, p.STATE AS region, l.payer
  FROM synthea_people p LEFT JOIN (
    SELECT e.PATIENT, arg_max(lower(y.NAME), (e.START, e.Id)) AS payer
    FROM synthea_encounters e JOIN synthea_payers y ON y.Id = e.PAYER GROUP BY e.PATIENT
  ) l ON l.PATIENT = p.Id`;

/** SNOMED CT 8715000 is an elective admission. An ICU stay belongs to the admission that was going on when it began. */
const stays = `
  SELECT e.Id AS encounter_id, p.subject_id, CASE WHEN e.START <= coalesce(a.STOP, e.START) THEN a.Id END AS parent_id,
    e.ENCOUNTERCLASS AS class, e.START AS start, e.STOP AS "end", 'SNOMED//' || e.REASONCODE AS reason_code,
    CASE WHEN e.ENCOUNTERCLASS = 'icu' THEN e.DESCRIPTION END AS unit, e.ORGANIZATION AS hospital_id,
    CASE e.CODE WHEN '8715000' THEN 'elective' ELSE e.DESCRIPTION END AS admission_type,
    epoch(e.START - q.BIRTHDATE) / 86400 / 365.25 AS age_years,
    CASE WHEN e.STOP IS NOT NULL THEN coalesce(q.DEATHDATE::DATE BETWEEN e.START::DATE AND e.STOP::DATE, FALSE) END AS died,
    CASE WHEN p.subject_id IS NULL THEN 'no such subject' END AS reject
  FROM (SELECT *, ENCOUNTERCLASS = 'icu' AS icu FROM synthea_encounters) e
  LEFT JOIN synthea_patients p ON p.patient = e.PATIENT
  LEFT JOIN synthea_people q ON q.Id = e.PATIENT
  ASOF LEFT JOIN (SELECT *, TRUE AS icu FROM synthea_encounters WHERE ENCOUNTERCLASS = 'inpatient') a
    ON a.PATIENT = e.PATIENT AND a.icu = e.icu AND e.START >= a.START`;
