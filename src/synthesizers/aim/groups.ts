import type { Grouping, Measurement } from '../workload.js';

export interface GroupsRequest {
  /** The noisy one-way table of a column's codes. */
  readonly oneWay: Measurement;
  /** Whether the codes of present values are in order, so that only neighbours may share a group. */
  readonly ordered: boolean;
  /** The code of missing values, which keeps a group of its own. */
  readonly missing: number | undefined;
  readonly mostGroups: number;
}

/** Groups must be so many times fewer than codes to be worth a candidate of their own. */
const WORTH = 1.5;

/**
 * Joins a column's codes to few groups, from what has been measured already. Tables over groups have fewer cells, so their noise weighs less: what a
 * small budget cannot learn code by code it may still learn roughly. Ordered codes are cut into stretches of about equal mass; of others the most frequent
 * keep a group each and the rest shares the last. Undefined where there is little to join.
 */
export function groupCodes({ oneWay, ordered, missing, mostGroups }: GroupsRequest): Grouping | undefined {
  const masses = Array.from(oneWay.values, (v) => Math.max(v, 0));
  if (masses.length < WORTH * mostGroups) return undefined;
  const present = [...masses.keys()].filter((code) => code !== missing);
  const most = missing === undefined ? mostGroups : mostGroups - 1;
  const groupOf = new Uint32Array(masses.length);
  let size = ordered
    ? byMass(present, masses, { most, groupOf })
    : byRank(present, masses, { most, groupOf });
  if (missing !== undefined) groupOf[missing] = size++;
  return { groupOf, size };
}

interface Into {
  readonly most: number;
  readonly groupOf: Uint32Array;
}

function byMass(codes: readonly number[], masses: readonly number[], { most, groupOf }: Into): number {
  let left = codes.reduce((sum, code) => sum + masses[code]!, 0);
  let group = 0;
  let mass = 0;
  for (const [at, code] of codes.entries()) {
    const target = left / (most - group);
    // a code that would overshoot by more than it would fall short opens the next group
    const over = mass + masses[code]! - target > target - mass;
    if (at > 0 && mass > 0 && over && group < most - 1) {
      left -= mass;
      group++;
      mass = 0;
    }
    groupOf[code] = group;
    mass += masses[code]!;
  }
  return group + 1;
}

function byRank(codes: readonly number[], masses: readonly number[], { most, groupOf }: Into): number {
  const ranked = [...codes].sort((a, b) => masses[b]! - masses[a]! || a - b);
  for (const [rank, code] of ranked.entries()) groupOf[code] = Math.min(rank, most - 1);
  return Math.min(ranked.length, most);
}
