import { chiSquaredTest, jointCounts, ksTest, totalVariation } from '../../../numerics/index.js';
import type { CategoricalColumn, Column, NumericColumn, Table } from '../../../table/index.js';
import type { ColumnFidelity } from '../../document.js';

/** Every column of an aligned table against the same column of the real one. */
export function compareColumns(real: Table, other: Table): ColumnFidelity[] {
  return real.columns.map((column) => compareColumn(column, other.column(column.schema.name)));
}

/**
 * One column: Kolmogorov-Smirnov over the present numbers, or total variation over the categories with missing as one. A
 * numeric column with no value on one side only has distance 1; with none on both, no distance.
 */
export function compareColumn(real: Column, other: Column): ColumnFidelity {
  const { name, kind, role } = real.schema;
  const head = { name, kind, role };
  const missingDifference = missingShare(other) - missingShare(real);
  if (real.type === 'numeric' && other.type === 'numeric') {
    const a = presentValues(real);
    const b = presentValues(other);
    const test = ksTest(a, b);
    const value = test?.statistic ?? (a.length === b.length ? null : 1);
    const distance = value === null ? null : { method: 'ks' as const, value };
    return { ...head, distance, pValue: test?.pValue ?? null, missingDifference };
  }
  const [a, b] = cellCounts(real as CategoricalColumn, other as CategoricalColumn);
  const value = totalVariation(a, b);
  const distance = value === null ? null : { method: 'tv' as const, value };
  return { ...head, distance, pValue: chiSquaredTest(a, b)?.pValue ?? null, missingDifference };
}

/** The present numbers of a column. */
export function presentValues({ values, valid }: NumericColumn): Float64Array {
  return values.filter((_, i) => valid[i] === 1);
}

/** Share of missing cells; 0 for no rows. */
function missingShare({ valid }: Column): number {
  const present = valid.reduce((n, v) => n + v, 0);
  return valid.length === 0 ? 0 : 1 - present / valid.length;
}

/** Counts by category, missing last, over the categories of both (aligned tables share the codes). */
function cellCounts(...columns: readonly [CategoricalColumn, CategoricalColumn]): [Uint32Array, Uint32Array] {
  const missing = Math.max(...columns.map((c) => c.schema.categories.length));
  const count = ({ codes, valid }: CategoricalColumn): Uint32Array =>
    jointCounts(
      [{ codes: codes.map((code, i) => (valid[i] === 1 ? code : missing)), size: missing + 1 }],
      codes.length,
    );
  return [count(columns[0]), count(columns[1])];
}
