/** Receives a stretch of numbers that are equally likely, and its weight. */
export type AddCell = (low: number, high: number, weight: number) => void;

/**
 * Smooths ascending numbers: between neighbours lies a border half-way, and each number's share is spread evenly over
 * its cell between two borders. The outer borders are the outer numbers, so nothing lies outside their range. Of more
 * than `mostCells` numbers several share a cell.
 */
export function smoothCells(ascending: ArrayLike<number>, mostCells: number, add: AddCell): void {
  const n = ascending.length;
  const cells = Math.min(n, mostCells);
  for (let c = 0; c < cells; c++) {
    const from = Math.round((c * n) / cells);
    const to = Math.round(((c + 1) * n) / cells);
    add(border(ascending, from), border(ascending, to), to - from);
  }
}

/** The border below the number `i`. */
function border(ascending: ArrayLike<number>, i: number): number {
  const above = ascending[Math.min(i, ascending.length - 1)]!;
  const below = ascending[Math.max(i - 1, 0)]!;
  return below + (above - below) / 2;
}

/** The numbers that at least `least` present cells share. */
export function spikesOf(values: Float64Array, valid: Uint8Array, least: number): ReadonlySet<number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    if (valid[i] === 1) counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= least).map(([value]) => value));
}
