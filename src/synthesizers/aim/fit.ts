import { DataError, PrivacyError, UserError } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { ColumnSchema, Table } from '../../table/index.js';
import { requireCurator } from '../private.js';
import type { FitContext } from '../types.js';
import type { CodedTable } from '../coding.js';
import { encodeTable } from '../coding.js';
import type { GraphicalModel } from './features.js';
import { fitFeatures } from './features.js';
import { groupCodes } from './groups.js';
import { followersOf, learnHeads } from './labels.js';
import type { AimModel } from './model.js';
import type { OneWay } from '../one-way.js';
import { measureOneWay } from '../one-way.js';
import type { Grouping } from '../workload.js';
import type { CompiledAim } from './options.js';
import { defaultFeatureShare, defaultRounds } from './options.js';
import { shareModel } from './store.js';

/** What is left of the budget is spent up to this; rounding must not ask for more than there is. */
const SPENDABLE = 1 - 1e-9;

/** Learns a table under the curator's promise. @throws see `Synthesizer.fit`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`. */
export async function fitAim(table: Table, options: CompiledAim, context: FitContext): Promise<AimModel> {
  const curator = requireCurator(table, context, 'aim');
  checkColumns(table, options);
  const { features, labels } = partsOf(table.schema, options);
  followersOf(table.schema, labels, options); // refused before anything is spent
  const budget = SPENDABLE * curator.left;
  if (!(budget > 0)) throw nothingLeft();
  curator.declare({
    purpose: 'domain',
    about: `declared or released domain of ${table.columns.length} columns`,
  });
  const oneWayRho = options.oneWayShare * budget;
  const oneWay = measureOneWay({ table, curator, rho: oneWayRho, ...options });
  const coded = encodeTable(oneWay.coders, table.columns);
  const rest = budget - oneWayRho;
  const featureRho = labels.length > 0 ? featureShareOf(table.schema, labels, options) * rest : rest;
  const request: PartRequest = { table, coded, oneWay, features, labels, curator, options };
  const graph = await fitGraph(request, featureRho, context);
  const heads =
    labels.length > 0
      ? learnHeads({ ...request, graph, rho: rest - featureRho, rng: context.rng.split('heads') })
      : undefined;
  const { coders, total } = oneWay;
  const { schema } = table;
  const receipt = curator.receipt();
  return shareModel({ schema, options, coders, features, graph, labels, heads, total, receipt });
}

function featureShareOf(
  schema: readonly ColumnSchema[],
  labels: readonly number[],
  { featureShare, followers }: CompiledAim,
): number {
  const following = labels.filter((c) => Object.hasOwn(followers, schema[c]!.name)).length;
  return featureShare ?? defaultFeatureShare(labels.length, following);
}

/** What both parts of the model are learned from. */
export interface PartRequest {
  readonly table: Table;
  readonly coded: CodedTable;
  readonly oneWay: OneWay;
  readonly features: readonly number[];
  readonly labels: readonly number[];
  readonly curator: Curator;
  readonly options: CompiledAim;
}

function fitGraph(request: PartRequest, rho: number, context: FitContext): Promise<GraphicalModel> {
  const { table, coded, oneWay, features, curator, options } = request;
  return fitFeatures(
    {
      ...options,
      coded: partOf(coded, features),
      names: features.map((c) => table.schema[c]!.name),
      oneWay: features.map((c, place) => ({ ...oneWay.tables[c]!, columns: [place] })),
      total: oneWay.total,
      curator,
      rho,
      rounds: options.rounds ?? defaultRounds(features.length, rho),
      columnWeights: features.map((c) => weightOf(table.schema[c]!, options)),
      groupings: features.map((c) => groupingOf(oneWay, c, options.groups)),
      rng: context.rng.split('features'),
    },
    context,
  );
}

function groupingOf({ coders, tables }: OneWay, c: number, mostGroups: number): Grouping | undefined {
  const { grid, schema, missing } = coders[c]!;
  if (mostGroups === 0) return undefined;
  const ordered = grid.cuts !== undefined || schema.kind === 'ordinal';
  return groupCodes({ oneWay: tables[c]!, ordered, missing, mostGroups });
}

function weightOf({ name, role }: ColumnSchema, { columnWeights, labelWeight }: CompiledAim): number {
  return (columnWeights[name] ?? 1) * (role === 'label' ? labelWeight : 1);
}

/** Some columns of a coded table. */
function partOf({ rows, sizes, codes }: CodedTable, columns: readonly number[]): CodedTable {
  return { rows, sizes: columns.map((c) => sizes[c]!), codes: columns.map((c) => codes[c]!) };
}

/** Labels are left to heads, if these are on and other columns remain; those that follow come after what they follow. */
function partsOf(
  schema: readonly ColumnSchema[],
  { heads, followers }: CompiledAim,
): { features: number[]; labels: number[] } {
  const all = [...schema.keys()];
  const isLabel = (c: number): boolean => schema[c]!.role === 'label';
  if (!heads || !all.some(isLabel) || all.every(isLabel)) return { features: all, labels: [] };
  const follows = (c: number): number => (followers[schema[c]!.name] === undefined ? 0 : 1);
  return {
    features: all.filter((c) => !isLabel(c)),
    labels: all.filter(isLabel).sort((a, b) => follows(a) - follows(b) || a - b),
  };
}

/** Refuses by the schema alone; the records have no say in it. */
function checkColumns(table: Table, { columnWeights, followers }: CompiledAim): void {
  const keys = table.schema.filter((s) => s.role === 'key').map((s) => s.name);
  if (keys.length > 0) {
    throw new DataError('KEY_COLUMN', `The table still has its key columns: ${keys.join(', ')}.`, {
      expected: 'columns that may be modelled',
      fix: 'leave key columns out of the table that is fitted; they identify people',
    });
  }
  if (table.columns.length === 0) {
    throw new DataError('NO_COLUMNS', 'The table has no columns to model.');
  }
  const named = [...Object.keys(columnWeights), ...Object.entries(followers).flat()];
  const unknown = [...new Set(named.filter((name) => !table.has(name)))];
  if (unknown.length > 0) {
    throw new UserError(
      'NO_COLUMN',
      `The options name columns that the table has not: ${unknown.join(', ')}.`,
      {
        expected: 'columns of the table in columnWeights and followers',
      },
    );
  }
}

function nothingLeft(): PrivacyError {
  return new PrivacyError('BUDGET_SPENT', 'Nothing is left of the privacy budget to learn a model with.', {
    fix: 'release less before the fit, or allow a larger ε',
  });
}
