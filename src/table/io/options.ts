import { z } from 'zod';
import { checkShape, documentError, parseYaml, section, UserError } from '../../core/index.js';
import { columnKinds, columnRoles } from '../schema.js';

/** Texts that mean "no value" unless told otherwise; compared after trimming. `None` is not among them. */
const defaultMissingTokens: readonly string[] = ['', 'NA', 'N/A', 'n/a', 'NaN', 'nan', 'NULL', 'null', '?'];

const isoDate = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date as 2000-01-31');

const columnOverride = section({
  kind: z.enum(columnKinds).optional(),
  role: z.enum(columnRoles).optional(),
  /** UCUM unit. */
  unit: z.string().optional(),
  decimals: z.int().min(0).max(15).optional(),
  /** The categories in order; ordinal: from low to high; binary: [negative, positive]. */
  categories: z.array(z.string()).min(1).optional(),
  /** Least and greatest value that may occur; values outside are moved to them. */
  bounds: z
    .tuple([z.number(), z.number()])
    .refine(([low, high]) => low < high, 'the least value before the greatest')
    .optional(),
  /** Cut points that the column is binned by where a model needs bins, ascending, within the bounds. */
  edges: z.array(z.number()).min(1).optional(),
  /** `declared`: kind, categories, bounds and decimals are known without these records, so under differential privacy they cost nothing. */
  domain: z.literal('declared').optional(),
  /** Further texts that mean "no value" in this column. */
  missing: z.array(z.string()).default([]),
  /** Reads a column of dates as days since this one. */
  daysSince: isoDate.optional(),
  description: z.string().optional(),
});
export type ColumnOverride = z.infer<typeof columnOverride>;

/** Keys that say how a CSV or Parquet file is read; part of a blueprint, or a schema file of their own. */
export const tableFileShape = {
  missing: z.array(z.string()).default([...defaultMissingTokens]),
  /** What inference got wrong, or cannot know: column → settings. */
  columns: z.record(z.string(), columnOverride).default({}),
};

const tableSchemaFile = section({
  ...tableFileShape,
  /** Columns that are not read at all. */
  drop: z.array(z.string()).default([]),
});

/** How a file is read: {@link compileTableFile}. */
export type TableFileOptions = z.input<typeof tableSchemaFile>;
export type CompiledTableFile = z.infer<typeof tableSchemaFile>;

/** @throws UserError `BAD_OPTIONS` listing every problem with its key. */
export function compileTableFile(options: TableFileOptions = {}): CompiledTableFile {
  const checked = checkShape(tableSchemaFile, options);
  if (checked.ok) return checked.data;
  const list = checked.problems.map(
    (p) =>
      `\n  - ${p.path.join('.')}: expected ${p.expected}, got ${p.got}${p.hint === undefined ? '' : `; ${p.hint}`}`,
  );
  throw new UserError('BAD_OPTIONS', `The options for reading a table have problems:${list.join('')}`);
}

/**
 * Reads a schema file (YAML) that says how a CSV or Parquet file is to be understood.
 * @throws UserError `BAD_SCHEMA` naming every problem with key path and line.
 */
export function parseTableSchema(text: string, file: string): CompiledTableFile {
  const kind = { code: 'BAD_SCHEMA', what: 'schema file', file };
  const document = parseYaml(text, kind);
  const checked = checkShape(tableSchemaFile, document.value ?? {});
  if (!checked.ok) throw documentError(kind, document, checked.problems);
  return checked.data;
}
