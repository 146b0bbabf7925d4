import type { RunContext } from '../../../runtime/index.js';
import { sampleIndexes } from '../../../numerics/index.js';
import type { Table } from '../../../table/index.js';
import type { FidelityDetail } from '../../document.js';
import type { Layer, Metric } from '../../metric.js';
import { layer, metric, notComputable } from '../layer.js';
import type { CompiledValidation } from '../options.js';
import { compareColumns } from './columns.js';
import { discriminate } from './discriminator.js';
import type { Discriminator } from './discriminator.js';
import type { Measured } from './place.js';
import { placeOrders, placeSimilarities, shuffledColumns } from './place.js';
import { similarityModule } from './similarity.js';
import type { Similarity, SimilarityInput } from './similarity.js';

/** Three aligned tables (modelled columns, equal codes) and the patients of the train rows. */
export interface FidelityInput {
  readonly train: Table;
  readonly test: Table;
  readonly synthetic: Table;
  readonly trainSubjects: Uint32Array;
  readonly options: CompiledValidation;
  readonly context: RunContext;
}

/** Layer 1: how like the real rows the synthetic ones are, and where that lies between unrelated columns and fresh real rows. */
export async function measureFidelity(
  input: FidelityInput,
): Promise<{ layer: Layer; detail: FidelityDetail }> {
  const { train, synthetic, options, context } = input;
  const measured = await measureThree(input);
  const test =
    options.discriminatorRows === 0
      ? null
      : await discriminate(
          { real: train, subjects: input.trainSubjects, synthetic },
          { rows: options.discriminatorRows, level: options.level },
          { ...context, rng: context.rng.split('discriminator') },
        );
  const detail: FidelityDetail = {
    columns: compareColumns(train, synthetic),
    placed: placeSimilarities(measured),
    marginalsByOrder: placeOrders(measured),
  };
  const metrics = [
    ...placedMetrics(detail, options.thresholds.fidelity),
    ...columnMetrics(detail, synthetic.rows),
    ...relationMetrics(measured),
    discriminatorMetric(test, options),
  ];
  return { layer: layer('fidelity', 'Statistical fidelity', metrics), detail };
}

/** The same number of rows of synthetic, shuffled and held-out real data, each against the real train rows. */
async function measureThree({ train, test, synthetic, options, context }: FidelityInput): Promise<Measured> {
  const { rng } = context;
  const rows = Math.min(train.rows, test.rows, synthetic.rows);
  const draw = (table: Table, label: string): Table =>
    table.take(sampleIndexes(table.rows, rows, rng.split(label)));
  const others = [draw(synthetic, 'synthetic'), shuffledColumns(train, rows, rng), draw(test, 'ceiling')];
  const settings = { bins: options.bins, tables: options.tables, mmdRows: options.mmdRows };
  const [a, b, c] = await context.pool.map<Similarity>(
    others.map((other) => ({
      module: similarityModule,
      task: 'measureSimilarity',
      input: {
        real: train.columns,
        other: other.columns,
        settings,
        key: rng.split('similarity').key,
      } satisfies SimilarityInput,
    })),
    { signal: context.signal },
  );
  return { synthetic: a!, floor: b!, ceiling: c!, rows };
}

function placedMetrics({ placed }: FidelityDetail, threshold: number): Metric[] {
  const metrics: Metric[] = placed.map((p) =>
    metric({
      id: `fidelity.${p.id}`,
      title: p.title,
      value: p.value,
      n: p.rows,
      method: `similarity to the real train rows; floor ${p.floor.toFixed(4)}, ceiling ${p.ceiling.toFixed(4)}`,
      goal: 'max',
      range: [0, 1],
      threshold: p.id === 'aggregate' ? threshold : null,
    }),
  );
  if (!placed.some((p) => p.id === 'aggregate')) {
    metrics.unshift(
      notComputable({
        id: 'fidelity.aggregate',
        title: 'Aggregate fidelity',
        notComputable: 'No column has values on all sides.',
        required: true,
      }),
    );
  }
  metrics.push(placeMetric(placed));
  return metrics;
}

