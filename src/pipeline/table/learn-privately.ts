import { PrivacyError, Rng, UserError } from '../../core/index.js';
import { sqlName, sqlString } from '../../duckdb/index.js';
import type { Curator, ReleasedColumn } from '../../privacy/index.js';
import { capRows, checkShare, readIntoDomain, releaseSchema } from '../../privacy/index.js';
import type { RunContext } from '../../runtime/index.js';
import { compileConstraints, withoutUnreleased } from '../../stages/constraints/index.js';
import { fitWithRelations } from '../../synthesizers/relations/index.js';
import type { ColumnOverride, ColumnRole, ColumnSchema } from '../../table/index.js';
import { isNumericKind, Table } from '../../table/index.js';
import { determinedSchema, relationsOf } from './declared-relations.js';
import type { RawTable } from './input.js';
import { rawView } from './input.js';
import type { Learned } from './learn.js';
import type { SetAside } from './read.js';
import { checkNames } from './read.js';
import type { PlannedFit } from './request.js';
import { sidesOf } from './split.js';

/**
 * Learns under differential privacy: nothing but the curator's noisy answers decides what the model or its manifest holds. Undeclared columns are
 * released first; cells outside a domain are moved into it silently; rows of a unit are capped; rows without a unit are left out, silently too.
 * @throws PrivacyError `BUDGET_SPENT`, `LABEL_NOT_RELEASED`, and those of the synthesizer.
 */
export async function learnPrivately(
  raw: RawTable,
  plan: PlannedFit,
  curator: Curator,
  context: RunContext,
): Promise<Learned> {
  const { labels, schema, constraints, model, compiled } = plan;
  const unit = plan.unit ?? null;
  checkNames(raw, { labels, unit, schema });
  const rows = await trainRows(raw, plan);
  const roles = new Map(raw.names.map((name) => [name, roleOf(name, plan)]));
  const names = raw.names.filter((name) => !schema.drop.includes(name) && roles.get(name) !== 'key');
  const keys = raw.names.filter((name) => !schema.drop.includes(name) && roles.get(name) === 'key');
  const declared = names.flatMap(
    (name) =>
      determinedSchema(name, roles.get(name)!, plan) ?? declaredSchema(name, roles.get(name)!, plan) ?? [],
  );
  const known = new Set(declared.map((s) => s.name));
  const cells = cellReader(raw, plan, rows);
  const released = await releaseSchema({
    declared,
    open: names
      .filter((name) => !known.has(name))
      .map((name) => ({ name, role: roles.get(name)!, cells: () => cells(name) })),
    curator,
    share: checkShare(plan.budget?.releaseShare ?? 0.1),
  });
  const { columns, fills, setAside } = settle(names, declared, released);
  if (columns.length === 0)
    throw new PrivacyError('NOTHING_RELEASED', 'No column could be told apart from noise at this ε.', {
      fix: 'declare columns in a schema file (domain: declared), which costs nothing, give a larger ε, or give more rows',
    });
  refuseLabels(labels, columns, setAside);
  const open = new Set(names.filter((name) => !known.has(name)));
  const { document, dropped } = withoutUnreleased(constraints.document, columns, open);
  compileConstraints(columns, { ...constraints, document }); // problems are told before the budget goes into a model
  const relations = { schema: columns, relations: relationsOf(document.relations, columns) };
  const table = [];
  for (const column of columns)
    table.push(readIntoDomain(column, await cells(column.name), fills.get(column.name)));
  const fitted = await fitWithRelations(model, new Table(rows.length, table), {
    relations,
    options: compiled,
    context: { ...context, curator },
  });
  return {
    fitted,
    columns,
    setAside: [
      ...keys.map((name) => ({
        name,
        reason: name === unit ? 'it names the unit' : 'the schema calls it a key',
      })),
      ...setAside,
    ],
    dates: {},
    relations: relations.relations,
    constraints: document,
    notices: dropped === 0 ? [] : [droppedNotice(dropped)],
    told: null,
    receipt: curator.receipt(),
  };
}

function droppedNotice(dropped: number): string {
  return `${dropped} of the constraints speak of columns that could not be released at this ε, and were left out`;
}

/** Rows that are learned from: the train side, capped per unit. */
async function trainRows(raw: RawTable, plan: PlannedFit): Promise<Uint32Array> {
  const unit = plan.unit ?? null;
  const sides = await sidesOf(raw, { seed: plan.seed, testShare: plan.testShare, unit });
  if (unit === null) return Uint32Array.from([...sides.keys()].filter((row) => sides[row] === 0));
  const result = await raw.db.columns(
    `SELECT nullif(trim(${sqlName(unit)}), '') AS u FROM ${rawView} ORDER BY __row`,
  );
  const units = result[0]!.cells;
  const kept = [...sides.keys()].filter((row) => sides[row] === 0 && units[row] !== null);
  const capped = capRows(
    kept.map((row) => units[row]!),
    plan.budget?.rowsPerUnit ?? 1,
    Rng.create(`table/cap/${plan.seed}`),
  );
  return capped.rows.map((i) => kept[i]!);
}

