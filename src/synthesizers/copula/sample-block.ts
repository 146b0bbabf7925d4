import { Rng } from '../../core/index.js';
import type { Column } from '../../table/index.js';
import type { Block } from '../blocks.js';
import { intoBounds } from '../bounds.js';
import { emptyColumn } from '../columns.js';
import type { LatentInterval } from './marginal.js';
import { latentOf, quantileOf, toLatent, toProbability } from './marginal.js';
import type { CopulaModel, LatentVariable } from './model.js';

export interface BlockInput extends Block {
  readonly model: CopulaModel;
  /** The order in which latents are drawn: those that fixed columns bind come first. */
  readonly order: readonly number[];
  /** Cholesky factor of the correlations in that order, row-major. */
  readonly factor: Float64Array;
}

/**
 * Draws a block of rows; runs on a worker thread. Latents are drawn one after the other, each given the earlier ones. One that
 * a fixed cell binds is set (a smooth number, exact) or drawn inside the interval of its step (a category or spike: given the
 * earlier latents only, the proposal of Geweke, Hajivassiliou and Keane without its weights, so approximate).
 */
export function sampleBlock({ model, order, factor, key, rows, given }: BlockInput): Column[] {
  const rng = Rng.fromKey(key);
  const out = model.schema.map((schema, c) => given.get(c) ?? emptyColumn(schema, rows));
  const d = order.length;
  const noise = new Float64Array(d);
  const latents = order.map((l) => model.latents[l]!);
  const isMissing = new Uint8Array(model.schema.length);
  for (let row = 0; row < rows; row++) {
    isMissing.fill(0);
    for (let i = 0; i < d; i++) {
      const latent = latents[i]!;
      let mean = 0;
      for (let k = 0; k < i; k++) mean += factor[i * d + k]! * noise[k]!;
      const scale = factor[i * d + i]!;
      const bound = boundBy(latent, given.get(latent.column), row);
      noise[i] = bound === undefined ? rng.normal() : noiseInside(bound, { mean, scale }, rng);
      if (given.has(latent.column)) continue;
      const outcome = quantileOf(latent.marginal, toProbability(mean + scale * noise[i]!));
      if (latent.what === 'missing') isMissing[latent.column] = outcome;
      else putValue(model, out[latent.column]!, { c: latent.column, row, outcome });
    }
    for (const { column, what } of latents) {
      if (what === 'value' && !given.has(column)) out[column]!.valid[row] = 1 - isMissing[column]!;
    }
  }
  for (const [c, column] of out.entries()) if (!given.has(c)) clearMissing(column);
  return out;
}

/** The interval of a latent that a fixed cell binds; undefined where it is free. */
function boundBy(latent: LatentVariable, fixed: Column | undefined, row: number): LatentInterval | undefined {
  if (fixed === undefined) return undefined;
  const present = fixed.valid[row] === 1;
  if (latent.what === 'missing') return latentOf(latent.marginal, present ? 0 : 1, false);
  if (!present) return undefined;
  return fixed.type === 'numeric'
    ? latentOf(latent.marginal, fixed.values[row]!, true)
    : latentOf(latent.marginal, fixed.codes[row]!, false);
}

/** The standard normal noise that puts `mean + scale · noise` into an interval. */
function noiseInside(
  { from, to }: LatentInterval,
  { mean, scale }: { mean: number; scale: number },
  rng: Rng,
): number {
  const low = (from - mean) / scale;
  const high = (to - mean) / scale;
  if (from === to) return low;
  const u = rng.next();
  // far out, probabilities near 1 lose their digits: use the other tail
  if (low > 0) return -truncated(-high, -low, u);
  return truncated(low, high, u);
}

function truncated(low: number, high: number, u: number): number {
  const p = toProbability(low);
  const q = toProbability(high);
  const z = toLatent(p + u * (q - p));
  if (Number.isFinite(z)) return Math.min(Math.max(z, low), high);
  return Number.isFinite(high) ? high : low; // the interval lies beyond what doubles can tell apart
}

function putValue(
  model: CopulaModel,
  column: Column,
  { c, row, outcome }: { c: number; row: number; outcome: number },
): void {
  if (column.type === 'categorical') column.codes[row] = outcome;
  else {
    const bounds = model.bounds[c] ?? null;
    column.values[row] = bounds === null ? outcome : intoBounds(bounds, outcome);
  }
}

/** Missing cells hold 0. */
function clearMissing(column: Column): void {
  const stored = column.type === 'numeric' ? column.values : column.codes;
  for (let row = 0; row < stored.length; row++) if (column.valid[row] === 0) stored[row] = 0;
}
