import type { z } from 'zod';
import { knownKeysOf } from './section.js';
import { suggest } from './suggest.js';

/** Where in a document: keys and list positions from the root. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong with a document. */
export interface Problem {
  readonly path: KeyPath;
  readonly expected: string;
  readonly got: string;
  /** What to do, e.g. `did you mean 'index'?`. */
  readonly hint?: string | undefined;
}

type Issue = z.core.$ZodIssue;

/**
 * Checks a value against a schema. All problems come back at once.
 * @returns the parsed value, or the problems (at least one).
 */
export function checkShape<T>(
  schema: z.ZodType<T>,
  value: unknown,
  path: KeyPath = [],
): { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, data: result.data };
  return { ok: false, problems: result.error.issues.flatMap((issue) => explain(issue, value, path)) };
}

function explain(issue: Issue, root: unknown, base: KeyPath): Problem[] {
  const inner = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const path = [...base, ...inner];
  const got = valueAt(root, inner);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = knownKeysOf(issue.message);
      return issue.keys.map((key) => ({
        path: [...path, key],
        expected: known.length > 0 ? `one of ${known.join(', ')}` : 'no such key',
        got: `unknown key '${key}'`,
        hint: didYouMean(key, known),
      }));
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      return [choice(path, got, values)];
    }
    case 'invalid_union':
      if ('options' in issue && Array.isArray(issue.options))
        return [choice(path, got, issue.options.map(String))];
      return bestBranch(issue.errors).flatMap((nested) => explain(nested, got, path));
    case 'invalid_type':
      return [{ path, expected: nameOfType(issue.expected), got: describe(got) }];
    case 'too_small':
      return [{ path, expected: bound(issue, 'at least', issue.minimum, 'more than'), got: describe(got) }];
    case 'too_big':
      return [{ path, expected: bound(issue, 'at most', issue.maximum, 'less than'), got: describe(got) }];
    case 'invalid_key':
      return issue.issues.flatMap((nested) => explain(nested, inner.at(-1), path));
    case 'invalid_element':
      return issue.issues.flatMap((nested) => explain(nested, got, path));
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      return [{ path, expected: issue.message, got: describe(got) }];
  }
}

/** Of a union's branches, the one that fits best: of the right type, with the fewest problems. */
function bestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const wrongType = (issues: readonly Issue[]): boolean =>
    issues.some((i) => i.path.length === 0 && (i.code === 'invalid_type' || i.code === 'invalid_value'));
  const score = (issues: readonly Issue[]): number => issues.length + (wrongType(issues) ? 1000 : 0);
  return branches.reduce((best, issues) => (score(issues) < score(best) ? issues : best));
}

function choice(path: KeyPath, got: unknown, values: readonly string[]): Problem {
  const expected = values.length === 1 ? `'${values[0]!}'` : `one of ${values.join(', ')}`;
  return { path, expected, got: describe(got), hint: didYouMean(got, values) };
}

/** `did you mean 'x'?` when one of the known names is near. */
export function didYouMean(got: unknown, known: readonly string[]): string | undefined {
  const near = typeof got === 'string' ? suggest(got, known) : undefined;
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

function bound(
  issue: { readonly origin: string; readonly inclusive?: boolean | undefined },
  inclusive: string,
  limit: number | bigint,
  exclusive: string,
): string {
  const text = `${issue.inclusive === false ? exclusive : inclusive} ${limit}`;
  if (issue.origin === 'array') return `${text} ${limit === 1 ? 'entry' : 'entries'}`;
  if (issue.origin === 'string') return `${text} characters`;
  return text;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of keys',
  record: 'a section of keys',
};

function nameOfType(type: string): string {
  return typeNames[type] ?? type;
}

/** A document's own value for its author. Documents are settings, never records of patients. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing (the key is missing)';
  if (value === null) return 'nothing (the value is empty)';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'a section of keys';
  if (typeof value !== 'string') return JSON.stringify(value);
  return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
}

function valueAt(root: unknown, path: KeyPath): unknown {
  let at: unknown = root;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Object.entries(at).find(([name]) => name === String(key))?.[1];
  }
  return at;
}