function roleOf(name: string, { labels, unit, schema }: PlannedFit): ColumnRole {
  if (name === unit) return 'key';
  return labels.includes(name) ? 'label' : (schema.columns[name]?.role ?? 'feature');
}

/** The schema of a declared column, or undefined when it is open. @throws UserError `BAD_SCHEMA` for a declaration that is not complete. */
function declaredSchema(name: string, role: ColumnRole, { schema }: PlannedFit): ColumnSchema | undefined {
  const settings = schema.columns[name];
  if (settings?.domain !== 'declared') return undefined;
  const kind = settings.kind ?? (settings.categories === undefined ? undefined : 'categorical');
  const numeric = kind !== undefined && isNumericKind(kind);
  if (kind === undefined || (numeric ? settings.bounds : settings.categories) === undefined) {
    throw new UserError('BAD_SCHEMA', `The declaration of column '${name}' is not complete.`, {
      expected: 'with domain: declared: a kind, and bounds of numbers or categories of anything else',
      fix: 'add what is missing, or leave out domain: declared; the column is then released within the budget',
    });
  }
  const decimals = settings.decimals ?? (kind === 'count' ? 0 : undefined);
  return {
    name,
    kind,
    role,
    missing: true,
    domain: 'declared',
    ...(settings.unit === undefined ? {} : { unit: settings.unit }),
    ...(settings.description === undefined ? {} : { description: settings.description }),
    ...(numeric && decimals !== undefined ? { decimals } : {}),
    ...(numeric && settings.bounds !== undefined ? { bounds: settings.bounds } : {}),
    ...(numeric && settings.edges !== undefined ? { edges: settings.edges } : {}),
    ...(numeric ? {} : { categories: settings.categories ?? [] }),
  };
}

/** Reads a column's cells in the rows that are learned from; texts that mean "no value" are null, dates are days. */
function cellReader(
  raw: RawTable,
  { schema }: PlannedFit,
  rows: Uint32Array,
): (name: string) => Promise<(string | null)[]> {
  return async (name) => {
    const settings: ColumnOverride | undefined = schema.columns[name];
    const tokens = [...schema.missing, ...(settings?.missing ?? [])].map((token) => sqlString(token.trim()));
    const trimmed = `trim(${sqlName(name)})`;
    const cell =
      tokens.length === 0
        ? trimmed
        : `CASE WHEN ${trimmed} IN (${tokens.join(', ')}) THEN NULL ELSE ${trimmed} END`;
    const value = settings?.daysSince === undefined ? cell : daysSql(cell, settings.daysSince);
    const result = await raw.db.columns(
      `SELECT CAST(${value} AS VARCHAR) AS c FROM ${rawView} ORDER BY __row`,
    );
    const all = result[0]!.cells;
    return Array.from(rows, (row) => textOf(all[row]));
  };
}

function textOf(cell: string | number | null | undefined): string | null {
  return cell === null || cell === undefined ? null : String(cell);
}

/** Whole days, so that a time of day adds no decimals. */
function daysSql(cell: string, origin: string): string {
  return `date_diff('day', DATE ${sqlString(origin)}, TRY_CAST(TRY_CAST(${cell} AS TIMESTAMP) AS DATE))`;
}

function settle(
  names: readonly string[],
  declared: readonly ColumnSchema[],
  released: ReadonlyMap<string, ReleasedColumn>,
): { columns: ColumnSchema[]; fills: Map<string, number | string>; setAside: SetAside[] } {
  const fills = new Map<string, number | string>();
  const setAside: SetAside[] = [];
  const columns = names.flatMap((name) => {
    const known = declared.find((s) => s.name === name);
    if (known !== undefined) return [known];
    const found = released.get(name)!;
    if ('setAside' in found) {
      setAside.push({ name, reason: found.setAside });
      return [];
    }
    fills.set(name, found.fill);
    return [found.schema];
  });
  return { columns, fills, setAside };
}

function refuseLabels(
  labels: readonly string[],
  columns: readonly ColumnSchema[],
  setAside: readonly SetAside[],
): void {
  for (const label of labels) {
    const schema = columns.find((s) => s.name === label);
    const few = schema !== undefined && !isNumericKind(schema.kind) && (schema.categories ?? []).length < 2;
    if (schema !== undefined && !few) continue;
    const reason = setAside.find((s) => s.name === label)?.reason;
    throw new PrivacyError(
      'LABEL_NOT_RELEASED',
      `The classes of the label '${label}' could not be told within the budget.`,
      {
        got: reason ?? 'one class',
        fix: 'declare its categories in a schema file (domain: declared), which costs nothing, or give a larger ε',
      },
    );
  }
}
