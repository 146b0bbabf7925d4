import { largestWhere } from './search.js';
import { erfcx, normalTail } from './normal-tail.js';

/** Relative error granted to the tails of {@link erfcx}; what is returned is larger by it. */
const tailError = 1e-12;

/**
 * Least δ for which the Gaussian mechanism of mean distance μ = Δ/σ is (ε, δ)-DP, rounded up: Φ(μ/2 − ε/μ) − e^ε Φ(−μ/2 − ε/μ)
 * (Balle and Wang, "Improving the Gaussian Mechanism for Differential Privacy", ICML 2018, theorem 8). Any real ε; it is also the
 * hockey-stick divergence of N(μ, 1) from N(0, 1), and that of N(0, 1) from N(μ, 1). Compositions of Gaussians have μ² = Σ μᵢ²
 * (Dong, Roth and Su 2022, corollary 3.3).
 */
export function gaussianDelta(epsilon: number, mu: number): number {
  if (mu === 0) return epsilon >= 0 ? 0 : -Math.expm1(epsilon);
  if (epsilon < 0) return Math.min(1, -Math.expm1(epsilon) + Math.exp(epsilon) * gaussianDelta(-epsilon, mu));
  const near = epsilon / mu - mu / 2;
  const far = epsilon / mu + mu / 2;
  const density = 0.5 * Math.exp((-near * near) / 2); // = ½ e^ε exp(−far²/2)
  const first = normalTail(near);
  const delta = first - density * erfcx(far / Math.SQRT2);
  return Math.min(1, Math.max(0, delta) + tailError * first);
}

/** Largest μ of a Gaussian mechanism that is (ε, δ)-DP, rounded down. */
export function gaussianMu(epsilon: number, delta: number): number {
  return largestWhere((mu) => gaussianDelta(epsilon, mu) <= delta, 1e-9, 1e9);
}
