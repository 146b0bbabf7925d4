import type { Rng } from '../../core/index.js';
import { fitLogistic, predictLogistic } from '../../numerics/index.js';
import type { CategoricalColumn, Column } from '../../table/index.js';
import { encodeColumns, fitEncoder, Table } from '../../table/index.js';
import type { BoostedTreesData, BoostingTarget } from '../../trees/index.js';
import { BoostedTrees, compileBoosting, trainBoosting } from '../../trees/index.js';
import type { Head, Logistic } from './model.js';

export interface HeadRequest {
  readonly column: CategoricalColumn;
  readonly features: readonly Column[];
  /** Rows to learn from, ascending. */
  readonly rows: Uint32Array;
  readonly rng: Rng;
}

/** One row in so many is kept back to find the number of rounds and the weights. */
const WATCHED = 6;
/** With fewer rows every row is kept back once, for what a single part of them says is too uncertain. */
const CROSS_BELOW = 5_000;
/** From so many rows on, the models of the rows that were not kept back are good enough as they are. */
const REFIT_BELOW = 20_000;
/**
 * More rows than these teach the models nothing that a draw would show: an even part of them is taken, so that time and memory of a label are
 * bounded. The regression, which needs a matrix, takes fewer.
 */
const MOST_ROWS = 200_000;
const MOST_LOGISTIC_ROWS = 60_000;
/** A class needs so many rows on average for its probability to be worth learning. */
const ROWS_PER_CLASS = 20;
const MOST_CLASSES = 64;
/**
 * Penalty on squared weights of standardised features. Small on purpose: a stronger one predicts a little better, but shrinks
 * effects, and rows drawn from shrunken effects teach less than real ones.
 */
const LOGISTIC_L2 = 5;
const BALANCE_ROUNDS = 50;
const WEIGHTS = [0, 0.25, 0.5, 0.75, 1];

const boosting = {
  maxDepth: 5,
  maxLeaves: 16,
  minChildWeight: 5,
  l2: 5,
  columnSample: 0.5,
  maxBins: 64,
} as const;
/** A multiclass round grows a tree a class, so it takes fewer and larger steps. */
const pace = {
  binary: { rounds: 100, learningRate: 0.25, patience: 8 },
  multiclass: { rounds: 30, learningRate: 0.3, patience: 3 },
} as const;

/** Rows to learn from: their features and which of the classes each has. */
interface Part {
  readonly features: readonly Column[];
  readonly labels: Uint32Array;
  readonly classes: number;
}

/**
 * Learns the probabilities of a label's classes as a weighted mean of boosted trees and logistic regression. Rows that are
 * kept back tell when boosting should stop and which weight loses least. Undefined where there is too little to learn
 * from, so that a tree serves.
 */
export function fitHead({ column, features, rows: all, rng }: HeadRequest): Head | undefined {
  const rows = enoughRows(column, all);
  const classes = classesOf(column, rows);
  const enough = rows.length >= ROWS_PER_CLASS * classes.length;
  if (features.length === 0 || classes.length < 2 || classes.length > MOST_CLASSES || !enough)
    return undefined;
  const table = new Table(column.valid.length, features);
  const labelOf = new Map(classes.map((code, label) => [code, label]));
  const part = (of: Uint32Array): Part => ({
    features: table.take(of).columns,
    labels: Uint32Array.from(of, (row) => labelOf.get(column.codes[row]!)!),
    classes: classes.length,
  });
  const splits = splitsOf(rows, rng.split('watched')).map(
    ([learnt, watched]) => [part(learnt), part(watched)] as const,
  );
  if (splits.some(([learnt]) => new Set(learnt.labels).size < 2)) return undefined;
  const trials = splits.map(([learnt, watched], i) => tryOut(learnt, watched, rng.split('trial', i)));
  const weight = bestWeight(trials);
  const rounds = Math.round(trials.reduce((sum, t) => sum + t.trees.rounds, 0) / trials.length);
  const whole = rows.length < REFIT_BELOW ? part(rows) : undefined;
  const [{ trees, line }] = trials as [Trial];
  return {
    type: 'head',
    classes,
    weight,
    trees: weight > 0 ? (whole ? boost(whole, rng.split('trees'), rounds) : trees).toJSON() : undefined,
    logistic: weight < 1 ? (whole ? regress(whole) : line) : undefined,
    odds: classes.map(() => 1),
  };
}

