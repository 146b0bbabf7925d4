import { didYouMean } from '../../core/index.js';
import type { Column, ColumnSchema } from '../../table/index.js';
import { isNumericKind } from '../../table/index.js';
import type { Scalar, Test } from './document.js';

/** A test of one column's cells that fits the column. Limits are inclusive or not; lists hold codes of categories or numbers. */
export interface CompiledTest {
  readonly column: string;
  readonly limits: readonly Limit[];
  /** Values that pass, in the order given; undefined: any. */
  readonly in: readonly number[] | undefined;
  readonly not: readonly number[];
  readonly missing: boolean | undefined;
  /** Categorical columns: the number that each category reads as, for limits. */
  readonly numbers: readonly number[] | undefined;
  readonly text: string;
}

export interface Limit {
  readonly side: 'low' | 'high';
  readonly value: number;
  readonly strict: boolean;
}

/** What is wrong with a test for this column. */
export interface TestProblem {
  readonly expected: string;
  readonly got: string;
  readonly hint?: string | undefined;
}

/** Fits a test to a column, or says what is wrong with it. Categories that a private release withheld are allowed: no cell has them. */
export function compileTest(schema: ColumnSchema, test: Test): CompiledTest | TestProblem {
  const full =
    typeof test === 'object' && !Array.isArray(test) ? test : { in: Array.isArray(test) ? test : [test] };
  const limits = limitsOf(full);
  const numeric = isNumericKind(schema.kind);
  const numbers = numeric ? undefined : (schema.categories ?? []).map(Number);
  if (limits.length > 0 && numbers?.some(Number.isNaN) === true)
    return { expected: 'values (this column holds categories that are not numbers)', got: 'limits' };
  const wanted = full.in === undefined ? undefined : valuesOf(schema, full.in);
  const unwanted = valuesOf(
    schema,
    full.not === undefined ? [] : Array.isArray(full.not) ? full.not : [full.not],
  );
  if (wanted !== undefined && 'expected' in wanted) return wanted;
  if ('expected' in unwanted) return unwanted;
  return {
    column: schema.name,
    limits,
    in: wanted,
    not: unwanted,
    missing: full.missing,
    numbers,
    text: testText(schema.name, full),
  };
}

function limitsOf(test: Exclude<Test, Scalar | Scalar[]>): Limit[] {
  const limits: Limit[] = [];
  if (test.atLeast !== undefined) limits.push({ side: 'low', value: test.atLeast, strict: false });
  if (test.above !== undefined) limits.push({ side: 'low', value: test.above, strict: true });
  if (test.atMost !== undefined) limits.push({ side: 'high', value: test.atMost, strict: false });
  if (test.below !== undefined) limits.push({ side: 'high', value: test.below, strict: true });
  return limits;
}

/** Numbers, or codes of categories. A category that does not exist gives no code. */
function valuesOf(schema: ColumnSchema, values: readonly Scalar[]): number[] | TestProblem {
  if (isNumericKind(schema.kind)) {
    const bad = values.find((value) => typeof value !== 'number');
    return bad === undefined
      ? values.map(Number)
      : { expected: 'numbers (this column holds numbers)', got: `'${String(bad)}'` };
  }
  const categories = schema.categories ?? [];
  const codes: number[] = [];
  for (const value of values) {
    const code = categories.indexOf(String(value));
    if (code >= 0) codes.push(code);
    else if (schema.domain !== 'released')
      return {
        expected: `categories of the column: ${categories.slice(0, 40).join(', ')}`,
        got: `'${String(value)}'`,
        hint: didYouMean(String(value), categories),
      };
  }
  return codes;
}

