import { sampleIndexes } from '../../numerics/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { AttackId } from './catalogue.js';
import { learnKde, likelihoodRatios, logDensities } from './density.js';
import type { Neighbours } from './nearest.js';
import { mergeNeighbours, nearest, prepareSearch } from './nearest.js';
import type { Projection } from './projection.js';
import { learnProjection, project } from './projection.js';
import {
  closestScores,
  differenceScores,
  distanceOfRank,
  localDensityRatio,
  monteCarloScores,
  neighbourhoodScores,
} from './scores.js';
import type { MixedRows } from './space.js';
import { stackRows, takeRows } from './space.js';

/** Nearest rows looked at. */
const NEIGHBOURS = 20;
/** Principal components of densities. */
const COMPONENTS = 8;
/** Synthetic rows in a likelihood ratio. */
const LOCAL = 50;
/** Rows that principal components are learned from. */
const PROJECTION_ROWS = 4000;
/** Which nearest row of the population tells how remote a target is. */
const REMOTE_RANK = 5;

/** Rows of one space (see `learnSpace`). */
export interface MembershipParts {
  /** Rows whose membership is in question. */
  readonly targets: MixedRows;
  /** Rows of the population that nobody learned from, disjoint from the targets. */
  readonly reference: MixedRows;
  readonly synthetic: MixedRows;
  /** Copies of training rows, and which synthetic rows they replace in the positive control. */
  readonly planted: { readonly replaced: Uint32Array; readonly copies: MixedRows };
  /** Most rows a side of densities. */
  readonly densityRows: number;
}

/** Scores of the targets by attack, higher = likelier a member. The classifier's are its caller's. */
export type Scores = ReadonlyMap<AttackId, Float64Array>;

export interface MembershipScores {
  /** Against the synthetic rows. */
  readonly observed: Scores;
  /** Against the same with planted copies: the positive control. */
  readonly planted: Scores;
  /** How far each target lies from the population: the distance to its 5th nearest row there. Knows nothing of membership. */
  readonly remoteness: Float64Array;
  /** Distance of each target to the nearest synthetic row. */
  readonly distance: Float64Array;
}

/** Attacks the synthetic rows and the positive control at once; they share what they can. */
export async function membershipScores(
  parts: MembershipParts,
  context: RunContext,
): Promise<MembershipScores> {
  const near = await allNeighbours(parts, context);
  const { reference, densityRows, planted } = parts;
  const { rng } = context;
  const projection = learnProjection(
    takeRows(reference, sampleIndexes(reference.rows, PROJECTION_ROWS, rng.split('projection-rows'))),
    COMPONENTS,
    rng.split('projection'),
  );
  const inSample = sampleIndexes(parts.synthetic.rows, densityRows, rng.split('density-synthetic'));
  const rows = {
    targets: project(parts.targets, projection),
    reference: project(
      takeRows(reference, sampleIndexes(reference.rows, densityRows, rng.split('density-reference'))),
      projection,
    ),
  };
  const plantedRows = withCopies(parts.synthetic, planted);
  const observed = await densityScores(rows, projected(parts.synthetic, inSample, projection), context);
  const control = await densityScores(rows, projected(plantedRows, inSample, projection), context);
  return {
    observed: new Map([...distanceScores(near.observed, near.reference), ...observed]),
    planted: new Map([...distanceScores(near.planted, near.reference), ...control]),
    remoteness: distanceOfRank(near.reference, REMOTE_RANK),
    distance: distanceOfRank(near.observed, 1),
  };
}

/** Synthetic rows in which copies have taken the place of some. */
function withCopies(synthetic: MixedRows, { replaced, copies }: MembershipParts['planted']): MixedRows {
  const place = Uint32Array.from({ length: synthetic.rows }, (_, i) => i);
  for (const [i, row] of replaced.entries()) place[row] = synthetic.rows + i;
  return takeRows(stackRows(synthetic, copies), place);
}

async function allNeighbours(
  { targets, reference, synthetic, planted }: MembershipParts,
  context: RunContext,
): Promise<{ observed: Neighbours; planted: Neighbours; reference: Neighbours }> {
  const gone = new Set(planted.replaced);
  const kept = Uint32Array.from({ length: synthetic.rows }, (_, i) => i).filter((i) => !gone.has(i));
  const find = (rows: MixedRows): Promise<Neighbours> =>
    nearest(targets, prepareSearch(rows), NEIGHBOURS, context);
  const known = await find(reference);
  const stay = await find(takeRows(synthetic, kept));
  const leave = await find(takeRows(synthetic, planted.replaced));
  const enter = await find(planted.copies);
  return {
    reference: known,
    observed: mergeNeighbours(stay, leave),
    planted: mergeNeighbours(stay, enter),
  };
}

function distanceScores(synthetic: Neighbours, reference: Neighbours): [AttackId, Float64Array][] {
  return [
    ['closest-record', closestScores(synthetic)],
    ['closest-record-difference', differenceScores(synthetic, reference)],
    ['neighbourhood', neighbourhoodScores(synthetic, reference)],
    ['monte-carlo', monteCarloScores(synthetic)],
    ['local-density-ratio', localDensityRatio(synthetic, reference)],
  ];
}

/** None where the rows have no spread. */
async function densityScores(
  rows: { readonly targets: Float64Array; readonly reference: Float64Array },
  synthetic: { readonly values: Float64Array; readonly components: number },
  context: RunContext,
): Promise<[AttackId, Float64Array][]> {
  const { values, components } = synthetic;
  const of = learnKde(values, components);
  const population = learnKde(rows.reference, components);
  if (of === null || population === null) return [];
  const there = await logDensities(of, rows.targets, context);
  const before = await logDensities(population, rows.targets, context);
  const local = await likelihoodRatios(
    population,
    { synthetic: values, targets: rows.targets, neighbours: LOCAL },
    context,
  );
  return [
    ['density', there],
    ['density-ratio', there.map((p, t) => p - before[t]!)],
    ['likelihood-ratio', local],
  ];
}

function projected(
  rows: MixedRows,
  index: Uint32Array,
  projection: Projection,
): { values: Float64Array; components: number } {
  return { values: project(takeRows(rows, index), projection), components: projection.components };
}
