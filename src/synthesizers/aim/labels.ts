import type { Rng } from '../../core/index.js';
import { UserError } from '../../core/index.js';
import type { ColumnSchema } from '../../table/index.js';
import type { CodedTable, ColumnCoder } from '../coding.js';
import { scoresOf } from '../coding.js';
import { DrawPlan, drawCodes } from './draw.js';
import type { GraphicalModel } from './features.js';
import type { PartRequest } from './fit.js';
import type { HeadColumn, HeadRows, HeadsModel } from './heads/index.js';
import { fitHeads } from './heads/index.js';
import type { CompiledAim } from './options.js';

export interface LabelsRequest extends PartRequest {
  readonly graph: GraphicalModel;
  readonly rho: number;
  readonly rng: Rng;
}

/** Rows of the feature model that heads are explained with: as many as the noisy number of records, within these. */
const LEAST_DRAWN = 10_000;
const MOST_DRAWN = 50_000;

/** Learns the labels' private task heads (`heads/`) on the real features' codes and on rows drawn from the feature model. */
export function learnHeads(request: LabelsRequest): HeadsModel {
  const { table, coded, oneWay, features, labels, graph, curator, options, rho, rng } = request;
  const rows = Math.round(Math.min(Math.max(oneWay.total, LEAST_DRAWN), MOST_DRAWN));
  const steps = new DrawPlan(graph.tree, graph.sizes).steps(graph.beliefs);
  const codes = drawCodes(steps, graph.sizes, { rows, rng: rng.split('drawn') });
  const columns = features.map((c) => headColumn(oneWay.coders[c]!));
  return fitHeads({
    features: rowsOf(coded, features, columns),
    labels: rowsOf(
      coded,
      labels,
      labels.map((c) => labelColumn(oneWay.coders[c]!)),
    ),
    followers: followersOf(table.schema, labels, options),
    drawn: { rows, columns, codes },
    count: oneWay.total,
    curator,
    rho,
    rng: rng.split('fit'),
  });
}

/** A label has two classes at least, so that what heads cost never depends on what was measured; the second may never occur. */
export function classesOf({ size }: ColumnCoder): number {
  return Math.max(size, 2);
}

function labelColumn(coder: ColumnCoder): HeadColumn {
  return { name: coder.schema.name, size: classesOf(coder), missing: coder.missing };
}

function headColumn(coder: ColumnCoder): HeadColumn {
  return { name: coder.schema.name, size: coder.size, scores: scoresOf(coder), missing: coder.missing };
}

function rowsOf({ rows, codes }: CodedTable, places: readonly number[], columns: HeadColumn[]): HeadRows {
  return { rows, columns, codes: places.map((c) => codes[c]!) };
}

/** Which label each label follows, by place among the labels. @throws UserError `FOLLOWERS` for what is no label drawn before. */
export function followersOf(
  schema: readonly ColumnSchema[],
  labels: readonly number[],
  options: CompiledAim,
): Record<number, number> {
  const names = labels.map((c) => schema[c]!.name);
  const pairs = names.flatMap((name, l): [number, number][] => {
    const leader = leaderOf(name, options);
    if (leader === undefined) return [];
    const at = names.indexOf(leader);
    if (at >= 0 && at < l) return [[l, at]];
    throw new UserError('FOLLOWERS', `The label '${name}' is told to follow '${leader}'.`, {
      expected: 'another label that follows nothing itself, or comes before it in the table',
      fix: 'correct the option followers',
    });
  });
  return Object.fromEntries(pairs);
}

function leaderOf(name: string, { followers }: CompiledAim): string | undefined {
  return Object.hasOwn(followers, name) ? followers[name] : undefined;
}
