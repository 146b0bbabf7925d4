import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { throwIfAborted, UserError } from '../../../core/index.js';
import { Database, sqlName, sqlString } from '../../../duckdb/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { CdmTable } from '../cdm.js';
import { cdmTables, sqlType } from '../cdm.js';
import { conformance } from './conformance.js';
import { plausibility } from './plausibility.js';
import type { CheckQuery, OmopCheck } from './types.js';

/** Tables without which a folder is no CDM. */
const needed = ['person', 'observation_period', 'concept'];

/**
 * Runs the checks of OHDSI's Data Quality Dashboard that apply to a CDM 5.4 without its vocabularies, re-stated as SQL of our own, over a folder of
 * `<table>.parquet` or `<table>.csv` files (of any origin). Nothing may be violated; the share of records without a standard concept only informs.
 * @throws UserError `NO_CDM` when the folder holds no CDM.
 */
export async function checkOmop(folder: string, context: RunContext): Promise<readonly OmopCheck[]> {
  const files = new Map(
    cdmTables.flatMap(({ name }): [string, string][] => {
      const found = ['parquet', 'csv', 'csv.gz']
        .map((e) => path.join(folder, `${name}.${e}`))
        .find((f) => existsSync(f));
      return found === undefined ? [] : [[name, found]];
    }),
  );
  if (!needed.every((name) => files.has(name)))
    throw new UserError('NO_CDM', `There is no OMOP CDM in ${folder}.`, {
      expected: `${needed.join(', ')} (and more) as .parquet or .csv`,
      got: [...files.keys()].join(', ') || 'none of its tables',
      fix: 'give the folder that holds the tables',
    });
  const spill = await mkdtemp(path.join(tmpdir(), 'anamnesis-omop-'));
  const db = await Database.open({
    threads: context.pool.size,
    temporaryFolder: spill,
    signal: context.signal,
  });
  try {
    return await runChecks(db, files, context);
  } finally {
    db.close();
    await rm(spill, { recursive: true, force: true });
  }
}

async function runChecks(
  db: Database,
  files: ReadonlyMap<string, string>,
  context: RunContext,
): Promise<OmopCheck[]> {
  const found: OmopCheck[] = [];
  const tables: CdmTable[] = [];
  for (const table of cdmTables) {
    const file = files.get(table.name);
    found.push(fact('cdmTable', table.name, { column: null, violated: file === undefined }));
    if (file === undefined) continue;
    const present = await openTable(db, table, file);
    for (const { name } of table.columns)
      found.push(fact('cdmField', table.name, { column: name, violated: !present.has(name) }));
    tables.push(table);
  }
  const names = new Set(tables.map((t) => t.name));
  const queries = [
    ...tables.flatMap((t) => conformance(t, { raw: `raw_${t.name}`, typed: t.name }, names)),
    ...plausibility(tables),
  ];
  const passes = new Map<string, CheckQuery[]>();
  for (const query of queries) passes.set(query.from, [...(passes.get(query.from) ?? []), query]);
  const task = context.progress.task('Checking OMOP tables', passes.size);
  for (const [from, group] of passes) {
    throwIfAborted(context.signal);
    found.push(...(await run(db, from, group)));
    task.advance();
  }
  task.done();
  return found;
}

/** Registers `raw_<table>` (all text, every column of the CDM) and `<table>` (the CDM's types); gives the columns that the file has. */
async function openTable(db: Database, table: CdmTable, file: string): Promise<ReadonlySet<string>> {
  const relation = file.endsWith('.parquet')
    ? `read_parquet(${sqlString(file)})`
    : `read_csv(${sqlString(file)}, header = true, all_varchar = true)`;
  const present = new Set((await db.describe(`SELECT * FROM ${relation}`)).map((c) => c.name.toLowerCase()));
  const cells = table.columns.map(({ name }) =>
    present.has(name) ? `${sqlName(name)}::VARCHAR AS ${sqlName(name)}` : `NULL::VARCHAR AS ${sqlName(name)}`,
  );
  await db.exec(`CREATE VIEW raw_${table.name} AS SELECT ${cells.join(', ')} FROM ${relation}`);
  const typed = table.columns.map(
    (c) => `TRY_CAST(${sqlName(c.name)} AS ${sqlType(c)}) AS ${sqlName(c.name)}`,
  );
  await db.exec(`CREATE VIEW ${table.name} AS SELECT ${typed.join(', ')} FROM raw_${table.name}`);
  return present;
}

/** One pass over a relation for all its checks. */
async function run(db: Database, from: string, queries: readonly CheckQuery[]): Promise<OmopCheck[]> {
  const counts = queries.flatMap(({ where = 'TRUE', violated }, i) => [
    `count(*) FILTER (${where})::DOUBLE AS n${i}`,
    `count(*) FILTER ((${where}) AND (${violated}))::DOUBLE AS v${i}`,
  ]);
  const row = await db.one(`SELECT ${counts.join(', ')} FROM ${from}`);
  return queries.map(({ check, table, column, threshold = 0 }, i) => {
    const rows = Number(row[`n${i}`]);
    const violated = Number(row[`v${i}`]);
    const passed = threshold === null || violated <= threshold * rows;
    return { check, table, column, violated, rows, threshold, passed };
  });
}

function fact(
  check: string,
  table: string,
  { column, violated }: { readonly column: string | null; readonly violated: boolean },
): OmopCheck {
  return { check, table, column, violated: violated ? 1 : 0, rows: 1, threshold: 0, passed: !violated };
}
