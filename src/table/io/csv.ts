import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { ColumnSchema } from '../schema.js';
import type { Column, Table } from '../table.js';
import type { Blocks } from './atomic.js';
import { atomically } from './atomic.js';

const rowsPerChunk = 4096;

/**
 * The table as CSV (RFC 4180, UTF-8, LF, header), in chunks of rows. Missing is an empty cell; an empty category is quoted. Numbers
 * are written with the fewest digits that read back the same.
 */
export function* csvChunks(table: Table): Generator<string> {
  yield headerLine(table.schema);
  yield* rowChunks(table);
}

/**
 * Writes a table as CSV; the file appears complete or not at all.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeCsv(file: string, table: Table): Promise<void> {
  await writeCsvBlocks(file, table.schema, [table]);
}

/**
 * Writes blocks of rows as one CSV, as fast as they are taken and no faster, and returns the number of rows. A file appears complete or
 * not at all. A stream (standard output) stays open; when its reader has seen enough and closes it, writing stops without an error.
 * @throws UserError `WRITE_*` when the folder cannot be written or the disk is full.
 */
export async function writeCsvBlocks(
  target: string | Writable,
  schema: readonly ColumnSchema[],
  blocks: Blocks,
): Promise<number> {
  if (typeof target !== 'string') return writeTo(streamSink(target), schema, blocks);
  return atomically(target, async (temporary) => {
    const handle = await open(temporary, 'w');
    try {
      const write = async (text: string): Promise<boolean> => {
        await handle.writeFile(text);
        return true;
      };
      const rows = await writeTo(write, schema, blocks);
      await handle.sync();
      return rows;
    } finally {
      await handle.close();
    }
  });
}

/** Takes a text; false when nobody wants more. */
type Sink = (text: string) => Promise<boolean>;

async function writeTo(write: Sink, schema: readonly ColumnSchema[], blocks: Blocks): Promise<number> {
  let rows = 0;
  if (!(await write(headerLine(schema)))) return rows;
  for await (const block of blocks) {
    for (const lines of rowChunks(block)) if (!(await write(lines))) return rows;
    rows += block.rows;
  }
  return rows;
}

/** What a stream says of a write when its reader has gone. */
const readerGone = new Set<unknown>(['EPIPE', 'ERR_STREAM_DESTROYED']);

/** Writes to a stream and waits where its buffer is full. */
function streamSink(stream: Writable): Sink {
  stream.on('error', () => undefined); // the callback of a write hears of it; without a listener the event would end the process
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error === undefined || error === null) resolve(true);
        else if ('code' in error && readerGone.has(error.code)) resolve(false);
        else reject(error);
      });
    });
}

function headerLine(schema: readonly ColumnSchema[]): string {
  return `${schema.map((s) => quote(s.name)).join(',')}\n`;
}

function* rowChunks(table: Table): Generator<string> {
  const cells = table.columns.map(cellWriter);
  for (let start = 0; start < table.rows; start += rowsPerChunk) {
    const end = Math.min(table.rows, start + rowsPerChunk);
    let text = '';
    for (let row = start; row < end; row++) {
      for (let c = 0; c < cells.length; c++) text += c === 0 ? cells[c]!(row) : `,${cells[c]!(row)}`;
      text += '\n';
    }
    yield text;
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
