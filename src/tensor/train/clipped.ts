import { InternalError } from '../../core/index.js';
import { gradients } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import type { Parameters } from '../layers/parameters.js';
import { add, div, maximum, mul, sqrt, square } from '../ops/elementwise.js';
import { expandDims, expandLike, sum } from '../ops/reduce.js';

/** A gradient whose Euclidean norm is at most `limit`; smaller ones are left alone. */
export function clipNorm(gradient: Tensor, limit: number): Tensor {
  const norm = sqrt(sum(square(gradient)));
  return mul(gradient, div(limit, maximum(norm, limit)));
}

export interface ClippedRequest {
  /** One loss for each example [batch]; an example's loss depends on no other example. */
  readonly losses: Tensor;
  readonly parameters: Parameters;
  /** Largest norm of one example's gradient. */
  readonly limit: number;
  /** Weight of each example [batch]: 1, or 0 for rows that only fill up the batch. */
  readonly weights?: Tensor;
}

/** What clipping example by example gives. */
export interface Clipped {
  /** Σ weight · gradient · min(1, limit / norm), flat. */
  readonly sum: Tensor;
  /** Norm of each example's gradient before clipping [batch]. */
  readonly norms: Tensor;
}

/**
 * The sum of per-example gradients, each clipped, at nearly the price of a plain gradient (design §7): one backward pass gives the gradients
 * at the outputs of all layers, from which follow the norms, and then the sums with each example's factor.
 * @throws InternalError `SITE_MISSING` when a parameter is used anywhere but in exactly one layer that knows its norms.
 */
export function clippedSum({ losses, parameters, limit, weights }: ClippedRequest): Clipped {
  const { sites } = parameters;
  checkSites(parameters);
  const outputs = sites.map((site) => site.output);
  const seed = expandLike(losses.graph.scalar(1), losses);
  const deltas = gradients(losses, outputs, seed);
  let squares: Tensor | undefined;
  for (const [i, site] of sites.entries()) {
    const delta = deltas[i];
    if (delta === undefined) continue;
    const part = site.squaredNorms(delta);
    squares = squares === undefined ? part : add(squares, part);
  }
  if (squares === undefined)
    throw new InternalError('GRADIENT_NONE', 'The losses do not depend on the parameters.');
  const norms = sqrt(squares);
  const factors = div(limit, maximum(norms, limit));
  const scale = weights === undefined ? factors : mul(factors, weights);
  const found = new Map<Tensor, Tensor>();
  for (const [i, site] of sites.entries()) {
    const delta = deltas[i];
    if (delta === undefined) continue;
    const axes = Array.from({ length: delta.rank - 1 }, (_, axis) => axis + 1);
    const sums = site.sums(mul(delta, expandDims(scale, ...axes)));
    for (const [k, parameter] of site.parameters.entries()) found.set(parameter, sums[k]!);
  }
  return { sum: parameters.flatten(parameters.tensors.map((tensor) => found.get(tensor))), norms };
}

/** Each parameter in exactly one site, or a norm would be too small and privacy lost. */
function checkSites({ sites, tensors, places }: Parameters): void {
  const seen = new Map<Tensor, number>();
  for (const site of sites)
    for (const tensor of site.parameters) seen.set(tensor, (seen.get(tensor) ?? 0) + 1);
  const bad = places.filter((_, i) => seen.get(tensors[i]!) !== 1).map((place) => place.name);
  if (bad.length === 0) return;
  throw new InternalError(
    'SITE_MISSING',
    `Examples' gradients cannot be clipped one by one for: ${bad.join(', ')}.`,
    {
      expected: 'every parameter in one linear, embedding or normalising layer',
    },
  );
}
