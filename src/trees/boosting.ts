import type { Rng } from '../core/index.js';
import { DataError, InternalError, UserError } from '../core/index.js';
import type { Column } from '../table/index.js';
import type { BinnedColumn } from './binning.js';
import { applyBinning, binColumn, binCount } from './binning.js';
import { TreeGrower } from './grow.js';
import { BoostedTrees } from './model.js';
import type { BoostingTarget, Objective } from './objective.js';
import { baseScores, checkTarget, emptyOutputs, objectiveFor, outputsOf, targetRows } from './objective.js';
import type { CompiledBoosting } from './options.js';
import type { BinRows, TreeData } from './tree.js';
import { addTree, compileTree, toBinRows } from './tree.js';

/** Rows with their target, all columns of equal length. */
export interface BoostingPart {
  readonly features: readonly Column[];
  readonly target: BoostingTarget;
}

export interface BoostingRequest extends BoostingPart {
  readonly options: CompiledBoosting;
  /** Chooses rows and columns when they are sampled. */
  readonly rng: Rng;
  /** Rows that are not learnt from but watched: early stopping needs them. */
  readonly validation?: BoostingPart | undefined;
  /** Called after each round with the number of rounds done, of at most `options.rounds`. */
  readonly onRound?: ((done: number) => void) | undefined;
}

/**
 * Gradient boosting on histograms (Chen and Guestrin, KDD 2016; Ke et al., "LightGBM", NeurIPS 2017). Each round adds a
 * tree, or one for each class, that is fitted to the first and second derivatives of the loss. The same request gives the
 * same model, and the order of the columns does not matter.
 * @throws DataError `NO_ROWS`, `ONE_CLASS`, `BAD_TARGET`; UserError `NO_VALIDATION` for early stopping without a part
 * to watch.
 */
export function trainBoosting(request: BoostingRequest): BoostedTrees {
  const { target, options, validation } = request;
  checkPart(request);
  if (validation !== undefined) checkValidation(validation, target);
  if (options.earlyStoppingRounds !== undefined && validation === undefined) {
    throw new UserError('NO_VALIDATION', 'Early stopping needs a validation part.', {
      fix: 'give one, or leave earlyStoppingRounds out',
    });
  }
  const base = baseScores(target);
  const sorted = [...request.features].sort((a, b) => (a.schema.name < b.schema.name ? -1 : 1));
  const columns = sorted.map((column) => binColumn(column, { maxBins: options.maxBins }));
  const ensemble = new Ensemble(columns, base, request);
  const watched = validation === undefined ? undefined : new Watcher(columns, base, validation);
  const losses: number[] = [];
  let best = 0;
  for (let round = 0; round < options.rounds; round++) {
    const added = ensemble.addRound(round);
    if (watched !== undefined) {
      losses.push(watched.lossWith(added));
      if (losses[round]! < losses[best]!) best = round;
    }
    request.onRound?.(round + 1);
    if (round - best >= (options.earlyStoppingRounds ?? Infinity)) break;
  }
  const kept =
    options.earlyStoppingRounds === undefined ? ensemble.rounds : ensemble.rounds.slice(0, best + 1);
  return new BoostedTrees({
    format: 'anamnesis.boosted-trees/1',
    kind: target.kind,
    base: [...base],
    features: columns.map((column) => column.binning),
    trees: kept.flat(),
    validationLoss: losses,
  });
}

/** The trees so far and the scores that they give the training rows. */
class Ensemble {
  readonly rounds: TreeData[][] = [];
  readonly #codes: readonly Uint8Array[];
  /** The same row by row, for rows that a tree does not learn from. */
  #bins: BinRows | undefined;
  readonly #missingBins: readonly number[];
  readonly #objective: Objective;
  readonly #options: CompiledBoosting;
  readonly #rng: Rng;
  readonly #grower: TreeGrower;
  readonly #rows: number;
  readonly #everyRow: RowSample;
  /** Columns that differ between rows. */
  readonly #useful: Uint32Array;
  readonly #silent: ReadonlySet<number>;
  readonly #scores: Float64Array;
  readonly #g: Float64Array;
  readonly #h: Float64Array;

