/** A matrix by its non-zero entries, row by row: one-hot data has few. */
export interface SparseRows {
  readonly rows: number;
  /** The entries of row i are `starts[i]` … `starts[i + 1]` − 1. */
  readonly starts: Float64Array;
  readonly columns: Uint32Array;
  readonly values: Float64Array;
}

/** The non-zero entries of a dense row-major matrix. */
export function sparseRows(x: Float64Array, rows: number, features: number): SparseRows {
  let count = 0;
  for (let i = 0; i < rows * features; i++) if (x[i] !== 0) count++;
  const starts = new Float64Array(rows + 1);
  const columns = new Uint32Array(count);
  const values = new Float64Array(count);
  let at = 0;
  for (let i = 0; i < rows; i++) {
    starts[i] = at;
    for (let j = 0, from = i * features; j < features; j++, from++) {
      const value = x[from]!;
      if (value === 0) continue;
      columns[at] = j;
      values[at++] = value;
    }
  }
  starts[rows] = at;
  return { rows, starts, columns, values };
}

/** Scores of one row for k outputs: intercepts + x·W. Parameters: W (features × k, row-major), then k intercepts. */
export function rowScores(x: SparseRows, row: number, parameters: Float64Array, scores: Float64Array): void {
  const k = scores.length;
  const intercepts = parameters.length - k;
  const { columns, values } = x;
  const end = x.starts[row + 1]!;
  if (k === 1) {
    let score = parameters[intercepts]!;
    for (let at = x.starts[row]!; at < end; at++) score += values[at]! * parameters[columns[at]!]!;
    scores[0] = score;
    return;
  }
  for (let o = 0; o < k; o++) scores[o] = parameters[intercepts + o]!;
  for (let at = x.starts[row]!; at < end; at++) {
    const value = values[at]!;
    const from = columns[at]! * k;
    for (let o = 0; o < k; o++) scores[o]! += value * parameters[from + o]!;
  }
}

/** Adds the outer product of one row with `residual` to a gradient laid out like the parameters. */
export function addRowGradient(
  x: SparseRows,
  row: number,
  residual: Float64Array,
  gradient: Float64Array,
): void {
  const k = residual.length;
  const intercepts = gradient.length - k;
  const { columns, values } = x;
  const end = x.starts[row + 1]!;
  if (k === 1) {
    const factor = residual[0]!;
    gradient[intercepts]! += factor;
    for (let at = x.starts[row]!; at < end; at++) gradient[columns[at]!]! += values[at]! * factor;
    return;
  }
  for (let o = 0; o < k; o++) gradient[intercepts + o]! += residual[o]!;
  for (let at = x.starts[row]!; at < end; at++) {
    const value = values[at]!;
    const from = columns[at]! * k;
    for (let o = 0; o < k; o++) gradient[from + o]! += value * residual[o]!;
  }
}
