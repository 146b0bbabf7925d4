import { DataError, didYouMean, UserError } from '../../core/index.js';
import { sqlName } from '../../duckdb/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { Column, ColumnReport, CompiledTableFile } from '../../table/index.js';
import { isNumericKind, readTable, Table } from '../../table/index.js';
import type { DateForm } from './dates.js';
import { dateOrigin, findDates, firstLook } from './dates.js';
import type { RawTable } from './input.js';
import { rawView } from './input.js';

/** How the columns of a file are to be understood. */
export interface ReadOptions {
  readonly schema: CompiledTableFile;
  readonly labels: readonly string[];
  /** Column that names the unit; it becomes a key. */
  readonly unit: string | null;
}

/** A column that is not modelled, and why. */
export interface SetAside {
  readonly name: string;
  readonly reason: string;
}

/** A file understood. */
export interface ReadTable {
  /** All rows, keys included. */
  readonly table: Table;
  readonly columns: readonly ColumnReport[];
  readonly setAside: readonly SetAside[];
  /** Columns of dates, which are modelled as days since {@link dateOrigin}. */
  readonly dates: Readonly<Record<string, DateForm>>;
  /** What a person should know of how the file was understood. */
  readonly notices: readonly string[];
}

/** Whole numbers of a label up to so many are classes, not amounts. */
const MOST_NUMBER_CLASSES = 10;

/**
 * Understands a file without differential privacy: kinds are inferred unless the schema gives them, dates become days, keys and row
 * numbers are set aside.
 * @throws UserError `NO_LABEL`, `NO_UNIT`, `BAD_SCHEMA`; DataError of reading a table.
 */
export async function readTyped(
  raw: RawTable,
  options: ReadOptions,
  context: RunContext,
): Promise<ReadTable> {
  checkNames(raw, options);
  const { schema, labels, unit } = options;
  const open = raw.names.filter(
    (name) =>
      !schema.drop.includes(name) &&
      schema.columns[name]?.kind === undefined &&
      schema.columns[name]?.categories === undefined,
  );
  const dates = await findDates(
    raw,
    open.filter((name) => name !== unit && schema.columns[name]?.daysSince === undefined),
  );
  const rowNumbers = await findRowNumbers(
    raw,
    open.filter((name) => name !== unit && !labels.includes(name)),
  );
  const identifiers = await findIdentifiers(
    raw,
    open.filter(
      (name) => name !== unit && !labels.includes(name) && schema.columns[name]?.role === undefined,
    ),
  );
  const classes = await findNumberClasses(
    raw,
    labels.filter((name) => open.includes(name)),
  );
  const full: CompiledTableFile = {
    ...schema,
    columns: withOverrides(schema.columns, [
      ...[...dates].map(
        ([name, form]) => [name, { daysSince: dateOrigin, ...(form === 'date' && { decimals: 0 }) }] as const,
      ),
      ...identifiers.map((name) => [name, { role: 'key' as const }] as const),
      ...rowNumbers.map((name) => [name, { role: 'key' as const }] as const),
      ...classes.map((name) => [name, { kind: 'categorical' as const }] as const),
      ...labels.map((name) => [name, { role: 'label' as const }] as const),
      ...(unit === null ? [] : [[unit, { role: 'key' as const }] as const]),
    ]),
  };
  const { table, report } = await readTable(raw.db, raw.file, full, context.signal);
  const notices = [
    ...[...dates.keys()].map((name) => `'${name}' holds dates: modelled as days, written as dates again`),
    ...classes.map(
      (name) =>
        `label '${name}' holds a few whole numbers: taken as classes (schema: kind: count keeps numbers)`,
    ),
    ...constantNotices(table),
  ];
  const setAside = table.schema
    .filter((s) => s.role === 'key')
    .map(({ name }) => ({ name, reason: reasonOf(name, { unit, rowNumbers, identifiers, schema }) }));
  return { table, columns: report, setAside, dates: Object.fromEntries(dates), notices };
}

/** The table without its key columns. */
export function withoutKeys(table: Table): Table {
  return new Table(
    table.rows,
    table.columns.filter((c) => c.schema.role !== 'key'),
  );
}

/** @throws UserError `NO_LABEL`, `NO_UNIT` with the nearest name. */
export function checkNames(
  raw: Pick<RawTable, 'names' | 'what'>,
  { labels, unit, schema }: ReadOptions,
): void {
  const kept = raw.names.filter((name) => !schema.drop.includes(name));
  const absent = labels.filter((name) => !kept.includes(name));
  if (absent.length > 0) throw notThere('NO_LABEL', absent, { kept, what: raw.what, option: '--label' });
  if (unit !== null && !kept.includes(unit))
    throw notThere('NO_UNIT', [unit], { kept, what: raw.what, option: '--unit' });
  if (unit !== null && labels.includes(unit))
    throw new UserError('NO_LABEL', `'${unit}' is named both as label and as unit.`);
}

function notThere(
  code: string,
  names: readonly string[],
  {
    kept,
    what,
    option,
  }: { readonly kept: readonly string[]; readonly what: string; readonly option: string },
): UserError {
  const hints = names.map((name) => {
    const hint = didYouMean(name, kept);
    return hint === undefined ? `'${name}'` : `'${name}' (${hint})`;
  });
  return new UserError(code, `${what} has no column ${hints.join(', ')}.`, {
    expected: `one of ${kept.slice(0, 60).join(', ')}${kept.length > 60 ? ' …' : ''}`,
    fix: `correct ${option}`,
  });
}

