import type { Block } from './basis.js';
import { apply, factor, forward, product, solve } from './matrix.js';
import type { BasisRows } from './rows.js';
import { basisSums, offsets, probabilities, rowScores } from './rows.js';

/** What is known of the sums of labels over the basis. */
export interface Target {
  /** For each output: estimate of Σ (y − 1/classes) · (1, onehot …) over the real records. */
  readonly sums: readonly Float64Array[];
  /** Variance of the noise in each entry. */
  readonly variance: Float64Array;
}

export interface EstimateRequest {
  readonly blocks: readonly Block[];
  /** Rows drawn from the feature model. */
  readonly drawn: BasisRows;
  /** Real records that a drawn row stands for. */
  readonly weight: number;
  /** A few of the drawn rows, at random, for the curvature. */
  readonly sample: BasisRows;
  readonly target: Target;
  readonly classes: number;
  /** Where to start: an earlier estimate, whose blocks come first among these. */
  readonly start?: Estimate | undefined;
  /** Most Newton steps. */
  readonly steps: number;
}

/** Posterior means. */
export interface Estimate {
  /** For each output: intercept, then the cells' log odds, block by block. */
  readonly parameters: readonly Float64Array[];
  /** For each block: the learned factor on its prior variance, mean of the outputs. */
  readonly scales: readonly number[];
}

/** Prior variance of the intercept. */
const INTERCEPT = 25;
/** Largest change of a row's score at which the steps end. */
const TOLERANCE = 0.01;
/** Most that a step may change a row's score, and least share of a step that is taken. */
const MOST_MOVE = 2;
const LEAST_DAMPING = 0.125;
/** Pseudo-count that holds a block's scale to 1, and limits of it. */
const HOLD = 1;
const LEAST_SCALE = 1e-3;
const MOST_SCALE = 100;

/**
 * Fits log-linear class probabilities to noisy sums, given rows x drawn from the feature model. With m = Σ (y − 1/k) φ(x) + noise over real records
 * and A(w) = Σ (p_w(x) − 1/k) φ(x) over drawn ones, m given w is about normal with mean A(w) and covariance H(w) + Σ, H the Fisher information
 * (what labels vary by chance) and Σ the noise of privacy. The prior of w is normal, N(0, diag(s_b C_b)), with a scale s_b for each block
 * chosen to make the answers most likely (empirical Bayes; MacKay's fixed point, "Bayesian interpolation", Neural Computation 1992).
 * Each step makes A linear and takes the posterior mean, w ← C H (H C H + H + Σ)⁻¹ (m − A(w) + H w). With noise that says nothing
 * w goes to zero; without noise it is the penalised maximum of likelihood. Several classes take turns, each with the others held.
 */
export function estimate(request: EstimateRequest): Estimate {
  const { blocks, drawn, weight, target, classes, steps } = request;
  const at = offsets(blocks);
  const size = at.at(-1)!;
  const outputs = target.sums.length;
  const parameters = target.sums.map((_, o) => {
    const w = new Float64Array(size);
    if (request.start !== undefined) w.set(request.start.parameters[o]!);
    return w;
  });
  const scales = target.sums.map(() => blocks.map((_, b) => request.start?.scales[b] ?? 1));
  const centre = 1 / classes;
  let damping = 1;
  let before = Infinity;
  for (let step = 0; step < steps; step++) {
    let moved = 0;
    for (let o = 0; o < outputs; o++) {
      const p = probabilities(parameters.map((w) => rowScores(drawn, at, w)))[o]!;
      const fitted = basisSums(
        drawn,
        at,
        p.map((value) => weight * (value - centre)),
      );
      const curvature = fisher(request, at, parameters, o);
      const w = parameters[o]!;
      const pull = apply(curvature, w);
      const gap = target.sums[o]!.map((m, i) => m - fitted[i]! + pull[i]!);
      const next = posterior({ blocks, at, curvature, gap, variance: target.variance, scales: scales[o]! });
      const move = next.map((v, i) => v - w[i]!);
      const reach = rowScores(request.sample, at, move).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      const part = Math.min(damping, MOST_MOVE / reach);
      for (let i = 0; i < size; i++) w[i]! += part * move[i]!;
      moved = Math.max(moved, reach);
    }
    if (moved < TOLERANCE) break;
    // where labels are all but certain the linear picture misleads, and full steps swing to and fro
    if (moved > before) damping = Math.max(damping / 2, LEAST_DAMPING);
    before = moved;
  }
  return {
    parameters,
    scales: blocks.map((_, b) => scales.reduce((sum, of) => sum + of[b]!, 0) / outputs),
  };
}

