import { zcdpDelta, zcdpRho } from '../analysis/zcdp.js';
import type { Accountant } from './types.js';

/**
 * Zero-concentrated differential privacy: a Gaussian release is μ²/2-zCDP (Bun and Steinke 2016, proposition 1.6), an ε-bounded-range
 * choice ε²/8-zCDP (Cesar and Rogers, "Bounding, Concentrating, and Truncating", ALT 2021), costs add up, also where
 * questions are chosen adaptively.
 */
export const zcdpAccountant: Accountant = {
  id: 'zcdp',
  worth: zcdpRho,
  mu: (rho) => Math.sqrt(2 * rho),
  range: (rho) => Math.sqrt(8 * rho),
  delta: (spent, epsilon) => {
    let rho = spent.muSquared / 2;
    for (const [range, count] of spent.ranges) rho += (count * range * range) / 8;
    return zcdpDelta(rho, epsilon);
  },
};
