import type { Rng } from '../../core/index.js';
import type { Counts } from './coded-table.js';
import { hiddenOf, predictorOf, unknownRows, visit } from './draw.js';
import type { CodedRows } from './draw.js';
import type { ArgnModel, Weights } from './model.js';
import { weightsOf } from './model.js';

const PILOT_ROWS = 8192;
const PASSES = 4;
/** A bias is moved by so much at most in a pass (nats). */
const MOST_MOVE = 3;

/**
 * Moves output biases until rows drawn in the model's order have the shares of codes that are known otherwise. Clipping each row's gradient shrinks
 * those of rare codes most, so noisy training alone draws too few of them. Changes the model's parameters; draws a pilot sample, looks at
 * no record (post-processing).
 * @param counts how often each code occurs; below zero counts as zero.
 */
export function calibrate(model: ArgnModel, counts: Counts, rng: Rng): void {
  const weights = weightsOf(model);
  const pilot = unknownRows(weights, PILOT_ROWS);
  for (const column of model.order) {
    for (const part of weights.parts.ofColumn[column]!) {
      for (let pass = 0; pass < PASSES; pass++) moveBiases(weights, pilot, { part, counts: counts[part]! });
      visit(weights, pilot, part, { rng });
    }
  }
}

function moveBiases(
  weights: Weights,
  pilot: CodedRows,
  { part, counts }: { part: number; counts: Float32Array },
): void {
  const size = weights.layout.sizes[part]!;
  const drawn = weights.drawn[part]!;
  const means = meanShares(weights, pilot, part);
  const { bias, places } = weights.out[part]!;
  const target = places ?? bias;
  for (let from = 0; from < means.length; from += size) {
    const group = means.subarray(from, from + size);
    const rows = group.reduce((sum, x) => sum + x, 0);
    const wanted = counts
      .subarray(from, from + size)
      .map((n, k) => (drawn[from + k] === 1 ? Math.max(n, 0) + 0.5 : 0));
    const total = wanted.reduce((sum, n) => sum + n, 0);
    if (rows === 0 || total === 0) continue;
    for (let k = 0; k < size; k++) {
      if (!(group[k]! > 0 && wanted[k]! > 0)) continue;
      const move = Math.log(wanted[k]! / total / (group[k]! / rows));
      target[from + k]! += Math.min(Math.max(move, -MOST_MOVE), MOST_MOVE);
    }
  }
}

/** Sum over the pilot's rows of each code's probability, group by group; rows whose value is missing by their flag are left out. */
function meanShares(weights: Weights, pilot: CodedRows, part: number): Float64Array {
  const size = weights.layout.sizes[part]!;
  const { parent, flag } = weights.parts.parts[part]!;
  const groups = parent === undefined ? 1 : weights.layout.sizes[parent]!;
  const sums = new Float64Array(groups * size);
  const hidden = hiddenOf(weights, pilot, part);
  const units = weights.layout.hidden[part]!;
  const predictor = predictorOf(weights, part);
  for (let row = 0; row < pilot.rows; row++) {
    if (flag !== undefined && pilot.codes[flag.part]![row] === 1) continue;
    const group = parent === undefined ? 0 : pilot.codes[parent]![row]!;
    const total = predictor.shares(hidden.subarray(row * units, (row + 1) * units), group);
    for (let k = 0; k < size; k++) sums[group * size + k]! += predictor.values[k]! / total;
  }
  return sums;
}
