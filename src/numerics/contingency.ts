/** A column as cell numbers 0 … size − 1 (missing is a cell of its own where the caller gives it one). */
export interface CodedColumn {
  readonly codes: ArrayLike<number>;
  /** Number of cells. */
  readonly size: number;
}

/** Counts of the joint cells of one or more columns, row-major (the last column varies fastest). */
export function jointCounts(columns: readonly CodedColumn[], rows: number): Uint32Array {
  const counts = new Uint32Array(columns.reduce((cells, c) => cells * c.size, 1));
  const [a, b, c] = columns;
  if (a === undefined) {
    counts[0] = rows;
  } else if (b === undefined) {
    for (let i = 0; i < rows; i++) counts[a.codes[i]!]!++;
  } else if (c === undefined) {
    for (let i = 0; i < rows; i++) counts[a.codes[i]! * b.size + b.codes[i]!]!++;
  } else {
    for (let i = 0; i < rows; i++) {
      let cell = a.codes[i]!;
      for (let k = 1; k < columns.length; k++) cell = cell * columns[k]!.size + columns[k]!.codes[i]!;
      counts[cell]!++;
    }
  }
  return counts;
}
