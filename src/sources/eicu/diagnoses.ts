import type { TableImport } from './tables.js';
import { stayEvents } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

/** The APACHE admission diagnosis as a condition; what else the form asks (surgery, elective …) as observations. */
const admissionDx: TableImport = {
  name: 'admissionDx',
  layout: {
    columns: { patientunitstayid: id, admitdxenteredoffset: id, admitdxpath: text, admitdxname: text },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `CASE WHEN t.admitdxpath LIKE '%|All Diagnosis|%' THEN 'condition' ELSE 'observation' END`,
          code: `CASE WHEN t.admitdxpath LIKE '%|All Diagnosis|%' THEN 'EICU_APACHE_DX//' || t.admitdxname
            ELSE 'EICU_ADMISSION//' || split_part(t.admitdxpath, '|', 2) END`,
          minutes: 't.admitdxenteredoffset',
          text: `CASE WHEN t.admitdxpath NOT LIKE '%|All Diagnosis|%' THEN t.admitdxname END`,
          details: { path: `CASE WHEN t.admitdxpath LIKE '%|All Diagnosis|%' THEN t.admitdxpath END` },
        }),
    },
  ],
};

/** ICD-9-CM with its dot; what else stands in the field (ICD-9 procedures such as 31.1) is none. */
const icd9Form = String.raw`^(\d{3}(\.\d{1,2})?|V\d{2}(\.\d{1,2})?|E\d{3}(\.\d)?)$`;
const icd10Form = String.raw`^[A-TW-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$`;

/**
 * One row for each ICD-10-CM code of a diagnosis: those that the field `icd9code` holds beside the ICD-9-CM ones, else those to which
 * its ICD-9-CM codes map by the GEM. Without either the diagnosis keeps its path as a code. `sequence` counts a stay's
 * diagnoses, primary ones first, where the stay has a primary one.
 */
function diagnosisRows(relation: string): string {
  return `(
    WITH ranked AS (
      SELECT *, list_transform(string_split(upper(coalesce(icd9code, '')), ','), c -> trim(c)) AS codes,
        CASE WHEN bool_or(diagnosispriority = 'Primary') OVER (PARTITION BY patientunitstayid) THEN
          row_number() OVER (PARTITION BY patientunitstayid
            ORDER BY CASE diagnosispriority WHEN 'Primary' THEN 1 WHEN 'Major' THEN 2 ELSE 3 END, diagnosisoffset, diagnosisid)
        END AS sequence
      FROM ${relation}
    ), sorted AS (
      SELECT *, list_filter(codes, c -> regexp_matches(c, '${icd10Form}') AND NOT regexp_matches(c, '${icd9Form}')) AS icd10,
        list_filter(codes, c -> regexp_matches(c, '${icd9Form}')) AS icd9
      FROM ranked
    ), given AS (
      SELECT *, unnest(icd10) AS code FROM sorted WHERE len(icd10) > 0
    ), translated AS (
      SELECT d.*, v.icd10 AS code
      FROM (SELECT *, unnest(icd9) AS one FROM sorted WHERE len(icd10) = 0 AND len(icd9) > 0) d
      LEFT JOIN vocab_icd9 v ON v.code = replace(d.one, '.', '')
    )
    SELECT * FROM given
    UNION ALL SELECT * EXCLUDE (one) FROM translated
    UNION ALL SELECT *, NULL AS code FROM sorted WHERE len(icd10) = 0 AND len(icd9) = 0)`;
}

const diagnosis: TableImport = {
  name: 'diagnosis',
  layout: {
    columns: {
      diagnosisid: id,
      patientunitstayid: id,
      diagnosisoffset: id,
      diagnosisstring: text,
      icd9code: text,
      diagnosispriority: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation: diagnosisRows(relation),
          kind: `'condition'`,
          code: `coalesce('ICD10CM//' || t.code, 'EICU_DX//' || t.diagnosisstring)`,
          minutes: 't.diagnosisoffset',
          details: {
            original_code: 't.icd9code',
            path: 't.diagnosisstring',
            priority: 't.diagnosispriority',
            sequence: 't.sequence',
          },
          mapped: 't.code IS NOT NULL',
        }),
    },
  ],
};

const formControl = `'a control of the form, not a finding'`;

const pastHistory: TableImport = {
  name: 'pastHistory',
  layout: {
    columns: { patientunitstayid: id, pasthistoryoffset: id, pasthistorypath: text, pasthistoryvalue: text },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'condition'`,
          code: `'EICU_PAST//' || regexp_replace(t.pasthistorypath, '^.*Past History/(Organ Systems/)?', '')`,
          minutes: 't.pasthistoryoffset',
          reject: `CASE WHEN t.pasthistoryvalue IN ('Performed', 'Not Performed', 'Not Obtainable') THEN ${formControl} END`,
        }),
    },
  ],
};

const allergy: TableImport = {
  name: 'allergy',
  layout: {
    columns: { patientunitstayid: id, allergyoffset: id, allergytype: text, allergyname: text },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'allergy'`,
          code: `'EICU_ALLERGY//' || lower(trim(t.allergyname))`,
          minutes: 't.allergyoffset',
          details: { type: 't.allergytype' },
        }),
    },
  ],
};

/** What the patient has or had. `activeupondischarge` is left out: it is known only at the end. */
export const diagnosisTables: readonly TableImport[] = [admissionDx, diagnosis, pastHistory, allergy];
