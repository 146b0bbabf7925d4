import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AnamnesisError } from '../../../src/core/index.js';
import { Database } from '../../../src/duckdb/index.js';
import type { Cell, Table, TableFile, TableFileOptions } from '../../../src/table/index.js';
import { cellOf, compileTableFile, parseTableSchema, readTable } from '../../../src/table/index.js';

let work: string;
let db: Database;
beforeAll(async () => {
  work = await mkdtemp(path.join(tmpdir(), 'table-io-'));
  db = await Database.open({ threads: 1 });
});
afterAll(async () => {
  db.close();
  await rm(work, { recursive: true });
});

async function read(
  text: string | Uint8Array,
  options: TableFileOptions = {},
  name = 'file.csv',
): Promise<TableFile> {
  const file = path.join(work, name);
  await writeFile(file, text);
  return readTable(db, file, compileTableFile(options));
}

/** A one-column file; an empty cell is written as "". */
async function readColumn(cells: readonly string[], options: TableFileOptions = {}): Promise<Table> {
  const lines = cells.map((cell) => `${cell === '' ? '""' : cell},1`);
  return (await read(`x,y\n${lines.join('\n')}\n`, options)).table;
}

function cells(table: Table, name = 'x'): Cell[] {
  return Array.from({ length: table.rows }, (_, row) => cellOf(table.column(name), row));
}

async function codeOf(attempt: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AnamnesisError)) throw new Error('nothing of ours was thrown');
  return { code: error.code, message: error.message };
}

describe('readTable infers', () => {
  it.each([
    ['whole numbers from 0 as counts', ['0', '3', '12', '7'], { kind: 'count', decimals: 0 }],
    ['negative whole numbers as continuous', ['-1', '3', '12'], { kind: 'continuous', decimals: 0 }],
    ['decimals as continuous, with their number', ['1.5', '2.25', '3'], { kind: 'continuous', decimals: 2 }],
    ['long decimals as continuous, without', ['1.123456789', '2.5', '3'], { kind: 'continuous' }],
    ['exponents as numbers', ['1e3', '2E-1', '5'], { kind: 'continuous' }],
    [
      'two texts as binary, no before yes',
      ['Yes', 'No', 'Yes'],
      { kind: 'binary', categories: ['No', 'Yes'] },
    ],
    ['two numbers as binary', ['1', '0', '1'], { kind: 'binary', categories: ['0', '1'] }],
    ['other pairs by code unit', ['f', 'm', 'f'], { kind: 'binary', categories: ['f', 'm'] }],
    ['texts as categories', ['b', 'a', 'c'], { kind: 'categorical', categories: ['a', 'b', 'c'] }],
    ['leading zeros as codes', ['007', '0815', 'x'], { kind: 'categorical' }],
    [
      'intervals as ordinal, by their bounds',
      ['[70-80)', '[0-10)', '[10-20)', '[100-110)'],
      { kind: 'ordinal', categories: ['[0-10)', '[10-20)', '[70-80)', '[100-110)'] },
    ],
    [
      'open intervals',
      ['>=90', '18-64', '<18', '65-89'],
      { kind: 'ordinal', categories: ['<18', '18-64', '65-89', '>=90'] },
    ],
    [
      'ages with a plus',
      ['90+', '18–64', '65–89'],
      { kind: 'ordinal', categories: ['18–64', '65–89', '90+'] },
    ],
    ['<30 beside NO as categories', ['<30', 'NO', '>30'], { kind: 'categorical' }],
  ])('%s', async (_, column, expected) => {
    expect((await readColumn(column)).column('x').schema).toMatchObject({
      name: 'x',
      role: 'feature',
      ...expected,
    });
  });

  it('identifiers by name and uniqueness: keys where unique, code lists elsewhere', async () => {
    const { table } = await read('stay_id,type_id,name\n1,3,a\n2,4,b\n3,5,c\n4,3,a\n');
    expect(table.column('stay_id').schema).toMatchObject({ role: 'key', kind: 'count' });
    expect(table.column('type_id').schema).toMatchObject({ role: 'feature', kind: 'categorical' });
  });

  it('missing values by the usual texts, trimmed, and keeps None', async () => {
    const table = await readColumn(['1', '', 'NA', ' ? ', 'NaN', 'nan', 'null', '2.5', '3']);
    expect(cells(table)).toEqual([1, null, null, null, null, null, null, 2.5, 3]);
    expect(table.column('x').schema).toMatchObject({ kind: 'continuous', missing: true });
    expect(cells(await readColumn(['None', 'a', 'b']))).toEqual(['None', 'a', 'b']);
  });

  it('counts what is missing, and says where a kind comes from', async () => {
    const { report } = await read('x,z\n1,a\n,b\n3,c\n', { columns: { z: { kind: 'ordinal' } } });
    expect(report).toEqual([
      { name: 'x', kind: 'binary', role: 'feature', missing: 1, from: 'file' },
      { name: 'z', kind: 'ordinal', role: 'feature', missing: 0, from: 'schema' },
    ]);
  });
});

