import { quantileSorted, sampleIndexes, wilsonInterval } from '../../../numerics/index.js';
import type { MixedRows } from '../../../privacy/index.js';
import { nearest, prepareSearch, takeRows } from '../../../privacy/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { DistanceFigures } from '../../document.js';

/** Synthetic and fresh real rows looked at. */
const MOST_TARGETS = 2000;
/** Bins of the picture, and the fewest members and others that one may hold. */
const BINS = 28;
const LEAST_CELL = 11;

/** Rows of one space. */
export interface DistanceParts {
  readonly synthetic: MixedRows;
  /** As many training rows as held-out rows. */
  readonly train: MixedRows;
  readonly heldOut: MixedRows;
  /** Fresh real rows. */
  readonly fresh: MixedRows;
}

export interface Distances {
  readonly figures: Omit<DistanceFigures, 'histogram'>;
  /** Area of the closest-record attack on a full copy: every member lies on a row, fresh rows seldom. */
  readonly copy: number;
}

/**
 * Distances to the closest record: the share of synthetic rows nearer to training than to held-out rows (Platzer and
 * Reutterer 2021), and how near they are against fresh real rows. Similarity measures like these miss what attacks find (Ganev
 * and De Cristofaro, arXiv:2312.05114; Yao et al., The DCR delusion, arXiv:2505.01524), so nothing is judged by them alone.
 */
export async function measureDistances(
  parts: DistanceParts,
  level: number,
  context: RunContext,
): Promise<Distances> {
  const draw = (rows: MixedRows, label: string): MixedRows =>
    takeRows(rows, sampleIndexes(rows.rows, MOST_TARGETS, context.rng.split(label)));
  const synthetic = draw(parts.synthetic, 'synthetic');
  const train = prepareSearch(parts.train);
  const find = async (targets: MixedRows, among = train): Promise<Float64Array> =>
    (await nearest(targets, among, 1, context)).distances;
  const toTrain = await find(synthetic);
  const toHeldOut = await find(synthetic, prepareSearch(parts.heldOut));
  const fresh = await find(draw(parts.fresh, 'fresh'));
  const fifth = quantileSorted(fresh.slice().sort(), 0.05) ?? 0;
  const n = toTrain.length;
  const nearer = toTrain.reduce(
    (total, d, i) => total + (d < toHeldOut[i]! ? 1 : d === toHeldOut[i]! ? 0.5 : 0),
    0,
  );
  const below = toTrain.reduce((total, d) => total + (d < fifth ? 1 : 0), 0);
  const apart = fresh.reduce((total, d) => total + (d > 0 ? 1 : 0.5), 0);
  return {
    figures: {
      rows: n,
      among: parts.train.rows,
      share: { value: nearer / n, ...wilsonInterval(nearer, n, level) },
      median: quantileSorted(toTrain.slice().sort(), 0.5) ?? 0,
      realMedian: quantileSorted(fresh.slice().sort(), 0.5) ?? 0,
      fifth,
      below: { value: below / n, ...wilsonInterval(below, n, level) },
    },
    copy: apart / fresh.length,
  };
}

/** Counts of members and others by distance; bins with 1 to 10 of either are merged with their neighbour. */
export function distanceHistogram(distance: Float64Array, member: Uint8Array): DistanceFigures['histogram'] {
  const top = quantileSorted(distance.slice().sort(), 0.99) ?? 0;
  if (!(top > 0 && Number.isFinite(top))) return [];
  const step = top / BINS;
  const bins = Array.from({ length: BINS + 1 }, (_, i): Bin => ({
    low: i * step,
    high: i === BINS ? null : (i + 1) * step,
    members: 0,
    others: 0,
  }));
  for (const [i, d] of distance.entries()) {
    const bin = bins[Math.min(BINS, Math.floor(d / step))]!;
    if (member[i] === 1) bin.members++;
    else bin.others++;
  }
  const merged: Bin[] = [];
  for (const bin of bins) {
    const last = merged.at(-1);
    if (last !== undefined && (isSmall(last) || isSmall(bin))) join(last, bin);
    else merged.push({ ...bin });
  }
  while (merged.length > 1 && isSmall(merged.at(-1)!)) {
    const last = merged.pop()!;
    join(merged.at(-1)!, last);
  }
  return merged.some(isSmall) ? [] : merged;
}

type Bin = DistanceFigures['histogram'][number];

/** Adds a bin to the one before it. */
function join(bin: Bin, after: Bin): void {
  bin.high = after.high;
  bin.members += after.members;
  bin.others += after.others;
}

function isSmall({ members, others }: { members: number; others: number }): boolean {
  return [members, others].some((n) => n > 0 && n < LEAST_CELL);
}
