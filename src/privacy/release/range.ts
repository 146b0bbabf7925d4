import { groupOf, magnitudeBins, magnitudeEdges, magnitudeGroups } from './cells.js';

/** Noise deviations above zero at which an octave counts as occupied whatever lies beside it; over thousands of empty octaves one in a hundred runs errs. */
const SURE = 4.5;
/** … at which an octave, or a part of one, beside occupied ones does. */
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
 * Post-processing: looks at nothing but noisy counts, of groups (octaves) and of their parts.
 */
export function noisyRange(
  counts: { readonly groups: Float64Array; readonly bins: Float64Array },
  sigma: number,
): NoisyRange | undefined {
  const { groups, bins } = counts;
  const sure = [...groups.keys()].filter((g) => groups[g]! >= SURE * sigma);
  if (sure.length === 0) return undefined;
  let first = sure[0]!;
  let last = sure.at(-1)!;
  if (first > 0 && groups[first - 1]! >= LIKELY * sigma) first--;
  if (last + 1 < groups.length && groups[last + 1]! >= LIKELY * sigma) last++;
  const likely = (bin: number): boolean => bins[bin]! >= LIKELY * sigma;
  const firstBins = binsOfGroup[first]!;
  const lastBins = binsOfGroup[last]!;
  const low = firstBins.find(likely) ?? firstBins[0]!;
  const high = lastBins.findLast(likely) ?? lastBins.at(-1)!;
  let fullest = low;
  for (let bin = low; bin <= high; bin++) if (bins[bin]! > bins[fullest]!) fullest = bin;
  const { low: a, high: b } = magnitudeEdges(fullest);
  return { low: magnitudeEdges(low).low, high: magnitudeEdges(high).high, typical: (a + b) / 2 };
}

const binsOfGroup: readonly (readonly number[])[] = Array.from({ length: magnitudeGroups }, (_, group) =>
  Array.from({ length: magnitudeBins }, (_, bin) => bin).filter((bin) => groupOf(bin) === group),
);
