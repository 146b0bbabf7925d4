import type { Database } from '../../duckdb/index.js';

/**
 * Takes a source's rows into a cohort store that is being built. Every method is given a SELECT, which is run once.
 * A column of the contract that the SELECT lacks is NULL; one that the contract does not know is an InternalError.
 * Call in this order: subjects, encounters, then events and notes; each method may be called several times.
 *
 * A SELECT may yield `reject VARCHAR`: NULL, or the reason why the row is left out (`'unknown unit'`). The writer adds
 * reasons of its own: no such subject, repeated ids, an end before its start, numbers that are not finite.
 */
export interface CohortWriter {
  /** The database that runs the SELECTs; the vocabulary tables are registered on it. */
  readonly db: Database;
  /** Empty folder for the source's own temporary files; removed when the import ends, whatever its outcome. */
  readonly scratch: string;

  /** Columns: {@link subjectColumns} and `reject`. `table` is the source table's name in the report. */
  addSubjects(sql: string, table?: string): Promise<void>;
  /** Columns: {@link encounterColumns} and `reject`. `table` is the source table's name in the report. */
  addEncounters(sql: string, table?: string): Promise<void>;
  /** Columns: {@link eventColumns}, `mapped BOOLEAN` (the code is in a standard vocabulary; default FALSE), `reject`. */
  addEvents(table: string, sql: string): Promise<void>;
  /** Columns: {@link noteColumns} and `reject`. */
  addNotes(table: string, sql: string): Promise<void>;
  /**
   * What codes mean: `code`, `display` and, where known, `parents` (JSON array text). Only codes that occur are kept; LOINC and
   * ICD-10-CM displays come from the vocabulary tables without asking.
   */
  addCodes(sql: string): Promise<void>;
  /** A sentence for the import report: an absent optional table, a stand-in, a convention. Never a patient's value. */
  remark(text: string): void;
}
