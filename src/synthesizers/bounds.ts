import { z } from 'zod';
import type { NumericColumn } from '../table/index.js';

/** The grid and the range that drawn numbers must keep. */
export const boundsSchema = z.strictObject({
  min: z.number(),
  max: z.number(),
  /** Decimals that every training value has; null when they have more than {@link MOST_DECIMALS}. */
  decimals: z.int().min(0).max(15).nullable(),
});
export type Bounds = z.infer<typeof boundsSchema>;

const MOST_DECIMALS = 8;

/** Range and decimals of a column's present values; undefined when there are none. */
export function learnBounds(column: NumericColumn): Bounds | undefined {
  let min = Infinity;
  let max = -Infinity;
  let decimals = 0;
  for (let i = 0; i < column.values.length; i++) {
    if (column.valid[i] !== 1) continue;
    const value = column.values[i]!;
    min = Math.min(min, value);
    max = Math.max(max, value);
    while (decimals <= MOST_DECIMALS && !onGrid(value, decimals)) decimals++;
  }
  if (min > max) return undefined;
  const stated = column.schema.decimals;
  // a schema may state fewer decimals than the values have; the values win, so that no real value is off the grid
  return { min, max, decimals: decimals <= MOST_DECIMALS ? Math.max(decimals, 0) : (stated ?? null) };
}

/** The nearest number on the grid, inside the range. */
export function intoBounds(bounds: Bounds, value: number): number {
  const rounded = bounds.decimals === null ? value : roundTo(value, bounds.decimals);
  return Math.min(Math.max(rounded, bounds.min), bounds.max);
}

function onGrid(value: number, decimals: number): boolean {
  return roundTo(value, decimals) === value;
}

/** The double nearest to the decimal number that `value` rounds to. */
function roundTo(value: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}
