import type { KeyPath, Problem } from '../../core/index.js';
import { didYouMean, documentError } from '../../core/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { Conditions, Constraint, ConstraintsDocument, ConstraintsFile } from './document.js';
import { columnsOf, documentKind } from './document.js';
import type { Rule } from './rules.js';
import { allowedRule, boundsRule, holdsNumbers, implicationRule, orderRule, sumRule } from './rules.js';
import type { CompiledTest, Limit } from './test.js';
import { compileTest, unsettable } from './test.js';

/** A constraint that fits a table's columns. */
export interface CompiledConstraint extends Rule {
  readonly id: string;
  /** The rule in words. */
  readonly text: string;
  readonly handle: 'repair' | 'reject';
}

/**
 * Fits constraints to a table's columns.
 * @throws UserError `BAD_CONSTRAINTS` naming every problem with key path and line: unknown columns and categories, limits on texts, tests
 *   that a repair cannot fulfil.
 */
export function compileConstraints(
  schemas: readonly ColumnSchema[],
  file: Pick<ConstraintsFile, 'document'> & Partial<ConstraintsFile>,
): CompiledConstraint[] {
  const binder = new Binder(schemas);
  const compiled = file.document.constraints.map((c, i) => binder.constraint(c, ['constraints', i]));
  binder.relations(file.document);
  if (binder.problems.length > 0) {
    const source = file.source ?? { file: 'of the model', lineOf: () => 0 };
    const kind = { ...documentKind, file: source.file };
    throw documentError(kind, { value: undefined, lineOf: (path) => source.lineOf(path) }, binder.problems);
  }
  return uniqueIds(compiled.filter((c) => c !== undefined));
}

/**
 * A constraints document for columns whose domain was released under differential privacy: constraints that speak of an open column and do not fit what
 * was released of it (it was set aside, or its kind came out otherwise) are left out. Those that fit no column of the file, or no
 * declared one, stay, and {@link compileConstraints} tells their problems.
 * @param open columns whose domain nobody declared.
 */
export function withoutUnreleased(
  { constraints, relations }: ConstraintsDocument,
  schemas: readonly ColumnSchema[],
  open: ReadonlySet<string>,
): { readonly document: ConstraintsDocument; readonly dropped: number } {
  const kept = constraints.filter((c) => {
    if (!columnsOf(c).some((name) => open.has(name))) return true;
    const binder = new Binder(schemas);
    return binder.constraint(c, []) !== undefined;
  });
  return { document: { constraints: kept, relations }, dropped: constraints.length - kept.length };
}

class Binder {
  readonly problems: Problem[] = [];
  readonly #schemas: ReadonlyMap<string, ColumnSchema>;

  constructor(schemas: readonly ColumnSchema[]) {
    this.#schemas = new Map(schemas.map((s) => [s.name, s]));
  }

  constraint(c: Constraint, path: KeyPath): CompiledConstraint | undefined {
    const before = this.problems.length;
    const made = this.#make(c, path);
    if (this.problems.length > before || made === undefined) return undefined;
    return { ...made.rule, id: c.id ?? made.text, text: made.text, handle: c.handle };
  }

  relations({ relations }: ConstraintsDocument): void {
    for (const [i, relation] of relations.entries()) {
      const path = ['relations', i];
      this.#column(relation.column, [...path, 'column']);
      if ('from' in relation) this.#column(relation.from, [...path, 'from']);
      if ('sum' in relation)
        for (const [j, name] of relation.sum.entries()) this.#number(name, [...path, 'sum', j]);
      if ('times' in relation) this.#number(relation.from, [...path, 'from']);
      const twice = relations.findIndex((other) => other.column === relation.column);
      if (twice < i)
        this.#problem([...path, 'column'], 'a column that no other relation gives', `'${relation.column}'`);
    }
  }

