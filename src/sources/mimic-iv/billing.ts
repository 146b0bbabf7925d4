import type { CohortWriter } from '../../cohort/index.js';
import { sqlBareIcd9, sqlFormatIcd10, sqlFormatIcd9 } from '../../cohort/index.js';
import { openCsv, readingCsv } from '../csv.js';
import { detailsSql } from '../details.js';
import type { EventTable } from './table.js';
import { id, text, time } from './table.js';

const diagnosesLayout = {
  columns: { subject_id: id, hadm_id: id, seq_num: 'INTEGER', icd_code: text, icd_version: 'INTEGER' },
};

/**
 * Diagnoses are coded for billing after discharge, so their time is dischtime: at an earlier index time nothing of them may be
 * known. ICD-9-CM goes to ICD-10-CM by the first choice of the GEM; the original is kept in the details.
 *
 * `zerosLost`: the file has been through a spreadsheet program that took 0389 for a number; see {@link lostZeros}. A code that does
 * not exist then gets back the zeros that make it one, unless both one and two would.
 */
export function diagnoses(zerosLost: boolean): EventTable {
  const bare = sqlBareIcd9('icd_code');
  const icd9 = zerosLost
    ? `CASE WHEN g0.code IS NULL AND g1.code IS NOT NULL AND g2.code IS NULL THEN g1.code
        WHEN g0.code IS NULL AND g2.code IS NOT NULL AND g1.code IS NULL THEN g2.code ELSE ${bare} END`
    : bare;
  const candidates = zerosLost
    ? ['', '0', '00']
        .map((zeros, i) => `LEFT JOIN vocab_icd9 g${i} ON g${i}.code = '${zeros}' || ${bare}`)
        .join('\n')
    : '';
  return {
    name: 'hosp/diagnoses_icd',
    layout: diagnosesLayout,
    events: (relation) => `
      SELECT d.subject_id, a.dischtime AS time, 'condition' AS kind, ${billed},
        CASE WHEN icd_version = 10 THEN 'ICD10CM//' || ${sqlFormatIcd10('icd_code')}
          WHEN g.icd10 IS NOT NULL THEN 'ICD10CM//' || g.icd10
          ELSE 'ICD9CM//' || ${sqlFormatIcd9('icd9')} END AS code,
        icd_version = 10 OR g.icd10 IS NOT NULL AS mapped,
        ${detailsSql({
          original_code: `CASE WHEN icd_version = 9 AND g.icd10 IS NOT NULL THEN 'ICD9CM//' || ${sqlFormatIcd9('icd9')} END`,
          sequence: 'seq_num',
        })} AS details
      FROM (SELECT *, ${icd9} AS icd9 FROM ${relation} ${candidates}) d ${ofAdmission('d')}
      LEFT JOIN vocab_icd9 g ON d.icd_version = 9 AND g.code = d.icd9`,
  };
}

/**
 * Whether ICD-9 diagnoses have lost their leading zeros: infectious diseases (001-139) are several per cent of any hospital's codes,
 * so a file of hundreds without one that begins with 0 is not as published. Leaves a remark.
 */
export async function lostZeros(writer: CohortWriter, dir: string): Promise<boolean> {
  const csv = await openCsv(dir, 'hosp/diagnoses_icd', diagnosesLayout);
  if (csv === undefined) return false;
  const { n, zeros } = await readingCsv([csv], () =>
    writer.db.one(`SELECT count(*)::DOUBLE AS n, count(*) FILTER (starts_with(icd_code, '0'))::DOUBLE AS zeros
      FROM ${csv.relation} WHERE icd_version = 9`),
  );
  const lost = Number(n) >= 500 && Number(zeros) === 0;
  if (lost) {
    writer.remark(
      'hosp/diagnoses_icd has lost the leading zeros of its ICD-9 codes (a spreadsheet program does that). They are put back where ' +
        'just one code fits; a few codes that exist without their zeros stay wrong. Take the file as published.',
    );
  }
  return lost;
}

/** Procedures as billed, dated by day. ICD-9 procedure codes have no one-to-one successor and stay. */
export const procedures: EventTable = {
  name: 'hosp/procedures_icd',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      seq_num: 'INTEGER',
      chartdate: time,
      icd_code: text,
      icd_version: 'INTEGER',
    },
  },
  events: (relation) => `
    SELECT p.subject_id, p.chartdate AS time, 'procedure' AS kind, ${billed},
      CASE WHEN icd_version = 10 THEN 'ICD10PCS//' || upper(trim(icd_code))
        ELSE 'ICD9PCS//' || substr(trim(icd_code), 1, 2) || coalesce('.' || nullif(substr(trim(icd_code), 3), ''), '')
      END AS code,
      icd_version = 10 AS mapped, ${detailsSql({ sequence: 'seq_num' })} AS details
    FROM ${relation} p ${ofAdmission('p')}`,
};

/** Diagnosis-related groups: known after discharge, like the diagnoses. HCFA is the payer's system (MS-DRG), APR that of 3M. */
export const drgcodes: EventTable = {
  name: 'hosp/drgcodes',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      drg_type: text,
      drg_code: text,
      description: text,
      drg_severity: text,
      drg_mortality: text,
    },
  },
  events: (relation) => `
    SELECT d.subject_id, a.dischtime AS time, 'report' AS kind, ${billed},
      'DRG_' || d.drg_type || '//' || d.drg_code AS code, TRUE AS mapped,
      ${detailsSql({ severity: 'drg_severity', mortality: 'drg_mortality' })} AS details
    FROM ${relation} d ${ofAdmission('d')}`,
  codes: (relation) =>
    `SELECT DISTINCT 'DRG_' || drg_type || '//' || drg_code AS code, description AS display FROM ${relation}`,
};

export const hcpcsevents: EventTable = {
  name: 'hosp/hcpcsevents',
  layout: {
    columns: { subject_id: id, hadm_id: id, chartdate: time, hcpcs_cd: text, short_description: text },
  },
  events: (relation) => `
    SELECT h.subject_id, h.chartdate AS time, 'procedure' AS kind, ${billed}, 'HCPCS//' || trim(hcpcs_cd) AS code, TRUE AS mapped
    FROM ${relation} h ${ofAdmission('h')}`,
  codes: (relation) =>
    `SELECT DISTINCT 'HCPCS//' || trim(hcpcs_cd) AS code, short_description AS display FROM ${relation}`,
};

const billed = `'admission//' || a.hadm_id AS encounter_id, CASE WHEN a.hadm_id IS NULL THEN 'no such admission' END AS reject`;

function ofAdmission(alias: string): string {
  return `LEFT JOIN mimic_admissions a ON a.hadm_id = ${alias}.hadm_id`;
}