/** Whether a cell passes; undefined where that is unknown because the cell is missing. */
export function passes(test: CompiledTest, column: Column, row: number): boolean | undefined {
  const present = column.valid[row] === 1;
  if (test.missing === true) return !present;
  if (!present) return test.missing === false ? false : undefined;
  const value = column.type === 'numeric' ? column.values[row]! : column.codes[row]!;
  if (test.in?.includes(value) === false || test.not.includes(value)) return false;
  const number = test.numbers === undefined ? value : test.numbers[value]!;
  return test.limits.every((limit) => within(limit, number));
}

function within({ side, value, strict }: Limit, x: number): boolean {
  if (side === 'low') return strict ? x > value : x >= value;
  return strict ? x < value : x <= value;
}

/** Why a cell cannot be made to pass, or undefined when it can. */
export function unsettable(test: CompiledTest): string | undefined {
  if (test.not.length > 0) return 'what a cell is not does not say what it should be';
  if (test.missing === false) return 'that a cell is present does not say what it should be';
  if (test.limits.length > 0 && test.numbers !== undefined && test.in === undefined)
    return 'limits do not say which category it should be';
  return test.in?.length === 0 ? 'no such category exists' : undefined;
}

/** Makes a cell pass by the least change: the first of the values given, or the nearest value on the column's grid inside the limits. */
export function settle(test: CompiledTest, column: Column, row: number): void {
  if (test.missing === true) {
    clear(column, row);
    return;
  }
  if (test.in !== undefined) setCell(column, row, test.in[0]!);
  else if (column.type === 'numeric')
    for (const limit of test.limits)
      setCell(column, row, intoLimit(limit, column.values[row]!, column.schema));
}

export function setCell(column: Column, row: number, value: number): void {
  column.valid[row] = 1;
  if (column.type === 'numeric') column.values[row] = value;
  else column.codes[row] = value;
}

export function clear(column: Column, row: number): void {
  column.valid[row] = 0;
  if (column.type === 'numeric') column.values[row] = 0;
  else column.codes[row] = 0;
}

/** The value, or the nearest one on the grid that keeps the limit. */
export function intoLimit(limit: Limit, x: number, schema: ColumnSchema): number {
  if (within(limit, x)) return x;
  const scale = 10 ** (decimalsOf(schema) ?? 9);
  const steps = limit.value * scale;
  // a limit such as 0.3 is not exact in binary: what rounds to a step is that step
  const nearest = Math.round(steps);
  const onGrid = Math.abs(steps - nearest) < 1e-6;
  const up = limit.side === 'low';
  const step = onGrid
    ? nearest + (limit.strict ? (up ? 1 : -1) : 0)
    : up
      ? Math.ceil(steps)
      : Math.floor(steps);
  return step / scale;
}

/** Decimals that a column's numbers are recorded with; undefined when unknown. */
function decimalsOf(schema: ColumnSchema): number | undefined {
  return schema.decimals ?? (schema.kind === 'count' ? 0 : undefined);
}

/** A number on the column's grid. */
export function ontoGrid(schema: ColumnSchema, x: number): number {
  const decimals = decimalsOf(schema);
  return decimals === undefined ? x : Math.round(x * 10 ** decimals) / 10 ** decimals;
}

function testText(name: string, test: Exclude<Test, Scalar | Scalar[]>): string {
  const list = (values: readonly Scalar[]): string =>
    values.length === 1 ? `= ${String(values[0])}` : `in {${values.map(String).join(', ')}}`;
  const parts: string[] = [];
  if (test.in !== undefined) parts.push(list(test.in));
  if (test.not !== undefined) parts.push(`not ${list(Array.isArray(test.not) ? test.not : [test.not])}`);
  if (test.atLeast !== undefined) parts.push(`≥ ${test.atLeast}`);
  if (test.above !== undefined) parts.push(`> ${test.above}`);
  if (test.atMost !== undefined) parts.push(`≤ ${test.atMost}`);
  if (test.below !== undefined) parts.push(`< ${test.below}`);
  if (test.missing !== undefined) parts.push(test.missing ? 'missing' : 'present');
  return parts.map((part) => `${name} ${part}`).join(' and ');
}
