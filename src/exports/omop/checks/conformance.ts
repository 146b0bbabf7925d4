import { sqlName } from '../../../duckdb/index.js';
import type { CdmColumn, CdmTable } from '../cdm.js';
import { cdmTable, sqlType } from '../cdm.js';
import type { CheckQuery } from './types.js';

/**
 * Checks that a table has the form that the CDM gives it. `raw` is the relation whose cells are text as written, `typed` the one with the
 * CDM's types.
 */
export function conformance(
  table: CdmTable,
  relation: { readonly raw: string; readonly typed: string },
  present: ReadonlySet<string>,
): CheckQuery[] {
  return table.columns.flatMap((column) => [
    ...datatype(table, column, relation.raw),
    ...required(table, column, relation.typed),
    ...unique(table, column, relation.typed),
    ...foreignKey(table, column, relation.typed, present),
    ...standardConcepts(table, column, relation.typed),
  ]);
}

/** cdmDatatype: a cell that is no value of the column's type, or longer than it may be. */
function datatype(table: CdmTable, column: CdmColumn, raw: string): CheckQuery[] {
  const name = `t.${sqlName(column.name)}`;
  const violated =
    column.type === 'text'
      ? undefined
      : column.length === undefined
        ? `TRY_CAST(${name} AS ${sqlType(column)}) IS NULL`
        : `length(${name}) > ${column.length}`;
  if (violated === undefined) return [];
  const integer = column.type === 'integer' ? ` OR ${name} LIKE '%.%'` : '';
  return [
    query('cdmDatatype', table, column, {
      from: `${raw} t`,
      where: `${name} IS NOT NULL`,
      violated: violated + integer,
    }),
  ];
}

function required(table: CdmTable, column: CdmColumn, typed: string): CheckQuery[] {
  if (!column.required) return [];
  return [
    query('isRequired', table, column, { from: `${typed} t`, violated: `t.${sqlName(column.name)} IS NULL` }),
  ];
}

function unique(table: CdmTable, column: CdmColumn, typed: string): CheckQuery[] {
  if (!column.primary) return [];
  const name = sqlName(column.name);
  return [
    query('isPrimaryKey', table, column, {
      from: `(SELECT ${name}, count(*) AS n FROM ${typed} GROUP BY ${name}) t`,
      violated: 't.n > 1',
    }),
  ];
}

/** isForeignKey, and fkDomain where the column's concepts must be of a domain; concept 0 is of any. */
function foreignKey(
  table: CdmTable,
  column: CdmColumn,
  typed: string,
  present: ReadonlySet<string>,
): CheckQuery[] {
  const { references, domain } = column;
  if (references === undefined || !present.has(references)) return [];
  const key = sqlName(cdmTable(references).key ?? '');
  const name = `t.${sqlName(column.name)}`;
  const from = `${typed} t LEFT JOIN ${references} f ON f.${key} = ${name}`;
  const where = `${name} IS NOT NULL`;
  const checks = [query('isForeignKey', table, column, { from, where, violated: `f.${key} IS NULL` })];
  if (domain !== undefined) {
    checks.push(
      query('fkDomain', table, column, {
        from,
        where: `${where} AND ${name} <> 0`,
        violated: `f.domain_id IS DISTINCT FROM '${domain}'`,
      }),
    );
  }
  return checks;
}

/** isStandardValidConcept for the columns of standard concepts; standardConceptRecordCompleteness: the share at 0, which only informs. */
function standardConcepts(table: CdmTable, column: CdmColumn, typed: string): CheckQuery[] {
  if (column.references !== 'concept' || column.name.includes('_source_') || table.name === 'concept')
    return [];
  const name = `t.${sqlName(column.name)}`;
  return [
    query('isStandardValidConcept', table, column, {
      from: `${typed} t LEFT JOIN concept f ON f.concept_id = ${name}`,
      where: `${name} <> 0`,
      violated: `f.standard_concept IS DISTINCT FROM 'S' OR f.invalid_reason IS NOT NULL`,
    }),
    query('standardConceptRecordCompleteness', table, column, {
      from: `${typed} t`,
      where: `${name} IS NOT NULL`,
      violated: `${name} = 0`,
      threshold: null,
    }),
  ];
}

function query(
  check: string,
  table: CdmTable,
  column: CdmColumn,
  rest: Pick<CheckQuery, 'from' | 'where' | 'violated' | 'threshold'>,
): CheckQuery {
  return { check, table: table.name, column: column.name, ...rest };
}
