import type { Rng } from '../../core/index.js';
import { throwIfAborted } from '../../core/index.js';
import type { Curator } from '../../privacy/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { CodedTable } from '../coding.js';
import { DrawPlan, drawCodes } from './draw.js';
import type { Measurement } from '../workload.js';
import { Estimator } from './estimate.js';
import { junctionCells } from './junction.js';
import type { JunctionTree } from './junction.js';
import type { Candidate, Groupings } from '../workload.js';
import { candidatesOf, countsOf } from '../workload.js';

/** The joint distribution of coded columns. */
export interface GraphicalModel {
  readonly sizes: readonly number[];
  readonly tree: JunctionTree;
  /** Marginal of each clique. */
  readonly beliefs: readonly Float64Array[];
}

export interface FeaturesRequest {
  /** The real records as codes. Touched behind the curator only. */
  readonly coded: CodedTable;
  /** For the ledger. */
  readonly names: readonly string[];
  /** Noisy one-way tables, measured before. */
  readonly oneWay: readonly Measurement[];
  /** Noisy number of rows. */
  readonly total: number;
  readonly curator: Curator;
  /** ρ for all rounds together. */
  readonly rho: number;
  readonly rounds: number;
  readonly selectShare: number;
  readonly degree: number;
  readonly maxCells: number;
  readonly modelMiB: number;
  readonly iterations: number;
  readonly columnWeights: readonly number[];
  /** Columns whose codes tables may also take in groups. */
  readonly groupings: Groupings;
  readonly rng: Rng;
}

/** Rows that candidates are scored on: twice the noisy number of records, within these. */
const LEAST_SCORING = 10_000;
const MOST_SCORING = 50_000;
/** The last fit is longer. */
const LAST_FIT = 10;

/**
 * AIM's rounds (McKenna et al. 2022, algorithm 2): choose the table that the model gets most wrong, measure it, fit again.
 * Deviations from the paper: the noise of a round is fixed beforehand and not annealed, because the accountant that allows most wants costs
 * that depend on nothing measured; candidates are scored on rows drawn from the model
 * (which touches no record) instead of on its exact marginals.
 */
export async function fitFeatures(request: FeaturesRequest, context: RunContext): Promise<GraphicalModel> {
  const { coded, oneWay, total, rounds, iterations, rng } = request;
  const estimator = new Estimator(coded.sizes);
  for (const measurement of oneWay) estimator.add(measurement);
  estimator.fit(total, iterations);
  const each = new Rounds(request, estimator);
  const task = context.progress.task('aim: choose and measure tables', rounds);
  for (let round = 0; round < rounds && coded.sizes.length > 1; round++) {
    throwIfAborted(context.signal);
    estimator.add(each.measure((round + 1) / rounds, rng.split('round', round)));
    estimator.fit(total, iterations);
    task.advance();
    await new Promise((resume) => setImmediate(resume)); // lets signals and progress through
  }
  estimator.fit(total, LAST_FIT * iterations);
  task.done();
  const { tree, beliefs } = estimator.model;
  return { sizes: coded.sizes, tree, beliefs };
}

class Rounds {
  readonly #request: FeaturesRequest;
  readonly #estimator: Estimator;
  readonly #candidates: readonly Candidate[];
  /** Counts in the real records. */
  readonly #counts: readonly Uint32Array[];
  readonly #sensitivity: number;
  /** The noise that the next measurement will have. */
  #sigma: number;

  constructor(request: FeaturesRequest, estimator: Estimator) {
    const { coded, curator } = request;
    this.#request = request;
    this.#estimator = estimator;
    this.#candidates = candidatesOf({ ...request, sizes: coded.sizes });
    this.#counts = this.#candidates.map((candidate) => countsOf(coded, candidate));
    this.#sensitivity = this.#candidates.reduce((most, { weight }) => Math.max(most, weight), 0);
    // nearly; the first measurement tells
    this.#sigma = curator.rowsPerUnit / Math.sqrt(2 * this.#measureRho());
  }

  /** Chooses a table and measures it. `used`: share of the budget that is spent afterwards. */
  measure(used: number, rng: Rng): Measurement {
    const { curator, names, rounds, rho, selectShare } = this.#request;
    const fitting = this.#fitting(used);
    const place = curator.choose({
      purpose: 'selection',
      about: `the table that the model gets most wrong, of ${fitting.length}`,
      rowSensitivity: this.#sensitivity,
      rho: (rho * selectShare) / rounds,
      scores: () => this.#scores(fitting, rng),
    });
    const chosen = fitting[place]!;
    const { columns, groups } = this.#candidates[chosen]!;
    const noisy = curator.sums({
      purpose: 'measurement',
      about: `table ${columns.map((c, k) => `${names[c]}${groups?.[k] ? ' (groups)' : ''}`).join(' × ')}`,
      rowNorm: 1,
      rho: this.#measureRho(),
      sums: () => Float64Array.from(this.#counts[chosen]!),
    });
    this.#sigma = noisy.sigma;
    const weights = new Float64Array(noisy.values.length).fill(noisy.sigma ** -2);
    return { columns, ...(groups && { groups }), values: noisy.values, weights };
  }

  #measureRho(): number {
    const { rho, rounds, selectShare } = this.#request;
    return (rho * (1 - selectShare)) / rounds;
  }

  /** Candidates with which the model stays as small as this part of the budget allows. */
  #fitting(used: number): number[] {
    const { modelMiB, coded } = this.#request;
    const most = (modelMiB * used * 1024 * 1024) / 8;
    const cliques = this.#estimator.model.tree.cliques;
    const fits = ({ columns }: Candidate): boolean =>
      cliques.some((clique) => columns.every((c) => clique.includes(c))) ||
      junctionCells([...this.#estimator.measured, columns], coded.sizes) <= most;
    return [...this.#candidates.keys()].filter((i) => fits(this.#candidates[i]!));
  }

  /** How wrong the model is on each candidate beyond what noise will be: w (‖M(D) − M(p̂)‖₁ − √(2/π) σ cells), §4.1. */
  #scores(fitting: readonly number[], rng: Rng): Float64Array {
    const { total, coded } = this.#request;
    const { tree, beliefs } = this.#estimator.model;
    const steps = new DrawPlan(tree, coded.sizes).steps(beliefs);
    const rows = Math.round(Math.min(Math.max(2 * total, LEAST_SCORING), MOST_SCORING));
    const codes = drawCodes(steps, coded.sizes, { rows, rng });
    const drawn: CodedTable = { rows, sizes: coded.sizes, codes };
    const scale = total / rows;
    return Float64Array.from(fitting, (i) => {
      const { cells, weight, ...table } = this.#candidates[i]!;
      const model = countsOf(drawn, table);
      const real = this.#counts[i]!;
      let error = 0;
      for (let k = 0; k < cells; k++) error += Math.abs(real[k]! - scale * model[k]!);
      return weight * (error - Math.sqrt(2 / Math.PI) * this.#sigma * cells);
    });
  }
}
