/** No step adds more noise than this. */
const MOST_BETA = 0.999;

/**
 * ᾱ at 0 … steps: the share of a variance that is still signal after t steps of noise, by the cosine schedule of Nichol and Dhariwal 2021
 * ("Improved denoising diffusion probabilistic models", equation 17).
 */
export function cosineSchedule(steps: number): Float64Array {
  const f = (t: number): number => Math.cos((((t / steps + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  const alphaBar = new Float64Array(steps + 1).fill(1);
  for (let t = 1; t <= steps; t++) {
    alphaBar[t] = alphaBar[t - 1]! * (1 - Math.min(1 - f(t) / f(t - 1), MOST_BETA));
  }
  return alphaBar;
}

/** Points that drawing visits, from the last down to 0: every (steps / visits)th. */
export function visitsOf(steps: number, visits: number): number[] {
  const some = Math.min(visits, steps);
  return Array.from({ length: some + 1 }, (_, i) => Math.round((steps * (some - i)) / some));
}

/**
 * ᾱ falling in a line from 1 to 0, for networks with a budget: cosine schedules spend most steps where there is nearly no noise or nothing but noise, and there the
 * gradient says little of how columns hang together.
 */
export function evenSchedule(steps: number): Float64Array {
  return Float64Array.from({ length: steps + 1 }, (_, t) => 1 - t / steps);
}
