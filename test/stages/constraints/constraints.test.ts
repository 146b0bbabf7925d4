import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/core/index.js';
import type { CompiledConstraint } from '../../../src/stages/constraints/index.js';
import {
  applyConstraints,
  checkConstraints,
  compileConstraints,
  parseConstraints,
} from '../../../src/stages/constraints/index.js';
import type { Cell, ColumnSchema, Table } from '../../../src/table/index.js';
import { tableFromRows } from '../../../src/table/index.js';

const number = (name: string, decimals = 0): ColumnSchema => ({
  name,
  kind: 'continuous',
  role: 'feature',
  missing: true,
  decimals,
});
const category = (name: string, ...categories: string[]): ColumnSchema => ({
  name,
  kind: categories.length === 2 ? 'binary' : 'categorical',
  role: 'feature',
  missing: true,
  categories,
});
const schemas = [
  number('hba1c', 1),
  category('has_diabetes', '0', '1'),
  number('low'),
  number('high'),
  number('a', 2),
  number('b', 2),
  number('total', 2),
  category('sex', 'F', 'M'),
  category('pregnant', 'no', 'yes'),
];

function compile(yaml: string): CompiledConstraint[] {
  return compileConstraints(schemas, parseConstraints(yaml, 'rules.yaml'));
}
function table(...rows: Record<string, Cell>[]): Table {
  return tableFromRows(schemas, rows);
}
/** The one row after the rules, or `rejected`. */
function after(yaml: string, row: Record<string, Cell>): Record<string, Cell> | 'rejected' {
  const { table: done, keep } = applyConstraints(table(row), compile(yaml));
  if (keep[0] === 0) return 'rejected';
  return Object.fromEntries(Object.keys(row).map((name) => [name, done.cell(name, 0)]));
}

describe('constraints', () => {
  const diabetes = `constraints: [{ if: { hba1c: { atLeast: 6.5 } }, then: { has_diabetes: 1 } }]`;

  it('an implication: sets what follows, and leaves rows alone where it does not apply or a cell is missing', () => {
    expect(after(diabetes, { hba1c: 6.5, has_diabetes: '0' })).toEqual({ hba1c: 6.5, has_diabetes: '1' });
    expect(after(diabetes, { hba1c: 6.4, has_diabetes: '0' })).toEqual({ hba1c: 6.4, has_diabetes: '0' });
    expect(after(diabetes, { hba1c: null, has_diabetes: '0' })).toEqual({ hba1c: null, has_diabetes: '0' });
    expect(after(diabetes, { hba1c: 9, has_diabetes: null })).toEqual({ hba1c: 9, has_diabetes: null });
  });

  it('bounds: moves to the nearest value of the grid inside', () => {
    const rule = 'constraints: [{ bounds: { low: { min: 2.5, max: 90 }, hba1c: { min: 0.3 } } }]';
    expect(after(rule, { low: 1, hba1c: 0.1 })).toEqual({ low: 3, hba1c: 0.3 });
    expect(after(rule, { low: 91, hba1c: 5 })).toEqual({ low: 90, hba1c: 5 });
    expect(after(rule, { low: null, hba1c: null })).toEqual({ low: null, hba1c: null });
  });

  it('a sum: sets the total on its grid; within the tolerance nothing is changed', () => {
    const rule = 'constraints: [{ sum: [a, b], equals: total }]';
    expect(after(rule, { a: 0.1, b: 0.2, total: 9 })).toEqual({ a: 0.1, b: 0.2, total: 0.3 });
    const loose = 'constraints: [{ sum: [a, b], equals: total, tolerance: 0.05 }]';
    expect(after(loose, { a: 0.1, b: 0.2, total: 0.34 })).toEqual({ a: 0.1, b: 0.2, total: 0.34 });
    expect(after(rule, { a: 1, b: null, total: 9 })).toEqual({ a: 1, b: null, total: 9 });
  });

  it('an order: puts values in order; equal ones only matter when strict', () => {
    const loose = 'constraints: [{ order: [low, high] }]';
    expect(after(loose, { low: 120, high: 80 })).toEqual({ low: 80, high: 120 });
    expect(after(loose, { low: 80, high: 80 })).toEqual({ low: 80, high: 80 });
    const strict = 'constraints: [{ order: [low, high], strict: true }]';
    expect(after(strict, { low: 80, high: 80 })).toEqual({ low: 80, high: 81 });
  });

  it('combinations: takes the nearest one that may be', () => {
    const rule =
      'constraints: [{ allowed: [sex, pregnant], combinations: [[M, no], [F, no], [F, yes], [F, null]] }]';
    expect(after(rule, { sex: 'M', pregnant: 'yes' })).toEqual({ sex: 'M', pregnant: 'no' });
    expect(after(rule, { sex: 'F', pregnant: null })).toEqual({ sex: 'F', pregnant: null });
    expect(after(rule, { sex: 'M', pregnant: null })).toEqual({ sex: 'M', pregnant: 'no' });
  });

  it('reject: marks the row; repairs that contradict each other do so, too', () => {
    const reject = diabetes.replace('{ if', '{ handle: reject, if');
    expect(after(reject, { hba1c: 7, has_diabetes: '0' })).toBe('rejected');
    expect(after(reject, { hba1c: 6, has_diabetes: '0' })).not.toBe('rejected');
    const both = 'constraints: [{ bounds: { low: { max: 3 } } }, { bounds: { low: { min: 5 } } }]';
    expect(after(both, { low: 4 })).toBe('rejected');
  });

  it('counts violations, repairs and rejections per constraint', () => {
    const rules = compile(`constraints:
  - { id: sugar, if: { hba1c: { atLeast: 6.5 } }, then: { has_diabetes: 1 } }
  - { order: [low, high], handle: reject }`);
    const rows = table(
      { hba1c: 7, has_diabetes: '0', low: 1, high: 2 },
      { hba1c: 7, has_diabetes: '0', low: 3, high: 2 },
      { hba1c: 5, has_diabetes: '0', low: 3, high: 2 },
      { hba1c: 5, has_diabetes: '0', low: 1, high: 2 },
    );
    expect(rules.map((r) => r.id)).toEqual(['sugar', 'low ≤ high']);
    expect(checkConstraints(rows, rules)).toEqual({ violations: [2, 2], keep: Uint8Array.of(0, 0, 0, 1) });
    const done = applyConstraints(rows, rules);
    expect(done.counts).toEqual({ repaired: [2, 0], rejected: [0, 2] });
    expect([...done.keep]).toEqual([1, 0, 0, 1]);
    expect(rows.cell('has_diabetes', 0)).toBe('0');
  });

  it('property: what is kept breaks no rule', () => {
    const rules = compile(`constraints:
  - { bounds: { low: { min: 0, max: 9 }, total: { max: 12 } } }
  - { order: [low, high], strict: true }
  - { if: { low: { above: 4 } }, then: { high: { atMost: 8 }, sex: [F] } }
  - { sum: [low, high], equals: total }`);
    const cell = fc.option(fc.integer({ min: -5, max: 15 }), { nil: null });
    const row = fc.record({ low: cell, high: cell, total: cell, sex: fc.constantFrom('F', 'M', null) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (rows) => {
        const { table: done, keep } = applyConstraints(table(...rows), rules);
        const kept = done.take([...keep.keys()].filter((i) => keep[i] === 1));
        expect(checkConstraints(kept, rules).violations).toEqual([0, 0, 0, 0]);
      }),
    );
  });
});

