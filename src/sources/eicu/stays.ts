import type { CohortWriter } from '../../cohort/index.js';
import { DataError } from '../../core/index.js';
import type { CsvLayout } from '../csv.js';
import { readingCsv } from '../csv.js';
import { analyteCodes, measurementEvents } from '../measurements.js';
import { longRelation, openTable, stayMeasurements } from './tables.js';

const patientLayout: CsvLayout = {
  columns: {
    patientunitstayid: 'BIGINT',
    patienthealthsystemstayid: 'BIGINT',
    uniquepid: 'VARCHAR',
    gender: 'VARCHAR',
    age: 'VARCHAR',
    ethnicity: 'VARCHAR',
    hospitalid: 'VARCHAR',
    apacheadmissiondx: 'VARCHAR',
    hospitaladmittime24: 'TIME',
    hospitaladmitoffset: 'BIGINT',
    hospitaladmitsource: 'VARCHAR',
    hospitaldischargeyear: 'INTEGER',
    hospitaldischargeoffset: 'BIGINT',
    hospitaldischargelocation: 'VARCHAR',
    hospitaldischargestatus: 'VARCHAR',
    unittype: 'VARCHAR',
    unitadmitsource: 'VARCHAR',
    unitstaytype: 'VARCHAR',
    unitdischargeoffset: 'BIGINT',
    unitdischargelocation: 'VARCHAR',
    unitdischargestatus: 'VARCHAR',
    admissionheight: 'DOUBLE',
    admissionweight: 'DOUBLE',
    dischargeweight: 'DOUBLE',
  },
};

const hospitalLayout: CsvLayout = { columns: { hospitalid: 'VARCHAR', region: 'VARCHAR' } };

/**
 * Reads `patient` (and `hospital`, for the region) into the tables `eicu_patient`, `eicu_hospital_stay` and `eicu_stay`
 * (patientunitstayid, subject_id, encounter_id, unit_start, unit_end), from which all other tables take their times.
 * @throws DataError `NO_FILE` when there is no patient table; `NO_COLUMN`, `BROKEN_FILE`, `BAD_CSV`.
 */
export async function readStays(writer: CohortWriter, dir: string): Promise<void> {
  const patient = await openTable(dir, ['patient'], patientLayout);
  if (patient === undefined) {
    throw new DataError('NO_FILE', 'The table patient is missing.', {
      expected: `${dir}/patient.csv or .csv.gz`,
      fix: 'give the folder that holds the published eICU files',
    });
  }
  const hospital = await openTable(dir, ['hospital'], hospitalLayout);
  await readingCsv([patient, ...(hospital === undefined ? [] : [hospital])], async () => {
    await writer.db.exec(patientSql(patient.relation));
    await writer.db.exec(
      hospital === undefined
        ? 'CREATE TABLE eicu_region (hospitalid VARCHAR, region VARCHAR)'
        : `CREATE TABLE eicu_region AS SELECT hospitalid, min(region) AS region FROM ${hospital.relation} GROUP BY 1`,
    );
  });
  await writer.db.exec(hospitalStaySql);
  await writer.db.exec(staySql);
}

/** Subjects, encounters, and the heights and weights that the patient table holds. */
export async function addStays(writer: CohortWriter): Promise<void> {
  await writer.addSubjects(subjectsSql, 'patient');
  await writer.addEncounters(hospitalEncountersSql, 'patient (hospital stays)');
  await writer.addEncounters(unitEncountersSql, 'patient (unit stays)');
  await writer.addEvents('patient (height and weight)', bodySql());
}

/** Ages are whole years, '> 89' stands for everyone older; the subject's number is the rank of uniquepid. */
const patientSql = (relation: string): string => `
  CREATE TABLE eicu_patient AS
  SELECT *, dense_rank() OVER (ORDER BY uniquepid) AS subject_id,
    CASE WHEN regexp_matches(age, '^\\s*>\\s*89') THEN 90 ELSE TRY_CAST(age AS DOUBLE) END AS age_years,
    CASE hospitaldischargestatus WHEN 'Expired' THEN TRUE WHEN 'Alive' THEN FALSE END AS hospital_died,
    CASE unitdischargestatus WHEN 'Expired' THEN TRUE WHEN 'Alive' THEN FALSE END AS unit_died
  FROM ${relation}`;

/**
 * The calendar of the hospital stays. eICU gives a stay's year of discharge, the time of day of its admission, and minutes between its
 * events, but no dates and no order of the stays within a year. A stay is put on the first day of its year that the
 * patient's earlier stays leave free, deaths last, then by age and stay number: s = S + max(base − S) over the stays so far, S the days
 * taken before. All its unit stays hang on that one admission, so they keep their true distances.
 */
