import type { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { applyBinning } from '../../trees/index.js';
import { intoBounds } from '../bounds.js';
import { emptyColumn } from '../columns.js';
import type { Conditional } from './conditional.js';
import { headConditional, treeConditional } from './conditional.js';
import type { CartModel } from './model.js';

const MISSING = 1;

/** Rows in the making: columns are drawn or set one after the other, in the model's order. */
export class Draft {
  readonly rows: number;
  readonly #model: CartModel;
  readonly #columns = new Map<number, Column>();
  /** Bin numbers of the columns that there are. */
  readonly #codes: Uint8Array[] = [];

  constructor(model: CartModel, rows: number) {
    this.#model = model;
    this.rows = rows;
  }

  /** The column at a place of the table; it must have been drawn or set. */
  column(c: number): Column {
    return this.#columns.get(c)!;
  }

  set(c: number, column: Column): void {
    this.#columns.set(c, column);
    this.#codes[c] = applyBinning(this.#model.binnings[c]!, column).codes;
  }

  /** Draws a column given the earlier ones. */
  draw(c: number, rng: Rng): void {
    const column = emptyColumn(this.#model.schema[c]!, this.rows);
    const { missing, value } = this.#conditionals(c);
    const bounds = this.#model.bounds[c] ?? null;
    const all = Uint32Array.from({ length: this.rows }, (_, row) => row);
    const absent = missing?.draw(all, rng);
    const present = value === undefined ? all.subarray(0, 0) : all.filter((row) => absent?.[row] !== MISSING);
    const outcomes = value?.draw(present, rng);
    for (const [i, row] of present.entries()) {
      const outcome = outcomes![i]!;
      if (column.type === 'categorical') column.codes[row] = outcome;
      else column.values[row] = bounds === null ? outcome : intoBounds(bounds, outcome);
      column.valid[row] = 1;
    }
    this.set(c, column);
  }

  /** How likely each row's cell of `column` is at the place `c`, given the earlier columns. */
  likelihood(c: number, column: Column): Float64Array {
    const { missing, value } = this.#conditionals(c);
    const bounds = this.#model.bounds[c] ?? null;
    return Float64Array.from({ length: this.rows }, (_, row) => {
      const missingRate = value === undefined ? 1 : (missing?.likelihood(row, MISSING) ?? 0);
      if (column.valid[row] !== 1) return missingRate;
      const outcome = column.type === 'numeric' ? column.values[row]! : column.codes[row]!;
      if (bounds !== null && (outcome < bounds.min || outcome > bounds.max)) return 0;
      return value === undefined ? 0 : (1 - missingRate) * value.likelihood(row, outcome);
    });
  }

  #conditionals(c: number): { missing: Conditional | undefined; value: Conditional | undefined } {
    const { missing, value } = this.#model.columns[c]!;
    return {
      missing: missing && treeConditional(missing, this.#codes),
      value:
        value?.type === 'head'
          ? headConditional(value, [...this.#columns.values()])
          : value && treeConditional(value, this.#codes, this.#model.binnings[c]),
    };
  }
}