describe('readTable reads', () => {
  it('a byte-order mark, quotes, semicolons and gzip', async () => {
    const { table } = await read('\uFEFFname;n\n"a; b";1\n"say ""hi""";2\nc;3\n');
    expect(cells(table, 'name')).toEqual(['a; b', 'say "hi"', 'c']);
    const zipped = await read(gzipSync('x,y\n1,a\n5,b\n9,c\n'), {}, 'zipped.csv.gz');
    expect(cells(zipped.table)).toEqual([1, 5, 9]);
  });

  it('Parquet: numbers, NaN as missing, texts, booleans', async () => {
    const file = path.join(work, 'x.parquet');
    await db.exec(
      `COPY (SELECT * FROM (VALUES (1.5::DOUBLE, 'a', TRUE), ('nan'::DOUBLE, 'b', FALSE), (2.25, 'c', NULL), (7, 'c', NULL)) v(x, t, b)) TO '${file}'`,
    );
    const { table } = await readTable(db, file, compileTableFile());
    expect(cells(table)).toEqual([1.5, null, 2.25, 7]);
    expect(cells(table, 't')).toEqual(['a', 'b', 'c', 'c']);
    expect(table.column('b').schema.categories).toEqual(['false', 'true']);
  });

  it('what the schema says: kind, order, missing texts, unit, role, dropped columns', async () => {
    const { table } = await read('a,b,c\nhigh,1,u\nlow,2,v\nnone,3,w\n', {
      columns: {
        a: { kind: 'ordinal', categories: ['low', 'high'], missing: ['none'], description: 'level' },
        b: { kind: 'continuous', unit: 'mg/dL', role: 'anchor' },
      },
      drop: ['c'],
    });
    expect(table.schema).toEqual([
      {
        name: 'a',
        kind: 'ordinal',
        role: 'feature',
        missing: true,
        categories: ['low', 'high'],
        description: 'level',
      },
      { name: 'b', kind: 'continuous', role: 'anchor', missing: false, unit: 'mg/dL', decimals: 0 },
    ]);
  });

  it('dates as days since an origin, where told', async () => {
    const table = await readColumn(['2000-01-01', '2000-01-31 12:00:00', '1999-12-31'], {
      columns: { x: { daysSince: '2000-01-01' } },
    });
    expect(cells(table)).toEqual([0, 30.5, -1]);
    expect(table.column('x').schema).toMatchObject({
      kind: 'continuous',
      unit: 'd',
      description: 'days since 2000-01-01',
    });
  });
});

