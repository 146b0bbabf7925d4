import { sqlString } from '../duckdb/index.js';
import type { AnalyteSource } from '../cohort/index.js';

/** Measurements of a source, before their codes and units are translated. */
export interface MeasurementRows {
  /**
   * SELECT with subject_id, time, source_code (VARCHAR, as in `vocab_analyte`), number (DOUBLE), text (VARCHAR, NULL where it says no
   * more than the number), source_unit (VARCHAR or NULL), encounter_id, details, and reject (VARCHAR or NULL).
   */
  readonly rows: string;
  /** Which entries of `vocab_analyte` apply. */
  readonly source: AnalyteSource;
  /** System of the codes that have no LOINC, e.g. `MIMIC_LAB`. */
  readonly system: string;
}

/**
 * The events SELECT for measurements: codes become LOINC where the vocabulary knows them, values the canonical UCUM unit. Rejected are
 * mapped numbers in a unit without conversion ('unknown unit') or 'outside physiological bounds', and rows with 'no value'. A
 * code without LOINC keeps its value and unit as they are.
 */
export function measurementEvents({ rows, source, system }: MeasurementRows): string {
  return `
    SELECT r.subject_id, r.time, 'observation' AS kind,
      coalesce('LOINC//' || r.loinc, ${sqlString(`${system}//`)} || r.source_code) AS code,
      r.value AS numeric_value,
      CASE WHEN r.number IS NULL THEN r.text END AS text_value,
      coalesce(l.unit, r.source_unit) AS unit,
      r.encounter_id, r.details, r.loinc IS NOT NULL AS mapped,
      CASE
        WHEN r.reject IS NOT NULL THEN r.reject
        WHEN r.number IS NULL AND r.text IS NULL THEN 'no value'
        WHEN r.number IS NOT NULL AND r.value IS NULL THEN 'unknown unit'
        WHEN r.value < l.low OR r.value > l.high THEN 'outside physiological bounds'
      END AS reject
    FROM (
      SELECT m.*, a.loinc,
        CASE
          WHEN a.loinc IS NULL THEN m.number
          WHEN g.loinc IS NOT NULL THEN m.number * g.factor + g.shift
          ELSE m.number * u.factor + u.shift
        END AS value
      FROM (${rows}) m
      LEFT JOIN (SELECT source_code, loinc FROM vocab_analyte WHERE source = ${sqlString(source)}) a USING (source_code)
      LEFT JOIN vocab_unit u ON u.loinc = a.loinc AND u.source_unit = lower(trim(coalesce(m.source_unit, '')))
      LEFT JOIN vocab_magnitude g ON g.loinc = a.loinc AND m.number >= g.low AND m.number < g.high
    ) r LEFT JOIN vocab_loinc l ON l.loinc = r.loinc`;
}
