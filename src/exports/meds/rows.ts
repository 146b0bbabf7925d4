import type { StagedTable } from '../store-layout.js';

/**
 * SELECT of all rows of the dataset: the standard's columns, and ours beside them (kind, unit, end_time, encounter_id, details), which the standard
 * allows. Who the subject is and when they were in care become codes; the rest are the events of the store.
 */
export function medsRows(staged: (table: StagedTable) => string): string {
  return [
    ...personal.map(({ code, time, where }) => personalRow(staged('subjects'), { code, time, where })),
    boundary(staged('encounters'), 'start'),
    boundary(staged('encounters'), 'end'),
    `SELECT subject_id, time, code, numeric_value::FLOAT AS numeric_value, text_value, kind, unit, end_time, encounter_id, details
     FROM ${staged('events')} WHERE code IS NOT NULL`,
  ].join('\nUNION ALL\n');
}

const personal = [
  { code: `'MEDS_BIRTH'`, time: 'birth_time', where: 'birth_time IS NOT NULL' },
  { code: `'MEDS_DEATH'`, time: 'death_time', where: 'death_time IS NOT NULL' },
  { code: `'GENDER//' || sex`, time: 'NULL', where: 'sex IS NOT NULL' },
  { code: `'RACE//' || race`, time: 'NULL', where: 'race IS NOT NULL' },
  { code: `'ETHNICITY//' || ethnicity`, time: 'NULL', where: 'ethnicity IS NOT NULL' },
] as const;

const rest = (encounter: string): string =>
  `NULL::FLOAT AS numeric_value, NULL::VARCHAR AS text_value, NULL::VARCHAR AS kind, NULL::VARCHAR AS unit,
    NULL::TIMESTAMP AS end_time, ${encounter} AS encounter_id, NULL::VARCHAR AS details`;

function personalRow(
  subjects: string,
  row: { readonly code: string; readonly time: string; readonly where: string },
): string {
  return `SELECT subject_id, ${row.time}::TIMESTAMP AS time, ${row.code} AS code, ${rest('NULL::VARCHAR')} FROM ${subjects} WHERE ${row.where}`;
}

/** `HOSPITAL_ADMISSION//type//source`, `ICU_ADMISSION//unit`, `ENCOUNTER_START//class`, and what ends each. */
function boundary(encounters: string, side: 'start' | 'end'): string {
  const part = (column: string): string => `coalesce(replace(${column}, '//', '/'), 'UNK')`;
  const code =
    side === 'start'
      ? `CASE class WHEN 'inpatient' THEN 'HOSPITAL_ADMISSION//' || ${part('admission_type')} || '//' || ${part('admit_source')}
          WHEN 'icu' THEN 'ICU_ADMISSION//' || ${part('unit')} ELSE 'ENCOUNTER_START//' || class END`
      : `CASE class WHEN 'inpatient' THEN 'HOSPITAL_DISCHARGE//' || ${part('discharge_disposition')}
          WHEN 'icu' THEN 'ICU_DISCHARGE//' || ${part('unit')} ELSE 'ENCOUNTER_END//' || class END`;
  return `SELECT subject_id, "${side}" AS time, ${code} AS code, ${rest('encounter_id')} FROM ${encounters} WHERE "${side}" IS NOT NULL`;
}
