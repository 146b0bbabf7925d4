import { magnitudeBins, magnitudeEdges, PARTS, zeroBin } from './cells.js';

/** Noise deviations above zero at which an octave counts as occupied whatever lies beside it; over thousands of empty octaves one in a hundred runs errs. */
const SURE = 4.5;
/** … at which a bin beside occupied ones does. */
const LIKELY = 2;

export interface NoisyRange {
  readonly low: number;
  readonly high: number;
  /** Middle of the fullest bin. */
  readonly typical: number;
}

/**
 * Least and greatest magnitude that noisy counts show, after the exponent histogram of Dwork and Lei ("Differential privacy and robust
 * statistics", STOC 2009): powers of two whose noisy count stands out, then the ends tightened to quarters. Values of few rows stay outside.
 * Post-processing: looks at nothing but noisy counts.
 */
export function noisyRange(counts: Float64Array, sigma: number): NoisyRange | undefined {
  const groups = octaveGroups();
  const total = (bins: readonly number[]): number => bins.reduce((sum, bin) => sum + counts[bin]!, 0);
  const stands = (bins: readonly number[], z: number): boolean =>
    total(bins) >= z * sigma * Math.sqrt(bins.length);
  const sure = groups.flatMap((bins, g) => (stands(bins, SURE) ? [g] : []));
  if (sure.length === 0) return undefined;
  let first = sure[0]!;
  let last = sure.at(-1)!;
  if (first > 0 && stands(groups[first - 1]!, LIKELY)) first--;
  if (last + 1 < groups.length && stands(groups[last + 1]!, LIKELY)) last++;
  const low = groups[first]!.find((bin) => stands([bin], LIKELY)) ?? groups[first]![0]!;
  const high = groups[last]!.findLast((bin) => stands([bin], LIKELY)) ?? groups[last]!.at(-1)!;
  let fullest = low;
  for (let bin = low; bin <= high; bin++) if (counts[bin]! > counts[fullest]!) fullest = bin;
  const { low: a, high: b } = magnitudeEdges(fullest);
  return { low: magnitudeEdges(low).low, high: magnitudeEdges(high).high, typical: (a + b) / 2 };
}

/** Bins of each power of two, from the most negative to the most positive; zero is a group of its own. */
function octaveGroups(): number[][] {
  const groups: number[][] = [];
  for (let bin = 0; bin < zeroBin; bin += PARTS)
    groups.push(Array.from({ length: PARTS }, (_, i) => bin + i));
  groups.push([zeroBin]);
  for (let bin = zeroBin + 1; bin < magnitudeBins; bin += PARTS)
    groups.push(Array.from({ length: PARTS }, (_, i) => bin + i));
  return groups;
}
