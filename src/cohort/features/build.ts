import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DataError, Rng, throwIfAborted } from '../../core/index.js';
import type { ResultColumn } from '../../duckdb/index.js';
import { Database, sqlName, sqlString } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Cell, Column } from '../../table/index.js';
import { Table } from '../../table/index.js';
import { splitRows } from '../split/split.js';
import type { SplitRows } from '../split/split.js';
import type { CohortStore } from '../store/open.js';
import { baseTableSql, codeTableSql, diagnosisSql, matchedSql, numbersSql, textsSql } from './event-sql.js';
import { finishColumn } from './finish.js';
import { nextAdmissionSql } from './label-sql.js';
import { finishTasks } from './labels.js';
import type { LabelFacts } from './labels.js';
import type { CompiledBlueprint, PlannedColumn } from './plan.js';
import type { CohortStep, Task } from './task.js';

/** A feature table with what a reader has to know of how it came about. */
export interface FeatureTable {
  /** Keys `subject_id` and `encounter_id`, anchors, features, labels; rows sorted by patient, start and encounter. */
  readonly table: Table;
  readonly tasks: readonly Task[];
  /** Rows of train and test patients. Categories and classes were chosen on train rows only. */
  readonly split: SplitRows;
  readonly facts: FeatureFacts;
}

/** Counts for the report; no patient's value. */
export interface FeatureFacts {
  /** Who was left after each rule of the cohort. */
  readonly steps: readonly CohortStep[];
  readonly labels: readonly LabelFacts[];
}

export interface BuildFeaturesOptions {
  /** Memory that queries may take before they spill, in MiB. Default 1024. */
  readonly memoryLimitMiB?: number;
  /** Folder that queries may spill into; it is made when needed and removed afterwards. Default: one in the system's. */
  readonly temporaryFolder?: string;
}

/** Result columns that are fetched at a time. */
const columnsPerFetch = 16;

/**
 * Runs a compiled blueprint on a cohort store. Events are read once, shard by shard, restricted to the blueprint's codes and windows.
 * The result does not depend on the number of workers.
 * @throws DataError `EMPTY_COHORT` when no unit meets the blueprint's rules; those of reading the store.
 */
export async function buildFeatures(
  store: CohortStore,
  compiled: CompiledBlueprint,
  context: RunContext,
  options: BuildFeaturesOptions = {},
): Promise<FeatureTable> {
  const temporaryFolder = options.temporaryFolder ?? path.join(tmpdir(), `anamnesis-features-${process.pid}`);
  const db = await Database.open({
    threads: context.pool.size,
    signal: context.signal,
    ...options,
    temporaryFolder,
  });
  try {
    await store.views(db);
    const steps = await selectUnits(db, compiled);
    await readEvents(db, store, compiled, context);
    await joinAll(db, compiled);
    const cells = await fetchCells(db, compiled, context);
    return finish(compiled, cells, { steps, sourceId: store.manifest.source.id });
  } finally {
    db.close();
    await rm(temporaryFolder, { recursive: true, force: true });
  }
}

/** Makes `fe_unit`, one row per unit of the cohort, and counts who was left after each rule. */
async function selectUnits(db: Database, compiled: CompiledBlueprint): Promise<CohortStep[]> {
  await db.exec(`CREATE TEMP TABLE fe_all AS ${compiled.unitSql}`);
  const steps = [{ title: 'all units of the store', ...(await countUnits(db, 'TRUE')) }];
  const met: string[] = [];
  for (const rule of compiled.rules) {
    met.push(`(${rule.sql})`);
    steps.push({ title: rule.title, ...(await countUnits(db, met.join(' AND '))) });
  }
  if (steps.at(-1)!.units === 0) {
    throw new DataError(
      'EMPTY_COHORT',
      `No unit of the store meets the rules of blueprint '${compiled.name}'.`,
      {
        got: steps.map((s) => `${s.title}: ${s.units}`).join('; '),
        fix: 'loosen the rules under cohort, or check that the store holds the units that the blueprint names',
      },
    );
  }
  await db.exec(
    `CREATE TEMP TABLE fe_unit AS
     SELECT row_number() OVER (ORDER BY subject_id, start, encounter_id) - 1 AS row, *
     FROM fe_all WHERE ${met.join(' AND ')}`,
  );
  return steps;
}

async function countUnits(db: Database, where: string): Promise<{ units: number; subjects: number }> {
  const row = await db.one(
    `SELECT count(*)::DOUBLE AS units, count(DISTINCT subject_id)::DOUBLE AS subjects FROM fe_all WHERE ${where}`,
  );
  return { units: Number(row['units']), subjects: Number(row['subjects']) };
}

