import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FeatureTable, LabelFacts, TableBlueprint, Task } from '../../cohort/index.js';
import { binaryColumn, mergeRare, splitRows } from '../../cohort/index.js';
import { DataError, Rng } from '../../core/index.js';
import { Database } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Column, ColumnRole, ColumnSchema } from '../../table/index.js';
import { columnFromCells, columnNames, compileTableFile, readTable, Table } from '../../table/index.js';
import { checkColumns, readByRules } from './check.js';
import type { RuledLabel } from './labels.js';
import { finishLabel, ruleLabel } from './labels.js';
import { chooseRows } from './rows.js';
import { applyRule } from './rules.js';
import { textsOf } from './texts.js';

const subjectColumn = 'subject_id';

/**
 * The feature table of a `format: table` blueprint: the file itself with new columns and labels by the blueprint's rules.
 * @param data the file, or the folder that holds `source.file`
 * @throws UserError `BAD_BLUEPRINT` when the blueprint names columns that the file lacks; those of `readTable`.
 * @throws DataError `NO_FILE` when there is no such file.
 */
export async function buildTableFeatures(
  data: string,
  blueprint: TableBlueprint,
  context: RunContext,
): Promise<FeatureTable> {
  const file = await findFile(data, blueprint.source.file);
  const db = await Database.open({ threads: context.pool.size, signal: context.signal });
  try {
    checkColumns(blueprint, await columnNames(db, file));
    const { table } = await readTable(db, file, readOptions(blueprint), context.signal);
    const chosen = chooseRows(table, blueprint.table.rows, blueprint.table.subject);
    if (chosen.table.rows === 0)
      throw new DataError(
        'EMPTY_COHORT',
        `No row of the file meets the rules of blueprint '${blueprint.name}'.`,
        {
          got: chosen.steps.map((s) => `${s.title}: ${s.units}`).join('; '),
        },
      );
    return finish(blueprint, chosen.table, chosen.steps);
  } finally {
    db.close();
  }
}

