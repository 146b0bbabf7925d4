import { didYouMean, UserError } from '../../core/index.js';
import type { CompiledTest, Test } from '../../stages/constraints/index.js';
import { compileTest } from '../../stages/constraints/index.js';
import type { Cell, ColumnSchema } from '../../table/index.js';
import { isNumericKind } from '../../table/index.js';

/** Conditions on rows to draw: what a model can be given, and all of them as tests. */
export interface Where {
  /** Columns with exactly one value. */
  readonly given: Readonly<Record<string, Cell>>;
  /** Every condition, those in `given` included. */
  readonly tests: readonly CompiledTest[];
}

const operators = ['<=', '>=', '!=', '==', '≤', '≥', '=', '<', '>'] as const;

/**
 * Reads conditions such as `has_diabetes=1`, `age>=65`, `sex!=F`, `ward in (a, b)`, `lab=` (missing).
 * @throws UserError `BAD_WHERE` naming every condition that does not fit the columns.
 */
export function parseWhere(conditions: readonly string[], schemas: readonly ColumnSchema[]): Where {
  const tests: CompiledTest[] = [];
  const given: Record<string, Cell> = {};
  const problems: string[] = [];
  for (const text of conditions) {
    const parsed = parseOne(text, schemas);
    if (typeof parsed === 'string') {
      problems.push(`'${text}': ${parsed}`);
      continue;
    }
    const { schema, test } = parsed;
    const compiled = compileTest(schema, test);
    if ('expected' in compiled) {
      const hint = compiled.hint === undefined ? '' : `; ${compiled.hint}`;
      problems.push(`'${text}': expected ${compiled.expected}, got ${compiled.got}${hint}`);
      continue;
    }
    tests.push(compiled);
    if (compiled.missing === true) given[schema.name] = null;
    else if (compiled.in?.length === 1) given[schema.name] = cellOfCode(schema, compiled.in[0]!);
  }
  if (problems.length > 0)
    throw new UserError(
      'BAD_WHERE',
      `Conditions cannot be used:${problems.map((p) => `\n  - ${p}`).join('')}`,
      {
        expected:
          'column=value, column!=value, column>=number (also > <= <), "column in (a, b)", column= (missing)',
      },
    );
  return { given, tests };
}

function cellOfCode(schema: ColumnSchema, code: number): Cell {
  return isNumericKind(schema.kind) ? code : schema.categories![code]!;
}

function parseOne(
  text: string,
  schemas: readonly ColumnSchema[],
): { schema: ColumnSchema; test: Test } | string {
  const names = schemas.map((s) => s.name);
  const trimmed = text.trim();
  // a column's name may hold anything: the longest one that is followed by an operator counts
  const fitting = schemas
    .filter((s) => trimmed.startsWith(s.name))
    .sort((a, b) => b.name.length - a.name.length);
  for (const schema of fitting) {
    const rest = trimmed.slice(schema.name.length).trim();
    const list = /^in\s*[({](.*)[)}]$/is.exec(rest);
    if (list !== null) return { schema, test: { in: splitList(list[1]!).map((v) => valueOf(schema, v)) } };
    const operator = operators.find((o) => rest.startsWith(o));
    if (operator === undefined) continue;
    const value = rest.slice(operator.length).trim();
    return testOf(schema, operator, value);
  }
  const name =
    /^[^=<>!≤≥]*/
      .exec(trimmed)?.[0]
      .replace(/\s+in\s*$/i, '')
      .trim() ?? '';
  if (names.includes(name)) return 'no operator follows the column';
  return `no column '${name}'${didYouMean(name, names) === undefined ? '' : `; ${didYouMean(name, names)!}`}`;
}

function testOf(
  schema: ColumnSchema,
  operator: (typeof operators)[number],
  value: string,
): { schema: ColumnSchema; test: Test } | string {
  if (value === '' && (operator === '=' || operator === '==')) return { schema, test: { missing: true } };
  if (value === '' && operator === '!=') return { schema, test: { missing: false } };
  if (operator === '=' || operator === '==') return { schema, test: { in: [valueOf(schema, value)] } };
  if (operator === '!=') return { schema, test: { not: valueOf(schema, value) } };
  const number = Number(value);
  if (value === '' || !Number.isFinite(number)) return `'${value}' is not a number`;
  switch (operator) {
    case '<':
      return { schema, test: { below: number } };
    case '>':
      return { schema, test: { above: number } };
    case '<=':
    case '≤':
      return { schema, test: { atMost: number } };
    case '>=':
    case '≥':
      return { schema, test: { atLeast: number } };
  }
}

function valueOf(schema: ColumnSchema, text: string): string | number {
  const plain = text.replace(/^(["'])(.*)\1$/s, '$2');
  if (!isNumericKind(schema.kind) || plain === '') return plain;
  const number = Number(plain);
  return Number.isFinite(number) ? number : plain;
}

/** Values between commas; a value in quotes may hold commas. */
function splitList(text: string): string[] {
  return [...text.matchAll(/\s*("[^"]*"|'[^']*'|[^,]+)\s*(?:,|$)/g)].map((m) => m[1]!.trim());
}