describe('readTable refuses, without quoting a cell', () => {
  const texts = Array.from({ length: 60 }, (_, i) => `SECRET ${i}`);
  interface Case {
    readonly what: string;
    readonly column: readonly string[];
    readonly x?: NonNullable<TableFileOptions['columns']>[string];
    readonly code: string;
    readonly words: string;
  }
  const cases: readonly Case[] = [
    {
      what: 'infinities',
      column: ['1', 'inf', '3'],
      code: 'INFINITE_VALUES',
      words: "Column 'x' has 1 infinite",
    },
    {
      what: 'dates',
      column: ['2000-01-01', '2000-01-02', '2000-01-03'],
      code: 'DATE_COLUMN',
      words: 'columns.x.daysSince',
    },
    { what: 'free text', column: texts, code: 'FREE_TEXT', words: "Column 'x' has 60 different texts" },
    {
      what: 'texts among numbers',
      column: ['1', 'SECRET', '3'],
      x: { kind: 'count' },
      code: 'NOT_A_NUMBER',
      words: '1 cells',
    },
    {
      what: 'a category that is not listed',
      column: ['a', 'SECRET'],
      x: { categories: ['a', 'b'] },
      code: 'BAD_CELL',
      words: '1 cells',
    },
    {
      what: 'what is no date',
      column: ['2000-01-01', 'SECRET'],
      x: { daysSince: '2000-01-01' },
      code: 'NOT_A_DATE',
      words: '1 cells',
    },
  ];
  it.each(cases)('$what', async ({ column, x, code, words }) => {
    const error = await codeOf(readColumn(column, x === undefined ? {} : { columns: { x } }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain('SECRET');
  });

  it('a schema for columns that the file lacks', async () => {
    const error = await codeOf(
      read('weight,b\n1,2\n', { columns: { wieght: { kind: 'count' } }, drop: ['zzz'] }),
    );
    expect(error.code).toBe('BAD_SCHEMA');
    expect(error.message).toContain("'wieght' (did you mean 'weight'?), 'zzz'");
  });

  it('a truncated gzip file, and a file without rows', async () => {
    const whole = gzipSync(`x,y\n${Array.from({ length: 9000 }, (_, i) => `${i},${i * 7919}`).join('\n')}\n`);
    expect((await codeOf(read(whole.subarray(0, 9000), {}, 'cut.csv.gz'))).code).toBe('BROKEN_FILE');
    expect((await codeOf(read('x,y\n'))).code).toBe('NO_ROWS');
  });
});

describe('schema files', () => {
  it('are read from YAML', () => {
    expect(parseTableSchema('columns: { x: { kind: count } }\ndrop: [y]\n', 's.yaml')).toMatchObject({
      columns: { x: { kind: 'count' } },
      drop: ['y'],
    });
    expect(parseTableSchema('', 's.yaml').drop).toEqual([]);
  });

  it('report every problem with its line', async () => {
    const attempt = Promise.resolve().then(() =>
      parseTableSchema('columns:\n  x: { kind: counts }\n  y: { dayssince: 2000 }\ndrops: []\n', 's.yaml'),
    );
    const { code, message } = await codeOf(attempt);
    expect(code).toBe('BAD_SCHEMA');
    expect(message).toContain(
      "line 2, columns.x.kind: expected one of continuous, count, ordinal, categorical, binary, got 'counts'; did you mean 'count'?",
    );
    expect(message).toContain(
      "line 3, columns.y.dayssince: expected one of kind, role, unit, decimals, categories, bounds, edges, domain, missing, daysSince, description, got unknown key 'dayssince'; did you mean 'daysSince'?",
    );
    expect(message).toContain(
      "line 4, drops: expected one of missing, columns, drop, got unknown key 'drops'; did you mean 'drop'?",
    );
  });

  it('are also taken as options', () => {
    expect(() => compileTableFile({ drop: 'x' as unknown as string[] })).toThrow(
      /drop: expected a list, got 'x'/,
    );
  });
});

describe('column names', () => {
  it('that are also names inside the queries do no harm', async () => {
    const { table } = await read('x,v,k,n\n1.5,a,3,1\n2.5,b,4,2\n4.5,c,9,3\n');
    expect(['x', 'v', 'k', 'n'].map((name) => cells(table, name))).toEqual([
      [1.5, 2.5, 4.5],
      ['a', 'b', 'c'],
      [3, 4, 9],
      [1, 2, 3],
    ]);
  });
});

describe('declared domains', () => {
  it('move numbers into the bounds and make unknown categories missing, and count both', async () => {
    const { table, report } = await read('x,y\n-5,a\n3,b\n,z\n99,z\n', {
      columns: {
        x: { kind: 'count', bounds: [0, 10], domain: 'declared' },
        y: { kind: 'categorical', categories: ['a', 'b'], domain: 'declared' },
      },
    });
    expect(cells(table)).toEqual([0, 3, null, 10]);
    expect(cells(table, 'y')).toEqual(['a', 'b', null, null]);
    expect(report.map((r) => [r.missing, r.outside])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(table.schema.every((s) => s.missing)).toBe(true);
  });

  it('are needed for that: elsewhere an unknown category is an error', async () => {
    const { code, message } = await codeOf(
      read('x,y\n1,a\n2,b\n3,secret\n', { columns: { y: { kind: 'categorical', categories: ['a', 'b'] } } }),
    );
    expect(code).toBe('BAD_CELL');
    expect(message).not.toContain('secret');
  });
});

describe('cells that are awkward', () => {
  it('take a UTF-8 byte order mark and columns named like those inside', async () => {
    const { table } = await read('\uFEFFname,rowid,c0,c1,code,v\né,9,8,7,k,u\ny,6,5,4,k,w\nz,1,2,3,l,w\n');
    expect(table.schema.map((s) => s.name)).toEqual(['name', 'rowid', 'c0', 'c1', 'code', 'v']);
    expect(['name', 'rowid', 'c0', 'code', 'v'].map((name) => cells(table, name))).toEqual([
      ['é', 'y', 'z'],
      [9, 6, 1],
      [8, 5, 2],
      ['k', 'k', 'l'],
      ['u', 'w', 'w'],
    ]);
  });

  it('keep the order of 50,000 rows with as many texts, on several threads', async () => {
    const many = await Database.open({ threads: 4 });
    try {
      const file = path.join(work, 'many.csv');
      const texts = Array.from({ length: 50_000 }, (_, i) => `t${(i * 7919) % 50_000}`);
      await writeFile(file, `x,y\n${texts.map((t, i) => `${i},${t}`).join('\n')}\n`);
      const schema = compileTableFile({ columns: { y: { kind: 'categorical' } } });
      const { table } = await readTable(many, file, schema);
      expect(cells(table, 'y')).toEqual(texts);
      expect(cells(table)).toEqual(texts.map((_, i) => i));
    } finally {
      many.close();
    }
  });
});
