import type { LossPair } from './privacy-loss.js';

/**
 * The pair that dominates every ε-bounded-range mechanism, such as the exponential mechanism. On any two neighbours such a
 * mechanism has log-ratios in [t − ε, t] for some t in [0, ε], and is dominated by the two-valued pair with losses t and t − ε (Dong, Durfee
 * and Rogers, "Optimal Differential Privacy Composition for Exponential Mechanisms", ICML 2020), whose divergence at e^x is
 * (1 − e^(t−ε)) (1 − e^(x−t)) / (1 − e^−ε). As t may depend on data and on earlier answers, the largest over t counts, at
 * t = (x + ε)/2: (1 − e^((x−ε)/2))² / (1 − e^−ε) for |x| ≤ ε. Being a supremum of hockey-stick curves it is one itself, that of a pair whose loss
 * has density e^((x−ε)/2) / 2(1 − e^−ε) on [−ε, ε]; dominating pairs compose also where mechanisms are chosen adaptively
 * (Zhu, Dong and Wang, "Optimal Accounting of Differential Privacy via Characteristic Function", AISTATS 2022). The price against non-adaptive composition is a variance of ε²/3 instead of ε²/4.
 */
export function boundedRangePair(epsilon: number): LossPair {
  const whole = -Math.expm1(-epsilon);
  const inside = (x: number): number => Math.min(Math.max(x, -epsilon), epsilon);
  return {
    between: (a, b) => {
      const [from, to] = [inside(a), inside(b)];
      if (to <= from) return { p: 0, q: 0 };
      const width = -Math.expm1((from - to) / 2);
      return {
        p: (Math.exp((to - epsilon) / 2) * width) / whole,
        q: (Math.exp(-(from + epsilon) / 2) * width) / whole,
      };
    },
  };
}
