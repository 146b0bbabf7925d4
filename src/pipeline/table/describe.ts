import { stringify } from 'yaml';
import type { RunContext } from '../../runtime/index.js';
import type { ColumnReport, ColumnSchema } from '../../table/index.js';
import { isNumericKind } from '../../table/index.js';
import { withRawTable } from './input.js';
import type { SetAside } from './read.js';
import { readTyped, withoutKeys } from './read.js';
import { findRelations, relationText } from '../../synthesizers/relations/index.js';
import { readSchemaFile } from './request.js';

export interface DescribeTableRequest {
  readonly file: string;
  readonly labels?: readonly string[];
  readonly unit?: string | undefined;
  readonly drop?: readonly string[];
  readonly schemaFile?: string | undefined;
}

/** How a file is understood. */
export interface DescribeTableResult {
  readonly rows: number;
  readonly columns: readonly (ColumnReport & { readonly about: string })[];
  readonly setAside: readonly SetAside[];
  readonly notices: readonly string[];
  /** Relations that a fit would find, in words. */
  readonly relations: readonly string[];
  /** A schema file to start from. */
  readonly schemaYaml: string;
}

/** Tells how `fitTable` would understand a file. Looks at the records without noise. */
export async function describeTable(
  request: DescribeTableRequest,
  context: RunContext,
): Promise<DescribeTableResult> {
  const { labels = [], unit = null, drop = [] } = request;
  const schema = await readSchemaFile(request.schemaFile);
  return withRawTable({ file: request.file }, context, async (raw) => {
    const options = { labels, unit, schema: { ...schema, drop: [...schema.drop, ...drop] } };
    const read = await readTyped(raw, options, context);
    const { relations } = findRelations(withoutKeys(read.table));
    const schemas = new Map(read.table.schema.map((s) => [s.name, s]));
    return {
      rows: raw.rows,
      columns: read.columns.map((c) => ({
        ...c,
        about: aboutOf(schemas.get(c.name)!, read.dates[c.name] !== undefined),
      })),
      setAside: read.setAside,
      notices: read.notices,
      relations: relations.map(relationText),
      schemaYaml: yamlOf(read.table.schema),
    };
  });
}

function aboutOf(schema: ColumnSchema, date: boolean): string {
  if (date) return 'dates';
  if (schema.role === 'key') return '';
  if (isNumericKind(schema.kind)) return schema.decimals === undefined ? '' : `${schema.decimals} decimals`;
  const categories = schema.categories ?? [];
  const shown = categories.length <= 4 ? categories.join(', ') : `${categories.length} categories`;
  return schema.kind === 'ordinal' ? `${shown}, in order` : shown;
}

function yamlOf(schemas: readonly ColumnSchema[]): string {
  const columns = Object.fromEntries(
    schemas.map((s) => [
      s.name,
      {
        kind: s.kind,
        ...(s.role === 'feature' ? {} : { role: s.role }),
        ...(s.decimals === undefined ? {} : { decimals: s.decimals }),
        ...((s.kind === 'ordinal' || s.kind === 'binary') && s.role !== 'key'
          ? { categories: s.categories }
          : {}),
      },
    ]),
  );
  return `# How the file was understood; correct what is wrong (docs/table.md).
# For --epsilon: what you know of a column without these records may be declared and then costs nothing of the budget:
#   age: { kind: count, bounds: [18, 100], domain: declared }
#   sex: { kind: binary, categories: [F, M], domain: declared }
# This file was made from the records themselves: do not declare what you only know from here.
${stringify({ columns })}`;
}
