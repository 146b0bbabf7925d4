import type { Cell, Column } from '../../table/index.js';
import { cellOf } from '../../table/index.js';

/** A column's values as small integers, missing being one of them. */
export interface Coded {
  readonly codes: Int32Array;
  readonly values: readonly Cell[];
  /** Rows of each value. */
  readonly counts: readonly number[];
}

/** Numbers the distinct values of the rows at `index`; undefined when there are more than `most`. */
export function codeColumn(column: Column, index: ArrayLike<number>, most: number): Coded | undefined {
  const codes = new Int32Array(index.length);
  const codeOf = new Map<number, number>();
  const values: Cell[] = [];
  const counts: number[] = [];
  const stored: ArrayLike<number> = column.type === 'numeric' ? column.values : column.codes;
  for (let i = 0; i < index.length; i++) {
    const row = index[i]!;
    const raw = column.valid[row] === 1 ? stored[row]! : NaN;
    let code = codeOf.get(raw);
    if (code === undefined) {
      code = values.length;
      if (code >= most) return undefined;
      codeOf.set(raw, code);
      values.push(cellOf(column, row));
      counts.push(0);
    }
    codes[i] = code;
    counts[code]!++;
  }
  return { codes, values, counts };
}

/** For each value of `a` the one value of `b` that stands beside it, or undefined when some value of `a` has two. */
export function functionOf(a: Coded, b: Coded): Int32Array | undefined {
  const to = new Int32Array(a.values.length).fill(-1);
  for (let i = 0; i < a.codes.length; i++) {
    const from = a.codes[i]!;
    if (to[from] === -1) to[from] = b.codes[i]!;
    else if (to[from] !== b.codes[i]!) return undefined;
  }
  return to;
}
