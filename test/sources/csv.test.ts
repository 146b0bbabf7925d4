import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/duckdb/index.js';
import { findCsv, openCsv, readingCsv, requireCsv } from '../../src/sources/csv.js';

const layout = { columns: { id: 'BIGINT', at: 'TIMESTAMP', note: 'VARCHAR' }, optional: { extra: 'DOUBLE' } };
let dir: string;
let db: Database;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'csv-'));
  db = await Database.open({ threads: 1 });
});
afterAll(async () => {
  db.close();
  await rm(dir, { recursive: true });
});

describe('openCsv', () => {
  it('reads any column order, quotes, line breaks in cells, a byte-order mark and both ways to write a time', async () => {
    const text = `\uFEFF"note",unknown,at,"id"\r\n"a, ""b""\nc",x,2150-01-02 03:04:05,1\r\n,y,1/2/2150 3:04,2\r\n"",z,1/2/2150,3\r\nq,,soon,4\r\n`;
    await writeFile(path.join(dir, 'good.csv.gz'), gzipSync(text));
    const table = await requireCsv(dir, 'good', layout);
    const rows = await readingCsv([table], () =>
      db.rows(
        `SELECT id::INTEGER AS id, "at"::VARCHAR AS "at", note, extra FROM ${table.relation} ORDER BY 1`,
      ),
    );
    expect(rows).toEqual([
      { id: 1, at: '2150-01-02 03:04:05', note: 'a, "b"\nc', extra: null },
      { id: 2, at: '2150-01-02 03:04:00', note: null, extra: null },
      { id: 3, at: '2150-01-02 00:00:00', note: null, extra: null },
      { id: 4, at: null, note: 'q', extra: null },
    ]);
  });

  it('names every missing column and what the header has', async () => {
    await writeFile(path.join(dir, 'short.csv'), 'id,when\n1,2\n');
    await expect(openCsv(dir, 'short', layout)).rejects.toThrow(/'at', the column 'note'[^]*got: +id, when/);
  });

  it('an absent table is undefined, and an error where it is required', async () => {
    expect(await openCsv(dir, 'nothing', layout)).toBeUndefined();
    expect(findCsv(dir, 'good')).toBe(path.join(dir, 'good.csv.gz'));
    await expect(requireCsv(dir, 'nothing', layout)).rejects.toMatchObject({ code: 'NO_FILE' });
  });

  it('an empty file lacks its columns; a .gz that is none is broken', async () => {
    await writeFile(path.join(dir, 'empty.csv'), '');
    await expect(openCsv(dir, 'empty', layout)).rejects.toMatchObject({ code: 'NO_COLUMN' });
    await writeFile(path.join(dir, 'plain.csv.gz'), 'id,at,note\n');
    await expect(openCsv(dir, 'plain', layout)).rejects.toMatchObject({ code: 'BROKEN_FILE' });
  });
});

describe('readingCsv', () => {
  it('finds a gzip file that ends too early, which DuckDB alone takes for complete', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `${i},2150-01-01,n${(i * 7919) % 50_021}`);
    const whole = gzipSync(`id,at,note\n${lines.join('\n')}\n`);
    await writeFile(path.join(dir, 'cut.csv.gz'), whole.subarray(0, whole.length - 5));
    const table = await requireCsv(dir, 'cut', layout);
    const count = `SELECT count(*) AS n FROM ${table.relation}`;
    await expect(db.rows(count)).resolves.toHaveLength(1);
    await expect(readingCsv([table], () => db.rows(count))).rejects.toMatchObject({ code: 'BROKEN_FILE' });
  });

  it('names file, column and line of a value that does not fit, and never the value', async () => {
    await writeFile(path.join(dir, 'bad.csv'), 'id,at,note\n1,2150-01-01,a\nSECRET,2150-01-01,b\n');
    const table = await requireCsv(dir, 'bad', layout);
    const error: unknown = await readingCsv([table], () =>
      db.rows(`SELECT sum(id) AS s FROM ${table.relation}`),
    ).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'BAD_CSV', expected: 'values of type BIGINT' });
    expect(String(error)).toMatch(/bad\.csv cannot be read \(column 'id', line 3\)/);
    expect(String(error)).not.toMatch(/SECRET/);
  });

  it('leaves other errors as they are', async () => {
    const table = await requireCsv(dir, 'good', layout);
    await expect(readingCsv([table], () => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });
});
