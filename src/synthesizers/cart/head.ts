import type { Rng } from '../../core/index.js';
import type { CategoricalColumn, Column } from '../../table/index.js';
import { Table } from '../../table/index.js';
import { BoostedTrees, compileBoosting, trainBoosting } from '../../trees/index.js';
import type { BoostingTarget } from '../../trees/index.js';
import type { Head } from './model.js';

export interface HeadRequest {
  readonly column: CategoricalColumn;
  readonly features: readonly Column[];
  /** Rows to learn from, ascending. */
  readonly rows: Uint32Array;
  readonly rng: Rng;
}

/** One row in so many is kept from training to find the number of rounds. */
const WATCHED = 6;
/** A class needs so many rows on average for its probability to be worth learning. */
const ROWS_PER_CLASS = 20;
const MOST_CLASSES = 64;

const boosting = {
  rounds: 400,
  learningRate: 0.05,
  maxDepth: 6,
  maxLeaves: 16,
  minChildWeight: 5,
  l2: 5,
  rowSample: 0.8,
  columnSample: 0.5,
} as const;

/**
 * Learns the probabilities of a label's classes, or undefined where a tree does as well or there is too little to
 * learn from. Boosting stops when a watched part of the rows no longer gains, then is run that long on all rows.
 */
export function fitHead({ column, features, rows, rng }: HeadRequest): Head | undefined {
  const classes = classesOf(column, rows);
  if (features.length === 0 || classes.length < 2 || classes.length > MOST_CLASSES) return undefined;
  if (rows.length < ROWS_PER_CLASS * classes.length) return undefined;
  const table = new Table(column.valid.length, features);
  const shuffled = rng.split('watched').shuffle(Uint32Array.from(rows));
  const watched = shuffled.subarray(0, Math.floor(rows.length / WATCHED)).sort();
  const learnt = shuffled.subarray(watched.length).sort();
  const part = (of: Uint32Array): { features: readonly Column[]; target: BoostingTarget } => ({
    features: table.take(of).columns,
    target: targetOf(column, of, classes),
  });
  const training = part(learnt);
  if (!varies(training.target)) return undefined;
  const trial = trainBoosting({
    ...training,
    validation: part(watched),
    options: compileBoosting({ ...boosting, earlyStoppingRounds: 25 }),
    rng: rng.split('trial'),
  });
  const trees = trainBoosting({
    ...part(rows),
    options: compileBoosting({ ...boosting, rounds: trial.rounds }),
    rng: rng.split('trees'),
  });
  return { type: 'boosted', trees: trees.toJSON(), classes };
}

/** Probabilities of the head's classes, row-major. Classes rarer than one in all training rows count as impossible. */
export function headProbabilities(head: Head, features: readonly Column[]): Float64Array {
  const out = BoostedTrees.fromJSON(head.trees).predict(features);
  if (head.classes.length > 2) return out;
  const both = new Float64Array(out.length * 2);
  for (let i = 0; i < out.length; i++) {
    both[2 * i] = 1 - out[i]!;
    both[2 * i + 1] = out[i]!;
  }
  return both;
}

function classesOf(column: CategoricalColumn, rows: Uint32Array): number[] {
  const seen = new Set<number>();
  for (const row of rows) seen.add(column.codes[row]!);
  return [...seen].sort((a, b) => a - b);
}

function targetOf(column: CategoricalColumn, rows: Uint32Array, classes: readonly number[]): BoostingTarget {
  const labelOf = new Map(classes.map((code, label) => [code, label]));
  if (classes.length === 2) {
    return { kind: 'binary', labels: Uint8Array.from(rows, (row) => labelOf.get(column.codes[row]!)!) };
  }
  const labels = Uint32Array.from(rows, (row) => labelOf.get(column.codes[row]!)!);
  return { kind: 'multiclass', labels, classes: classes.length };
}

function varies(target: BoostingTarget): boolean {
  return target.kind !== 'regression' && target.labels.some((label) => label !== target.labels[0]);
}
