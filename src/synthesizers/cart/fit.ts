import type { Rng } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { CategoricalColumn, Table } from '../../table/index.js';
import type { BinnedColumn } from '../../trees/index.js';
import { binColumn } from '../../trees/index.js';
import { learnBounds } from '../bounds.js';
import { categoryCounts, checkTable } from '../check.js';
import { emptyColumn } from '../columns.js';
import { dependenceOf } from '../dependence.js';
import { Draft } from './draft.js';
import type { FitColumnInput } from './fit-column.js';
import { balanceHead } from './head.js';
import type { CartModel, ColumnModel } from './model.js';
import type { CompiledCart } from './options.js';
import { settleOptions } from './options.js';
import { columnOrder, predecessorsOf } from './order.js';
import type { Feature } from './split.js';

/** Rows drawn to balance the labels. */
const PILOT_ROWS = 4096;
const here = new URL('./fit-column.js', import.meta.url).href;

/** Learns every column from its predecessors; the columns do not wait for each other, so they run side by side. */
export async function fitCart(table: Table, compiled: CompiledCart, context: RunContext): Promise<CartModel> {
  checkTable(table);
  const options = settleOptions(compiled, table.rows);
  const binned = table.columns.map((column) => binColumn(column, { maxBins: options.maxBins }));
  const dependence = dependenceOf(table);
  const order = columnOrder(table, dependence, options.order);
  const inputs = order.map((c, at): FitColumnInput => {
    const predecessors = predecessorsOf(order, at, dependence, options.maxPredecessors);
    const column = table.columns[c]!;
    const withHead = column.schema.role === 'label' && options.labels === 'boosted';
    return {
      column,
      features: predecessors.map((p) => feature(p, binned[p]!)),
      options,
      head: withHead
        ? {
            features: order.slice(0, at).map((p) => table.columns[p]!),
            key: context.rng.split('label', column.schema.name).key,
          }
        : undefined,
    };
  });
  const columns: ColumnModel[] = [];
  for (const [at, model] of (await fitAll(inputs, context)).entries()) columns[order[at]!] = model;
  const model: CartModel = {
    schema: table.schema,
    options,
    order,
    binnings: binned.map((b) => b.binning),
    bounds: table.columns.map((c) => (c.type === 'numeric' ? (learnBounds(c) ?? null) : null)),
    columns,
  };
  return { ...model, columns: balanceLabels(model, table, context.rng.split('pilot')) };
}

/** Draws a pilot sample and balances every label's probabilities on it, in the order of drawing. */
function balanceLabels(model: CartModel, table: Table, rng: Rng): readonly ColumnModel[] {
  const columns = [...model.columns];
  const last = model.order.findLastIndex((c) => columns[c]!.value?.type === 'head');
  const draft = new Draft({ ...model, columns }, PILOT_ROWS);
  for (const [at, c] of model.order.slice(0, last + 1).entries()) {
    const { missing, value } = columns[c]!;
    const label = table.columns[c]!;
    if (value?.type === 'head' && label.type === 'categorical') {
      const absent = draft.likelihood(c, emptyColumn(model.schema[c]!, PILOT_ROWS));
      const shares = classShares(label, value.classes);
      const features = model.order.slice(0, at).map((p) => draft.column(p));
      columns[c] = {
        missing,
        value: balanceHead(value, { features, weights: absent.map((p) => 1 - p), shares }),
      };
    }
    draft.draw(c, rng.split('column', c));
  }
  return columns;
}

function classShares(label: CategoricalColumn, classes: readonly number[]): number[] {
  const counts = categoryCounts(label);
  const total = classes.reduce((sum, code) => sum + counts[code]!, 0);
  return classes.map((code) => counts[code]! / total);
}

function feature(column: number, { codes, bins, binning }: BinnedColumn): Feature {
  return { column, codes, bins, nominal: binning.type === 'nominal' };
}

async function fitAll(inputs: readonly FitColumnInput[], context: RunContext): Promise<ColumnModel[]> {
  const task = context.progress.task('cart: learn columns', inputs.length);
  // the last columns have most to learn from: started first, they do not hold up the end
  const calls = inputs.map((input) => ({ module: here, task: 'fitColumn', input })).reverse();
  const models = await context.pool.map<ColumnModel>(calls, {
    signal: context.signal,
    onDone: () => {
      task.advance();
    },
  });
  task.done();
  return models.reverse();
}
