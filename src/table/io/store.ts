import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { DataError } from '../../core/index.js';
import { Database, sqlName, sqlString } from '../../duckdb/index.js';
import { writeFileAtomic } from '../../runtime/index.js';
import type { ColumnSchema } from '../schema.js';
import { columnSchema, isNumericKind } from '../schema.js';
import type { Column } from '../table.js';
import { Table } from '../table.js';
import type { CellSource } from './cells.js';
import { categoricalColumn, readNumbers, readTexts } from './cells.js';
import { writeParquet } from './parquet.js';

const dataName = 'table.parquet';
const schemaName = 'schema.json';

const storedSchema = z.strictObject({
  format: z.literal('anamnesis.table/1'),
  rows: z.int().min(0),
  columns: z.array(columnSchema),
});

/**
 * Writes a table into an existing folder: `table.parquet` (numbers as DOUBLE, categories as text) and `schema.json`. Equal tables
 * give equal bytes.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function saveTable(folder: string, table: Table): Promise<void> {
  await writeParquet(path.join(folder, dataName), table);
  const schema = { format: 'anamnesis.table/1', rows: table.rows, columns: table.schema };
  await writeFileAtomic(path.join(folder, schemaName), `${JSON.stringify(schema, null, 1)}\n`);
}

/**
 * Reads what {@link saveTable} wrote: the same schema, the same cells.
 * @throws DataError `BAD_TABLE` when files are absent, damaged or do not fit each other.
 */
export async function loadTable(folder: string): Promise<Table> {
  const text = await readFile(path.join(folder, schemaName), 'utf8').catch((cause: unknown) => {
    throw badTable(folder, `${schemaName} cannot be read`, cause);
  });
  const { rows, columns } = parseSchema(folder, text);
  const db = await Database.open({ threads: 1 });
  try {
    const file = `read_parquet(${sqlString(path.join(folder, dataName))}, file_row_number = true)`;
    const found = (await db.describe(`SELECT * EXCLUDE (file_row_number) FROM ${file}`)).map((c) => c.name);
    if (found.join('\0') !== columns.map((c) => c.name).join('\0'))
      throw badTable(folder, `${dataName} and ${schemaName} list different columns`);
    const { n } = await db.one(`SELECT count(*) AS n FROM ${file}`);
    if (Number(n) !== rows) throw badTable(folder, `${dataName} has ${String(n)} rows, not ${rows}`);
    const read = [];
    for (const schema of columns) {
      const source = { from: file, cell: sqlName(schema.name), order: 'file_row_number', rows };
      read.push(await loadColumn(db, schema, source));
    }
    return new Table(rows, read);
  } finally {
    db.close();
  }
}

async function loadColumn(db: Database, schema: ColumnSchema, source: CellSource): Promise<Column> {
  if (isNumericKind(schema.kind)) {
    const numbers = await readNumbers(db, source);
    return { type: 'numeric', schema, values: numbers.values, valid: numbers.valid };
  }
  const texts = await readTexts(db, source);
  const categories = schema.categories ?? [...texts.texts].sort();
  // a stored column keeps the categories that it was stored with, so there is none to be made missing
  const { column } = categoricalColumn({ ...schema, categories }, texts);
  return column;
}

function parseSchema(folder: string, text: string): z.infer<typeof storedSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badTable(folder, `${schemaName} is not JSON`, cause);
  }
  const parsed = storedSchema.safeParse(json);
  if (!parsed.success) throw badTable(folder, `${schemaName} does not have the expected form`, parsed.error);
  return parsed.data;
}

function badTable(folder: string, got: string, cause?: unknown): DataError {
  return new DataError('BAD_TABLE', `The table in ${folder} cannot be read.`, {
    expected: `${dataName} and ${schemaName} as Anamnesis wrote them`,
    got,
    fix: 'remove the folder and run the command again',
    cause,
  });
}