describe('a constraints file', () => {
  it('tells all problems of its form with key path and line', () => {
    const text = `constraints:
  - { bounds: { low: { mini: 3 } } }
  - { iff: { low: 1 }, then: { high: 2 } }
  - { sum: [a], equals: total }
  - { order: [low, high], handle: mend }
relation: []
`;
    let message = '';
    try {
      parseConstraints(text, 'rules.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      message = (error as Error).message;
    }
    expect(message).toContain('6 problems');
    expect(message).toContain(
      "line 2, constraints[0].bounds.low.mini: expected one of min, max, got unknown key 'mini'; did you mean 'min'?",
    );
    expect(message).toContain(
      'line 3, constraints[1]: expected exactly one of bounds, if, sum, order, allowed',
    );
    expect(message).toContain('line 4, constraints[2].sum: expected at least 2 entries');
    expect(message).toContain("line 5, constraints[3].handle: expected one of repair, reject, got 'mend'");
    expect(message).toContain(
      "line 6, relation: expected one of constraints, relations, got unknown key 'relation'; did you mean 'relations'?",
    );
  });

  it('tells all problems with the table', () => {
    const text = `constraints:
  - { bounds: { hba1cc: { min: 3 } } }
  - { if: { sex: X }, then: { high: two } }
  - { order: [low, sex] }
  - { if: { sex: F }, then: { high: { not: 3 } } }
  - { allowed: [sex, pregnant], combinations: [[F], [F, maybe]] }
relations:
  - { column: nowhere, from: sex, table: { F: 1 } }
`;
    let message = '';
    try {
      compile(text);
    } catch (error) {
      message = (error as Error).message;
    }
    for (const part of [
      "line 2, constraints[0].bounds.hba1cc: expected a column of the table, got 'hba1cc'; did you mean 'hba1c'?",
      'line 3, constraints[1].if.sex: expected categories of the column: F, M',
      "line 3, constraints[1].then.high: expected numbers (this column holds numbers), got 'two'",
      "line 4, constraints[2].order[1]: expected a column of numbers, got 'sex', which is binary",
      'line 5, constraints[3].then.high: expected something that a repair can set',
      'line 6, constraints[4].combinations[0]: expected 2 values',
      'line 6, constraints[4].combinations[1][1]',
      'line 8, relations[0].column',
    ])
      expect(message).toContain(part);
  });
});
