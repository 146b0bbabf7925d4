import { InternalError } from '../../core/index.js';
import type { RunContext } from '../../runtime/index.js';

/** Targets of one call of a worker. */
const BLOCK = 512;
/** Kernels whose exponent lies this far below the largest one met so far add less than 10⁻¹⁷ of it. */
const NEGLIGIBLE = 40;

const densityModule = import.meta.url;

/** Points of a Gaussian kernel density estimate, whitened by the kernel's covariance. */
export interface Kde {
  readonly points: number;
  readonly dimensions: number;
  /** Points × dimensions: L⁻¹ x, where L Lᵀ is the kernel's covariance. On shared memory. */
  readonly whitened: Float64Array;
  /** Lower triangle of L, row-major. */
  readonly cholesky: Float64Array;
  /** −log of points × √det(2π L Lᵀ). */
  readonly logScale: number;
}

/**
 * Gaussian kernel density estimate with Scott's bandwidth: the kernel's covariance is that of the points times n^(−2/(d+4)) (Scott,
 * Multivariate Density Estimation, 1992), as `scipy.stats.gaussian_kde` does. Directions without spread are widened by 10⁻⁹ of the
 * largest variance so that the covariance can be inverted. Null for fewer than two points or no spread at all.
 */
export function learnKde(values: Float64Array, dimensions: number): Kde | null {
  const points = dimensions === 0 ? 0 : values.length / dimensions;
  if (points < 2) return null;
  const covariance = covarianceOf(values, points, dimensions);
  const largest = Math.max(...Array.from({ length: dimensions }, (_, i) => covariance[i * dimensions + i]!));
  if (!(largest > 0)) return null;
  const factor = points ** (-2 / (dimensions + 4));
  for (let i = 0; i < dimensions; i++) covariance[i * dimensions + i]! += 1e-9 * largest;
  const cholesky = choleskyOf(
    covariance.map((x) => x * factor),
    dimensions,
  );
  let logDeterminant = 0;
  for (let i = 0; i < dimensions; i++) logDeterminant += 2 * Math.log(cholesky[i * dimensions + i]!);
  const logScale = -Math.log(points) - 0.5 * (dimensions * Math.log(2 * Math.PI) + logDeterminant);
  return {
    points,
    dimensions,
    whitened: whiten({ cholesky, dimensions }, values),
    cholesky,
    logScale,
  };
}

/** Values in the units of the kernel, where its density falls with ½ × squared distance. */
export function whiten(
  { cholesky, dimensions: d }: Pick<Kde, 'cholesky' | 'dimensions'>,
  values: Float64Array,
): Float64Array {
  const out = new Float64Array(new SharedArrayBuffer(8 * values.length));
  for (let at = 0; at < values.length; at += d) {
    for (let i = 0; i < d; i++) {
      let rest = values[at + i]!;
      for (let j = 0; j < i; j++) rest -= cholesky[i * d + j]! * out[at + j]!;
      out[at + i] = rest / cholesky[i * d + i]!;
    }
  }
  return out;
}

function covarianceOf(values: Float64Array, n: number, d: number): Float64Array {
  const mean = new Float64Array(d);
  for (let i = 0; i < values.length; i++) mean[i % d]! += values[i]! / n;
  const out = new Float64Array(d * d);
  for (let at = 0; at < values.length; at += d) {
    for (let i = 0; i < d; i++) {
      const x = values[at + i]! - mean[i]!;
      for (let j = 0; j <= i; j++) out[i * d + j]! += x * (values[at + j]! - mean[j]!);
    }
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) out[j * d + i] = out[i * d + j] = out[i * d + j]! / (n - 1);
  }
  return out;
}

/** Lower triangle L of a positive definite matrix A = L Lᵀ. */
function choleskyOf(a: Float64Array, d: number): Float64Array {
  const l = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * d + j]!;
      for (let k = 0; k < j; k++) rest -= l[i * d + k]! * l[j * d + k]!;
      if (i !== j) l[i * d + j] = rest / l[j * d + j]!;
      else if (rest > 0) l[i * d + i] = Math.sqrt(rest);
      else throw new InternalError('NOT_POSITIVE', 'A covariance matrix is not positive definite.');
    }
  }
  return l;
}

/** A worker's job: log-densities of whitened targets, or Gen-LRA's likelihood ratios. */
interface DensityInput {
  readonly kde: Pick<Kde, 'whitened' | 'dimensions' | 'logScale'>;
  readonly targets: Float64Array;
  readonly from: number;
  readonly to: number;
}

/** Log-density at each target (targets × dimensions), on all workers. */
export async function logDensities(
  kde: Kde,
  targets: Float64Array,
  context: Pick<RunContext, 'pool' | 'signal'>,
): Promise<Float64Array> {
  const whitened = whiten(kde, targets);
  return inBlocks(targets.length / kde.dimensions, context, (from, to) => ({
    task: 'densityBlock',
    input: { kde, targets: whitened, from, to } satisfies DensityInput,
  }));
}

