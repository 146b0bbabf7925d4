import type { Rng } from '../../../core/index.js';
import { mean } from '../../../numerics/index.js';
import { Table } from '../../../table/index.js';
import type { FidelityDetail, Placed } from '../../document.js';
import type { OrderAccuracy } from './marginals.js';
import type { Similarity } from './similarity.js';

/** A ceiling that clears the floor by less than this gives no scale to place anything on. */
const LEAST_SPAN = 0.005;

/** Likenesses to the real train rows, all with the same number of rows. */
export interface Measured {
  readonly synthetic: Similarity;
  readonly floor: Similarity;
  readonly ceiling: Similarity;
  readonly rows: number;
}

/** `rows` rows in which each column is drawn independently, without replacement: the marginals of the table and no relation. */
export function shuffledColumns(table: Table, rows: number, rng: Rng): Table {
  return new Table(
    rows,
    table.columns.map((column) => {
      const order = rng.split('floor', column.schema.name).permutation(table.rows).subarray(0, rows);
      return table.select([column.schema.name]).take(order).columns[0]!;
    }),
  );
}

/** Each similarity at its place between floor and ceiling; a similarity that one of the three lacks is left out. */
export function placeSimilarities(measured: Measured): Placed[] {
  const figures: readonly [Placed['id'], string, (s: Similarity) => number | null][] = [
    ['aggregate', 'Aggregate fidelity', aggregate],
    ['marginals', '1-, 2- and 3-way tables', accuracy],
    ['columns', 'Columns one by one', (s) => s.columns],
    ['associations', 'Associations between columns', (s) => s.associations],
    ['mmd', 'Joint distribution (kernel)', (s) => s.mmd],
  ];
  return figures.flatMap(([id, title, read]) => {
    const value = read(measured.synthetic);
    const floor = read(measured.floor);
    const ceiling = read(measured.ceiling);
    if (value === null || floor === null || ceiling === null) return [];
    const span = ceiling - floor;
    const place = span < LEAST_SPAN ? null : (value - floor) / span;
    return [{ id, title, value, floor, ceiling, place, rows: measured.rows }];
  });
}

/** Accuracy of the tables, order by order. */
export function placeOrders({ synthetic, floor, ceiling }: Measured): FidelityDetail['marginalsByOrder'] {
  const at = (s: Similarity, order: number): OrderAccuracy | undefined =>
    s.marginals.find((m) => m.order === order);
  return synthetic.marginals.flatMap(({ order, tables, value }) => {
    const low = at(floor, order);
    const high = at(ceiling, order);
    return low === undefined || high === undefined
      ? []
      : [{ order, tables, value, floor: low.value, ceiling: high.value }];
  });
}

/**
 * The aggregate fidelity score: mean of the three things that the paper names for layer 1 (columns, correlation matrix,
 * maximum mean discrepancy), each as a similarity. The paper gives the bar but no formula; this one is ours.
 */
function aggregate(s: Similarity): number | null {
  const parts = [s.columns, s.associations, s.mmd].filter((part) => part !== null);
  return s.columns === null ? null : mean(parts);
}

/** Mean over the orders of the mean accuracy of their tables. */
function accuracy(s: Similarity): number | null {
  return mean(s.marginals.map((m) => m.value));
}
