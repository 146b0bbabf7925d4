/** Orders α at which Rényi divergences are kept: dense near 1, whole numbers up to 64, then rarer. */
export const rdpOrders: readonly number[] = [
  ...Array.from({ length: 99 }, (_, i) => 1 + (i + 1) / 10),
  ...Array.from({ length: 53 }, (_, i) => i + 12),
  ...[72, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 2048, 4096, 8192],
];

/**
 * δ at ε of a mechanism whose Rényi divergence at `rdpOrders[i]` is at most `divergences[i]`, rounded up: the least of
 * exp((α−1)(D − ε)) / (α−1) · (1 − 1/α)^α (Canonne, Kamath and Steinke 2020, proposition 12).
 */
export function rdpDelta(divergences: readonly number[], epsilon: number): number {
  let best = 0;
  rdpOrders.forEach((order, i) => {
    const more = order - 1;
    best = Math.min(
      best,
      more * (divergences[i]! - epsilon) - Math.log(more) + order * Math.log1p(-1 / order),
    );
  });
  return Math.min(1, Math.exp(best) * (1 + 1e-9));
}

/** ε at δ by the same bound, rounded up (likewise Balle et al., AISTATS 2020, theorem 21). */
export function rdpEpsilon(divergences: readonly number[], delta: number): number {
  let best = Infinity;
  rdpOrders.forEach((order, i) => {
    const more = order - 1;
    best = Math.min(
      best,
      divergences[i]! + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / more,
    );
  });
  return Math.max(0, best) * (1 + 1e-9);
}
