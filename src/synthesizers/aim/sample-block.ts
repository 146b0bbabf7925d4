import { Rng, UserError } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Block } from '../blocks.js';
import type { PackedModel } from '../packed-model.js';
import { unpackModel } from '../packed-model.js';
import { codeOfCell, decodeColumn } from '../coding.js';
import type { DrawStep } from './draw.js';
import { DrawPlan, drawCodes } from './draw.js';
import { Evidence } from './evidence.js';
import { drawLabels, labelProbabilities } from './heads/index.js';
import { classesOf } from './labels.js';
import type { AimModel } from './model.js';

export interface BlockInput extends Block {
  readonly model: PackedModel<AimModel>;
}

/** Candidates for one row with a fixed label, and how often a row is tried. */
const CANDIDATES = 32;
const MOST_ATTEMPTS = 16;

/** Draws a block of rows; runs on a worker thread. @throws UserError `GIVEN_IMPOSSIBLE`. */
export function sampleBlock({ model: packed, key, rows, given }: BlockInput): Column[] {
  const model = unpackModel(packed);
  const rng = Rng.fromKey(key);
  const fixed = new Map([...given].map(([c, column]) => [c, fixedCodes(model, c, column)]));
  const codes = drawRows(model, { fixed, rows, rng });
  return model.schema.map(({ name, kind, role }, c) => {
    const column = given.get(c) ?? decodeColumn(model.coders[c]!, codes[c]!, rng.split('value', c));
    // without its categories, which the reader has
    const schema = { name, kind, role, missing: true };
    return column.type === 'numeric'
      ? { ...column, schema }
      : { ...column, schema: { ...schema, categories: [] } };
  });
}

/** Codes of a fixed column's rows. @throws UserError `GIVEN_IMPOSSIBLE` for missing values that the model never draws. */
function fixedCodes(model: AimModel, c: number, column: Column): Uint32Array {
  const coder = model.coders[c]!;
  return Uint32Array.from(column.valid, (_, row) => {
    const code = codeOfCell(coder, column, row);
    if (code !== undefined) return code;
    throw new UserError('GIVEN_IMPOSSIBLE', `The model draws no missing value in '${coder.schema.name}'.`, {
      expected: 'a value, or nothing given for this column',
      fix: 'leave the column out of what is given; its missing values were too few to be told from noise',
    });
  });
}

interface RowsRequest {
  /** Codes of fixed columns' rows, by place in the table. */
  readonly fixed: ReadonlyMap<number, ArrayLike<number>>;
  readonly rows: number;
  readonly rng: Rng;
}

/** Codes of all columns, by place in the table. */
function drawRows(model: AimModel, request: RowsRequest): ArrayLike<number>[] {
  if (model.labels.some((c) => request.fixed.has(c))) return chooseRows(model, request);
  const features = drawFeatures(model, request);
  const labels =
    model.heads === undefined ? [] : drawLabels(model.heads, features, request.rng.split('labels'));
  return inPlace(model, features, labels);
}

function inPlace(
  { features, labels, coders }: AimModel,
  ofFeatures: readonly ArrayLike<number>[],
  ofLabels: readonly ArrayLike<number>[],
): ArrayLike<number>[] {
  const all: ArrayLike<number>[] = [];
  for (const [k, c] of features.entries()) all[c] = ofFeatures[k]!;
  for (const [k, c] of labels.entries()) {
    const last = coders[c]!.size - 1;
    // a class that never occurs stands beside one that always does
    all[c] = Uint32Array.from(ofLabels[k]!, (code) => Math.min(code, last));
  }
  return all;
}

const stepsOf = new WeakMap<AimModel, DrawStep[]>();

