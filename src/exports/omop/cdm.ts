import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A column of a table of the CDM. */
export interface CdmColumn {
  readonly name: string;
  readonly type: 'integer' | 'float' | 'date' | 'datetime' | 'varchar' | 'text';
  /** Most characters of a varchar. */
  readonly length?: number;
  readonly required: boolean;
  readonly primary: boolean;
  /** Table whose primary key it holds. */
  readonly references?: string;
  /** Domain that its concepts must have. */
  readonly domain?: string;
}

export interface CdmTable {
  readonly name: string;
  readonly columns: readonly CdmColumn[];
  /** The primary key; cdm_source has none. */
  readonly key: string | undefined;
}

/**
 * The tables of the OMOP Common Data Model 5.4 that are written, as cdm.json states them: type, `required`, `primary`, `references:<table>`,
 * `domain:<domain>` (blanks as underscores). Source: OHDSI CommonDataModel, OMOP_CDMv5.4_Field_Level.
 */
export const cdmTables: readonly CdmTable[] = Object.entries(
  z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(new URL('./cdm.json', import.meta.url), 'utf8'))),
).map(([name, columns]) => {
  const parsed = Object.entries(columns).map(([column, words]) => parseColumn(column, words));
  return { name, columns: parsed, key: parsed.find((c) => c.primary)?.name };
});

export function cdmTable(name: string): CdmTable {
  return cdmTables.find((table) => table.name === name)!;
}

function parseColumn(name: string, text: string): CdmColumn {
  const [type = '', ...words] = text.split(' ');
  const [, base = type, length] = /^(varchar)\((\d+)\)$/.exec(type) ?? [];
  const value = (prefix: string): string | undefined =>
    words.find((w) => w.startsWith(`${prefix}:`))?.slice(prefix.length + 1);
  const references = value('references');
  const domain = value('domain')?.replaceAll('_', ' ');
  return {
    name,
    type: z.enum(['integer', 'float', 'date', 'datetime', 'varchar', 'text']).parse(base),
    ...(length === undefined ? {} : { length: Number(length) }),
    required: words.includes('required'),
    primary: words.includes('primary'),
    ...(references === undefined ? {} : { references }),
    ...(domain === undefined ? {} : { domain }),
  };
}

/** The DuckDB type of a column. */
export function sqlType(column: CdmColumn): string {
  const types = {
    integer: 'BIGINT',
    float: 'DOUBLE',
    date: 'DATE',
    datetime: 'TIMESTAMP',
    varchar: 'VARCHAR',
    text: 'VARCHAR',
  };
  return types[column.type];
}
