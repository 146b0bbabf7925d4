import { largestWhere, leastValue } from './search.js';

/** Bounds of log(α − 1) that are searched. */
const orders = { low: Math.log(1e-6), high: Math.log(1e9) };

/**
 * δ for which every ρ-zCDP mechanism is (ε, δ)-DP, rounded up: the least over α > 1 of
 * exp((α−1)(αρ − ε)) / (α−1) · (1 − 1/α)^α (Canonne, Kamath and Steinke 2020, corollary 13).
 */
export function zcdpDelta(rho: number, epsilon: number): number {
  if (rho === 0) return 0;
  const logDelta = (logOrder: number): number => {
    const more = Math.exp(logOrder); // α − 1
    const alpha = more + 1;
    return more * (alpha * rho - epsilon) - Math.log(more) - alpha * Math.log1p(1 / more);
  };
  return Math.min(1, Math.exp(leastValue(logDelta, orders.low, orders.high)) * (1 + 1e-9));
}

/**
 * ε for which every ρ-zCDP mechanism is (ε, δ)-DP, rounded up: the least over α > 1 of
 * αρ + (log(1/δ) − log α)/(α−1) + log(1 − 1/α), the same bound solved for ε.
 */
export function zcdpEpsilon(rho: number, delta: number): number {
  if (rho === 0) return 0;
  const epsilon = (logOrder: number): number => {
    const more = Math.exp(logOrder);
    const alpha = more + 1;
    return alpha * rho - (Math.log(delta) + Math.log(alpha)) / more - Math.log1p(1 / more);
  };
  return Math.max(0, leastValue(epsilon, orders.low, orders.high)) * (1 + 1e-9);
}

/** Largest ρ whose ρ-zCDP is (ε, δ)-DP, rounded down. */
export function zcdpRho(epsilon: number, delta: number): number {
  return largestWhere((rho) => zcdpDelta(rho, epsilon) <= delta, 1e-12, 1e9);
}
