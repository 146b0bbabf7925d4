import { digamma, lnGamma } from '../../numerics/index.js';

/** A component of a mixture of normals. */
export interface NormalMode {
  readonly mean: number;
  readonly deviation: number;
  /** Its expected share; all sum to 1. */
  readonly weight: number;
}

export interface MixtureRequest {
  /** Most components. */
  readonly components: number;
  /** Concentration of the prior on shares. scikit-learn's default is 1 / components, CTGAN's choice 0.001. */
  readonly concentration: number;
  /** Default 100. */
  readonly iterations?: number;
  /** Change of the lower bound, of all numbers together (in nats), that ends the search. Default 1e-3. */
  readonly tolerance?: number;
}

/** Keeps variances off zero, as scikit-learn's `reg_covar`. */
const LEAST_VARIANCE = 1e-6;

/** Sums of a component: responsibility, mean and variance of what it answers for. */
interface Moments {
  readonly counts: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** Parameters of the variational posterior. */
interface Posterior {
  /** Beta distributions of the stick-breaking weights. */
  readonly stickA: Float64Array;
  readonly stickB: Float64Array;
  readonly means: Float64Array;
  /** Precision of a mean in units of its component's precision. */
  readonly meanPrecisions: Float64Array;
  readonly freedom: Float64Array;
  readonly variances: Float64Array;
}

/** Numbers with how often each occurs. */
export interface Weighted {
  readonly values: Float64Array;
  readonly counts: Float64Array;
}

/**
 * A mixture of normals with a Dirichlet-process prior by variational inference in one dimension (Blei and Jordan 2006, "Variational inference
 * for Dirichlet process mixtures"; Bishop 2006, §10.2), with the priors and updates of scikit-learn's `BayesianGaussianMixture`:
 * prior mean and variance are the data's, one degree of freedom, mean precision 1. It starts from {@link startMoments} instead of
 * k-means, so the same numbers always give the same mixture.
 * @param data standardised numbers, ascending.
 */
export function fitMixture(data: Weighted, request: MixtureRequest): NormalMode[] {
  const { iterations = 100, tolerance = 1e-3 } = request;
  const overall = overallOf(data);
  let posterior = maximise(startMoments(data, request.components), overall, request.concentration);
  let before = -Infinity;
  for (let i = 0; i < iterations; i++) {
    const { moments, entropy } = expect(data, posterior);
    posterior = maximise(moments, overall, request.concentration);
    const bound = entropy + lowerBound(posterior);
    if (Math.abs(bound - before) < tolerance) break;
    before = bound;
  }
  return modesOf(posterior);
}

interface Overall {
  readonly mean: number;
  readonly variance: number;
}

function overallOf({ values, counts }: Weighted): Overall {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    total += counts[i]!;
    sum += counts[i]! * values[i]!;
  }
  const mean = sum / total;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += counts[i]! * (values[i]! - mean) ** 2;
  // numpy's cov divides by n − 1
  return { mean, variance: Math.max(squares / Math.max(total - 1, 1), LEAST_VARIANCE) };
}

/** Components from equal shares of the numbers, refined by twenty rounds of k-means (Lloyd 1982). */
function startMoments(data: Weighted, components: number): Moments {
  let centres = Float64Array.from({ length: components }, (_, k) => atShare(data, (k + 0.5) / components));
  let moments = hardMoments(data, centres);
  for (let round = 0; round < 20; round++) {
    centres = centres.map((centre, k) => (moments.counts[k]! > 0.5 ? moments.means[k]! : centre));
    moments = hardMoments(data, centres);
  }
  return moments;
}

/** The number below which a share of all lie. */
function atShare({ values, counts }: Weighted, share: number): number {
  let left = share * counts.reduce((sum, n) => sum + n, 0);
  const at = counts.findIndex((n) => (left -= n) <= 0);
  return values.at(at)!;
}

function hardMoments({ values, counts }: Weighted, centres: Float64Array): Moments {
  const nearest = (x: number): number => {
    let best = 0;
    for (let k = 1; k < centres.length; k++)
      if (Math.abs(x - centres[k]!) < Math.abs(x - centres[best]!)) best = k;
    return best;
  };
  const places = Int32Array.from(values, nearest);
  return momentsOf({ values, counts }, centres.length, (i, k) => Number(places[i] === k));
}

