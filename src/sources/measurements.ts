import { sqlString } from '../duckdb/index.js';
import type { AnalyteSource } from '../cohort/index.js';

/** Measurements of a source, before their codes and units are translated. */
export interface MeasurementRows {
  /**
   * SELECT with subject_id, time, source_code (VARCHAR, as in `vocab_analyte`), number (DOUBLE), text (VARCHAR, NULL where it says no
   * more than the number), source_unit (VARCHAR or NULL), encounter_id, details, and reject (VARCHAR or NULL). A number that
   * is not finite is left to the writer.
   */
  readonly rows: string;
  /** Relation (source_code, loinc): {@link analyteCodes}, or a source's own. */
  readonly codes: string;
  /** System of the codes that have no LOINC, e.g. `MIMIC_LAB`. */
  readonly system: string;
}

/** The codes of one source in `vocab_analyte`, as a relation (source_code, loinc). */
export function analyteCodes(source: AnalyteSource): string {
  return `(SELECT source_code, loinc FROM vocab_analyte WHERE source = ${sqlString(source)})`;
}

/**
 * The events SELECT for measurements: codes become LOINC where they are mapped, and values the canonical UCUM unit where the vocabulary
 * knows the LOINC code. Rejected are numbers in a unit without conversion ('unknown unit') or 'outside physiological bounds', and rows
 * with 'no value' or 'no time'. Anything else keeps its value and unit as they are.
 */
export function measurementEvents({ rows, codes, system }: MeasurementRows): string {
  return `
    SELECT subject_id, time, 'observation' AS kind,
      coalesce('LOINC//' || loinc, ${sqlString(`${system}//`)} || source_code) AS code,
      value AS numeric_value,
      CASE WHEN number IS NULL THEN text END AS text_value,
      coalesce(canonical_unit, source_unit) AS unit,
      encounter_id, details, loinc IS NOT NULL AS mapped,
      CASE
        WHEN reject IS NOT NULL THEN reject
        WHEN time IS NULL THEN 'no time'
        WHEN number IS NULL AND text IS NULL THEN 'no value'
        WHEN number IS NOT NULL AND value IS NULL THEN 'unknown unit'
        WHEN value < low OR value > high THEN 'outside physiological bounds'
      END AS reject
    FROM (
      SELECT m.*, c.loinc, l.unit AS canonical_unit, l.low, l.high,
        CASE
          WHEN l.loinc IS NULL THEN m.number
          WHEN g.loinc IS NOT NULL THEN m.number * g.factor + g.shift
          ELSE m.number * u.factor + u.shift
        END AS value
      FROM (${rows}) m
      LEFT JOIN ${codes} c ON c.source_code = m.source_code
      LEFT JOIN vocab_loinc l ON l.loinc = c.loinc
      LEFT JOIN vocab_unit u ON u.loinc = c.loinc AND u.source_unit = lower(trim(coalesce(m.source_unit, '')))
      LEFT JOIN vocab_magnitude g ON g.loinc = c.loinc AND m.number >= g.low AND m.number < g.high
    )`;
}
