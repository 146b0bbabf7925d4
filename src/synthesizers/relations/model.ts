import { z } from 'zod';
import { columnSchema } from '../../table/index.js';

const cell = z.union([z.string(), z.number(), z.null()]);

/** How a column follows from others. */
const relationSchema = z.discriminatedUnion('kind', [
  /** The same in every row (null: always missing). */
  z.strictObject({ kind: z.literal('constant'), column: z.string(), value: cell }),
  /** `times` · from + `plus`, on the column's own grid; missing where `from` is. */
  z.strictObject({
    kind: z.literal('affine'),
    column: z.string(),
    from: z.string(),
    times: z.number(),
    plus: z.number(),
  }),
  /** One value for each value of `from`; `rows`: how often it was seen (0 where declared). Most frequent first. */
  z.strictObject({
    kind: z.literal('table'),
    column: z.string(),
    from: z.string(),
    pairs: z.array(z.strictObject({ from: cell, to: cell, rows: z.number().min(0) })).min(1),
  }),
  /** The sum of others, on the column's own grid; missing where one of them is. */
  z.strictObject({ kind: z.literal('sum'), column: z.string(), of: z.array(z.string()).min(2) }),
]);
export type Relation = z.infer<typeof relationSchema>;

/** Relations of a table, in the order in which they were found: a column follows from columns that may follow from later relations. */
export const relationsSchema = z.strictObject({
  /** All columns of the table, determined ones included, in its order. */
  schema: z.array(columnSchema),
  relations: z.array(relationSchema),
});
export type Relations = z.infer<typeof relationsSchema>;

/** Columns that a relation reads. */
export function sourcesOf(relation: Relation): readonly string[] {
  if (relation.kind === 'constant') return [];
  return relation.kind === 'sum' ? relation.of : [relation.from];
}

/** The relation in words. */
export function relationText(relation: Relation): string {
  const { column } = relation;
  switch (relation.kind) {
    case 'constant':
      return `${column} is the same in every row`;
    case 'affine':
      return `${column} = ${relation.times} · ${relation.from}${relation.plus === 0 ? '' : ` ${relation.plus < 0 ? '−' : '+'} ${Math.abs(relation.plus)}`}`;
    case 'table':
      return `${column} follows from ${relation.from}`;
    case 'sum':
      return `${column} = ${relation.of.join(' + ')}`;
  }
}