/** Fills the work tables of aggregates and diagnoses, one shard after the other. */
async function readEvents(
  db: Database,
  store: CohortStore,
  compiled: CompiledBlueprint,
  context: RunContext,
): Promise<void> {
  const { bases, diagnosis } = compiled;
  await db.exec(`CREATE TEMP TABLE fe_code AS ${codeTableSql(bases, 'events')}`);
  await db.exec(`CREATE TEMP TABLE fe_base AS ${bases.length > 0 ? baseTableSql(bases) : emptyBases}`);
  const shards = eventFiles(store);
  const task = context.progress.task('Reading events', shards.length);
  for (const [i, file] of shards.entries()) {
    throwIfAborted(context.signal);
    const events = `read_parquet(${sqlString(file)})`;
    const into = (table: string, sql: string): Promise<void> =>
      db.exec(i === 0 ? `CREATE TEMP TABLE ${table} AS ${sql}` : `INSERT INTO ${table} ${sql}`);
    await db.exec(`CREATE OR REPLACE TEMP TABLE fe_matched AS ${matchedSql(events)}`);
    await into('fe_number', numbersSql(bases));
    await into('fe_text', textsSql());
    for (const plan of diagnosis) await into(`fe_diagnosis${plan.id}`, diagnosisSql(events, plan));
    task.advance();
  }
  await db.exec('DROP TABLE fe_matched');
  task.done();
}

function eventFiles(store: CohortStore): string[] {
  const files = store.manifest.files.map((file) => file.path).filter((name) => name.startsWith('events/'));
  return files.sort().map((name) => path.join(store.dir, name));
}

const emptyBases =
  "SELECT 0 AS base, NULL::INTERVAL AS low, NULL::INTERVAL AS high, FALSE AS is_static, '' AS value WHERE FALSE";

/** Makes `fe_wide`: the aggregates of a unit side by side. */
async function joinAll(db: Database, compiled: CompiledBlueprint): Promise<void> {
  const of = (aggregate: string, base: number): string =>
    `max(CASE WHEN base = ${base} THEN "${aggregate}" END) AS b${base}_${aggregate}`;
  for (const kind of ['number', 'text'] as const) {
    const bases = compiled.bases.filter((b) => (b.value === 'number') === (kind === 'number'));
    const wanted = bases.flatMap((b) => [
      of('n', b.id),
      ...b.aggregates.filter((a) => a !== 'count' && a !== 'any').map((a) => of(a, b.id)),
    ]);
    await db.exec(
      `CREATE TEMP TABLE fe_wide_${kind} AS SELECT ${['row', ...wanted].join(', ')} FROM fe_${kind} GROUP BY row`,
    );
  }
  await db.exec(
    `CREATE TEMP TABLE fe_wide AS SELECT * FROM fe_wide_number FULL JOIN fe_wide_text USING (row)`,
  );
  await db.exec(`CREATE TEMP TABLE fe_next AS ${nextAdmissionSql()}`);
  for (const [i, sql] of compiled.encounterSql.entries())
    await db.exec(`CREATE TEMP TABLE fe_encounters${i} AS ${sql}`);
}

/** Every planned column and label, in the order of `fe_unit.row`. */
async function fetchCells(
  db: Database,
  compiled: CompiledBlueprint,
  context: RunContext,
): Promise<ReadonlyMap<string, readonly Cell[]>> {
  const joins = [
    'fe_unit u LEFT JOIN fe_wide w USING (row) LEFT JOIN fe_next f USING (row)',
    ...compiled.encounterSql.map((_, i) => `LEFT JOIN fe_encounters${i} o${i} USING (row)`),
    ...compiled.diagnosis.map(({ id }) => `LEFT JOIN fe_diagnosis${id} d${id} USING (row)`),
  ].join(' ');
  const wanted = [
    ...compiled.columns.map((c) => ({ name: c.name, sql: castOf(c) })),
    ...compiled.tasks.map((t) => ({ name: t.label, sql: t.sql })),
  ];
  const cells = new Map<string, readonly Cell[]>();
  for (let at = 0; at < wanted.length; at += columnsPerFetch) {
    throwIfAborted(context.signal);
    const part = wanted.slice(at, at + columnsPerFetch);
    const list = part.map((c) => `${c.sql} AS ${sqlName(c.name)}`).join(', ');
    const result: readonly ResultColumn[] = await db.columns(`SELECT ${list} FROM ${joins} ORDER BY row`);
    for (const column of result) cells.set(column.name, column.cells);
  }
  return cells;
}

function castOf(column: PlannedColumn): string {
  return column.kind === 'categorical' ? `CAST(${column.sql} AS VARCHAR)` : `CAST(${column.sql} AS DOUBLE)`;
}

function finish(
  compiled: CompiledBlueprint,
  cells: ReadonlyMap<string, readonly Cell[]>,
  facts: { readonly steps: readonly CohortStep[]; readonly sourceId: string },
): FeatureTable {
  const subjects = cells.get('subject_id')!.map(Number);
  const { testShare, seed, stratify } = compiled.split;
  const strata = stratify === undefined ? undefined : cells.get(stratify)!;
  const split = splitRows(
    { subjects, ...(strata === undefined ? {} : { strata }) },
    { testShare, method: strata === undefined ? 'hash' : 'exact' },
    Rng.create(seed),
  );
  const train = new Uint8Array(subjects.length);
  for (const row of split.train) train[row] = 1;
  const features: Column[] = compiled.columns.map((plan) => finishColumn(plan, cells.get(plan.name)!, train));
  const done = finishTasks(compiled.tasks, cells, { train, sourceId: facts.sourceId });
  return {
    table: new Table(subjects.length, [...features, ...done.columns]),
    tasks: done.tasks,
    split,
    facts: { steps: facts.steps, labels: done.facts },
  };
}
