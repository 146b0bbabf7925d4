import { InternalError, Rng } from '../../core/index.js';
import type { Ranking, RocPoint } from '../../numerics/index.js';
import {
  brierScore,
  calibrationLine,
  drawClusters,
  logLoss,
  macroAuc,
  meanCurve,
  rankScores,
  rocCurve,
  rowWeights,
  thinCurve,
} from '../../numerics/index.js';
import type { Column } from '../../table/index.js';
import { Table } from '../../table/index.js';
import type { ModelId } from '../document.js';
import type { Learner } from './learners.js';
import { learnBoosting, learnLogistic } from './learners.js';
import type { BootstrapPlan } from './resamples.js';

/** Where worker threads find this file's task. */
export const evaluationModule = import.meta.url;

/** Points that a ROC curve keeps in the report. */
const ROC_POINTS = 200;

/** One job for a worker: train a model on one set of rows, score the real test rows, and resample the score. */
export interface EvaluationInput {
  readonly model: ModelId;
  /** Number of classes; binary: 2, class 1 is the positive one. */
  readonly classes: number;
  readonly train: {
    readonly columns: readonly Column[];
    readonly rows: Uint32Array;
    readonly labels: Uint32Array;
    /** Patient of each of `rows`. */
    readonly subjects: Uint32Array;
  };
  readonly test: {
    readonly columns: readonly Column[];
    readonly rows: Uint32Array;
    readonly labels: Uint32Array;
    /** Patient of each of `rows`, as the bootstrap numbers them. */
    readonly subjects: Uint32Array;
  };
  readonly bootstrap: BootstrapPlan;
  /** Stream key of the model's training. */
  readonly key: string;
}

/** A model's figures on the test rows. */
export interface Evaluation {
  readonly auc: number;
  readonly brier: number;
  readonly logLoss: number;
  readonly calibrationSlope: number | null;
  readonly roc: RocPoint[];
  /** The area in each bootstrap resample; null where a resample lacks a class. */
  readonly replicates: (number | null)[];
}

const learners: Readonly<Record<ModelId, Learner>> = { boosting: learnBoosting, logistic: learnLogistic };

/**
 * Worker task: see {@link EvaluationInput}.
 * @public
 */
export function evaluateModel(input: EvaluationInput): Evaluation {
  const { classes, train, test } = input;
  const probabilities = predict(input);
  const masks = scoredClasses(classes).map((c) => Uint8Array.from(test.labels, (y) => (y === c ? 1 : 0)));
  const columns = scoredClasses(classes).map((c) => columnOf(probabilities, classes, c));
  const rankings = columns.map((scores) => rankScores(scores));
  const area = macroAuc(rankings, masks);
  const brier = brierScore(probabilities, test.labels, classes);
  const loss = logLoss(probabilities, test.labels, classes);
  if (area === null || brier === null || loss === null) {
    throw new InternalError(
      'NO_TEST_CLASSES',
      `A model trained on ${train.rows.length} rows has no rows to be tested on.`,
    );
  }
  return {
    auc: area,
    brier,
    logLoss: loss,
    calibrationSlope: classes === 2 ? (calibrationLine(columns[0]!, masks[0]!)?.slope ?? null) : null,
    roc: curveOf(columns, masks),
    replicates: replicate(input, rankings, masks),
  };
}

/** Probabilities of the test rows, n × classes. Rows of one class teach nothing: every row gets the same. */
function predict({ model, classes, train, test, key }: EvaluationInput): Float64Array {
  const seen = new Set(train.labels);
  if (seen.size < 2) {
    const only = train.labels[0];
    const share = (c: number): number => (only === undefined ? 1 / classes : c === only ? 1 : 0);
    return Float64Array.from({ length: test.rows.length * classes }, (_, i) => share(i % classes));
  }
  const pick = (columns: readonly Column[], rows: Uint32Array): readonly Column[] =>
    new Table(columns[0]?.valid.length ?? 0, columns).take(rows).columns;
  return learners[model]({
    features: pick(train.columns, train.rows),
    labels: train.labels,
    subjects: train.subjects,
    classes,
    test: pick(test.columns, test.rows),
    rng: Rng.fromKey(key),
  });
}

/** The classes whose areas are averaged: the positive one of two, else all. */
function scoredClasses(classes: number): number[] {
  return classes === 2 ? [1] : Array.from({ length: classes }, (_, c) => c);
}

function columnOf(probabilities: Float64Array, classes: number, c: number): Float64Array {
  return Float64Array.from(
    { length: probabilities.length / classes },
    (_, i) => probabilities[i * classes + c]!,
  );
}

function curveOf(columns: readonly Float64Array[], masks: readonly Uint8Array[]): RocPoint[] {
  const curves = columns.map((scores, c) => rocCurve(scores, masks[c]!)).filter((curve) => curve !== null);
  const [only] = curves;
  return curves.length === 1 && only !== undefined ? thinCurve(only, ROC_POINTS) : meanCurve(curves, 100);
}

function replicate(
  { bootstrap, test }: EvaluationInput,
  rankings: readonly Ranking[],
  masks: readonly Uint8Array[],
): (number | null)[] {
  const rng = Rng.fromKey(bootstrap.key);
  return Array.from({ length: bootstrap.resamples }, (_, b) => {
    const times = drawClusters(bootstrap.strata, bootstrap.subjects, rng.split('resample', b));
    return macroAuc(rankings, masks, rowWeights(times, test.subjects));
  });
}