const hospitalStaySql = `
  CREATE TABLE eicu_hospital_stay AS
  WITH stay AS (
    SELECT patienthealthsystemstayid, min(subject_id) AS subject_id, min(hospitaldischargeyear) AS year,
      min(hospitaladmittime24) AS admit_time, bool_or(hospital_died) AS died, min(age_years) AS age_years,
      greatest(0, max(hospitaladmitoffset)) AS lead_minutes,
      max(greatest(hospitaldischargeoffset, unitdischargeoffset) - hospitaladmitoffset) AS minutes,
      min(hospitaldischargeoffset - hospitaladmitoffset) AS hospital_minutes
    FROM eicu_patient GROUP BY 1
  ), spaced AS (
    SELECT *, date_diff('day', DATE '1970-01-01', make_date(year, 1, 1)) AS base,
      2 + ceil((lead_minutes + 1440) / 1440.0)::BIGINT + ceil(greatest(minutes, 0) / 1440.0)::BIGINT AS days,
      row_number() OVER (PARTITION BY subject_id
        ORDER BY year, coalesce(died, FALSE), age_years, patienthealthsystemstayid) AS visit
    FROM stay
  ), summed AS (
    SELECT *, coalesce(sum(days) OVER (PARTITION BY subject_id ORDER BY visit
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS taken FROM spaced
  ), dated AS (
    SELECT *, taken + max(base - taken) OVER (PARTITION BY subject_id ORDER BY visit) AS day FROM summed
  )
  SELECT patienthealthsystemstayid, subject_id, visit, year, age_years, died, hospital_minutes,
    (DATE '1970-01-01' + (day + ceil(lead_minutes / 1440.0)::BIGINT)::INTEGER) + coalesce(admit_time, TIME '00:00:00') AS admitted
  FROM dated`;

const staySql = `
  CREATE TABLE eicu_stay AS
  SELECT p.patientunitstayid, p.subject_id, 'icu//' || p.patientunitstayid AS encounter_id, h.visit,
    h.admitted - to_minutes(p.hospitaladmitoffset) AS unit_start,
    h.admitted - to_minutes(p.hospitaladmitoffset) + to_minutes(p.unitdischargeoffset) AS unit_end
  FROM eicu_patient p JOIN eicu_hospital_stay h USING (patienthealthsystemstayid)`;

/** Of what differs between a patient's stays, the first stay that says it counts. */
const subjectsSql = `
  WITH ordered AS (
    SELECT p.*, r.region, s.unit_end, h.year, h.admitted + to_minutes(h.hospital_minutes) AS hospital_end,
      h.visit * 1000000000000 + p.patientunitstayid AS place
    FROM eicu_patient p JOIN eicu_stay s USING (patientunitstayid)
    JOIN eicu_hospital_stay h USING (patienthealthsystemstayid) LEFT JOIN eicu_region r USING (hospitalid)
  )
  SELECT subject_id, min(uniquepid) AS source_id,
    CAST(make_date(CAST(arg_min(year - age_years, place) FILTER (age_years IS NOT NULL) AS INTEGER), 1, 1) AS TIMESTAMP) AS birth_time,
    min(CASE WHEN unit_died THEN unit_end WHEN hospital_died THEN hospital_end END) AS death_time,
    CASE arg_min(gender, place) FILTER (gender IS NOT NULL)
      WHEN 'Female' THEN 'female' WHEN 'Male' THEN 'male' WHEN 'Other' THEN 'other' END AS sex,
    arg_min(ethnicity, place) FILTER (ethnicity NOT IN ('Hispanic', 'Other/Unknown')) AS race,
    CASE WHEN bool_or(ethnicity = 'Hispanic') THEN 'Hispanic' END AS ethnicity,
    arg_min(region, place) FILTER (region IS NOT NULL) AS region
  FROM ordered GROUP BY subject_id`;

/** A hospital stay reaches over its unit stays, also where a unit's times lie outside the hospital's own. */
const hospitalEncountersSql = `
  SELECT 'admission//' || p.patienthealthsystemstayid AS encounter_id, min(p.subject_id) AS subject_id, 'inpatient' AS class,
    least(min(h.admitted), min(s.unit_start)) AS "start",
    greatest(min(h.admitted + to_minutes(h.hospital_minutes)), max(s.unit_end)) AS "end",
    min(p.hospitaladmitsource) AS admit_source, min(p.hospitaldischargelocation) AS discharge_disposition,
    min(p.hospitalid) AS hospital_id, min(p.age_years) AS age_years, bool_or(p.hospital_died) AS died
  FROM eicu_patient p JOIN eicu_stay s USING (patientunitstayid) JOIN eicu_hospital_stay h USING (patienthealthsystemstayid)
  GROUP BY p.patienthealthsystemstayid`;

const unitEncountersSql = `
  SELECT s.encounter_id, s.subject_id, 'admission//' || p.patienthealthsystemstayid AS parent_id, 'icu' AS class,
    s.unit_start AS "start", s.unit_end AS "end", p.unittype AS unit, p.unitadmitsource AS admit_source,
    p.unitdischargelocation AS discharge_disposition, 'EICU_APACHE_DX//' || p.apacheadmissiondx AS reason_code,
    p.hospitalid AS hospital_id, p.unitstaytype AS admission_type, p.age_years, p.unit_died AS died
  FROM eicu_patient p JOIN eicu_stay s USING (patientunitstayid)`;

function bodySql(): string {
  const relation = longRelation('eicu_patient', {
    keep: ['patientunitstayid', 'unitdischargeoffset'],
    columns: ['admissionheight', 'admissionweight', 'dischargeweight'],
  });
  const rows = stayMeasurements({
    relation,
    sourceCode: 't.name',
    minutes: `CASE t.name WHEN 'dischargeweight' THEN t.unitdischargeoffset ELSE 0 END`,
    number: 't.value',
    details: { item: 't.name' },
  });
  return measurementEvents({ rows, codes: analyteCodes('eicu:vital'), system: 'EICU_PATIENT' });
}
