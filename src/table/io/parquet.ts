import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { AppendColumn } from '../../duckdb/index.js';
import { Database, NO_CODE, sqlName, sqlString } from '../../duckdb/index.js';
import type { ColumnSchema } from '../schema.js';
import { isNumericKind } from '../schema.js';
import type { Column, Table } from '../table.js';
import type { Blocks } from './atomic.js';
import { atomically } from './atomic.js';

/** Rows that are kept in memory, and of a row group of the file. */
const GROUP_ROWS = 122_880;
const MEMORY_MIB = 512;

/**
 * Writes a table as one Parquet file; the file appears complete or not at all.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeParquet(file: string, table: Table): Promise<void> {
  await writeParquetBlocks(file, table.schema, [table]);
}

/**
 * Writes blocks of rows as one Parquet file (numbers as DOUBLE, categories as text, zstd) and returns the number of rows. Equal rows give
 * equal bytes, however they are cut into blocks. Memory does not depend on the number of rows: row groups wait in a folder beside
 * the file, which takes about as much room as the file itself. The file appears complete or not at all.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeParquetBlocks(
  file: string,
  schema: readonly ColumnSchema[],
  blocks: Blocks,
): Promise<number> {
  const waiting = `${file}.groups-${process.pid}`;
  try {
    return await atomically(file, async (temporary) => {
      const db = await Database.open({ threads: 1, memoryLimitMiB: MEMORY_MIB });
      try {
        const groups = new RowGroups(db, schema, waiting);
        await groups.begin();
        for await (const block of blocks) await groups.add(block);
        await groups.write(temporary);
        return groups.rows;
      } finally {
        db.close();
      }
    });
  } finally {
    await rm(waiting, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Rows on their way into a file: the last ones in memory, full row groups as files of codes and numbers. */
class RowGroups {
  rows = 0;
  readonly #db: Database;
  readonly #schema: readonly ColumnSchema[];
  readonly #folder: string;
  readonly #files: string[] = [];
  #inMemory = 0;

  constructor(db: Database, schema: readonly ColumnSchema[], folder: string) {
    this.#db = db;
    this.#schema = schema;
    this.#folder = folder;
  }

  async begin(): Promise<void> {
    const types = this.#schema.map((s, c) => `c${c} ${isNumericKind(s.kind) ? 'DOUBLE' : 'UINTEGER'}`);
    // a table needs a column; one without columns has no rows worth keeping
    await this.#db.exec(`CREATE TABLE rows (${types.length > 0 ? types.join(', ') : 'none INTEGER'})`);
    await this.#db.exec(`CREATE TABLE categories (c UINTEGER, code UINTEGER, name VARCHAR)`);
    for (const [c, { categories = [] }] of this.#schema.entries()) {
      const codes = Uint32Array.from(categories.keys());
      if (codes.length > 0)
        await this.#db.append('categories', [new Uint32Array(codes.length).fill(c), codes, categories]);
    }
  }

  async add(block: Table): Promise<void> {
    for (let start = 0; start < block.rows;) {
      const end = Math.min(block.rows, start + GROUP_ROWS - this.#inMemory);
      await this.#db.append(
        'rows',
        block.columns.map((column) => appendable(column, start, end)),
      );
      this.#inMemory += end - start;
      this.rows += end - start;
      start = end;
      if (this.#inMemory === GROUP_ROWS) await this.#setAside();
    }
  }

  async write(file: string): Promise<void> {
    if (this.#files.length > 0 && this.#inMemory > 0) await this.#setAside();
    const from = this.#files.length > 0 ? `read_parquet([${this.#files.map(sqlString).join(', ')}])` : 'rows';
    const cells = this.#schema.map((s, c) =>
      isNumericKind(s.kind)
        ? `nullif(c${c}, 'nan'::DOUBLE) AS ${sqlName(s.name)}`
        : `list_extract((SELECT list(name ORDER BY code) FROM categories WHERE c = ${c}),
             nullif(c${c}, ${NO_CODE}) + 1) AS ${sqlName(s.name)}`,
    );
    await this.#db.exec(
      `COPY (SELECT ${cells.join(', ') || '*'} FROM ${from}) TO ${sqlString(file)}
       (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${GROUP_ROWS})`,
    );
  }

  async #setAside(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const file = path.join(this.#folder, `${this.#files.length}.parquet`);
    await this.#db.exec(`COPY rows TO ${sqlString(file)} (FORMAT parquet, COMPRESSION lz4)`);
    await this.#db.exec('DELETE FROM rows');
    await this.#db.exec('CHECKPOINT');
    this.#files.push(file);
    this.#inMemory = 0;
  }
}

function appendable(column: Column, start: number, end: number): AppendColumn {
  const { valid } = column;
  const n = end - start;
  if (column.type === 'numeric') {
    const values = column.values.slice(start, end);
    for (let i = 0; i < n; i++) if (valid[start + i] !== 1) values[i] = NaN;
    return values;
  }
  const codes = column.codes.slice(start, end);
  for (let i = 0; i < n; i++) if (valid[start + i] !== 1) codes[i] = NO_CODE;
  return codes;
}