/** Rows to learn from and rows kept back: each row kept back once when they are few, else a part of them. */
function splitsOf(rows: Uint32Array, rng: Rng): (readonly [Uint32Array, Uint32Array])[] {
  const shuffled = rng.shuffle(Uint32Array.from(rows));
  const folds = rows.length < CROSS_BELOW ? WATCHED : 1;
  return Array.from({ length: folds }, (_, fold) => {
    const from = Math.floor((fold * rows.length) / WATCHED);
    const to = Math.floor(((fold + 1) * rows.length) / WATCHED);
    const learnt = new Uint32Array(rows.length - (to - from));
    learnt.set(shuffled.subarray(0, from));
    learnt.set(shuffled.subarray(to), from);
    return [learnt.sort(), shuffled.slice(from, to).sort()] as const;
  });
}

/** Both models of a part of the rows, and what they say of the rows kept back. */
interface Trial {
  readonly trees: BoostedTrees;
  readonly line: Logistic;
  readonly watched: Part;
  readonly boosted: Float64Array;
  readonly straight: Float64Array;
}

function tryOut(learnt: Part, watched: Part, rng: Rng): Trial {
  const trees = boost(learnt, rng, watched);
  const line = regress(learnt);
  return {
    trees,
    line,
    watched,
    boosted: boostedProbabilities(trees, watched),
    straight: lineProbabilities(line, watched),
  };
}

/** Probabilities of the head's classes, rows × classes, row-major. */
export function headProbabilities(head: Head, features: readonly Column[]): Float64Array {
  const k = head.classes.length;
  const part = { features, classes: k };
  const rows = features[0]?.valid.length ?? 0;
  const out = new Float64Array(rows * k);
  if (head.trees !== undefined) {
    addScaled(out, boostedProbabilities(treesOf(head.trees), part), head.weight);
  }
  if (head.logistic !== undefined) addScaled(out, lineProbabilities(head.logistic, part), 1 - head.weight);
  return tilt(out, head.odds);
}

const compiled = new WeakMap<BoostedTreesData, BoostedTrees>();

/** A head's trees, made ready once for as long as the head is at hand. */
function treesOf(data: BoostedTreesData): BoostedTrees {
  const known = compiled.get(data) ?? new BoostedTrees(data);
  compiled.set(data, known);
  return known;
}

/** Drawn rows, the weight of each (how likely its label is present), and the classes' shares in training. */
export interface Balance {
  readonly features: readonly Column[];
  readonly weights: Float64Array;
  readonly shares: readonly number[];
}

/**
 * The head with its odds set so that the classes' mean probabilities over drawn rows are the classes' shares in
 * training: drawn features are a little less extreme than real ones, and rare outcomes would come out too rare.
 */
export function balanceHead(head: Head, { features, weights, shares }: Balance): Head {
  const plain = headProbabilities(head, features);
  const odds = shares.map(() => 1);
  for (let round = 0; round < BALANCE_ROUNDS; round++) {
    const means = weightedMeans(tilt(Float64Array.from(plain), odds), weights);
    for (const [k, share] of shares.entries()) if (means[k]! > 0) odds[k]! *= share / means[k]!;
  }
  return { ...head, odds };
}

function classesOf(column: CategoricalColumn, rows: Uint32Array): number[] {
  const seen = new Set<number>();
  for (const row of rows) seen.add(column.codes[row]!);
  return [...seen].sort((a, b) => a - b);
}

/** The rows to learn from: all of them, or of very many an even part in which no class becomes too rare. */
function enoughRows(column: CategoricalColumn, rows: Uint32Array): Uint32Array {
  if (rows.length <= MOST_ROWS) return rows;
  const counts = new Uint32Array(column.schema.categories.length);
  for (const row of rows) counts[column.codes[row]!]!++;
  const isRare = (row: number): boolean =>
    counts[column.codes[row]!]! * (MOST_ROWS / rows.length) < ROWS_PER_CLASS;
  const rare = rows.filter(isRare);
  const others = evenly(
    rows.filter((row) => !isRare(row)),
    MOST_ROWS,
  );
  return Uint32Array.from([...rare, ...others]).sort();
}

