import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database, sqlString } from '../../../src/duckdb/index.js';
import type { ColumnSchema } from '../../../src/table/index.js';
import {
  columnFromCells,
  csvChunks,
  Table,
  writeCsv,
  writeCsvBlocks,
  writeParquet,
  writeParquetBlocks,
} from '../../../src/table/index.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'table-blocks-'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

const schema: readonly ColumnSchema[] = [
  { name: 'x', kind: 'continuous', role: 'feature', missing: true },
  { name: "it's", kind: 'categorical', role: 'feature', missing: true, categories: ['', 'a,b', 'é "q"'] },
];
const ROWS = 130_000;
const whole = new Table(ROWS, [
  columnFromCells(
    schema[0]!,
    Array.from({ length: ROWS }, (_, i) => (i % 11 === 0 ? null : i / 8)),
  ),
  columnFromCells(
    schema[1]!,
    Array.from({ length: ROWS }, (_, i) => (i % 7 === 0 ? null : schema[1]!.categories![i % 3]!)),
  ),
]);

async function* cut(size: number, stopAt = Infinity): AsyncGenerator<Table> {
  for (let start = 0; start < ROWS; start += size) {
    await Promise.resolve();
    if (start >= stopAt) throw new Error('the source fails');
    yield whole.take(Uint32Array.from({ length: Math.min(size, ROWS - start) }, (_, i) => start + i));
  }
}

describe('writeParquetBlocks', () => {
  it('writes the cells, and equal bytes however the rows are cut', async () => {
    const files = ['whole', 'small', 'large'].map((name) => path.join(work, `${name}.parquet`));
    await writeParquet(files[0]!, whole);
    expect(await writeParquetBlocks(files[1]!, schema, cut(4096))).toBe(ROWS);
    await writeParquetBlocks(files[2]!, schema, cut(125_000));
    const [first, ...others] = await Promise.all(files.map((file) => readFile(file)));
    for (const other of others) expect(other.equals(first!)).toBe(true);
    const db = await Database.open({ threads: 1 });
    try {
      const [x, text] = await db.columns(
        `SELECT COLUMNS(c -> c <> 'file_row_number') FROM read_parquet(${sqlString(files[1]!)}, file_row_number = true)
         ORDER BY file_row_number`,
      );
      const cells = (name: string): unknown[] => Array.from({ length: ROWS }, (_, i) => whole.cell(name, i));
      expect(x!.cells).toEqual(cells('x'));
      expect(text!.cells).toEqual(cells("it's"));
    } finally {
      db.close();
    }
  });

  it('writes a file without rows', async () => {
    const file = path.join(work, 'none.parquet');
    expect(await writeParquetBlocks(file, schema, [])).toBe(0);
    expect((await readFile(file)).length).toBeGreaterThan(0);
  });

  it('leaves nothing behind when the source fails', async () => {
    const folder = await mkdtemp(path.join(work, 'fails-'));
    const file = path.join(folder, 'x.parquet');
    await expect(writeParquetBlocks(file, schema, cut(4096, 126_000))).rejects.toThrow('the source fails');
    await expect(writeCsvBlocks(path.join(folder, 'x.csv'), schema, cut(4096, 9000))).rejects.toThrow();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('writeCsvBlocks', () => {
  it('writes what writeCsv writes, into a file or a stream that it leaves open', async () => {
    const file = path.join(work, 'x.csv');
    const wanted = [...csvChunks(whole)].join('');
    await writeCsvBlocks(file, schema, cut(5000));
    expect(await readFile(file, 'utf8')).toBe(wanted);
    await writeCsv(file, whole);
    expect(await readFile(file, 'utf8')).toBe(wanted);
    const stream = new PassThrough();
    const read = (async (): Promise<string> => {
      let text = '';
      for await (const chunk of stream) text += String(chunk);
      return text;
    })();
    expect(await writeCsvBlocks(stream, schema, cut(5000))).toBe(ROWS);
    expect(stream.writable).toBe(true);
    stream.end();
    expect(await read).toBe(wanted);
  });

  it('asks for no further block while its reader is busy', async () => {
    let waiting = 0;
    let most = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write: (_, __, done) => {
        most = Math.max(most, ++waiting);
        setTimeout(() => {
          waiting--;
          done();
        }, 1);
      },
    });
    let asked = 0;
    const counted = async function* (): AsyncGenerator<Table> {
      for await (const block of cut(10_000)) {
        asked++;
        expect(slow.writableLength).toBe(0);
        yield block;
      }
    };
    await writeCsvBlocks(slow, schema, counted());
    expect([asked, most]).toEqual([13, 1]);
  });

  it('stops without an error when the reader of a pipe has seen enough', async () => {
    let taken = 0;
    const closed = new Writable({
      write: (_, __, done) => {
        done(++taken > 3 ? Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }) : null);
      },
    });
    expect(await writeCsvBlocks(closed, schema, cut(4096))).toBe(8192);
    const broken = new Writable({
      write: (_, __, done) => {
        done(new Error('broken'));
      },
    });
    await expect(writeCsvBlocks(broken, schema, cut(4096))).rejects.toThrow('broken');
  });
});
