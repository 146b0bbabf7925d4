import { Rng } from '../../../core/index.js';
import {
  drawClusters,
  percentileInterval,
  rankedAuc,
  rankScores,
  rowWeights,
} from '../../../numerics/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { Column } from '../../../table/index.js';
import { Table } from '../../../table/index.js';
import { compileBoosting, trainBoosting } from '../../../trees/index.js';
import { stackTables } from '../align.js';

const FOLDS = 3;
const RESAMPLES = 200;
const options = { rounds: 100, learningRate: 0.1, maxDepth: 5, minChildWeight: 3 } as const;

/** A worker's job: train on the rows outside a fold, score those inside. */
interface DiscriminatorFold {
  /** Real rows, then synthetic ones. */
  readonly columns: readonly Column[];
  /** 1 = synthetic. */
  readonly labels: Uint8Array;
  readonly foldOfRow: Uint8Array;
  readonly fold: number;
  readonly key: string;
}

/**
 * Worker task: probabilities of being synthetic for the rows of the fold, in row order.
 * @public
 */
export function discriminateFold({ columns, labels, foldOfRow, fold, key }: DiscriminatorFold): Float64Array {
  const table = new Table(labels.length, columns);
  const rows = Uint32Array.from(labels.keys());
  const inside = rows.filter((row) => foldOfRow[row] === fold);
  const outside = rows.filter((row) => foldOfRow[row] !== fold);
  const model = trainBoosting({
    features: table.take(outside).columns,
    target: { kind: 'binary', labels: Uint8Array.from(outside, (row) => labels[row]!) },
    options: compileBoosting(options),
    rng: Rng.fromKey(key),
  });
  return model.predict(table.take(inside).columns);
}

/** Area under the ROC curve of a classifier that tells synthetic from real rows. */
export interface Discriminator {
  readonly auc: number;
  readonly low: number;
  readonly high: number;
  /** Rows a side. */
  readonly rows: number;
}

/**
 * Classifier two-sample test (Lopez-Paz and Oquab, ICLR 2017): boosted trees, threefold, equal numbers of real and synthetic
 * rows, all rows of a patient in one fold. 0.5 = cannot be told apart; below 0.5 synthetic rows copy real ones of other folds.
 * Null with fewer than 30 rows a side.
 */
export async function discriminate(
  parts: { readonly real: Table; readonly subjects: Uint32Array; readonly synthetic: Table },
  settings: { readonly rows: number; readonly level: number },
  context: RunContext,
): Promise<Discriminator | null> {
  const { rng } = context;
  const rows = Math.min(settings.rows, parts.real.rows, parts.synthetic.rows);
  if (rows < 30) return null;
  const real = rng.split('real').permutation(parts.real.rows).slice(0, rows).sort();
  const synthetic = rng.split('synthetic').permutation(parts.synthetic.rows).slice(0, rows).sort();
  const { columns } = stackTables(parts.real.take(real), parts.synthetic.take(synthetic));
  const labels = Uint8Array.from({ length: 2 * rows }, (_, i) => (i < rows ? 0 : 1));
  // patients and synthetic rows are the clusters: of folds and of the bootstrap
  const clusters = numbered([...real].map((row) => parts.subjects[row]!));
  const clusterOfRow = Uint32Array.from(labels, (_, i) =>
    i < rows ? clusters.of[i]! : clusters.count + i - rows,
  );
  const folds = foldsOf(clusterOfRow, clusters.count + rows, rng.split('folds'));
  const scored = await context.pool.map<Float64Array>(
    Array.from({ length: FOLDS }, (_, fold) => ({
      module: import.meta.url,
      task: 'discriminateFold',
      input: {
        columns,
        labels,
        foldOfRow: folds,
        fold,
        key: rng.split('fold', fold).key,
      } satisfies DiscriminatorFold,
    })),
    { signal: context.signal },
  );
  const scores = gatherFolds(scored, folds);
  const ranking = rankScores(scores);
  const strata = [
    Uint32Array.from({ length: clusters.count }, (_, i) => i),
    Uint32Array.from({ length: rows }, (_, i) => clusters.count + i),
  ];
  const replicates = Array.from({ length: RESAMPLES }, (_, b) => {
    const times = drawClusters(strata, clusters.count + rows, rng.split('resample', b));
    return rankedAuc(ranking, labels, rowWeights(times, clusterOfRow)) ?? 0.5;
  });
  const auc = rankedAuc(ranking, labels) ?? 0.5;
  const interval = percentileInterval(replicates, settings.level);
  return { auc, low: interval?.low ?? auc, high: interval?.high ?? auc, rows };
}

/** Small whole numbers for arbitrary ones, in the order of first appearance. */
function numbered(ids: readonly number[]): { of: Uint32Array; count: number } {
  const known = new Map<number, number>();
  const of = Uint32Array.from(ids, (id) => {
    const number = known.get(id) ?? known.size;
    known.set(id, number);
    return number;
  });
  return { of, count: known.size };
}

/** A random fold for each cluster, so for all rows of a patient, as a fold for each row. */
function foldsOf(clusterOfRow: Uint32Array, clusters: number, rng: Rng): Uint8Array {
  const order = rng.permutation(clusters);
  return Uint8Array.from(clusterOfRow, (cluster) => order[cluster]! % FOLDS);
}

function gatherFolds(scored: readonly Float64Array[], foldOfRow: Uint8Array): Float64Array {
  const next = new Uint32Array(FOLDS);
  return Float64Array.from(foldOfRow, (fold) => scored[fold]![next[fold]!++]!);
}
