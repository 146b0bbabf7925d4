import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { InternalError } from '../../core/index.js';
import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import { encounterColumns, eventColumns, eventKinds, noteColumns, sexes, subjectColumns } from './columns.js';
import type { ColumnTypes } from './columns.js';
import type { ImportLog } from './report.js';
import { columnDefinitions, columnList, shapedSelect, totalOrder } from './shape.js';
import { bucketSql } from './shards.js';
import type { CohortWriter } from './types.js';

/** Row groups while staging: small, because up to 64 of them are open at a time. */
const stagingRowGroup = 20_480;

/**
 * The writer behind {@link CohortWriter}. Subjects and encounters are kept as tables of the database (a few hundred bytes a
 * person); events and notes go straight to Parquet files under `staging`, rejected rows included, so that one pass over
 * the source yields both the rows and the report.
 */
export class StagingWriter implements CohortWriter {
  readonly db: Database;
  readonly scratch: string;
  readonly #staging: string;
  readonly #log: ImportLog;
  #parts = 0;

  private constructor(db: Database, staging: string, log: ImportLog) {
    this.db = db;
    this.#staging = staging;
    this.#log = log;
    this.scratch = path.join(staging, 'scratch');
  }

  static async create(db: Database, staging: string, log: ImportLog): Promise<StagingWriter> {
    const writer = new StagingWriter(db, staging, log);
    for (const dir of [writer.scratch, writer.eventsFolder, writer.notesFolder])
      await mkdir(dir, { recursive: true });
    await db.exec(`CREATE TABLE staged_subjects (${columnDefinitions(subjectColumns)})`);
    await db.exec(`CREATE TABLE staged_encounters (${columnDefinitions(encounterColumns)})`);
    await db.exec('CREATE TABLE staged_codes (code VARCHAR, display VARCHAR, parents VARCHAR)');
    return writer;
  }

  /** Folder of the staged events: `<part>/bucket=<b>/*.parquet`. */
  get eventsFolder(): string {
    return path.join(this.#staging, 'events');
  }

  /** Folder of the staged notes: `<part>.parquet`. */
  get notesFolder(): string {
    return path.join(this.#staging, 'notes');
  }

  async addSubjects(sql: string, table = 'subjects'): Promise<void> {
    const rows = await this.#shaped(sql, table, subjectColumns, ['subject_id']);
    await this.#stageRows('staged_subjects', subjectColumns, {
      table,
      target: 'subjects',
      select: `SELECT ${columnList(subjectColumns)}, CASE
          WHEN reject IS NOT NULL THEN reject
          WHEN subject_id IS NULL THEN 'no subject id'
          WHEN subject_id IN (SELECT subject_id FROM staged_subjects) THEN 'repeated subject id'
          WHEN row_number() OVER (PARTITION BY subject_id ORDER BY reject IS NOT NULL, ${totalOrder(subjectColumns, [])}) > 1
            THEN 'repeated subject id'
          WHEN death_time < birth_time THEN 'death before birth'
        END AS reject FROM (${rows})`,
      invalid: `sex NOT IN (${sexes.map(sqlString).join(', ')})`,
    });
  }