/**
 * Worker task: log Σ exp(−½ squared distance) + scale, summed from the largest exponent met so far.
 * @public
 */
export function densityBlock({ kde, targets, from, to }: DensityInput): Float64Array {
  const { whitened, dimensions: d, logScale } = kde;
  const out = new Float64Array(to - from);
  for (let t = from; t < to; t++) {
    let least = Infinity; // smallest half squared distance so far
    let total = 0; // Σ exp(least − half squared distance)
    for (let at = 0; at < whitened.length; at += d) {
      let half = 0;
      for (let i = 0; i < d; i++) {
        const x = whitened[at + i]! - targets[t * d + i]!;
        half += x * x;
      }
      half /= 2;
      if (half >= least + NEGLIGIBLE) continue;
      if (half < least) {
        total = total * Math.exp(half - least) + 1; // exp(−∞) = 0 at first
        least = half;
      } else total += Math.exp(least - half);
    }
    out[t - from] = logScale - least + Math.log(total);
  }
  return out;
}

/** A worker's job: Gen-LRA's likelihood ratios of targets. */
interface RatioInput {
  readonly kde: Pick<Kde, 'dimensions' | 'logScale' | 'points'>;
  /** Whitened synthetic points and their log-densities among the reference. */
  readonly synthetic: Float64Array;
  readonly logDensity: Float64Array;
  readonly targets: Float64Array;
  readonly neighbours: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Log-likelihood ratio of each target's nearest synthetic points, with against without the target among the reference rows
 * (Gen-LRA). Adding one point leaves the kernel's covariance as it is, which the paper's code estimates anew each time.
 */
export async function likelihoodRatios(
  reference: Kde,
  points: { readonly synthetic: Float64Array; readonly targets: Float64Array; readonly neighbours: number },
  context: Pick<RunContext, 'pool' | 'signal'>,
): Promise<Float64Array> {
  const logDensity = await logDensities(reference, points.synthetic, context);
  const synthetic = whiten(reference, points.synthetic);
  const targets = whiten(reference, points.targets);
  const kde = {
    dimensions: reference.dimensions,
    logScale: reference.logScale,
    points: reference.points,
  };
  const { neighbours } = points;
  return inBlocks(points.targets.length / kde.dimensions, context, (from, to) => ({
    task: 'ratioBlock',
    input: { kde, synthetic, logDensity, targets, neighbours, from, to } satisfies RatioInput,
  }));
}

/**
 * Worker task: Σ over the nearest synthetic points s of log[(n p(s) + K(s, x)) / ((n + 1) p(s))].
 * @public
 */
export function ratioBlock(input: RatioInput): Float64Array {
  const { kde, synthetic, logDensity, targets, from, to } = input;
  const { dimensions: d, logScale, points } = kde;
  const neighbours = Math.min(input.neighbours, logDensity.length);
  const best = new Float64Array(neighbours);
  const which = new Int32Array(neighbours);
  const out = new Float64Array(to - from);
  for (let t = from; t < to; t++) {
    best.fill(Infinity);
    for (let s = 0; s < logDensity.length; s++) {
      const bound = best[neighbours - 1]!;
      let squared = 0;
      for (let i = 0; i < d && squared < bound; i++) {
        const x = synthetic[s * d + i]! - targets[t * d + i]!;
        squared += x * x;
      }
      if (squared >= bound) continue;
      let j = neighbours - 1;
      for (; j > 0 && best[j - 1]! > squared; j--) {
        best[j] = best[j - 1]!;
        which[j] = which[j - 1]!;
      }
      best[j] = squared;
      which[j] = s;
    }
    let total = 0;
    for (let j = 0; j < neighbours; j++) {
      // log K(s, x) − log p(s); logScale holds 1/n of the kernel's height
      const gain = logScale - best[j]! / 2 - logDensity[which[j]!]!;
      total += Math.log1p(Math.exp(gain)) + Math.log(points / (points + 1));
    }
    out[t - from] = total;
  }
  return out;
}

async function inBlocks(
  targets: number,
  context: Pick<RunContext, 'pool' | 'signal'>,
  call: (from: number, to: number) => { task: string; input: unknown },
): Promise<Float64Array> {
  const blocks = await context.pool.map<Float64Array>(
    Array.from({ length: Math.ceil(targets / BLOCK) }, (_, b) => ({
      module: densityModule,
      ...call(b * BLOCK, Math.min(targets, (b + 1) * BLOCK)),
    })),
    { signal: context.signal },
  );
  const out = new Float64Array(targets);
  for (const [b, block] of blocks.entries()) out.set(block, b * BLOCK);
  return out;
}