  #make(c: Constraint, path: KeyPath): { rule: Rule; text: string } | undefined {
    if ('bounds' in c) return this.#bounds(c.bounds, [...path, 'bounds']);
    if ('if' in c) return this.#implication(c, path);
    if ('sum' in c) {
      for (const [i, name] of c.sum.entries()) this.#number(name, [...path, 'sum', i]);
      this.#number(c.equals, [...path, 'equals']);
      return { rule: sumRule(c.sum, c.equals, c.tolerance), text: `${c.sum.join(' + ')} = ${c.equals}` };
    }
    if ('order' in c) {
      for (const [i, name] of c.order.entries()) this.#number(name, [...path, 'order', i]);
      return { rule: orderRule(c.order, c.strict), text: c.order.join(c.strict ? ' < ' : ' ≤ ') };
    }
    return this.#allowed(c, path);
  }

  #bounds(
    bounds: Extract<Constraint, { bounds: unknown }>['bounds'],
    path: KeyPath,
  ): { rule: Rule; text: string } {
    const limits = new Map<string, Limit[]>();
    for (const [name, { min, max }] of Object.entries(bounds)) {
      this.#number(name, [...path, name]);
      limits.set(name, [
        ...(min === undefined ? [] : [{ side: 'low' as const, value: min, strict: false }]),
        ...(max === undefined ? [] : [{ side: 'high' as const, value: max, strict: false }]),
      ]);
    }
    const text = Object.entries(bounds).map(([name, { min, max }]) =>
      min === undefined
        ? `${name} ≤ ${max!}`
        : max === undefined
          ? `${name} ≥ ${min}`
          : `${min} ≤ ${name} ≤ ${max}`,
    );
    return { rule: boundsRule(limits), text: text.join(', ') };
  }

  #implication(c: Extract<Constraint, { if: unknown }>, path: KeyPath): { rule: Rule; text: string } {
    const when = this.#tests(c.if, [...path, 'if']);
    const then = this.#tests(c.then, [...path, 'then']);
    if (c.handle === 'repair')
      for (const test of then) {
        const reason = unsettable(test);
        if (reason !== undefined)
          this.#problem(
            [...path, 'then', test.column],
            'something that a repair can set',
            reason,
            'use handle: reject',
          );
      }
    const text = (tests: readonly CompiledTest[]): string => tests.map((t) => t.text).join(' and ');
    return { rule: implicationRule(when, then), text: `${text(when)} ⇒ ${text(then)}` };
  }

  #allowed(
    { allowed, combinations }: Extract<Constraint, { allowed: unknown }>,
    path: KeyPath,
  ): { rule: Rule; text: string } {
    const schemas = allowed.map((name, i) => this.#column(name, [...path, 'allowed', i]));
    const compiled = combinations.flatMap((combination, i) => {
      const at = [...path, 'combinations', i];
      if (combination.length !== allowed.length) {
        this.#problem(at, `${allowed.length} values, one of each column`, `${combination.length}`);
        return [];
      }
      const values = combination.map((value, j) => {
        const schema = schemas[j];
        if (value === null || schema === undefined) return null;
        const test = compileTest(schema, value);
        if ('expected' in test) this.#problem([...at, j], test.expected, test.got, test.hint);
        return 'expected' in test ? undefined : test.in?.[0];
      });
      // a combination with a category that was withheld cannot occur
      return values.includes(undefined) ? [] : [values.map((v) => v ?? null)];
    });
    return {
      rule: allowedRule(allowed, compiled),
      text: `${allowed.join(', ')} in ${combinations.length} combinations`,
    };
  }

  #tests(conditions: Conditions, path: KeyPath): CompiledTest[] {
    return Object.entries(conditions).flatMap(([name, test]) => {
      const schema = this.#column(name, [...path, name]);
      if (schema === undefined) return [];
      const compiled = compileTest(schema, test);
      if (!('expected' in compiled)) return [compiled];
      this.#problem([...path, name], compiled.expected, compiled.got, compiled.hint);
      return [];
    });
  }

  #column(name: string, path: KeyPath): ColumnSchema | undefined {
    const schema = this.#schemas.get(name);
    if (schema === undefined) {
      const names = [...this.#schemas.keys()];
      this.#problem(path, `a column of the table`, `'${name}'`, didYouMean(name, names) ?? listOf(names));
    }
    return schema;
  }

  #number(name: string, path: KeyPath): void {
    const schema = this.#column(name, path);
    if (schema !== undefined && !holdsNumbers(schema))
      this.#problem(path, 'a column of numbers', `'${name}', which is ${schema.kind}`);
  }

  #problem(path: KeyPath, expected: string, got: string, hint?: string): void {
    this.problems.push({ path, expected, got, hint });
  }
}

function listOf(names: readonly string[]): string {
  return `there are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`;
}

function uniqueIds(constraints: readonly CompiledConstraint[]): CompiledConstraint[] {
  const seen = new Map<string, number>();
  return constraints.map((c) => {
    const before = seen.get(c.id) ?? 0;
    seen.set(c.id, before + 1);
    return before === 0 ? c : { ...c, id: `${c.id} (${before + 1})` };
  });
}
