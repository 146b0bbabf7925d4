import type { Database } from '../../duckdb/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { ImportReport, TableReport } from './manifest.js';

/** How many unmapped codes the report lists per table. */
const topCodes = 20;

/**
 * Counts what an import does, per source table. Counts live in tables of the import's database, since a source may have tens of
 * thousands of unmapped codes.
 */
export class ImportLog {
  readonly #db: Database;
  readonly #targets = new Map<string, TableReport['target']>();
  readonly #findings: { check: string; rows: number }[] = [];
  readonly #remarks: string[] = [];

  private constructor(db: Database) {
    this.#db = db;
  }

  static async create(db: Database): Promise<ImportLog> {
    await db.exec(
      `CREATE TABLE import_rows ("table" VARCHAR, reject VARCHAR, mapped BOOLEAN, "rows" BIGINT)`,
    );
    await db.exec(`CREATE TABLE import_unmapped ("table" VARCHAR, code VARCHAR, "rows" BIGINT)`);
    return new ImportLog(db);
  }

  /** Counts the rows of a staged relation with the columns `reject` and, for events, `mapped` and `code`. */
  async count(target: TableReport['target'], table: string, relation: string): Promise<void> {
    const name = sqlString(table);
    const events = target === 'events';
    this.#targets.set(table, target);
    await this.#db.exec(
      `INSERT INTO import_rows
       SELECT ${name}, reject, ${events ? 'coalesce(mapped, FALSE)' : 'TRUE'}, count(*) FROM ${relation} GROUP BY ALL`,
    );
    if (!events) return;
    await this.#db.exec(
      `INSERT INTO import_unmapped
       SELECT ${name}, code, count(*) FROM ${relation} WHERE reject IS NULL AND NOT coalesce(mapped, FALSE) GROUP BY code`,
    );
  }

  /** Number of events that were kept so far. */
  async keptEvents(): Promise<number> {
    const names = [...this.#targets]
      .filter(([, target]) => target === 'events')
      .map(([table]) => sqlString(table));
    const { n } = await this.#db.one(
      `SELECT coalesce(sum("rows"), 0)::DOUBLE AS n FROM import_rows
       WHERE reject IS NULL AND "table" IN (${['NULL', ...names].join(', ')})`,
    );
    return Number(n);
  }

  /** A table that yielded no row at all. */
  countNothing(target: TableReport['target'], table: string): void {
    this.#targets.set(table, target);
  }

  /** The outcome of a check over the whole store; nothing is noted for 0 rows. */
  finding(check: string, rows: number): void {
    if (rows > 0) this.#findings.push({ check, rows });
  }

  remark(text: string): void {
    if (!this.#remarks.includes(text)) this.#remarks.push(text);
  }

  async report(): Promise<ImportReport> {
    const tables: TableReport[] = [];
    for (const [table, target] of this.#targets) tables.push(await this.#table(table, target));
    return { tables, findings: this.#findings, remarks: this.#remarks };
  }

  async #table(table: string, target: TableReport['target']): Promise<TableReport> {
    const where = `"table" = ${sqlString(table)}`;
    const sums = await this.#db.one(
      `SELECT coalesce(sum("rows"), 0)::DOUBLE AS read,
              coalesce(sum("rows") FILTER (reject IS NULL AND mapped), 0)::DOUBLE AS mapped,
              coalesce(sum("rows") FILTER (reject IS NULL AND NOT mapped), 0)::DOUBLE AS unmapped
       FROM import_rows WHERE ${where}`,
    );
    const rejected = await this.#db.rows(
      `SELECT reject, sum("rows")::DOUBLE AS "rows" FROM import_rows WHERE ${where} AND reject IS NOT NULL
       GROUP BY reject ORDER BY "rows" DESC, reject`,
    );
    const top = await this.#db.rows(
      `SELECT code, sum("rows")::DOUBLE AS "rows" FROM import_unmapped WHERE ${where}
       GROUP BY code ORDER BY "rows" DESC, code LIMIT ${topCodes}`,
    );
    return {
      table,
      target,
      read: Number(sums['read']),
      mapped: Number(sums['mapped']),
      unmapped: Number(sums['unmapped']),
      rejected: rejected.map((r) => ({ reason: String(r['reject']), rows: Number(r['rows']) })),
      topUnmapped: top.map((r) => ({ code: String(r['code']), rows: Number(r['rows']) })),
    };
  }
}
