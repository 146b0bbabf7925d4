import { InternalError } from '../../core/index.js';
import { gradients } from '../graph/gradients.js';
import type { Tensor } from '../graph/graph.js';
import type { Parameters } from '../layers/parameters.js';
import type { Site } from '../layers/site.js';
import { add, cast, div, maximum, mul, sqrt, square } from '../ops/elementwise.js';
import { expandDims, expandLike, sum } from '../ops/reduce.js';
import { slice } from '../ops/shape.js';

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

/** Examples of a batch in groups, one after another. */
export interface Groups {
  readonly count: number;
  /** Examples of a group. */
  readonly rows: number;
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
export function clippedSum(request: ClippedRequest): Clipped {
  const { outputs, norms } = clip(request);
  return { sum: sumUp(request.parameters, outputs, (x) => x), norms };
}

/** As {@link clippedSum}, in double precision, or a sum for each group in single precision. */
export function clippedSums(request: ClippedRequest, groups?: Groups): readonly Tensor[] {
  const { outputs } = clip(request);
  if (groups === undefined) {
    const part = (x: Tensor): Tensor => (x.dtype === 'float32' ? cast(x, 'float64') : x);
    return [sumUp(request.parameters, outputs, part)];
  }
  const { count, rows } = groups;
  return Array.from({ length: count }, (_, group) =>
    sumUp(request.parameters, outputs, (x) => slice(x, 0, group * rows, rows)),
  );
}

/** A layer and the gradients at its output, each times its example's factor. */
interface ClippedOutput {
  readonly site: Site;
  readonly delta: Tensor;
}

function clip({ losses, parameters, limit, weights }: ClippedRequest): {
  readonly outputs: readonly ClippedOutput[];
  readonly norms: Tensor;
} {
  const { sites } = parameters;
  checkSites(parameters);
  const seed = expandLike(losses.graph.scalar(1), losses);
  const deltas = gradients(
    losses,
    sites.map((site) => site.output),
    seed,
  );
  const outputs = sites.flatMap((site, i): ClippedOutput[] => {
    const delta = deltas[i];
    return delta === undefined ? [] : [{ site, delta }];
  });
  if (outputs.length === 0)
    throw new InternalError('GRADIENT_NONE', 'The losses do not depend on the parameters.');
  const squares = outputs.map(({ site, delta }) => site.squaredNorms(delta));
  const norms = sqrt(squares.reduce((a, b) => add(a, b)));
  const factors = div(limit, maximum(norms, limit));
  const scale = weights === undefined ? factors : mul(factors, weights);
  const scaled = outputs.map(({ site, delta }): ClippedOutput => {
    const axes = Array.from({ length: delta.rank - 1 }, (_, axis) => axis + 1);
    return { site, delta: mul(delta, expandDims(scale, ...axes)) };
  });
  return { outputs: scaled, norms };
}

/** The flat sum over those examples that `part` takes from a tensor that has one row for each. */
function sumUp(
  parameters: Parameters,
  outputs: readonly ClippedOutput[],
  part: (x: Tensor) => Tensor,
): Tensor {
  const found = new Map<Tensor, Tensor>();
  for (const { site, delta } of outputs) {
    const sums = site.sums(part(delta), part);
    for (const [k, parameter] of site.parameters.entries()) found.set(parameter, sums[k]!);
  }
  return parameters.flatten(parameters.tensors.map((tensor) => found.get(tensor)));
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
