import { z } from 'zod';
import type { KeyPath } from '../../core/index.js';
import { checkShape, documentError, parseYaml, section } from '../../core/index.js';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
export type Scalar = z.infer<typeof scalar>;

const testSection = section({
  /** The value must be one of these. */
  in: z.array(scalar).min(1).optional(),
  /** The value must be none of these. */
  not: z.union([scalar, z.array(scalar).min(1)]).optional(),
  /** ≥ */
  atLeast: z.number().optional(),
  /** ≤ */
  atMost: z.number().optional(),
  /** > */
  above: z.number().optional(),
  /** < */
  below: z.number().optional(),
  /** Whether the cell has to be missing (true) or present (false). */
  missing: z.boolean().optional(),
}).refine(
  (test) => Object.keys(test).length > 0,
  'at least one of in, not, atLeast, atMost, above, below, missing',
);

/** What a cell has to be: a value, one of several, or limits. */
const testSchema = z.union([scalar, z.array(scalar).min(1), testSection]);
export type Test = z.infer<typeof testSchema>;

const conditions = z
  .record(z.string(), testSchema)
  .refine((c) => Object.keys(c).length > 0, 'at least one column');
/** Conditions on columns, all of which have to hold. */
export type Conditions = z.infer<typeof conditions>;

const head = {
  /** Name in counts and messages. Default: the rule in words. */
  id: z.string().min(1).optional(),
  /** What happens to a synthetic row that breaks the rule. Default `repair`. */
  handle: z.enum(['repair', 'reject']).default('repair'),
};

const limits = section({ min: z.number().optional(), max: z.number().optional() })
  .refine((l) => l.min !== undefined || l.max !== undefined, 'min, max or both')
  .refine((l) => l.min === undefined || l.max === undefined || l.min <= l.max, 'min not above max');

const kinds = {
  bounds: section({ ...head, bounds: z.record(z.string(), limits) }),
  if: section({ ...head, if: conditions, then: conditions }),
  sum: section({
    ...head,
    sum: z.array(z.string()).min(2),
    equals: z.string(),
    /** Largest difference that counts as none. Default 0 (after rounding to the total's decimals). */
    tolerance: z.number().min(0).default(0),
  }),
  order: section({
    ...head,
    order: z.array(z.string()).min(2),
    /** Whether equal neighbours break the rule. Default false. */
    strict: z.boolean().default(false),
  }),
  allowed: section({
    ...head,
    allowed: z.array(z.string()).min(1),
    combinations: z.array(z.array(scalar.nullable())).min(1),
  }),
};
type KindName = keyof typeof kinds;
const kindNames = ['bounds', 'if', 'sum', 'order', 'allowed'] as const satisfies readonly KindName[];

/** A rule that every row has to keep, as written. */
export type Constraint = z.infer<(typeof kinds)[KindName]>;

const constraint = z.record(z.string(), z.unknown()).transform((value, context): Constraint => {
  const named = kindNames.filter((kind) => kind in value);
  if (named.length !== 1) {
    context.addIssue({ code: 'custom', message: `exactly one of ${kindNames.join(', ')}` });
    return z.NEVER;
  }
  const checked = kinds[named[0]!].safeParse(value);
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) context.addIssue({ ...issue });
  return z.NEVER;
});

/** A column that follows from others, as written. */
const declaredRelation = z.union([
  section({ column: z.string(), from: z.string(), table: z.record(z.string(), scalar.nullable()) }),
  section({
    column: z.string(),
    from: z.string(),
    times: z.number().refine((k) => k !== 0, 'a number other than 0'),
    plus: z.number().default(0),
    decimals: z.int().min(0).max(15).optional(),
  }),
  section({
    column: z.string(),
    sum: z.array(z.string()).min(2),
    decimals: z.int().min(0).max(15).optional(),
  }),
  section({ column: z.string(), constant: scalar.nullable() }),
]);
export type DeclaredRelation = z.infer<typeof declaredRelation>;

const documentSchema = section({
  constraints: z.array(constraint).default([]),
  /** Columns that follow from others: left out of the model and restored, so that they are never wrong. */
  relations: z.array(declaredRelation).default([]),
});

/** What a constraints file says. */
export type ConstraintsDocument = z.infer<typeof documentSchema>;
/** Accepts what {@link parseConstraints} returned, as a model's manifest keeps it. */
export const constraintsDocumentSchema: z.ZodType<ConstraintsDocument> = documentSchema;

/** A constraints file that was read, with the lines of its keys for later problems. */
export interface ConstraintsFile {
  readonly document: ConstraintsDocument;
  readonly source: { readonly file: string; lineOf(path: KeyPath): number };
}

/** How errors call the file. */
export const documentKind = { code: 'BAD_CONSTRAINTS', what: 'constraints file' } as const;

/**
 * Reads a constraints file (YAML; docs/table.md says every key).
 * @throws UserError `BAD_CONSTRAINTS` naming every problem with key path and line.
 */
export function parseConstraints(text: string, file: string): ConstraintsFile {
  const kind = { ...documentKind, file };
  const yaml = parseYaml(text, kind);
  const checked = checkShape(documentSchema, yaml.value ?? {});
  if (!checked.ok) throw documentError(kind, yaml, checked.problems);
  return { document: checked.data, source: { file, lineOf: (path) => yaml.lineOf(path) } };
}

/** The columns that a constraint speaks of. */
export function columnsOf(c: Constraint): string[] {
  if ('bounds' in c) return Object.keys(c.bounds);
  if ('if' in c) return [...Object.keys(c.if), ...Object.keys(c.then)];
  if ('sum' in c) return [...c.sum, c.equals];
  return 'order' in c ? c.order : c.allowed;
}