/** Columns that only number the rows: consecutive whole numbers, each once. */
async function findRowNumbers(raw: RawTable, names: readonly string[]): Promise<string[]> {
  if (raw.rows < 20) return [];
  const found: string[] = [];
  for (const name of await firstLook(raw, names, allDifferent)) {
    const row = await raw.db.one(
      `SELECT max(x) - min(x) + 1 = count(*) AND count(x) = count(*) AND count(DISTINCT x) = count(*) AS numbers
       FROM (SELECT TRY_CAST(${sqlName(name)} AS BIGINT) AS x FROM ${rawView})`,
    );
    if (row['numbers'] === true) found.push(name);
  }
  return found;
}

function allDifferent(cells: readonly string[]): boolean {
  return new Set(cells).size === cells.length && cells.every((cell) => /^\d+$/.test(cell));
}

/** What names of identifiers end with. */
const identifierName = /(^|[_\s.])(id|nbr|key|uuid|mrn)$/i;
/** So named, a column of more different values, at least a fifth of its cells, identifies people even where some come again; of fewer, it holds codes. */
const MOST_CODES = 50;

/** Columns that name people or visits, though not each value stands once. */
async function findIdentifiers(raw: RawTable, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names.filter((n) => identifierName.test(n))) {
    const row = await raw.db.one(
      `SELECT count(c) AS present, count(DISTINCT c) AS k FROM (SELECT nullif(trim(${sqlName(name)}), '') AS c FROM ${rawView})`,
    );
    const [present, k] = [Number(row['present']), Number(row['k'])];
    if (k > MOST_CODES && k < present && 5 * k > present) found.push(name);
  }
  return found;
}

/** Labels of three to ten whole numbers. */
async function findNumberClasses(raw: RawTable, labels: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of labels) {
    const row = await raw.db.one(
      `SELECT count(DISTINCT c) AS k, bool_and(regexp_full_match(c, '-?[0-9]+')) AS whole
       FROM (SELECT nullif(trim(${sqlName(name)}), '') AS c FROM ${rawView}) WHERE c IS NOT NULL`,
    );
    const k = Number(row['k']);
    if (row['whole'] === true && k > 2 && k <= MOST_NUMBER_CLASSES) found.push(name);
  }
  return found;
}

type Overrides = CompiledTableFile['columns'];

function withOverrides(
  columns: Overrides,
  more: readonly (readonly [string, Partial<Overrides[string]>])[],
): Overrides {
  const merged: Overrides = { ...columns };
  for (const [name, settings] of more) merged[name] = { missing: [], ...merged[name], ...settings };
  return merged;
}

function reasonOf(
  name: string,
  known: {
    readonly unit: string | null;
    readonly rowNumbers: readonly string[];
    readonly identifiers: readonly string[];
    readonly schema: CompiledTableFile;
  },
): string {
  if (name === known.unit) return 'it names the unit';
  if (known.rowNumbers.includes(name)) return 'it only numbers the rows';
  if (known.identifiers.includes(name))
    return `it identifies (${known.unit === null ? 'if it names the patient, say --unit ' + name : 'by its name and its many values'})`;
  if (known.schema.columns[name]?.role === 'key') return 'the schema calls it a key';
  return 'each value occurs once: it identifies rows';
}

function constantNotices(table: Table): string[] {
  const named = (test: (column: Column) => boolean): string[] =>
    table.columns.filter((c) => c.schema.role !== 'key' && test(c)).map((c) => `'${c.schema.name}'`);
  const empty = named((c) => !c.valid.includes(1));
  const constant = named((c) => c.valid.includes(1) && !c.valid.includes(0) && isConstant(c));
  return [
    ...(empty.length === 0 ? [] : [`without any value, kept empty: ${listOf(empty)}`]),
    ...(constant.length === 0 ? [] : [`with one value only, kept as they are: ${listOf(constant)}`]),
  ];
}

function isConstant(column: Column): boolean {
  const stored: ArrayLike<number> = column.type === 'numeric' ? column.values : column.codes;
  for (let i = 1; i < stored.length; i++) if (stored[i] !== stored[0]) return false;
  return true;
}

function listOf(names: readonly string[]): string {
  return names.length > 20
    ? `${names.slice(0, 20).join(', ')} and ${names.length - 20} more`
    : names.join(', ');
}

/** @throws DataError `ONE_CLASS` for a label that tells nothing apart. */
export function checkLabels(train: Table, labels: readonly string[]): void {
  for (const name of labels) {
    const column = train.column(name);
    const seen = new Set<number>();
    const stored: ArrayLike<number> = column.type === 'numeric' ? column.values : column.codes;
    for (let i = 0; i < stored.length && seen.size < 2; i++) if (column.valid[i] === 1) seen.add(stored[i]!);
    if (seen.size >= 2) continue;
    throw new DataError(
      'ONE_CLASS',
      seen.size === 0
        ? `The label '${name}' has no value in any row.`
        : `The label '${name}' has the same value in every row that is learned from.`,
      {
        expected: isNumericKind(column.schema.kind) ? 'different values' : 'at least two classes',
        fix: 'name another label with --label, or give more rows; without --label the table is fitted for no particular prediction',
      },
    );
  }
}
