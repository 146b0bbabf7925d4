import type { Rng } from '../../../core/index.js';
import { InternalError } from '../../../core/index.js';
import type { Curator } from '../../../privacy/index.js';
import type { Block } from './basis.js';
import { mainBlock } from './basis.js';
import { calibrate, sharesOf } from './calibrate.js';
import { drawLabel } from './draw.js';
import type { Estimate, Target } from './estimate.js';
import { estimate } from './estimate.js';
import type { Contribution } from './measure.js';
import { lineSearch } from './line.js';
import { measure } from './measure.js';
import { choosePairs } from './pairs.js';
import type { HeadPlan } from './plan.js';
import { planHead, shareRho } from './plan.js';
import {
  centredBound,
  centreOf,
  clipped,
  indicators,
  outputsOf,
  plainBound,
  rangeOf,
  residualBound,
} from './residual.js';
import type { BasisRows } from './rows.js';
import { basisRows, basisSums, offsets } from './rows.js';
import type { HeadColumn, HeadModel, HeadsModel, HeadsRequest, HeadTerm } from './types.js';

/** Steps of each estimate: the first must find the weights, later ones start from the last. */
const FIRST_STEPS = 12;
const LATER_STEPS = 8;
/** Drawn rows that the curvature is taken from. */
const SAMPLE = 8_192;
/**
 * How far each residual moves the target. A full step would go too far where drawn columns hang together less than real ones do, and one half
 * averages the noise of both answers.
 */
const DAMPING = 0.5;
/** Share of a round's ρ for the residuals; the rest says how far to follow them. */
const RESIDUALS = 0.8;

/**
 * Learns every label's conditional probabilities under differential privacy. Real rows are read inside the curator's
 * sums and scores alone; all else works on drawn rows and on what the curator has answered.
 * @throws PrivacyError `BUDGET_SPENT` from the curator. @throws InternalError `HEADS_SHAPE` for rows that do not fit the columns.
 */
export function fitHeads(request: HeadsRequest): HeadsModel {
  checkRequest(request);
  const { features, labels, drawn, curator, rho, rng } = request;
  const count = request.count ?? drawn.rows;
  const shares = shareRho(rho, labels.columns.length, request.followers ?? {});
  const columns = [...features.columns];
  const real = [...features.codes];
  const made = [...drawn.codes];
  const heads: HeadModel[] = [];
  const importance = new Float64Array(features.columns.length);
  for (const [l, label] of labels.columns.entries()) {
    const { head, variances } = fitHead({
      label,
      codes: labels.codes[l]!,
      columns,
      real,
      made,
      rows: { real: features.rows, made: drawn.rows },
      count,
      curator,
      rho: shares[l]!,
      rng: rng.split('head', l),
    });
    heads.push(head);
    for (const [c, v] of variances.entries()) if (c < importance.length) importance[c]! += v;
    columns.push(label);
    real.push(labels.codes[l]!);
    made.push(drawLabel(head, made, rng.split('label', l)));
  }
  return { features: features.columns, labels: labels.columns, heads, importance: normalised(importance) };
}

interface HeadRequest {
  readonly label: HeadColumn;
  /** The real label. */
  readonly codes: ArrayLike<number>;
  readonly columns: readonly HeadColumn[];
  readonly real: readonly ArrayLike<number>[];
  readonly made: readonly ArrayLike<number>[];
  readonly rows: { readonly real: number; readonly made: number };
  readonly count: number;
  readonly curator: Curator;
  readonly rho: number;
  readonly rng: Rng;
}

function fitHead(request: HeadRequest): {
  readonly head: HeadModel;
  /** Variance of the log odds that each column makes. */
  readonly variances: readonly number[];
} {
  const { label, columns, rho } = request;
  const plan = planHead(rho);
  const blocks = columns.map(mainBlock);
  let state = firstRound(request, blocks, rho * plan.rounds[0]!);
  for (const [round, share] of plan.rounds.slice(1).entries()) {
    const last = round === plan.rounds.length - 2;
    const pairs = last && plan.pairs > 0 ? pairsOf(request, state, plan) : [];
    state = nextRound(request, state, { pairs, rho: rho * share, round: round + 1 });
  }
  const head = headOf(label, state);
  return { head, variances: variancesOf(request, state) };
}

/** What is known after a round. */
interface State {
  readonly blocks: readonly Block[];
  readonly target: Target;
  readonly estimate: Estimate;
}

