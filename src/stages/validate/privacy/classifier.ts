import type { Rng } from '../../../core/index.js';
import { Rng as RngOf } from '../../../core/index.js';
import { sampleIndexes } from '../../../numerics/index.js';
import type { RunContext } from '../../../runtime/index.js';
import type { Column } from '../../../table/index.js';
import { Table } from '../../../table/index.js';
import { compileBoosting, trainBoosting } from '../../../trees/index.js';
import { stackTables } from '../align.js';

const options = { rounds: 60, learningRate: 0.1, maxDepth: 6, minChildWeight: 2 } as const;

/** A worker's job. */
interface ClassifierInput {
  /** Rows of the population, then synthetic ones. */
  readonly columns: readonly Column[];
  /** 1 = synthetic. */
  readonly labels: Uint8Array;
  readonly targets: readonly Column[];
  readonly key: string;
}

/**
 * Worker task: how synthetic each target looks to boosted trees.
 * @public
 */
export function classifyTargets({ columns, labels, targets, key }: ClassifierInput): Float64Array {
  const model = trainBoosting({
    features: columns,
    target: { kind: 'binary', labels },
    options: compileBoosting(options),
    rng: RngOf.fromKey(key),
  });
  return model.predict(targets);
}

/**
 * The classifier attack: boosted trees learn to tell synthetic rows from rows of the population, and say of each target how synthetic
 * it looks. One answer for each table of `synthetics`, trained with the same numbers.
 */
export async function classifierScores(
  parts: { readonly targets: Table; readonly reference: Table; readonly synthetics: readonly Table[] },
  settings: { readonly rows: number; readonly rng: Rng },
  context: RunContext,
): Promise<Float64Array[]> {
  const { targets, reference, synthetics } = parts;
  const rows = Math.min(settings.rows, reference.rows, ...synthetics.map((s) => s.rows));
  const draw = (table: Table, label: string): Table =>
    table.take(sampleIndexes(table.rows, rows, settings.rng.split(label)));
  const known = draw(reference, 'reference');
  const labels = Uint8Array.from({ length: 2 * rows }, (_, i) => (i < rows ? 0 : 1));
  return context.pool.map<Float64Array>(
    synthetics.map((synthetic) => ({
      module: import.meta.url,
      task: 'classifyTargets',
      input: {
        columns: stackTables(known, draw(synthetic, 'synthetic')).columns,
        labels,
        targets: targets.columns,
        key: settings.rng.split('fit').key,
      } satisfies ClassifierInput,
    })),
    { signal: context.signal },
  );
}