  async addEncounters(sql: string, table = 'encounters'): Promise<void> {
    const rows = await this.#shaped(sql, table, encounterColumns, [
      'encounter_id',
      'subject_id',
      'class',
      'start',
    ]);
    await this.#stageRows('staged_encounters', encounterColumns, {
      table,
      target: 'encounters',
      select: `SELECT ${columnList(encounterColumns)}, CASE
          WHEN reject IS NOT NULL THEN reject
          WHEN encounter_id IS NULL THEN 'no encounter id'
          WHEN subject_id IS NULL THEN 'no subject id'
          WHEN subject_id NOT IN (SELECT subject_id FROM staged_subjects) THEN 'no such subject'
          WHEN "start" IS NULL THEN 'no start time'
          WHEN "end" < "start" THEN 'end before start'
          WHEN encounter_id IN (SELECT encounter_id FROM staged_encounters) THEN 'repeated encounter id'
          WHEN row_number() OVER (PARTITION BY encounter_id ORDER BY reject IS NOT NULL, ${totalOrder(encounterColumns, [])}) > 1
            THEN 'repeated encounter id'
        END AS reject FROM (${rows})`,
      invalid: `class IS NULL`,
    });
  }

  async addEvents(table: string, sql: string): Promise<void> {
    const rows = await this.#shaped(sql, table, { ...eventColumns, mapped: 'BOOLEAN' }, [
      'subject_id',
      'kind',
      'code',
    ]);
    const folder = path.join(this.eventsFolder, String(this.#parts++));
    await this.db.exec(
      `COPY (
        SELECT ${columnList(eventColumns, 'e')}, e.mapped, CASE
            WHEN e.reject IS NOT NULL THEN e.reject
            WHEN e.subject_id IS NULL THEN 'no subject id'
            WHEN s.subject_id IS NULL THEN 'no such subject'
            WHEN e.code IS NULL THEN 'no code'
            WHEN NOT isfinite(e.numeric_value) THEN 'not a finite number'
            WHEN e.end_time < e.time THEN 'end before start'
          END AS reject, ${bucketSql('coalesce(e.subject_id, 0)')} AS bucket
        FROM (${rows}) e LEFT JOIN staged_subjects s ON s.subject_id = e.subject_id
      ) TO ${sqlString(folder)} (FORMAT parquet, PARTITION_BY (bucket), COMPRESSION lz4, ROW_GROUP_SIZE ${stagingRowGroup})`,
    );
    if ((await readdir(folder)).length === 0) {
      this.#log.countNothing('events', table);
      return;
    }
    const staged = `read_parquet(${sqlString(`${folder}/*/*.parquet`)}, hive_partitioning = false)`;
    const kinds = eventKinds.map(sqlString).join(', ');
    await this.#refuse(
      table,
      staged,
      `reject IS NULL AND (kind IS NULL OR kind NOT IN (${kinds}) OR code NOT LIKE '%_//_%')`,
    );
    await this.#log.count('events', table, staged);
  }

  async addNotes(table: string, sql: string): Promise<void> {
    const rows = await this.#shaped(sql, table, noteColumns, ['note_id', 'subject_id', 'text']);
    const file = path.join(this.notesFolder, `${String(this.#parts++)}.parquet`);
    await this.db.exec(
      `COPY (
        SELECT ${columnList(noteColumns, 'n')}, CASE
            WHEN n.reject IS NOT NULL THEN n.reject
            WHEN n.subject_id IS NULL THEN 'no subject id'
            WHEN s.subject_id IS NULL THEN 'no such subject'
            WHEN n.note_id IS NULL THEN 'no note id'
            WHEN n.text IS NULL THEN 'no text'
          END AS reject
        FROM (${rows}) n LEFT JOIN staged_subjects s ON s.subject_id = n.subject_id
      ) TO ${sqlString(file)} (FORMAT parquet, COMPRESSION lz4, ROW_GROUP_SIZE 2048)`,
    );
    await this.#log.count('notes', table, `read_parquet(${sqlString(file)})`);
  }

  async addCodes(sql: string): Promise<void> {
    const columns = { code: 'VARCHAR', display: 'VARCHAR', parents: 'VARCHAR' };
    const rows = await shapedSelect(this.db, sql, { columns, required: ['code', 'display'], table: 'codes' });
    await this.db.exec(`INSERT INTO staged_codes ${rows}`);
  }

  remark(text: string): void {
    this.#log.remark(text);
  }

  #shaped(sql: string, table: string, columns: ColumnTypes, required: readonly string[]): Promise<string> {
    return shapedSelect(this.db, sql, { columns: { ...columns, reject: 'VARCHAR' }, required, table });
  }

  async #stageRows(
    into: string,
    columns: ColumnTypes,
    part: { table: string; target: 'subjects' | 'encounters'; select: string; invalid: string },
  ): Promise<void> {
    await this.db.exec(`CREATE OR REPLACE TABLE staged_rows AS ${part.select}`);
    await this.#refuse(part.table, 'staged_rows', `reject IS NULL AND (${part.invalid})`);
    await this.#log.count(part.target, part.table, 'staged_rows');
    await this.db.exec(
      `INSERT INTO ${into} SELECT ${columnList(columns)} FROM staged_rows WHERE reject IS NULL`,
    );
    await this.db.exec('DROP TABLE staged_rows');
  }

  /** A row that breaks the contract in a way that only a defect of the source's query can. */
  async #refuse(table: string, relation: string, condition: string): Promise<void> {
    const { n } = await this.db.one(`SELECT count(*)::DOUBLE AS n FROM ${relation} WHERE ${condition}`);
    if (Number(n) > 0) {
      throw new InternalError(
        'STORE_ROWS',
        `The query for '${table}' yields ${Number(n)} rows that break the store’s contract.`,
        {
          expected: 'kinds, classes and sexes of the contract, and codes of the form SYSTEM//code',
        },
      );
    }
  }
}