/** At most so many entries of a list, at even steps. */
function evenly(list: Uint32Array, most: number): Uint32Array {
  if (list.length <= most) return list;
  return Uint32Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]!);
}

function someOf(part: Part, most: number): Part {
  const rows = part.labels.length;
  if (rows <= most) return part;
  const kept = evenly(Uint32Array.from(part.labels.keys()), most);
  const features = new Table(rows, part.features).take(kept).columns;
  return { features, labels: kept.map((row) => part.labels[row]!), classes: part.classes };
}

/** Boosts until the watched part no longer gains, or for a number of rounds. */
function boost(part: Part, rng: Rng, until: Part | number): BoostedTrees {
  const { patience, ...speed } = part.classes === 2 ? pace.binary : pace.multiclass;
  const limits =
    typeof until === 'number' ? { rounds: Math.max(until, 1) } : { earlyStoppingRounds: patience };
  return trainBoosting({
    features: part.features,
    target: targetOf(part),
    validation: typeof until === 'number' ? undefined : { features: until.features, target: targetOf(until) },
    options: compileBoosting({ ...boosting, ...speed, ...limits }),
    rng,
  });
}

function targetOf({ labels, classes }: Part): BoostingTarget {
  return classes === 2
    ? { kind: 'binary', labels: Uint8Array.from(labels) }
    : { kind: 'multiclass', labels, classes };
}

function regress(whole: Part): Logistic {
  const part = someOf(whole, MOST_LOGISTIC_ROWS);
  const encoder = fitEncoder(part.features);
  const rows = encodeColumns(encoder, part.features);
  const model = fitLogistic({
    ...rows,
    labels: part.labels,
    classes: part.classes,
    l2: LOGISTIC_L2,
    maxIterations: 100,
    // the last steps cost most and move no probability that a draw would show
    tolerance: part.classes === 2 ? 1e-4 : 5e-4,
  });
  return { encoder, model };
}

type Unlabelled = Pick<Part, 'features' | 'classes'>;

function boostedProbabilities(trees: BoostedTrees, { features, classes }: Unlabelled): Float64Array {
  const p = trees.predict(features);
  return classes === 2 ? bothClasses(p) : p;
}

function lineProbabilities({ encoder, model }: Logistic, part: Unlabelled): Float64Array {
  const { x, rows } = encodeColumns(encoder, part.features);
  const p = predictLogistic(model, x, rows);
  return part.classes === 2 ? bothClasses(p) : p;
}

/** The weight of boosted trees whose mixture has the smallest log loss. */
function bestWeight(trials: readonly Trial[]): number {
  const losses = WEIGHTS.map((w) => trials.reduce((sum, trial) => sum + lossOf(trial, w), 0));
  return WEIGHTS[losses.indexOf(Math.min(...losses))]!;
}

function lossOf({ watched, boosted, straight }: Trial, weight: number): number {
  let loss = 0;
  for (const [i, label] of watched.labels.entries()) {
    const at = i * watched.classes + label;
    loss -= Math.log(Math.max(weight * boosted[at]! + (1 - weight) * straight[at]!, 1e-9));
  }
  return loss;
}

function bothClasses(positive: Float64Array): Float64Array {
  const out = new Float64Array(positive.length * 2);
  for (const [i, p] of positive.entries()) {
    out[2 * i] = 1 - p;
    out[2 * i + 1] = p;
  }
  return out;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}

/** Multiplies each row's probabilities by the classes' odds and makes them add up to 1 again; in place. */
function tilt(probabilities: Float64Array, odds: readonly number[]): Float64Array {
  const k = odds.length;
  for (let at = 0; at < probabilities.length; at += k) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += probabilities[at + c]! *= odds[c]!;
    for (let c = 0; c < k; c++) probabilities[at + c]! /= sum;
  }
  return probabilities;
}

/** Mean of each class's probability over weighted rows; zeros when there is no weight. */
function weightedMeans(probabilities: Float64Array, weights: Float64Array): Float64Array {
  const k = probabilities.length / weights.length;
  const sums = new Float64Array(k);
  let total = 0;
  for (const [row, weight] of weights.entries()) {
    total += weight;
    for (let c = 0; c < k; c++) sums[c]! += weight * probabilities[row * k + c]!;
  }
  return total > 0 ? sums.map((s) => s / total) : sums;
}
