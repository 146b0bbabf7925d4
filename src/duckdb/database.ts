import type { DuckDBConnection, DuckDBInstance, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { throwIfAborted } from '../core/index.js';
import type { AppendColumn } from './append.js';
import { appendColumns } from './append.js';
import { translateDuckdbError } from './errors.js';
import type { ColumnArrays } from './columns.js';
import { appendChunk, emptyColumns, fillFromChunk } from './columns.js';

/** How a database may use the machine. */
export interface DatabaseOptions {
  /** Threads for queries; results never depend on it. */
  readonly threads: number;
  /** Memory that queries may take before they spill to disk, in MiB. Default 1024. */
  readonly memoryLimitMiB?: number;
  /** Folder for spilled data; without one nothing is spilled, and work larger than memory fails. */
  readonly temporaryFolder?: string;
  /** Stops the running query when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** A plain value as it comes out of a query (BIGINT as bigint, TIMESTAMP as Date in UTC). */
export type SqlValue = null | boolean | number | bigint | string | Date;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/**
 * An in-memory DuckDB with a bounded memory and UTC as its time zone. SQL text is written by the program; values and
 * file names from outside go in through {@link sqlString} and {@link sqlName}.
 *
 * Results must not depend on the number of threads: give every query whose rows are kept an ORDER BY that is total,
 * and order the input of floating-point aggregates: `avg(x ORDER BY time, x)`.
 */
export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => {
    this.#connection.interrupt();
  };

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    signal: AbortSignal | undefined,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort);
  }

  /** The library is loaded here, by the first who needs it: it takes a fifth of a second. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(options.threads),
      memory_limit: `${options.memoryLimitMiB ?? 1024}MiB`,
      preserve_insertion_order: 'true',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      temp_directory: options.temporaryFolder ?? '', // DuckDB's own default would be a folder where the process started
    });
    const connection = await instance.connect();
    return new Database(instance, connection, options.signal);
  }

  /** Runs statements whose result is not needed. */
  async exec(sql: string): Promise<void> {
    await this.#guard(() => this.#connection.run(sql));
  }

  /** All rows of a query, as objects. For small results. */
  async rows(sql: string, params?: DuckDBValue[]): Promise<SqlRow[]> {
    const result = await this.#guard(() => this.#connection.run(sql, params));
    return (await this.#guard(() => result.getRowObjectsJS())) as SqlRow[];
  }

  /** The first row of a query that always has one. */
  async one(sql: string, params?: DuckDBValue[]): Promise<SqlRow> {
    return (await this.rows(sql, params))[0] ?? {};
  }

  /** Names and DuckDB types of a query's columns, without running it. */
  async describe(sql: string): Promise<{ name: string; type: string }[]> {
    const rows = await this.rows(`DESCRIBE ${sql}`);
    return rows.map((row) => ({ name: String(row['column_name']), type: String(row['column_type']) }));
  }

  /**
   * A query's result as typed columns: DOUBLE and integer types become numbers, VARCHAR strings, BOOLEAN numbers 0 and 1.
   * Cast everything else in the query.
   */
  async columns(sql: string): Promise<ColumnArrays> {
    const result = await this.#guard(() => this.#connection.stream(sql));
    const columns = emptyColumns(result.columnNames());
    await this.#eachChunk(result, (chunk) => {
      appendChunk(columns, chunk);
    });
    return columns;
  }

  /**
   * Writes the one column of a query into an array, from its start on, without an object a cell, and returns the number of rows. The
   * column is DOUBLE for a float array, UINTEGER for one of codes, and has no NULL.
   */
  async fill(sql: string, into: Float64Array | Uint32Array): Promise<number> {
    const result = await this.#guard(() => this.#connection.stream(sql));
    let rows = 0;
    await this.#eachChunk(result, (chunk) => {
      fillFromChunk(chunk, into, rows);
      rows += chunk.rowCount;
    });
    return rows;
  }

  /** Adds rows to a table of this database; its columns have the types of `appendType`, in order. */
  async append(table: string, columns: readonly AppendColumn[]): Promise<void> {
    const duckdb = await import('@duckdb/node-api');
    await this.#guard(async () => {
      const appender = await this.#connection.createAppender(table);
      try {
        appendColumns(duckdb, appender, columns);
      } finally {
        appender.closeSync();
      }
    });
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #eachChunk(
    result: DuckDBResult,
    use: (chunk: NonNullable<Awaited<ReturnType<DuckDBResult['fetchChunk']>>>) => void,
  ): Promise<void> {
    for (;;) {
      const chunk = await this.#guard(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      use(chunk);
    }
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal);
    try {
      return await act();
    } catch (error) {
      throwIfAborted(this.#signal);
      throw translateDuckdbError(error);
    }
  }
}

/** A text as an SQL literal. */
export function sqlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
