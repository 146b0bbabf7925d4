import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { explainWriteError } from '../../runtime/index.js';
import type { Column, Table } from '../table.js';

const rowsPerChunk = 4096;

/**
 * The table as CSV (RFC 4180, UTF-8, LF, header), in chunks of rows. Missing is an empty cell; an empty category is quoted. Numbers
 * are written with the fewest digits that read back the same.
 */
export function* csvChunks(table: Table): Generator<string> {
  yield `${table.columns.map((c) => quote(c.schema.name)).join(',')}\n`;
  const cells = table.columns.map(cellWriter);
  for (let start = 0; start < table.rows; start += rowsPerChunk) {
    const end = Math.min(table.rows, start + rowsPerChunk);
    const lines: string[] = [];
    for (let row = start; row < end; row++) lines.push(cells.map((cell) => cell(row)).join(','));
    yield `${lines.join('\n')}\n`;
  }
}

/**
 * Writes a table as CSV; the file appears complete or not at all.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeCsv(file: string, table: Table): Promise<void> {
  const temporary = `${file}.tmp-${process.pid}`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const handle = await open(temporary, 'w');
    try {
      for (const chunk of csvChunks(table)) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw explainWriteError(error, file);
  }
}

function cellWriter(column: Column): (row: number) => string {
  const { valid } = column;
  if (column.type === 'numeric') {
    const { values } = column;
    return (row) => (valid[row] === 1 ? String(values[row]!) : '');
  }
  const texts = column.schema.categories.map(quote);
  const { codes } = column;
  return (row) => (valid[row] === 1 ? texts[codes[row]!]! : '');
}

function quote(text: string): string {
  return text === '' || /[",\n\r]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