/** Weighted moments, in two passes. */
function momentsOf(
  { values, counts }: Weighted,
  components: number,
  share: (i: number, k: number) => number,
): Moments {
  const total = new Float64Array(components);
  const means = new Float64Array(components);
  const variances = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const r = counts[i]! * share(i, k);
      total[k]! += r;
      sum += r * values[i]!;
    }
    const n = total[k]! + 10 * Number.EPSILON;
    means[k] = sum / n;
    let squares = 0;
    for (let i = 0; i < values.length; i++)
      squares += counts[i]! * share(i, k) * (values[i]! - means[k]!) ** 2;
    variances[k] = squares / n + LEAST_VARIANCE;
    total[k] = n;
  }
  return { counts: total, means, variances };
}

/** Bishop's equations 10.57 to 10.63 in one dimension; sticks as in Blei and Jordan, equations 18 and 19. */
function maximise({ counts, means, variances }: Moments, overall: Overall, concentration: number): Posterior {
  const k = counts.length;
  const stickB = new Float64Array(k);
  let after = 0;
  for (let i = k - 1; i >= 0; i--) {
    stickB[i] = concentration + after;
    after += counts[i]!;
  }
  const meanPrecisions = counts.map((n) => 1 + n);
  const freedom = counts.map((n) => 1 + n);
  return {
    stickA: counts.map((n) => 1 + n),
    stickB,
    meanPrecisions,
    freedom,
    means: counts.map((n, i) => (overall.mean + n * means[i]!) / meanPrecisions[i]!),
    variances: counts.map((n, i) => {
      const apart = (n / meanPrecisions[i]!) * (means[i]! - overall.mean) ** 2;
      return (overall.variance + n * variances[i]! + apart) / freedom[i]!;
    }),
  };
}

/** The lower bound of the evidence without the entropy of the responsibilities, up to a constant (scikit-learn's `_compute_lower_bound`). */
function lowerBound({ stickA, stickB, meanPrecisions, freedom, variances }: Posterior): number {
  let bound = 0;
  for (const [i, a] of stickA.entries()) {
    const b = stickB[i]!;
    const nu = freedom[i]!;
    const logBeta = lnGamma(a) + lnGamma(b) - lnGamma(a + b);
    const logWishart = 0.5 * nu * (Math.log(variances[i]!) + Math.log(nu) - Math.LN2) - lnGamma(nu / 2);
    bound += logBeta - logWishart - 0.5 * Math.log(meanPrecisions[i]!);
  }
  return bound;
}

/** Responsibilities under a posterior, as moments, and their entropy. */
function expect(data: Weighted, posterior: Posterior): { moments: Moments; entropy: number } {
  const { values, counts } = data;
  const k = posterior.means.length;
  const logWeights = expectedLogWeights(posterior);
  // E[log precision] and the spread of the mean
  const offsets = logWeights.map((w, i) => {
    const nu = posterior.freedom[i]!;
    const logPrecision = digamma(nu / 2) + Math.log(2 / nu) - Math.log(posterior.variances[i]!);
    return w + 0.5 * (logPrecision - Math.log(2 * Math.PI) - 1 / posterior.meanPrecisions[i]!);
  });
  const shares = new Float64Array(values.length * k);
  let entropy = 0;
  for (let i = 0; i < values.length; i++) {
    let most = -Infinity;
    for (let j = 0; j < k; j++) {
      const log = offsets[j]! - (0.5 * (values[i]! - posterior.means[j]!) ** 2) / posterior.variances[j]!;
      shares[i * k + j] = log;
      if (log > most) most = log;
    }
    let sum = 0;
    let weighted = 0;
    for (let j = 0; j < k; j++) {
      const log = shares[i * k + j]! - most;
      const share = (shares[i * k + j] = Math.exp(log));
      sum += share;
      weighted += share * log;
    }
    for (let j = 0; j < k; j++) shares[i * k + j]! /= sum;
    entropy += counts[i]! * (Math.log(sum) - weighted / sum);
  }
  return { moments: momentsOf(data, k, (i, j) => shares[i * k + j]!), entropy };
}

function expectedLogWeights({ stickA, stickB }: Posterior): Float64Array {
  let left = 0;
  return stickA.map((a, i) => {
    const b = stickB[i]!;
    const both = digamma(a + b);
    const log = left + digamma(a) - both;
    left += digamma(b) - both;
    return log;
  });
}

function modesOf({ stickA, stickB, means, variances }: Posterior): NormalMode[] {
  let left = 1;
  const weights = stickA.map((a, i) => {
    const share = a / (a + stickB[i]!);
    const weight = left * share;
    left *= 1 - share;
    return weight;
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  return [...weights].map((w, i) => ({
    mean: means[i]!,
    deviation: Math.sqrt(variances[i]!),
    weight: w / total,
  }));
}
