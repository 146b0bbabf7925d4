import { jointCounts } from './contingency.js';
import { midranks } from './quantile.js';
import { mean, Sum } from './sums.js';

/** A column to relate to others; where `valid[i]` is 0 the cell is missing. */
export type AssociationColumn =
  | { readonly type: 'numeric'; readonly values: ArrayLike<number>; readonly valid: ArrayLike<number> }
  | {
      readonly type: 'categorical';
      readonly codes: ArrayLike<number>;
      /** Number of categories. */
      readonly size: number;
      readonly valid: ArrayLike<number>;
    };

/** Pearson's correlation, −1 … 1, or null with fewer than two pairs or a constant side. */
export function pearson(
  x: ArrayLike<number> & Iterable<number>,
  y: ArrayLike<number> & Iterable<number>,
): number | null {
  const mx = mean(x);
  const my = mean(y);
  if (mx === null || my === null || x.length < 2) return null;
  const xx = new Sum();
  const yy = new Sum();
  const xy = new Sum();
  for (let i = 0; i < x.length; i++) {
    const dx = x[i]! - mx;
    const dy = y[i]! - my;
    xx.add(dx * dx);
    yy.add(dy * dy);
    xy.add(dx * dy);
  }
  // a spread within rounding of the mean is a constant column
  if (isNoise(xx.value, mx, x.length) || isNoise(yy.value, my, y.length)) return null;
  return clamp(xy.value / Math.sqrt(xx.value) / Math.sqrt(yy.value), -1, 1);
}

/** Spearman's rank correlation (midranks), or null as {@link pearson}. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  return pearson(midranks(x), midranks(y));
}

/**
 * Cramér's V, 0 … 1, with Bergsma's bias correction (J. Korean Stat. Soc. 42, 2013), of a table of counts, row-major
 * with `columns` columns. Null when fewer than two rows or columns hold a count.
 */
export function cramersV(counts: ArrayLike<number>, columns: number): number | null {
  const rows = counts.length / columns;
  const rowTotals = new Float64Array(rows);
  const columnTotals = new Float64Array(columns);
  let n = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const c = counts[i * columns + j]!;
      rowTotals[i]! += c;
      columnTotals[j]! += c;
      n += c;
    }
  }
  const r = rowTotals.reduce((k, t) => k + (t > 0 ? 1 : 0), 0);
  const k = columnTotals.reduce((m, t) => m + (t > 0 ? 1 : 0), 0);
  if (r < 2 || k < 2) return null;
  const squares = new Sum(); // χ² / n + 1 = Σ c² / (row total × column total)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const c = counts[i * columns + j]!;
      if (c > 0) squares.add((c / rowTotals[i]!) * (c / columnTotals[j]!));
    }
  }
  const phi2 = Math.max(0, squares.value - 1 - ((r - 1) * (k - 1)) / (n - 1));
  const smaller = Math.min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1;
  return smaller <= 0 ? 0 : clamp(Math.sqrt(phi2 / smaller), 0, 1);
}

/** Correlation ratio η = √(between-group / total sum of squares), 0 … 1; null for a constant side or fewer than two values. */
export function correlationRatio(
  codes: ArrayLike<number>,
  size: number,
  values: ArrayLike<number> & Iterable<number>,
): number | null {
  const centre = mean(values);
  if (centre === null || values.length < 2) return null;
  const total = new Sum();
  const sums = Array.from({ length: size }, () => new Sum());
  const counts = new Uint32Array(size);
  for (let i = 0; i < values.length; i++) {
    const d = values[i]! - centre;
    total.add(d * d);
    sums[codes[i]!]!.add(d);
    counts[codes[i]!]!++;
  }
  if (isNoise(total.value, centre, values.length) || counts.filter((c) => c > 0).length < 2) return null;
  const between = new Sum();
  for (const [g, s] of sums.entries()) if (counts[g]! > 0) between.add(s.value ** 2 / counts[g]!);
  return clamp(Math.sqrt(between.value / total.value), 0, 1);
}

/**
 * Association of two columns over the rows where both are present: Pearson (numeric-numeric, signed), bias-corrected
 * Cramér's V (categorical-categorical), correlation ratio (mixed). Null where it is undefined.
 */
export function association(a: AssociationColumn, b: AssociationColumn): number | null {
  if (a.type === 'categorical' && b.type === 'numeric') return association(b, a);
  const rows = bothPresent(a.valid, b.valid);
  if (a.type === 'numeric') {
    const x = gather(a.values, rows);
    return b.type === 'numeric'
      ? pearson(x, gather(b.values, rows))
      : correlationRatio(gather(b.codes, rows), b.size, x);
  }
  if (b.type === 'numeric') return null; // turned round above
  const table = jointCounts(
    [
      { codes: gather(a.codes, rows), size: a.size },
      { codes: gather(b.codes, rows), size: b.size },
    ],
    rows.length,
  );
  return cramersV(table, b.size);
}

/** The symmetric matrix of {@link association}s, 1 on the diagonal. */
export function associationMatrix(columns: readonly AssociationColumn[]): (number | null)[][] {
  const matrix = columns.map((_, i) => columns.map((__, j): number | null => (i === j ? 1 : null)));
  for (const [i, a] of columns.entries()) {
    for (let j = 0; j < i; j++) {
      const value = association(a, columns[j]!);
      matrix[i]![j] = value;
      matrix[j]![i] = value;
    }
  }
  return matrix;
}

/** How far apart two square matrices are off the diagonal, over the pairs that both define. */
export interface MatrixDistance {
  /** √ Σ (a − b)² over both triangles. */
  readonly frobenius: number;
  /** Mean of |a − b|. */
  readonly meanAbsolute: number;
  /** Pearson correlation of the entries; null with fewer than two pairs or constant entries. */
  readonly correlation: number | null;
  /** Pairs compared (one triangle). */
  readonly pairs: number;
}

/** Distance of two symmetric matrices of equal size off the diagonal, or null when no pair is defined in both. */
export function matrixDistance(
  a: readonly (readonly (number | null)[])[],
  b: readonly (readonly (number | null)[])[],
): MatrixDistance | null {
  const x: number[] = [];
  const y: number[] = [];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < i; j++) {
      const p = a[i]![j] ?? null;
      const q = b[i]![j] ?? null;
      if (p === null || q === null) continue;
      x.push(p);
      y.push(q);
    }
  }
  if (x.length === 0) return null;
  const squares = new Sum();
  const absolute = new Sum();
  for (let i = 0; i < x.length; i++) {
    const d = x[i]! - y[i]!;
    squares.add(2 * d * d);
    absolute.add(Math.abs(d));
  }
  return {
    frobenius: Math.sqrt(squares.value),
    meanAbsolute: absolute.value / x.length,
    correlation: pearson(x, y),
    pairs: x.length,
  };
}

function bothPresent(a: ArrayLike<number>, b: ArrayLike<number>): Uint32Array {
  const rows = new Uint32Array(a.length);
  let n = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === 1 && b[i] === 1) rows[n++] = i;
  return rows.subarray(0, n);
}

function gather(values: ArrayLike<number>, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) out[i] = values[rows[i]!]!;
  return out;
}

/** Whether a sum of squared deviations is no more than rounding makes of n copies of one number. */
function isNoise(squares: number, centre: number, n: number): boolean {
  return squares <= n * (centre * 4 * Number.EPSILON) ** 2;
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
