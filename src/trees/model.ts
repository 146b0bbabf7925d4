import { z } from 'zod';
import { DataError, InternalError } from '../core/index.js';
import type { Column } from '../table/index.js';
import { applyBinning, binCount, binningSchema } from './binning.js';
import { toPredictions } from './objective.js';
import { addTree, compileTree, toBinRows, treeSchema } from './tree.js';
import type { Tree } from './tree.js';

const modelSchema = z
  .strictObject({
    format: z.literal('anamnesis.boosted-trees/1'),
    kind: z.enum(['binary', 'multiclass', 'regression']),
    /** Scores before the first tree: one, or one a class. */
    base: z.array(z.number()).min(1),
    features: z.array(binningSchema),
    trees: z.array(treeSchema),
    /** Validation loss after each round, when there was a validation part. */
    validationLoss: z.array(z.number()),
  })
  .refine(
    (m) =>
      m.trees.every(
        (t) => t.output < m.base.length && t.feature.every((f, i) => fits(m.features[f], f, t.split[i]!)),
      ),
    'a tree names a column, class or bin that the model does not have',
  );

/** Rows whose bins stay near the processor while all trees walk over them. */
const ROWS_AT_ONCE = 4096;

/** A model as plain data, for JSON. */
export type BoostedTreesData = z.infer<typeof modelSchema>;

function fits(
  binning: z.infer<typeof binningSchema> | undefined,
  feature: number,
  split: number | number[],
): boolean {
  if (feature < 0) return true;
  if (binning === undefined) return false;
  if (binning.type === 'ordered') return typeof split === 'number' && split >= 0 && split < binCount(binning);
  return typeof split !== 'number' && split.every((bin) => bin < binCount(binning));
}

/** A trained ensemble of trees. */
export class BoostedTrees {
  readonly #data: BoostedTreesData;
  readonly #trees: readonly Tree[];
  /** Columns that some tree asks for, ascending. */
  readonly #used: number[];

  constructor(data: BoostedTreesData) {
    this.#data = data;
    const missingBins = data.features.map(binCount);
    this.#used = [...new Set(data.trees.flatMap((tree) => tree.feature))].filter((f) => f >= 0);
    this.#used.sort((a, b) => a - b);
    const places = new Map(this.#used.map((f, place) => [f, place]));
    this.#trees = data.trees.map((tree) => compileTree(tree, missingBins, places));
  }

  /** @throws DataError `BAD_MODEL` for anything that `toJSON` cannot have written. */
  static fromJSON(json: unknown): BoostedTrees {
    const result = modelSchema.safeParse(json);
    if (result.success) return new BoostedTrees(result.data);
    throw new DataError('BAD_MODEL', 'This is not a model of boosted trees.', {
      got: z.prettifyError(result.error).slice(0, 500),
      fix: 'train the model again, or take an undamaged copy of its file',
    });
  }

  toJSON(): BoostedTreesData {
    return this.#data;
  }

  get kind(): BoostedTreesData['kind'] {
    return this.#data.kind;
  }

  /** Predictions a row: the number of classes of a multiclass model, else 1. */
  get outputs(): number {
    return this.#data.base.length;
  }

  /** Names of the columns that the model was trained on. */
  get features(): readonly string[] {
    return this.#data.features.map((binning) => binning.name);
  }

  /** Rounds of boosting that were kept. */
  get rounds(): number {
    const perOutput = new Uint32Array(this.outputs);
    for (const tree of this.#data.trees) perOutput[tree.output]!++;
    return Math.max(...perOutput);
  }

  /** Mean validation loss after each round that was trained; empty without a validation part. */
  get validationLoss(): readonly number[] {
    return this.#data.validationLoss;
  }

  /**
   * Predictions for the rows of columns, which are found by name. Binary: n probabilities of the positive class.
   * Multiclass: n × k probabilities, row-major. Regression: n values.
   * @throws DataError `NO_COLUMN` for a training column that is not given, `COLUMN_KIND` for one of another kind.
   */
  predict(features: readonly Column[]): Float64Array {
    const { base, kind } = this.#data;
    const rows = features[0]?.valid.length ?? 0;
    if (features.some((column) => column.valid.length !== rows)) {
      throw new InternalError('TABLE_SHAPE', 'The columns to predict from have different lengths.');
    }
    const codes = this.#binsOf(features);
    const scores = new Float64Array(rows * base.length);
    for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
      const end = Math.min(rows, start + ROWS_AT_ONCE);
      const part = base.map((score, o) => scores.subarray(o * rows + start, o * rows + end).fill(score));
      const bins = toBinRows(codes, start, end);
      for (const tree of this.#trees) addTree(tree, bins, part[tree.output]!);
    }
    return toPredictions(kind, base.length, scores);
  }

  /** Sum of the gains of each column's splits, over all trees, by column name. Larger: the column explains more. */
  importance(): ReadonlyMap<string, number> {
    const total = new Float64Array(this.#data.features.length);
    for (const tree of this.#data.trees) {
      for (const [node, f] of tree.feature.entries()) if (f >= 0) total[f]! += tree.gain[node]!;
    }
    return new Map(this.features.map((name, f) => [name, total[f]!]));
  }

  /** Bin numbers of the columns that trees ask for. */
  #binsOf(features: readonly Column[]): Uint8Array[] {
    const byName = new Map(features.map((column) => [column.schema.name, column]));
    const absent = this.features.filter((name) => !byName.has(name));
    if (absent.length > 0) {
      throw new DataError('NO_COLUMN', `${absent.length} columns that the model was trained on are absent.`, {
        expected: `a table with ${absent.slice(0, 20).join(', ')}`,
        fix: 'predict from a table of the same feature columns',
      });
    }
    return this.#used.map((f) => {
      const binning = this.#data.features[f]!;
      return applyBinning(binning, byName.get(binning.name)!).codes;
    });
  }
}