function firstRound(request: HeadRequest, blocks: readonly Block[], rho: number): State {
  const { label, codes, real, rows, curator } = request;
  const { sums, sigma } = measure({
    curator,
    about: `sums of ${label.name} over ${blocks.length} columns`,
    rho,
    parts: [
      {
        blocks,
        intercept: true,
        outputs: outputsOf(label.size),
        bound: centredBound(label.size),
        look: () => ({
          rows: basisRows(blocks, real, rows.real),
          values: indicators(codes, label.size).map((y) => y.map((v) => v - 1 / label.size)),
        }),
      },
    ],
  });
  const target = { sums: sums[0]!, variance: new Float64Array(sums[0]![0]!.length).fill(sigma ** 2) };
  return { blocks, target, estimate: fitTo(request, blocks, target) };
}

function fitTo(request: HeadRequest, blocks: readonly Block[], target: Target, start?: Estimate): Estimate {
  const { made, rows, count, label, rng } = request;
  const sample =
    rows.made <= SAMPLE ? undefined : rng.split('sample').permutation(rows.made).subarray(0, SAMPLE);
  const few = sample && made.map((codes) => Uint32Array.from(sample, (row) => codes[row]!));
  const drawn = basisRows(blocks, made, rows.made);
  const found = estimate({
    blocks,
    drawn,
    sample: basisRows(blocks, few ?? made, sample?.length ?? rows.made),
    weight: count / Math.max(rows.made, 1),
    target,
    classes: label.size,
    start,
    steps: start === undefined ? FIRST_STEPS : LATER_STEPS,
  });
  const parameters = balanced(request, { at: offsets(blocks), drawn, target }, found.parameters);
  return { ...found, parameters };
}

function pairsOf(request: HeadRequest, state: State, plan: HeadPlan): Block[] {
  const { label, columns, codes, real, made, rows, count, curator, rho } = request;
  const at = offsets(state.blocks);
  const { parameters } = state.estimate;
  const drawn = basisRows(state.blocks, made, rows.made);
  const weight = count / Math.max(rows.made, 1);
  const range = rangeOf(clipped(drawn, at, { parameters, range: everything(parameters.length) }));
  const look = (): { codes: readonly ArrayLike<number>[]; residuals: Float64Array[] } => {
    const p = clipped(basisRows(state.blocks, real, rows.real), at, { parameters, range });
    return {
      codes: real,
      residuals: indicators(codes, label.size).map((y, o) => y.map((v, i) => v - p[o]![i]!)),
    };
  };
  return choosePairs({
    curator,
    about: `couples of columns for ${label.name}`,
    rho: rho * plan.choice,
    count: plan.pairs,
    columns,
    drawn: made,
    look,
    bound: plainBound(range, label.size, 1),
    variance: clipped(drawn, at, { parameters, range }).map((q) => q.map((v) => weight * v * (1 - v))),
  });
}

function everything(outputs: number): { low: number[]; high: number[] } {
  return { low: new Array<number>(outputs).fill(0), high: new Array<number>(outputs).fill(1) };
}

interface Round {
  readonly pairs: readonly Block[];
  readonly rho: number;
  readonly round: number;
}

/**
 * Residuals of the model over real rows say how far the label's sums over drawn rows must move: what the model makes of real rows differs
 * from what it makes of drawn ones where the feature model is wrong.
 */
