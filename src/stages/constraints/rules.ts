import type { Column, ColumnSchema } from '../../table/index.js';
import type { CompiledTest, Limit } from './test.js';
import { clear, intoLimit, ontoGrid, passes, setCell, settle } from './test.js';

/** A table's columns by name, open to repairs. */
export type Columns = ReadonlyMap<string, Column>;

/** A constraint that fits a table. A rule that hangs on a missing cell is not broken. */
export interface Rule {
  readonly broken: (columns: Columns, row: number) => boolean;
  /** Changes cells so that the rule holds, by the least change that is documented for its kind. */
  readonly repair: (columns: Columns, row: number) => void;
  /** Columns that a repair may change. */
  readonly changes: readonly string[];
}

/** Limits on numbers; the repair moves a value to the nearest one inside. */
export function boundsRule(limits: ReadonlyMap<string, readonly Limit[]>): Rule {
  const outside = (limit: Limit, x: number): boolean =>
    limit.side === 'low' ? x < limit.value : x > limit.value;
  return {
    changes: [...limits.keys()],
    broken: (columns, row) =>
      [...limits].some(([name, list]) => {
        const x = numberAt(columns, name, row);
        return x !== undefined && list.some((limit) => outside(limit, x));
      }),
    repair: (columns, row) => {
      for (const [name, list] of limits) {
        const column = columns.get(name)!;
        for (const limit of list) {
          const x = numberAt(columns, name, row);
          if (x !== undefined && outside(limit, x)) setCell(column, row, intoLimit(limit, x, column.schema));
        }
      }
    },
  };
}

/** If all of some tests pass, all of others must; the repair makes the latter pass. */
export function implicationRule(when: readonly CompiledTest[], then: readonly CompiledTest[]): Rule {
  const applies = (columns: Columns, row: number): boolean =>
    when.every((test) => passes(test, columns.get(test.column)!, row) === true);
  return {
    changes: then.map((test) => test.column),
    broken: (columns, row) =>
      applies(columns, row) && then.some((test) => passes(test, columns.get(test.column)!, row) === false),
    repair: (columns, row) => {
      for (const test of then) {
        const column = columns.get(test.column)!;
        if (passes(test, column, row) === false) settle(test, column, row);
      }
    },
  };
}

/** Parts add up to a total; the repair sets the total. */
export function sumRule(parts: readonly string[], total: string, tolerance: number): Rule {
  const sumAt = (columns: Columns, row: number): number | undefined => {
    let sum = 0;
    for (const part of parts) {
      const x = numberAt(columns, part, row);
      if (x === undefined) return undefined;
      sum += x;
    }
    return sum;
  };
  return {
    changes: [total],
    broken: (columns, row) => {
      const sum = sumAt(columns, row);
      const stated = numberAt(columns, total, row);
      if (sum === undefined || stated === undefined) return false;
      return (
        Math.abs(ontoGrid(columns.get(total)!.schema, sum) - stated) >
        tolerance + 1e-9 * Math.max(1, Math.abs(stated))
      );
    },
    repair: (columns, row) => {
      const column = columns.get(total)!;
      const sum = sumAt(columns, row);
      if (sum !== undefined) setCell(column, row, ontoGrid(column.schema, sum));
    },
  };
}

/** Values that must not fall from one column to the next; the repair puts them in order. */
export function orderRule(names: readonly string[], strict: boolean): Rule {
  const present = (columns: Columns, row: number): { name: string; x: number }[] =>
    names.flatMap((name) => {
      const x = numberAt(columns, name, row);
      return x === undefined ? [] : [{ name, x }];
    });
  return {
    changes: names,
    broken: (columns, row) => {
      const cells = present(columns, row);
      return cells.some(({ x }, i) => i > 0 && (strict ? x <= cells[i - 1]!.x : x < cells[i - 1]!.x));
    },
    repair: (columns, row) => {
      const cells = present(columns, row);
      const sorted = cells.map(({ x }) => x).sort((a, b) => a - b);
      let before = -Infinity;
      for (const [i, { name }] of cells.entries()) {
        const { schema } = columns.get(name)!;
        let x = ontoGrid(schema, sorted[i]!);
        if (strict && x <= before) x = intoLimit({ side: 'low', value: before, strict: true }, x, schema);
        setCell(columns.get(name)!, row, x);
        before = x;
      }
    },
  };
}

/** Combinations of values that may occur (null: missing); the repair takes the one that changes the fewest cells, the first of equals. */
export function allowedRule(
  names: readonly string[],
  combinations: readonly (readonly (number | null)[])[],
): Rule {
  const changesOf = (combination: readonly (number | null)[], columns: Columns, row: number): number =>
    combination.reduce<number>((n, wanted, i) => n + (rawAt(columns, names[i]!, row) === wanted ? 0 : 1), 0);
  return {
    changes: names,
    broken: (columns, row) => combinations.every((combination) => changesOf(combination, columns, row) > 0),
    repair: (columns, row) => {
      let best = combinations[0]!;
      for (const combination of combinations)
        if (changesOf(combination, columns, row) < changesOf(best, columns, row)) best = combination;
      for (const [i, value] of best.entries()) {
        const column = columns.get(names[i]!)!;
        if (value === null) clear(column, row);
        else setCell(column, row, value);
      }
    },
  };
}

/** Numbers of a column, of categories that read as numbers too; undefined where missing. */
function numberAt(columns: Columns, name: string, row: number): number | undefined {
  const column = columns.get(name)!;
  if (column.valid[row] !== 1) return undefined;
  return column.type === 'numeric'
    ? column.values[row]!
    : Number(column.schema.categories[column.codes[row]!]);
}

/** Number or category code; null where missing. */
function rawAt(columns: Columns, name: string, row: number): number | null {
  const column = columns.get(name)!;
  if (column.valid[row] !== 1) return null;
  return column.type === 'numeric' ? column.values[row]! : column.codes[row]!;
}

/** Whether a column can be compared as numbers. */
export function holdsNumbers(schema: ColumnSchema): boolean {
  return schema.kind === 'continuous' || schema.kind === 'count';
}
