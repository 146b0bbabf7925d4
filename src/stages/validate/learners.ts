import type { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import { encodeColumns, fitEncoder, Table } from '../../table/index.js';
import { fitLogistic, predictLogistic } from '../../numerics/index.js';
import type { BoostingOptions, BoostingPart, BoostingTarget } from '../../trees/index.js';
import { compileBoosting, trainBoosting } from '../../trees/index.js';

/** Rows to learn from and rows to predict. */
export interface LearnRequest {
  readonly features: readonly Column[];
  /** Class of each row, at least two different ones. */
  readonly labels: Uint32Array;
  /** Patient of each row: nobody is on both sides of an inner split. */
  readonly subjects: Uint32Array;
  readonly classes: number;
  readonly test: readonly Column[];
  readonly rng: Rng;
}

/** Trains a model and returns the class probabilities of the test rows, n × classes, row-major. */
export type Learner = (request: LearnRequest) => Float64Array;

/** Share of the patients that early stopping watches. */
const INNER_SHARE = 0.15;
/** Positives that the watched part needs before its loss is trusted to choose the number of rounds (expert assumption). */
const INNER_POSITIVES = 20;
/** Rounds where early stopping cannot be trusted (expert assumption: at rate 0.05 few tables overfit this early). */
const UNWATCHED_ROUNDS = 100;

/** Shared by all tasks: shallow, slow, sampled trees do well on hospital tables of 10³ to 10⁵ rows without tuning. */
const boosting = {
  maxDepth: 5,
  minChildWeight: 3,
  rowSample: 0.8,
  columnSample: 0.8,
} as const satisfies BoostingOptions;
/** A multiclass round grows a tree a class, so it takes fewer and larger steps. */
const pace = {
  binary: { rounds: 400, learningRate: 0.05, earlyStoppingRounds: 25 },
  multiclass: { rounds: 80, learningRate: 0.1, earlyStoppingRounds: 8 },
} as const;

/**
 * Gradient boosting. The number of rounds is found on an inner part of the patients by early stopping, then the model is
 * trained again on all rows. Where that part has too few positives a fixed number of rounds is taken.
 */
export function learnBoosting(request: LearnRequest): Float64Array {
  const { features, labels, classes, test, rng } = request;
  const { earlyStoppingRounds, ...rest } = classes === 2 ? pace.binary : pace.multiclass;
  const options = { ...boosting, ...rest };
  const inner = innerSplit(request);
  const watch = inner !== undefined && rarest(labels, inner.watched) >= INNER_POSITIVES;
  let rounds: number = Math.min(rest.rounds, UNWATCHED_ROUNDS);
  if (watch) {
    const found = trainBoosting({
      ...partOf(request, inner.learned),
      validation: partOf(request, inner.watched),
      options: compileBoosting({ ...options, earlyStoppingRounds }),
      rng: rng.split('search'),
    });
    rounds = Math.max(1, found.rounds);
  }
  const model = trainBoosting({
    features,
    target: targetOf(labels, classes),
    options: compileBoosting({ ...options, rounds }),
    rng: rng.split('fit'),
  });
  return bothClasses(model.predict(test), classes);
}

/** Rows to learn from and rows to watch, split by patient; undefined where there are too few patients. */
function innerSplit({
  subjects,
  rng,
}: LearnRequest): { learned: Uint32Array; watched: Uint32Array } | undefined {
  const patients = [...new Set(subjects)];
  const size = Math.round(patients.length * INNER_SHARE);
  if (size === 0) return undefined;
  const chosen = new Set(rng.split('inner').permutation(patients.length).subarray(0, size));
  const watchedPatients = new Set(patients.filter((_, i) => chosen.has(i)));
  const rows = Uint32Array.from(subjects.keys());
  return {
    learned: rows.filter((row) => !watchedPatients.has(subjects[row]!)),
    watched: rows.filter((row) => watchedPatients.has(subjects[row]!)),
  };
}

/** Rows of the second most frequent class: the positives of an imbalanced binary task. */
function rarest(labels: Uint32Array, rows: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(labels[row]!, (counts.get(labels[row]!) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a)[1] ?? 0;
}

function partOf({ features, labels, classes }: LearnRequest, rows: Uint32Array): BoostingPart {
  return {
    features: new Table(labels.length, features).take(rows).columns,
    target: targetOf(
      rows.map((row) => labels[row]!),
      classes,
    ),
  };
}

function targetOf(labels: Uint32Array, classes: number): BoostingTarget {
  return classes === 2
    ? { kind: 'binary', labels: Uint8Array.from(labels) }
    : { kind: 'multiclass', labels, classes };
}

/** Probabilities n × classes from what a model predicts: n positive-class probabilities for two classes. */
function bothClasses(predicted: Float64Array, classes: number): Float64Array {
  if (classes !== 2) return predicted;
  const both = new Float64Array(2 * predicted.length);
  for (const [i, p] of predicted.entries()) {
    both[2 * i] = 1 - p;
    both[2 * i + 1] = p;
  }
  return both;
}

/** Logistic regression (two classes) or softmax regression, penalty λ = 1, on standardised and one-hot features. */
export function learnLogistic({ features, labels, classes, test }: LearnRequest): Float64Array {
  const encoder = fitEncoder(features);
  const train = encodeColumns(encoder, features);
  const model = fitLogistic({ ...train, labels, classes, maxIterations: 200, tolerance: 1e-5 });
  const rows = encodeColumns(encoder, test);
  return bothClasses(predictLogistic(model, rows.x, rows.rows), classes);
}
