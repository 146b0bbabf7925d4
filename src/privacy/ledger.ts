import { PrivacyError } from '../core/index.js';
import type { Accountant, Composition, TrainingRun } from './accountants/index.js';
import type { LedgerEntry, Touch } from './types.js';

/** (ε, δ) and the part of δ that is kept for thresholds of private keys. */
export interface Budget {
  readonly epsilon: number;
  readonly delta: number;
  /** Share of δ kept for private keys, 0 … 1. */
  readonly keysShare: number;
}

/** What a touch costs, in the terms that accountants need. */
export interface Cost {
  readonly rho: number;
  readonly mu?: number;
  readonly range?: number;
  readonly training?: TrainingRun;
  /** Probability, not share. */
  readonly delta?: number;
}

/** Costs that add up to the whole budget may exceed it by rounding. */
const rounding = 1e-9;
/**
 * ε set aside for what is not exact in the accounts: discrete noise against the continuous Gaussian (mechanisms/sums.ts), at most
 * 1e-16 a release of 10⁹ cells.
 */
const epsilonAside = 1e-9;

/**
 * Share of δ set aside for noise from tables (mechanisms/gaussian-table.ts), which differs from exact noise with a probability of at most 1e-16 for a
 * billion numbers.
 */
const deltaAside = 1e-6;

/** Who has touched what at which cost; refuses what would exceed the budget. */
export class Ledger {
  readonly rho: number;
  readonly #accountant: Accountant;
  readonly #budget: Budget;
  readonly #entries: LedgerEntry[] = [];
  #spentRho = 0;
  #muSquared = 0;
  readonly #ranges = new Map<number, number>();
  readonly #trainings: TrainingRun[] = [];
  #keysDelta = 0;
  /** A composition that was found to fit; so does whatever is less. */
  #cleared: Composition = { muSquared: 0, ranges: new Map(), trainings: [] };

  constructor(accountant: Accountant, budget: Budget) {
    this.#accountant = accountant;
    this.#budget = budget;
    this.rho = accountant.worth(this.#epsilon, this.#delta);
  }

  get left(): number {
    return Math.max(0, this.rho - this.#spentRho);
  }

  get spentRho(): number {
    return this.#spentRho;
  }

  /** δ at ε of all that was entered, thresholds of keys included. */
  get spentDelta(): number {
    return this.#accountant.delta(this.#with({ rho: 0 }), this.#epsilon) + this.#keysDelta;
  }

  get entries(): readonly LedgerEntry[] {
    return [...this.#entries];
  }

  /** Enters a cost before it is incurred. @throws PrivacyError `BUDGET_SPENT`, `BAD_COST`. */
  enter(touch: Touch, cost: Cost, mechanism: Pick<LedgerEntry, 'mechanism' | 'parameters'>): void {
    const { rho, delta = 0 } = cost;
    if (!(rho > 0 && Number.isFinite(rho))) {
      throw new PrivacyError('BAD_COST', `A release for '${touch.about}' asks for a cost of ρ = ${rho}.`, {
        expected: 'a positive number',
      });
    }
    const kept = this.#budget.keysShare * this.#budget.delta;
    if (this.#keysDelta + delta > kept * (1 + rounding)) {
      throw spent(touch, `a further ${delta} of δ`, `${kept - this.#keysDelta} of δ kept for private keys`);
    }
    const next = this.#with(cost);
    const excess = this.#spentRho + rho > this.rho * (1 + rounding);
    if (excess || !this.#fits(next, cost)) {
      throw spent(touch, `ρ = ${rho}`, `ρ = ${this.left} left of ${this.rho}`);
    }
    this.#spentRho += rho;
    this.#muSquared = next.muSquared;
    if (cost.range !== undefined) this.#ranges.set(cost.range, (this.#ranges.get(cost.range) ?? 0) + 1);
    if (cost.training !== undefined) this.#trainings.push(cost.training);
    this.#keysDelta += delta;
    this.#entries.push({ purpose: touch.purpose, about: touch.about, ...mechanism, rho, delta });
  }

  /** Least noise multiplier of a training that costs ρ: so much that it fits together with a Gaussian release of all the rest. */
  noise({ rate, steps, rho }: { rate: number; steps: number; rho: number }): number {
    const rest = Math.max(0, this.rho - rho);
    return this.#accountant.noise({ rate, steps, rest, epsilon: this.#epsilon, delta: this.#delta });
  }

  /** Enters what costs nothing. */
  note(touch: Touch): void {
    const { purpose, about } = touch;
    this.#entries.push({ purpose, about, mechanism: 'declared', parameters: {}, rho: 0, delta: 0 });
  }

  /**
   * ε for the noisy values alone. Thresholds of private keys cost δ where a unit's keys are told, and −log(1 − δ) ≤ 2δ of ε where
   * they could have been (docs/privacy.md).
   */
  get #epsilon(): number {
    return this.#budget.epsilon * (1 - epsilonAside) - 2 * this.#budget.keysShare * this.#budget.delta;
  }

  get #delta(): number {
    return this.#budget.delta * (1 - this.#budget.keysShare) * (1 - deltaAside);
  }

  /**
   * Whether a composition keeps (ε, δ) by the accountant. To ask it rarely, first a composition is asked for that spends all that is
   * left: on as many choices again as a quarter of those so far, and on a Gaussian release.
   */
  #fits(next: Composition, cost: Cost): boolean {
    if (isWithin(next, this.#cleared)) return true;
    let left = Math.max(0, this.rho - this.#spentRho - cost.rho);
    const ranges = new Map(next.ranges);
    if (cost.range !== undefined) {
      const count = ranges.get(cost.range)!;
      const more = Math.min(Math.max(8, Math.floor(count / 4)), Math.floor(left / cost.rho));
      ranges.set(cost.range, count + more);
      left = Math.max(0, left - more * cost.rho);
    }
    const ahead = { ...next, muSquared: next.muSquared + this.#accountant.mu(left) ** 2, ranges };
    if (this.#accountant.delta(ahead, this.#epsilon) <= this.#delta) {
      this.#cleared = ahead;
      return true;
    }
    return this.#accountant.delta(next, this.#epsilon) <= this.#delta;
  }

  #with(cost: Cost): Composition {
    const ranges = new Map(this.#ranges);
    if (cost.range !== undefined) ranges.set(cost.range, (ranges.get(cost.range) ?? 0) + 1);
    const trainings = [...this.#trainings, ...(cost.training === undefined ? [] : [cost.training])];
    return { muSquared: this.#muSquared + (cost.mu ?? 0) ** 2, ranges, trainings };
  }
}

function isWithin(part: Composition, whole: Composition): boolean {
  if (part.muSquared > whole.muSquared || part.trainings.length > whole.trainings.length) return false;
  return [...part.ranges].every(([range, count]) => count <= (whole.ranges.get(range) ?? 0));
}

function spent(touch: Touch, asked: string, left: string): PrivacyError {
  return new PrivacyError('BUDGET_SPENT', `The privacy budget does not suffice for '${touch.about}'.`, {
    expected: left,
    got: asked,
    fix: 'give a larger ε, or ask for less: fewer columns, rounds or tables',
  });
}