  constructor(columns: readonly BinnedColumn[], base: Float64Array, request: BoostingRequest) {
    this.#codes = columns.map((column) => column.codes);
    this.#missingBins = columns.map((column) => column.bins);
    this.#objective = objectiveFor(request.target);
    this.#options = request.options;
    this.#rng = request.rng;
    this.#rows = targetRows(request.target);
    this.#grower = new TreeGrower(columns, this.#rows, request.options);
    this.#everyRow = {
      chosen: Uint32Array.from({ length: this.#rows }, (_, i) => i),
      others: new Uint32Array(0),
    };
    this.#useful = Uint32Array.from(columns.keys()).filter((f) => differs(this.#codes[f]!));
    this.#silent = emptyOutputs(request.target);
    this.#scores = new Float64Array(this.#rows * base.length);
    for (const [o, score] of base.entries()) this.#part(this.#scores, o).fill(score);
    this.#g = new Float64Array(this.#scores.length);
    this.#h = new Float64Array(this.#scores.length);
  }

  addRound(round: number): TreeData[] {
    const sample =
      this.#options.rowSample >= 1
        ? this.#everyRow
        : sampleRows(this.#rows, this.#options.rowSample, this.#rng.split('rows', round));
    this.#objective.derivatives(this.#scores, this.#g, this.#h);
    const trees: TreeData[] = [];
    for (let output = 0; output < this.#objective.outputs; output++) {
      if (this.#silent.has(output)) continue;
      const rng = this.#rng.split('columns', round).split('output', output);
      const features = sampleColumns(this.#useful, this.#options.columnSample, rng);
      const g = this.#part(this.#g, output);
      const h = this.#part(this.#h, output);
      const tree = this.#grower.grow({ output, g, h, sample: sample.chosen, features });
      const scores = this.#part(this.#scores, output);
      this.#grower.addToSample(scores);
      if (sample.others.length > 0) {
        this.#bins ??= toBinRows(this.#codes, 0, this.#rows);
        addTree(compileTree(tree, this.#missingBins), this.#bins, scores, sample.others);
      }
      trees.push(tree);
    }
    this.rounds.push(trees);
    return trees;
  }

  #part(all: Float64Array, output: number): Float64Array {
    return all.subarray(output * this.#rows, (output + 1) * this.#rows);
  }
}

/** Follows the loss on rows that are not learnt from. */
class Watcher {
  readonly #objective: Objective;
  readonly #bins: BinRows;
  readonly #missingBins: readonly number[];
  readonly #scores: Float64Array;
  readonly #rows: number;

  constructor(columns: readonly BinnedColumn[], base: Float64Array, { features, target }: BoostingPart) {
    const byName = new Map(features.map((column) => [column.schema.name, column]));
    this.#objective = objectiveFor(target);
    const codes = columns.map(({ binning }) => {
      const column = byName.get(binning.name);
      if (column === undefined) {
        throw new DataError('NO_COLUMN', `The validation part has no column '${binning.name}'.`);
      }
      return applyBinning(binning, column).codes;
    });
    this.#missingBins = columns.map((column) => binCount(column.binning));
    this.#rows = targetRows(target);
    this.#bins = toBinRows(codes, 0, this.#rows);
    this.#scores = new Float64Array(this.#rows * base.length);
    for (const [o, score] of base.entries()) this.#scores.fill(score, o * this.#rows, (o + 1) * this.#rows);
  }

  lossWith(trees: readonly TreeData[]): number {
    for (const tree of trees) {
      const scores = this.#scores.subarray(tree.output * this.#rows, (tree.output + 1) * this.#rows);
      addTree(compileTree(tree, this.#missingBins), this.#bins, scores);
    }
    return this.#objective.loss(this.#scores);
  }
}

function checkPart({ features, target }: BoostingPart): void {
  const rows = targetRows(target);
  const names = new Set(features.map((column) => column.schema.name));
  if (names.size !== features.length)
    throw new InternalError('TABLE_SHAPE', 'Two columns have the same name.');
  if (features.some((column) => column.valid.length !== rows)) {
    throw new InternalError('TABLE_SHAPE', `A column and the target of ${rows} rows differ in length.`);
  }
  checkTarget(target);
}

function checkValidation(validation: BoostingPart, target: BoostingTarget): void {
  checkPart(validation);
  if (validation.target.kind !== target.kind || outputsOf(validation.target) !== outputsOf(target)) {
    throw new InternalError('TARGET_KIND', 'Training and validation have targets of different kinds.');
  }
  if (targetRows(validation.target) === 0) {
    throw new DataError('NO_ROWS', 'The validation part has no rows.', {
      fix: 'hold more rows out, or train without a validation part',
    });
  }
}

function differs(codes: Uint8Array): boolean {
  return codes.some((code) => code !== codes[0]);
}

interface RowSample {
  readonly chosen: Uint32Array;
  readonly others: Uint32Array;
}

/** Each row with probability `share`, and at least one; both lists ascending. */
function sampleRows(rows: number, share: number, rng: Rng): RowSample {
  const chosen = new Uint32Array(rows);
  const others = new Uint32Array(rows);
  let n = 0;
  for (let i = 0; i < rows; i++) {
    if (rng.next() < share) chosen[n++] = i;
    else others[i - n] = i;
  }
  if (n === 0) return { chosen: Uint32Array.of(0), others: others.subarray(1) };
  return { chosen: chosen.subarray(0, n), others: others.subarray(0, rows - n) };
}

/** A share of the columns, rounded up, ascending. */
function sampleColumns(columns: Uint32Array, share: number, rng: Rng): Uint32Array {
  if (share >= 1) return columns;
  const order = rng.permutation(columns.length).subarray(0, Math.ceil(columns.length * share));
  return order.map((i) => columns[i]!).sort();
}
