import { UserError } from '../../core/index.js';
import type { DeclaredRelation } from '../../stages/constraints/index.js';
import type { Relation } from '../../synthesizers/relations/index.js';
import { sourcesOf } from '../../synthesizers/relations/index.js';
import type { ColumnRole, ColumnSchema } from '../../table/index.js';
import { isNumericKind } from '../../table/index.js';
import type { PlannedFit } from './request.js';

/**
 * Declared relations in the form that models keep, ordered so that each column follows from columns whose own relations come later.
 * @throws UserError `BAD_CONSTRAINTS` for columns that follow from themselves.
 */
export function relationsOf(
  declared: readonly DeclaredRelation[],
  schema: readonly ColumnSchema[],
): Relation[] {
  const kindOf = new Map(schema.map((s) => [s.name, s]));
  const byColumn = new Map(declared.map((d) => [d.column, toRelation(d, kindOf)]));
  const ordered: Relation[] = [];
  const visit = (column: string, from: readonly string[]): void => {
    const relation = byColumn.get(column);
    if (relation === undefined || ordered.includes(relation)) return;
    if (from.includes(column))
      throw new UserError(
        'BAD_CONSTRAINTS',
        `The relations go in a circle: ${[...from, column].join(' → ')}.`,
        {
          fix: 'leave out one of them',
        },
      );
    for (const source of sourcesOf(relation)) visit(source, [...from, column]);
    ordered.push(relation);
  };
  for (const { column } of declared) visit(column, []);
  return ordered.reverse();
}

function toRelation(d: DeclaredRelation, schemas: ReadonlyMap<string, ColumnSchema>): Relation {
  if ('constant' in d) return { kind: 'constant', column: d.column, value: cell(d.constant) };
  if ('sum' in d) return { kind: 'sum', column: d.column, of: [...d.sum] };
  if ('times' in d) return { kind: 'affine', column: d.column, from: d.from, times: d.times, plus: d.plus };
  const numericFrom = isNumericKind(schemas.get(d.from)?.kind ?? 'categorical');
  const pairs = Object.entries(d.table).map(([from, to]) => ({
    from: numericFrom ? Number(from) : from,
    to: cell(to),
    rows: 0,
  }));
  return { kind: 'table', column: d.column, from: d.from, pairs };
}

function cell(value: string | number | boolean | null): string | number | null {
  return typeof value === 'boolean' ? String(value) : value;
}

/** The schema of a column that a declared relation gives, without a look at the data; undefined for others. */
export function determinedSchema(
  name: string,
  role: ColumnRole,
  { schema, constraints }: Pick<PlannedFit, 'schema' | 'constraints'>,
): ColumnSchema | undefined {
  const declared = constraints.document.relations.find((r) => r.column === name);
  if (declared === undefined) return undefined;
  const settings = schema.columns[name];
  const base = { name, role, missing: true, domain: 'declared' } as const;
  const values = valuesOf(declared);
  const numeric =
    settings?.kind === undefined ? values.every((v) => typeof v === 'number') : isNumericKind(settings.kind);
  if (!numeric) {
    const categories = settings?.categories ?? [...new Set(values.map(String))];
    return {
      ...base,
      kind: settings?.kind ?? (categories.length === 2 ? 'binary' : 'categorical'),
      categories,
    };
  }
  const decimals =
    ('decimals' in declared ? declared.decimals : undefined) ?? settings?.decimals ?? decimalsOf(values);
  return {
    ...base,
    kind: settings?.kind ?? (decimals === 0 && values.every((v) => Number(v) >= 0) ? 'count' : 'continuous'),
    ...(decimals === undefined ? {} : { decimals }),
  };
}

/** Values that a declaration names; none for formulas. */
function valuesOf(declared: DeclaredRelation): (string | number)[] {
  const named =
    'constant' in declared ? [declared.constant] : 'table' in declared ? Object.values(declared.table) : [];
  return named.map(cell).filter((v) => v !== null);
}

/** Most decimals of the values named; undefined where none is. */
function decimalsOf(values: readonly (string | number)[]): number | undefined {
  if (values.length === 0) return undefined;
  return Math.max(...values.map((v) => (/\.(\d+)$/.exec(String(v))?.[1] ?? '').length));
}
