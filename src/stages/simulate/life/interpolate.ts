import { z } from 'zod';

const increasing = (ages: readonly number[]): boolean =>
  ages.every((age, i) => i === 0 || age > ages[i - 1]!);

/** Values at ages (years, increasing). */
export const curveSchema = z
  .strictObject({ ageYears: z.array(z.number()).min(2), value: z.array(z.number()) })
  .refine(
    (c) => c.ageYears.length === c.value.length && increasing(c.ageYears),
    'as many values as rising ages',
  );
export type Curve = z.infer<typeof curveSchema>;

/** Straight line between neighbouring knots, constant outside the first and the last. */
export function interpolate(at: readonly number[], values: readonly number[], x: number): number {
  const last = at.length - 1;
  if (x <= at[0]!) return values[0]!;
  if (x >= at[last]!) return values[last]!;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (at[middle]! <= x) low = middle;
    else high = middle;
  }
  const share = (x - at[low]!) / (at[high]! - at[low]!);
  return values[low]! + (values[high]! - values[low]!) * share;
}

/** {@link interpolate} on a curve. */
export function along(curve: Curve, ageYears: number): number {
  return interpolate(curve.ageYears, curve.value, ageYears);
}