function nextRound(request: HeadRequest, state: State, { pairs, rho, round }: Round): State {
  const { label, codes, real, made, rows, count, curator } = request;
  const k = label.size;
  const { blocks: mains } = state;
  const at = offsets(mains);
  const { parameters } = state.estimate;
  const drawn = basisRows(mains, made, rows.made);
  const range = rangeOf(clipped(drawn, at, { parameters, range: everything(parameters.length) }));
  const centre = centreOf(range, k);
  const residuals = (): Float64Array[] => {
    const p = clipped(basisRows(mains, real, rows.real), at, { parameters, range });
    return indicators(codes, k).map((y, o) => y.map((v, i) => v - p[o]![i]!));
  };
  const parts: Contribution[] = [
    {
      blocks: mains,
      intercept: true,
      outputs: parameters.length,
      bound: residualBound(range, k),
      look: () => ({
        rows: basisRows(mains, real, rows.real),
        values: residuals().map((r, o) => r.map((v) => v - centre[o]!)),
      }),
    },
  ];
  if (pairs.length > 0) {
    parts.push({
      blocks: pairs,
      intercept: false,
      outputs: parameters.length,
      bound: plainBound(range, k, 2),
      look: () => ({ rows: basisRows(pairs, real, rows.real), values: residuals() }),
    });
  }
  const about = `residuals of ${label.name}, round ${round}`;
  const { sums, sigma } = measure({ curator, about, rho: rho * RESIDUALS, parts });
  const weight = count / Math.max(rows.made, 1);
  const fitted = clipped(drawn, at, { parameters, range });
  // what the sums over drawn rows should be: the model's own, moved by the residuals
  const moved = sums[0]!.map((residual, o) => {
    const own = basisSums(
      drawn,
      at,
      fitted[o]!.map((v) => weight * (v - 1 / k + centre[o]!)),
    );
    return own.map((v, i) => state.target.sums[o]![i]! * (1 - DAMPING) + DAMPING * (v + residual[i]!));
  });
  const variance = state.target.variance.map((v) => (1 - DAMPING) ** 2 * v + DAMPING ** 2 * sigma ** 2);
  const blocks = [...mains, ...pairs];
  const over = offsets(pairs);
  const crossed = basisRows(pairs, made, rows.made);
  const length = offsets(blocks).at(-1)!;
  const target = {
    sums: moved.map((main, o) => {
      const out = new Float64Array(length);
      out.set(main);
      if (pairs.length > 0) {
        const own = basisSums(
          crossed,
          over,
          fitted[o]!.map((v) => weight * (v - 1 / k)),
        );
        out.set(own.map((v, i) => v + sums[1]![o]![i]!).subarray(1), main.length);
      }
      return out;
    }),
    variance: new Float64Array(length).fill(sigma ** 2),
  };
  target.variance.set(variance);
  const start = parameters.map((w) => {
    const out = new Float64Array(length);
    out.set(w);
    return out;
  });
  const to = fitTo(request, blocks, target, state.estimate);
  const whole = basisRows(blocks, made, rows.made);
  const reached = lineSearch({
    curator,
    about: `step of ${label.name}, round ${round}`,
    rho: rho * (1 - RESIDUALS),
    classes: k,
    blocks,
    drawn: whole,
    from: start,
    to: to.parameters,
    look: () => ({ rows: basisRows(blocks, real, rows.real), labels: indicators(codes, k) }),
  });
  const end = balanced(request, { at: offsets(blocks), drawn: whole, target }, reached);
  return { blocks, target, estimate: { ...to, parameters: end } };
}

/** The parameters with classes as frequent over drawn rows as the answers say. */
function balanced(
  { label, count }: HeadRequest,
  {
    at,
    drawn,
    target,
  }: { readonly at: readonly number[]; readonly drawn: BasisRows; readonly target: Target },
  parameters: readonly Float64Array[],
): Float64Array[] {
  const shares = sharesOf(
    target.sums.map((sums) => sums[0]!),
    { classes: label.size, count, sigma: Math.sqrt(target.variance[0]!) },
  );
  return calibrate(drawn, at, parameters, shares);
}

function headOf(label: HeadColumn, { blocks, estimate: { parameters } }: State): HeadModel {
  const at = offsets(blocks);
  const terms = blocks.map((block, b): HeadTerm => ({
    columns: block.columns,
    inner: block.inner,
    tables: parameters.map((w) => Array.from(block.cellOf, (cell) => w[at[b]! + cell]!)),
  }));
  return {
    label: label.name,
    classes: label.size,
    terms,
    intercepts: parameters.map((w) => w[0]!),
  };
}

/** Variance over drawn rows of what each column adds to the log odds; a couple's goes to both halves. */
function variancesOf(
  { columns, made, rows }: HeadRequest,
  { blocks, estimate: { parameters } }: State,
): number[] {
  const out = columns.map(() => 0);
  for (const [b, block] of blocks.entries()) {
    const at = offsets(blocks)[b]!;
    const [cells] = basisRows([block], made, rows.made).cells;
    for (const w of parameters) {
      let mean = 0;
      let squares = 0;
      for (const [i, cell] of cells!.entries()) {
        const gap = w[at + cell]! - mean;
        mean += gap / (i + 1);
        squares += gap * (w[at + cell]! - mean);
      }
      const variance = squares / Math.max(rows.made, 1) / parameters.length / block.columns.length;
      for (const c of block.columns) out[c]! += variance;
    }
  }
  return out;
}

function normalised(values: Float64Array): number[] {
  const total = values.reduce((sum, v) => sum + v, 0);
  return Array.from(values, (v) => (total > 0 ? (v * values.length) / total : 1));
}

function checkRequest({ features, labels, drawn, followers }: HeadsRequest): void {
  const fits =
    features.columns.length === drawn.columns.length &&
    features.columns.every((c, i) => c.size === drawn.columns[i]!.size) &&
    labels.rows === features.rows &&
    [features, labels, drawn].every(
      (t) => t.codes.length === t.columns.length && t.codes.every((c) => c.length === t.rows),
    ) &&
    labels.columns.every((c) => c.size >= 2) &&
    Object.entries(followers ?? {}).every(([follower, leader]) => leader < Number(follower)) &&
    drawn.rows > 0;
  if (!fits) throw new InternalError('HEADS_SHAPE', 'Features, labels and drawn rows do not fit together.');
}