function placeMetric(placed: FidelityDetail['placed']): Metric {
  const id = 'fidelity.place';
  const title = 'Place between unrelated columns (0) and fresh real rows (1)';
  const marginals = placed.find((p) => p.id === 'marginals');
  if (marginals === undefined || marginals.place === null) {
    const why =
      'Fresh real rows are no closer to the train rows than unrelated columns: too few rows to tell.';
    return notComputable({ id, title, notComputable: why, required: false });
  }
  return metric({
    id,
    title,
    value: marginals.place,
    n: marginals.rows,
    method: '(accuracy − floor) / (ceiling − floor) of the 1-, 2- and 3-way tables',
    goal: 'max',
    range: [0, 1],
    threshold: null,
  });
}

function columnMetrics({ columns }: FidelityDetail, rows: number): Metric[] {
  const worst = columns.reduce((most, c) => Math.max(most, c.distance?.value ?? 0), 0);
  const missing = columns.reduce((total, c) => total + Math.abs(c.missingDifference), 0);
  const common = { n: rows, goal: 'min', range: [0, 1] as [number, number], threshold: null } as const;
  return [
    metric({
      ...common,
      id: 'fidelity.worst-column',
      title: 'Largest distance of a column',
      value: worst,
      method: 'two-sample Kolmogorov-Smirnov statistic or total variation distance',
    }),
    metric({
      ...common,
      id: 'fidelity.missing',
      title: 'Mean difference in the share of missing cells',
      value: columns.length === 0 ? 0 : missing / columns.length,
      method: 'mean over the columns of |share missing, synthetic − real|',
    }),
  ];
}

function relationMetrics({ synthetic, rows }: Measured): Metric[] {
  const metrics: Metric[] = [];
  const add = (
    value: number | null,
    draft: Omit<Parameters<typeof metric>[0], 'value' | 'n' | 'threshold'>,
  ): void => {
    if (value !== null) metrics.push(metric({ ...draft, value, n: rows, threshold: null }));
  };
  add(synthetic.frobenius, {
    id: 'fidelity.frobenius',
    title: 'Distance of the association matrices',
    method: 'Frobenius norm of the difference (Pearson, bias-corrected Cramér’s V, correlation ratio)',
    goal: 'min',
    range: [0, Number.MAX_VALUE],
  });
  add(synthetic.information, {
    id: 'fidelity.information',
    title: 'Agreement of the mutual-information matrices',
    method: 'Pearson correlation of the off-diagonal entries',
    goal: 'max',
    range: [-1, 1],
  });
  add(synthetic.mmdSquared, {
    id: 'fidelity.mmd-squared',
    title: 'Squared maximum mean discrepancy',
    method: 'unbiased, Gaussian kernel, bandwidth = median distance of real rows',
    goal: 'min',
    range: [-1, 2],
  });
  return metrics;
}

function discriminatorMetric(test: Discriminator | null, options: CompiledValidation): Metric {
  const id = 'fidelity.discriminator';
  const title = 'AUC of a classifier that tells synthetic from real rows (0.5 = cannot)';
  if (test === null) {
    const why = options.discriminatorRows === 0 ? 'Switched off.' : 'Fewer than 30 rows a side.';
    return notComputable({ id, title, notComputable: why, required: false });
  }
  return metric({
    id,
    title,
    value: test.auc,
    ci: {
      low: test.low,
      high: test.high,
      level: options.level,
      method: 'percentile bootstrap over patients and synthetic rows, 200 resamples',
    },
    n: 2 * test.rows,
    method: 'boosted trees, threefold, all rows of a patient in one fold',
    goal: 'min',
    range: [0, 1],
    threshold: null,
  });
}