/** The file itself, with or without .gz; in a folder without a named file, its only table. */
async function findFile(data: string, file: string | undefined): Promise<string> {
  const target = file === undefined ? data : path.join(data, file);
  for (const candidate of [target, `${target}.gz`, target.replace(/\.gz$/, '')]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  const names = await readdir(target).catch(() => []);
  const tables = names.filter((name) => /\.(csv|tsv|parquet)(\.gz)?$/i.test(name));
  if (tables.length === 1) return path.join(target, tables[0]!);
  throw new DataError('NO_FILE', `There is no table at ${target}.`, {
    expected: 'a .csv, .csv.gz, .tsv or .parquet file',
    got: tables.length > 1 ? `a folder with ${tables.length} of them` : 'nothing',
    fix: tables.length > 1 ? 'name one under source.file' : 'check source.data and source.file',
  });
}

function readOptions(blueprint: TableBlueprint): ReturnType<typeof compileTableFile> {
  const { table } = blueprint;
  const used = readByRules(blueprint);
  const columns = { ...table.columns };
  const withRole = (names: readonly string[], role: ColumnRole): void => {
    for (const name of names) columns[name] = { missing: [], ...columns[name], role };
  };
  withRole(table.anchors, 'anchor');
  withRole([...table.keys, ...(table.subject === undefined ? [] : [table.subject])], 'key');
  return compileTableFile({
    missing: table.missing,
    columns,
    drop: table.drop.filter((name) => !used.has(name)),
  });
}

function finish(
  blueprint: TableBlueprint,
  table: Table,
  steps: FeatureTable['facts']['steps'],
): FeatureTable {
  const labels = blueprint.tasks.map((task) => ruleLabel(table, task));
  const subjects = subjectsOf(table, blueprint.table.subject);
  const split = splitRows(...splitInput(blueprint, labels, subjects.keys));
  const train = new Uint8Array(table.rows);
  for (const row of split.train) train[row] = 1;

  const features = [...fileColumns(blueprint, table), ...derivedColumns(blueprint, table, train)];
  const names = new Set(features.map((c) => c.schema.name));
  const tasks: Task[] = [];
  const columns: Column[] = [];
  const facts: LabelFacts[] = [];
  for (const label of labels) {
    const { id, title } = label.task;
    const done = finishLabel(label, train);
    const exclude = excluded(blueprint, label).filter((name) => names.has(name));
    const base = { id, title, type: label.type, label: label.task.label.name, exclude };
    if ('reason' in done) tasks.push({ ...base, notComputable: done.reason });
    else {
      tasks.push(base);
      columns.push(done.column);
      facts.push(done.facts);
    }
  }
  return {
    table: new Table(table.rows, [subjects.column, ...features, ...columns]),
    tasks,
    split,
    facts: { steps, labels: facts },
  };
}

function splitInput(
  blueprint: TableBlueprint,
  labels: readonly RuledLabel[],
  subjects: readonly (string | number)[],
): Parameters<typeof splitRows> {
  const { split, seed } = blueprint;
  const strata = labels.find((label) => label.task.id === split.stratify)?.cells;
  return [
    { subjects, ...(strata === undefined ? {} : { strata }) },
    { testShare: split.testShare, method: strata === undefined ? 'hash' : 'exact' },
    Rng.create(split.seed ?? seed),
  ];
}

/** The patient of each row: the subject column, or the row itself where the file has none. */
function subjectsOf(
  table: Table,
  subject: string | undefined,
): { readonly keys: readonly (string | number)[]; readonly column: Column } {
  const schema: ColumnSchema = {
    name: subjectColumn,
    kind: 'count',
    role: 'key',
    missing: false,
    decimals: 0,
  };
  if (subject === undefined) {
    const keys = Array.from({ length: table.rows }, (_, i) => i + 1);
    return { keys, column: columnFromCells({ ...schema, description: 'row of the file' }, keys) };
  }
  const column = table.column(subject);
  const texts = textsOf(table, subject);
  const missing = texts.filter((text) => text === null).length;
  if (missing > 0)
    throw new DataError('NO_SUBJECT', `Column '${subject}' names no patient in ${missing} rows.`, {
      fix: 'exclude those rows, or give another column under table.subject',
    });
  const renamed = { ...column.schema, name: subjectColumn, description: subject };
  return {
    keys: texts.map(String),
    column:
      column.type === 'numeric'
        ? { ...column, schema: renamed }
        : { ...column, schema: { ...renamed, categories: column.schema.categories } },
  };
}

/** The file's own columns, keys first; categories that no row has any more are left out. */
function fileColumns(blueprint: TableBlueprint, table: Table): Column[] {
  const { drop, subject, columns } = blueprint.table;
  const kept = table.columns.filter(({ schema }) => schema.name !== subject && !drop.includes(schema.name));
  const keys = kept.filter((c) => c.schema.role === 'key');
  const others = kept.filter((c) => c.schema.role !== 'key');
  return [...keys, ...others].map((column) => {
    const { schema } = column;
    const missing = column.valid.includes(0);
    if (column.type === 'numeric') return { ...column, schema: { ...schema, missing } };
    const listed = columns[schema.name]?.categories !== undefined || schema.kind === 'binary';
    const texts = textsOf(table, schema.name);
    const present = new Set(texts);
    const categories = listed
      ? column.schema.categories
      : column.schema.categories.filter((category) => present.has(category));
    return columnFromCells({ ...schema, missing, categories }, texts);
  });
}

function derivedColumns(blueprint: TableBlueprint, table: Table, train: Uint8Array): Column[] {
  return Object.entries(blueprint.table.derive).map(([name, rule]) => {
    const { kind, cells, words } = applyRule(table, rule);
    const schema: ColumnSchema = {
      name,
      kind,
      role: 'feature',
      missing: cells.includes(null),
      description: rule.description ?? words,
    };
    return kind === 'binary'
      ? binaryColumn(schema, cells)
      : columnFromCells(schema, mergeRare(cells, train, rule.otherBelow));
  });
}

/** Columns that say the label: its own source, whatever is derived from that, and those that the blueprint names. */
function excluded(blueprint: TableBlueprint, label: RuledLabel): string[] {
  const { from } = label.task.label;
  const siblings = Object.entries(blueprint.table.derive).flatMap(([name, rule]) =>
    rule.from === from ? [name] : [],
  );
  return [...new Set([from, ...siblings, ...label.task.exclude])];
}
