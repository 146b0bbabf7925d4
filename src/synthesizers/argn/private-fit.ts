import { throwIfAborted } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { Table } from '../../table/index.js';
import { sum, value } from '../../tensor/index.js';
import { cellCoder } from '../cells.js';
import { expectedPrivately } from '../collapse.js';
import type { OneWay } from '../one-way.js';
import { measureOneWay } from '../one-way.js';
import { requireCurator } from '../private.js';
import { trainPrivately } from '../training/index.js';
import type { FitContext } from '../types.js';
import { calibrate } from './calibrate.js';
import type { Coder } from './coder.js';
import { encode } from './coder.js';
import type { Counts } from './coded-table.js';
import { codeRows, drawingOrder, emptyCounts, logShares } from './coded-table.js';
import { codesOf, ranksOf } from './learner.js';
import type { ArgnModel } from './model.js';
import { layoutOf, network, networkInputs } from './network.js';
import type { CompiledArgn } from './options.js';
import { privateDefaults } from './options.js';
import type { Parts } from './parts.js';
import { partCode, partsOf } from './parts.js';
import { refuseCollapse } from './refuse.js';

/** What is left of the budget is spent up to this; rounding must not ask for more than there is. */
const SPENDABLE = 1 - 1e-9;
/**
 * Learns a table under the curator's promise by noisy gradients (Abadi et al. 2016): codes and the first biases come from noisy one-way
 * tables, and all the rest of the budget is spent on a training whose steps, rate and clipping are options, never taken from the records.
 * There is no validation part and no loss to be seen: either would cost.
 * @throws PrivacyError `NO_BUDGET`, `DOMAIN_FROM_DATA`, `BUDGET_SPENT`; DataError `NO_BOUNDS`, `TOO_FEW_ROWS`, `DIVERGED`, `MODE_COLLAPSE`, `SHARES_OFF`.
 */
export async function fitPrivately(
  table: Table,
  options: CompiledArgn,
  context: FitContext,
): Promise<ArgnModel> {
  const curator = requireCurator(table, context, 'argn');
  throwIfAborted(context.signal);
  const budget = SPENDABLE * curator.left;
  curator.declare({
    purpose: 'domain',
    about: `declared or released domain of ${table.columns.length} columns`,
  });
  const oneWayRho = options.oneWayShare * budget;
  const oneWay = measureOneWay({
    table,
    curator,
    rho: oneWayRho,
    rareSigmas: options.rareSigmas,
    maxBins: options.maxBins ?? privateDefaults.maxBins,
  });
  const coders = oneWay.coders.map(cellCoder);
  const parts = partsOf(coders);
  const order = drawingOrder(table.schema);
  const base = { schema: table.schema, options, coders, order, curve: [] };
  const counts = noisyCounts(oneWay, coders, parts);
  if (parts.parts.length === 0)
    return { ...base, parameters: new Float32Array(0), receipt: curator.receipt() };
  const parameters = await train(
    { table, options, oneWay, coders, parts, order, counts, curator, rho: budget - oneWayRho },
    context,
  );
  const model = { ...base, parameters, receipt: curator.receipt() };
  calibrate(model, counts, context.rng.split('argn').split('calibrate'));
  const released = oneWay.tables.map(({ values }) => values);
  const expected = expectedPrivately(released, (column, c) => encode(coders[c]!, column));
  await refuseCollapse(model, expected, context.rng.split('argn'));
  return model;
}

interface Work {
  readonly table: Table;
  readonly options: CompiledArgn;
  readonly oneWay: OneWay;
  readonly coders: readonly Coder[];
  readonly parts: Parts;
  readonly order: readonly number[];
  readonly counts: Counts;
  readonly curator: Curator;
  readonly rho: number;
}

async function train(work: Work, context: FitContext): Promise<Float32Array> {
  const { table, options, oneWay, coders, parts, order, counts, curator, rho } = work;
  const { provider, threads, steps, rate, clip } = options;
  const { drawingOrder = privateDefaults.drawingOrder, learningRate = privateDefaults.learningRate } =
    options;
  const layout = layoutOf(parts, options.units);
  const shares = logShares(parts, counts);
  const { codes } = codeRows(table, coders, parts);
  return trainPrivately(
    {
      losses: (graph, parameters) =>
        sum(network(parameters, networkInputs(graph, layout, false), { parts, layout, shares, rate: 0 }), {
          axes: [1],
        }),
      step: (chance) => {
        const rank = value(ranksOf({ order, parts }, chance.next() < drawingOrder ? undefined : chance));
        return (rows, length) => ({ codes: codesOf({ codes, layout }, rows, length), rank });
      },
    },
    {
      id: 'argn',
      curator,
      rho,
      steps,
      rate,
      clip,
      learningRate,
      rows: table.rows,
      noisyRows: oneWay.total,
      provider,
      threads,
      rng: context.rng.split('argn'),
    },
    context,
  );
}

/** Counts of the variables' codes from the noisy ones of the columns'; none below zero. */
function noisyCounts(oneWay: OneWay, coders: readonly Coder[], parts: Parts): Counts {
  const counts = emptyCounts(parts);
  for (const { columns, values } of oneWay.tables) {
    const column = columns[0]!;
    const coder = coders[column]!;
    for (const [code, count] of values.entries()) {
      for (const part of parts.ofColumn[column]!) {
        const { parent, size } = parts.parts[part]!;
        const group = parent === undefined ? 0 : partCode(parts, parent, { code, coder });
        counts[part]![group * size + partCode(parts, part, { code, coder })]! += Math.max(0, count);
      }
    }
  }
  return counts;
}
