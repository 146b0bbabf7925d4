/**
 * The largest x in [low, high] for which a condition holds that holds below some point and not above, rounded down to a relative
 * `precision` (bisection of the logarithm). `low` when it holds nowhere, so ask for `low` first where that matters.
 */
export function largestWhere(
  holds: (x: number) => boolean,
  low: number,
  high: number,
  precision = 1e-12,
): number {
  if (holds(high)) return high;
  let good = low;
  let bad = high;
  while (bad > good * (1 + precision)) {
    const middle = Math.sqrt(good * bad);
    if (middle <= good || middle >= bad) break;
    if (holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

/** The smallest value of a function with one minimum on (low, high), by golden section; any value it returns was taken somewhere. */
export function leastValue(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let x1 = b - ratio * (b - a);
  let x2 = a + ratio * (b - a);
  let [f1, f2] = [f(x1), f(x2)];
  let best = Math.min(f1, f2);
  for (let i = 0; i < 120 && b - a > 1e-13 * (Math.abs(a) + Math.abs(b)); i++) {
    if (f1 <= f2) {
      [b, x2, f2] = [x2, x1, f1];
      x1 = b - ratio * (b - a);
      f1 = f(x1);
    } else {
      [a, x1, f1] = [x1, x2, f2];
      x2 = a + ratio * (b - a);
      f2 = f(x2);
    }
    best = Math.min(best, f1, f2);
  }
  return best;
}
