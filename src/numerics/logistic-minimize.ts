/** A smooth function: writes its gradient at `at` and returns its value. */
export type SmoothFunction = (at: Float64Array, gradient: Float64Array) => number;

export interface MinimizeOptions {
  readonly maxIterations: number;
  /** Stop when no entry of the gradient is larger than this. */
  readonly tolerance: number;
  /** Multiplies a vector, in place, by a guess of the inverse Hessian (symmetric, positive). */
  readonly precondition: (v: Float64Array) => void;
}

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  /** Largest entry of the gradient there. */
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
}

/** Pairs of steps and gradient changes that are remembered. */
const MEMORY = 10;
/** Armijo's constant: the share of the promised decrease that a step must keep. */
const DECREASE = 1e-4;
const MAX_HALVINGS = 40;
/** Changes of the value below this share of it are rounding; then a step counts when it shrinks the gradient. */
const ROUNDING = 1e-14;

/**
 * L-BFGS (Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 7.4 and 7.5) with backtracking; for convex
 * functions, where every step keeps the curvature positive.
 */
export function minimize(f: SmoothFunction, start: Float64Array, options: MinimizeOptions): Minimum {
  const x = Float64Array.from(start);
  const gradient = new Float64Array(x.length);
  const history: Pair[] = [];
  let value = f(x, gradient);
  let iterations = 0;
  while (largest(gradient) > options.tolerance && iterations < options.maxIterations) {
    let direction = descent(gradient, history, options.precondition);
    if (dot(direction, gradient) >= 0) {
      history.length = 0;
      direction = descent(gradient, history, options.precondition);
    }
    const next = search(f, { x, value, gradient, direction });
    if (next === undefined) break;
    remember(history, difference(next.x, x), difference(next.gradient, gradient), options.precondition);
    x.set(next.x);
    gradient.set(next.gradient);
    value = next.value;
    iterations++;
  }
  const gradientNorm = largest(gradient);
  return { at: x, value, gradientNorm, iterations, converged: gradientNorm <= options.tolerance };
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A step and the change of the gradient along it. */
interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
  /** Factor on the guess of the inverse Hessian that makes it right along this step (ibid., eq. 7.20). */
  readonly scale: number;
}

/** −H·gradient, H being the inverse Hessian as the history knows it, starting from the guess. */
function descent(
  gradient: Float64Array,
  history: readonly Pair[],
  precondition: (v: Float64Array) => void,
): Float64Array {
  const q = Float64Array.from(gradient);
  const weights = new Float64Array(history.length);
  for (let i = history.length - 1; i >= 0; i--) {
    const { step, change, curvature } = history[i]!;
    const weight = dot(step, q) / curvature;
    weights[i] = weight;
    addScaled(q, change, -weight);
  }
  precondition(q);
  const scale = history.at(-1)?.scale ?? 1;
  for (let i = 0; i < q.length; i++) q[i]! *= scale;
  for (const [i, { step, change, curvature }] of history.entries()) {
    addScaled(q, step, weights[i]! - dot(change, q) / curvature);
  }
  for (let i = 0; i < q.length; i++) q[i] = -q[i]!;
  return q;
}

/** Shortens a step until the value falls enough; undefined when no step helps. */
function search(f: SmoothFunction, from: Point & { readonly direction: Float64Array }): Point | undefined {
  const slope = dot(from.direction, from.gradient);
  const x = new Float64Array(from.x.length);
  const gradient = new Float64Array(from.x.length);
  let step = 1;
  for (let halvings = 0; halvings < MAX_HALVINGS; halvings++) {
    x.set(from.x);
    addScaled(x, from.direction, step);
    const value = f(x, gradient);
    if (value <= from.value + DECREASE * step * slope) return { x, value, gradient };
    const flat = Math.abs(value - from.value) <= ROUNDING * Math.abs(from.value);
    if (flat && largest(gradient) < largest(from.gradient)) return { x, value, gradient };
    const parabola = (-slope * step * step) / (2 * (value - from.value - step * slope));
    step = parabola > 0.1 * step && parabola < 0.5 * step ? parabola : step / 2;
  }
  return undefined;
}

function remember(
  history: Pair[],
  step: Float64Array,
  change: Float64Array,
  precondition: (v: Float64Array) => void,
): void {
  const curvature = dot(step, change);
  if (!(curvature > 0)) return;
  const guess = Float64Array.from(change);
  precondition(guess);
  if (history.length === MEMORY) history.shift();
  history.push({ step, change, curvature, scale: curvature / dot(change, guess) });
}

function largest(v: Float64Array): number {
  let top = 0;
  for (const x of v) top = Math.max(top, Math.abs(x)); // NaN stays NaN
  return top;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

function addScaled(to: Float64Array, from: Float64Array, factor: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += factor * from[i]!;
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((x, i) => x - b[i]!);
}