/** H = Σ p (1 − p) (1, onehot …)(1, onehot …)ᵀ of one output, from the sample, in terms of real records. */
export function fisher(
  { sample, drawn, weight }: EstimateRequest,
  at: readonly number[],
  parameters: readonly Float64Array[],
  output: number,
): Float64Array {
  const size = at.at(-1)!;
  const h = new Float64Array(size * size);
  const factorOf = (weight * drawn.rows) / Math.max(sample.rows, 1);
  const p = probabilities(parameters.map((w) => rowScores(sample, at, w)))[output]!;
  const w = p.map((value) => factorOf * value * (1 - value));
  h.set(basisSums(sample, at, w));
  for (const [b, cell] of sample.cells.entries()) {
    const from = at[b]!;
    for (let i = 0; i < w.length; i++) h[(from + cell[i]!) * (size + 1)]! += w[i]!;
    for (let c = 0; c < b; c++) {
      const other = sample.cells[c]!;
      const column = at[c]!;
      for (let i = 0; i < w.length; i++) h[(from + cell[i]!) * size + column + other[i]!]! += w[i]!;
    }
  }
  for (let i = 1; i < size; i++) {
    for (let j = 0; j < i; j++) {
      // the intercept's row was filled, every other row left of the diagonal
      if (j === 0) h[i * size] = h[i]!;
      else h[j * size + i] = h[i * size + j]!;
    }
  }
  return h;
}

interface PosteriorRequest {
  readonly blocks: readonly Block[];
  readonly at: readonly number[];
  readonly curvature: Float64Array;
  readonly gap: Float64Array;
  readonly variance: Float64Array;
  /** Changed in place: the prior's scales, after one step of the fixed point. */
  readonly scales: number[];
}

function posterior({ blocks, at, curvature: h, gap, variance, scales }: PosteriorRequest): Float64Array {
  const size = gap.length;
  const prior = new Float64Array(size * size);
  prior[0] = INTERCEPT;
  for (const [b, { cells, prior: c }] of blocks.entries()) {
    const from = at[b]!;
    for (let i = 0; i < cells; i++) {
      for (let j = 0; j < cells; j++) prior[(from + i) * size + from + j] = scales[b]! * c[i * cells + j]!;
    }
  }
  const hc = transposed(product(prior, h, size), size); // (C H)ᵀ = H C
  const total = product(hc, h, size, true);
  for (let i = 0; i < total.length; i++) total[i]! += h[i]!;
  for (let i = 0; i < size; i++) {
    const d = i * (size + 1);
    total[d] = total[d]! * (1 + 1e-9) + variance[i]! + 1e-6;
  }
  const l = factor(total, size);
  const answer = solve(l, gap);
  const pull = apply(h, answer);
  const next = apply(prior, pull);
  rescale({ blocks, at, pull, spread: forward(l, Float64Array.from(h), size), scales });
  return next;
}

function transposed(a: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = a[i * n + j]!;
  return out;
}

interface RescaleRequest {
  readonly blocks: readonly Block[];
  readonly at: readonly number[];
  /** H S⁻¹ gap, S = H C H + H + Σ. */
  readonly pull: Float64Array;
  /** L⁻¹ H with L Lᵀ = S, so that its columns' products are H S⁻¹ H. */
  readonly spread: Float64Array;
  readonly scales: number[];
}

/** Moves each block's scale towards where the likelihood of the answers is stationary: pullᵀ C pull = tr(C H S⁻¹ H). */
function rescale({ blocks, at, pull, spread, scales }: RescaleRequest): void {
  const size = pull.length;
  for (const [b, { cells, prior }] of blocks.entries()) {
    const from = at[b]!;
    let got = 0;
    let expected = 0;
    for (let i = 0; i < cells; i++) {
      for (let j = 0; j <= i; j++) {
        const c = (i === j ? 1 : 2) * prior[i * cells + j]!;
        if (c === 0) continue;
        got += c * pull[from + i]! * pull[from + j]!;
        let s = 0;
        for (let m = 0; m < size; m++) s += spread[m * size + from + i]! * spread[m * size + from + j]!;
        expected += c * s;
      }
    }
    const scale = scales[b]!;
    const moved = scale * Math.sqrt((got * scale + HOLD) / (expected * scale + HOLD));
    scales[b] = Math.min(Math.max(moved, LEAST_SCALE), MOST_SCALE);
  }
}
