import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell, ColumnSchema } from '../../../src/table/index.js';
import {
  cellOf,
  csvChunks,
  loadTable,
  saveTable,
  Table,
  tableFromRows,
  writeCsv,
  writeParquet,
} from '../../../src/table/index.js';

let work: string;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'table-store-'));
});
afterAll(async () => {
  await rm(work, { recursive: true });
});

const schemas: readonly ColumnSchema[] = [
  { name: 'id', kind: 'count', role: 'key', missing: false, decimals: 0 },
  { name: 'level', kind: 'continuous', role: 'feature', missing: true, decimals: 2, unit: 'mg/dL' },
  { name: 'a "b", c', kind: 'categorical', role: 'anchor', missing: true },
  { name: 'died', kind: 'binary', role: 'label', missing: true, categories: ['no', 'yes'] },
];

const rows = fc.array(
  fc.record({
    id: fc.nat(),
    level: fc.option(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (Object.is(x, -0) ? 0 : x)),
    ),
    'a "b", c': fc.option(fc.string({ unit: 'grapheme' })),
    died: fc.option(fc.constantFrom('no', 'yes')),
  }),
);

function allCells(table: Table): Cell[][] {
  return table.columns.map((column) => Array.from({ length: table.rows }, (_, row) => cellOf(column, row)));
}

describe('saveTable and loadTable', () => {
  it('give back the same schema and the same cells, whatever the texts and numbers', async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(rows, async (records) => {
        const table = tableFromRows(schemas, records);
        const folder = await mkdtemp(path.join(work, `round-${n++}-`));
        await saveTable(folder, table);
        const loaded = await loadTable(folder);
        expect(loaded.schema).toEqual(table.schema);
        expect(allCells(loaded)).toEqual(allCells(table));
      }),
      { numRuns: 25 },
    );
  });

  it('keep a table of one column with missing cells, and one without rows', async () => {
    const one = tableFromRows([schemas[1]!], [{ level: 1 }, { level: null }, { level: 2 }, {}]);
    const folder = await mkdtemp(path.join(work, 'one-'));
    await saveTable(folder, one);
    expect(allCells(await loadTable(folder))).toEqual([[1, null, 2, null]]);
    const empty = await mkdtemp(path.join(work, 'empty-'));
    await saveTable(empty, tableFromRows(schemas, []));
    expect((await loadTable(empty)).rows).toBe(0);
  });

  it('write equal bytes for equal tables', async () => {
    const records = Array.from({ length: 5000 }, (_, i) => ({
      id: i,
      level: i % 7 === 0 ? null : i / 3,
      'a "b", c': `k${i % 11}`,
      died: i % 2 === 0 ? 'no' : 'yes',
    }));
    const bytes = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const folder = await mkdtemp(path.join(work, `same-${name}-`));
        await saveTable(folder, tableFromRows(schemas, records));
        return Promise.all(['table.parquet', 'schema.json'].map((file) => readFile(path.join(folder, file))));
      }),
    );
    expect(bytes[0]).toEqual(bytes[1]);
  });

  it('refuse a folder that is not whole', async () => {
    const folder = await mkdtemp(path.join(work, 'half-'));
    await expect(loadTable(folder)).rejects.toMatchObject({ code: 'BAD_TABLE' });
    await saveTable(folder, tableFromRows(schemas, [{ id: 1, level: 2 }]));
    const schema = await readFile(path.join(folder, 'schema.json'), 'utf8');
    await writeFile(path.join(folder, 'schema.json'), schema.replace('"rows": 1', '"rows": 2'));
    await expect(loadTable(folder)).rejects.toMatchObject({ code: 'BAD_TABLE' });
    await writeFile(path.join(folder, 'schema.json'), schema.replace('"level"', '"other"'));
    await expect(loadTable(folder)).rejects.toMatchObject({ code: 'BAD_TABLE' });
    await writeFile(path.join(folder, 'schema.json'), '{');
    await expect(loadTable(folder)).rejects.toMatchObject({ code: 'BAD_TABLE' });
  });
});

describe('writeCsv', () => {
  const table = tableFromRows(schemas, [
    { id: 1, level: 7.3, 'a "b", c': 'x, "y"', died: 'no' },
    { id: 2, level: 12, 'a "b", c': '' },
    { id: 3, level: 0.1 + 0.2, 'a "b", c': ' z', died: 'yes' },
  ]);

  it('writes whole numbers without decimals, missing as nothing, and quotes what needs it', () => {
    expect([...csvChunks(table)].join('')).toBe(
      'id,level,"a ""b"", c",died\n1,7.3,"x, ""y""",no\n2,12,"",\n3,0.30000000000000004," z",yes\n',
    );
  });

  it('says what to do where it may not write, and leaves nothing behind', async () => {
    const file = path.join(work, 'file');
    await writeFile(file, '');
    await expect(writeCsv(path.join(file, 'x.csv'), table)).rejects.toMatchObject({ kind: 'user' });
    await expect(writeParquet(path.join(file, 'x.parquet'), table)).rejects.toMatchObject({ kind: 'user' });
  });
});