/** Codes of the features, by place among the features. Rows that are alike in their fixed codes are drawn together. */
function drawFeatures(model: AimModel, { fixed, rows, rng }: RowsRequest): Uint16Array[] {
  const { graph, features } = model;
  const places = [...features.keys()].filter((k) => fixed.has(features[k]!));
  const stream = rng.split('features');
  if (places.length === 0) {
    const steps = stepsOf.get(model) ?? new DrawPlan(graph.tree, graph.sizes).steps(graph.beliefs);
    stepsOf.set(model, steps);
    return drawCodes(steps, graph.sizes, { rows, rng: stream });
  }
  const evidence = new Evidence(graph, places);
  const out = graph.sizes.map(() => new Uint16Array(rows));
  const columns = places.map((k) => fixed.get(features[k]!)!);
  for (const [key, group] of groupsOf(columns, rows)) {
    const codes = columns.map((column) => column[group[0]!]!);
    const drawn = evidence.draw(codes, { rows: group.length, rng: stream.split('given', key) });
    if (drawn === undefined) throw impossible(model, fixed, group.length);
    for (const [c, target] of out.entries())
      for (const [i, row] of group.entries()) target[row] = drawn[c]![i]!;
  }
  return out;
}

/** Rows by their codes in some columns. */
function groupsOf(columns: readonly ArrayLike<number>[], rows: number): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (let row = 0; row < rows; row++) {
    const key = columns.map((column) => column[row]).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/**
 * Rows with fixed labels, by sampling importance resampling (Rubin 1987): candidates are drawn for each row, weighed by how likely their
 * fixed labels are, and one is taken by weight.
 */
function chooseRows(model: AimModel, { fixed, rows, rng }: RowsRequest): ArrayLike<number>[] {
  const out = model.schema.map(() => new Uint32Array(rows));
  let waiting = Array.from({ length: rows }, (_, row) => row);
  for (let attempt = 0; waiting.length > 0; attempt++) {
    if (attempt === MOST_ATTEMPTS) throw impossible(model, fixed, waiting.length);
    const stream = rng.split('attempt', attempt);
    const { codes, weights } = drawCandidates(model, { fixed, waiting, rng: stream });
    const pick = stream.split('pick');
    waiting = waiting.filter((row, i) => {
      const own = weights.subarray(i * CANDIDATES, (i + 1) * CANDIDATES);
      if (!own.some((w) => w > 0)) return true;
      const chosen = i * CANDIDATES + pick.weightedIndex(own);
      for (const [c, column] of out.entries()) column[row] = codes[c]![chosen]!;
      return false;
    });
  }
  return out;
}

/** Candidates of the waiting rows, one row's after the other's, and how likely their fixed labels are. */
function drawCandidates(
  model: AimModel,
  { fixed, waiting, rng }: Omit<RowsRequest, 'rows'> & { waiting: readonly number[] },
): { codes: ArrayLike<number>[]; weights: Float64Array } {
  const rows = waiting.length * CANDIDATES;
  const spread = (column: ArrayLike<number>): Uint32Array =>
    Uint32Array.from({ length: rows }, (_, i) => column[waiting[Math.floor(i / CANDIDATES)]!]!);
  const each = new Map([...fixed].map(([c, column]) => [c, spread(column)]));
  const features = drawFeatures(model, { fixed: each, rows, rng });
  const weights = new Float64Array(rows).fill(1);
  const drawn: ArrayLike<number>[] = [...features];
  const labels = model.labels.map((c, l) => {
    const p = labelProbabilities(model.heads!, l, drawn);
    const classes = classesOf(model.coders[c]!);
    const codes = each.get(c) ?? drawClasses(p, classes, rng.split('label', l));
    if (each.has(c)) for (let i = 0; i < rows; i++) weights[i]! *= p[i * classes + codes[i]!]!;
    drawn.push(codes);
    return codes;
  });
  return { codes: inPlace(model, features, labels), weights };
}

function drawClasses(probabilities: Float64Array, classes: number, rng: Rng): Uint32Array {
  return Uint32Array.from({ length: probabilities.length / classes }, (_, i) =>
    rng.weightedIndex(probabilities.subarray(i * classes, (i + 1) * classes)),
  );
}

function impossible(model: AimModel, fixed: ReadonlyMap<number, unknown>, rows: number): UserError {
  const names = [...fixed.keys()].map((c) => `'${model.schema[c]!.name}'`);
  return new UserError('GIVEN_IMPOSSIBLE', `The model can make no row with the given ${names.join(', ')}.`, {
    expected: 'values that occur together in the data that the model was fitted on',
    got: `${rows} rows of a block for which the model sees no chance`,
    fix: 'give fewer columns, or more usual values',
  });
}
