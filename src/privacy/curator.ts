import { PrivacyError } from '../core/index.js';
import { accountantOf } from './accountants/index.js';
import type { Accountant } from './accountants/index.js';
import { Ledger } from './ledger.js';
import { exponentialChoice } from './mechanisms/exponential.js';
import { noisyKeys, planKeys } from './mechanisms/keys.js';
import { secureNoise } from './mechanisms/noise.js';
import type { NoiseSource } from './mechanisms/noise.js';
import { noisySums, planSums } from './mechanisms/sums.js';
import { compileCurator } from './options.js';
import type { CompiledCurator, CuratorOptions } from './options.js';
import type {
  Curator,
  NoisySums,
  NoisyValues,
  PrivateChoice,
  PrivateKeys,
  PrivacyReceipt,
  Touch,
} from './types.js';

/**
 * A curator with a fresh budget.
 * @param noise default: the operating system's generator. Anything else is for tests and benchmarks.
 * @throws UserError `BAD_BUDGET`.
 */
export function createCurator(options: CuratorOptions, noise: NoiseSource = secureNoise()): Curator {
  return new LiveCurator(compileCurator(options), noise);
}

class LiveCurator implements Curator {
  readonly unit: string;
  readonly rowsPerUnit: number;
  readonly epsilon: number;
  readonly delta: number;
  readonly #options: CompiledCurator;
  readonly #noise: NoiseSource;
  readonly #accountant: Accountant;
  readonly #ledger: Ledger;

  constructor(options: CompiledCurator, noise: NoiseSource) {
    this.unit = options.unit;
    this.rowsPerUnit = options.rowsPerUnit;
    this.epsilon = options.epsilon;
    this.delta = options.delta;
    this.#options = options;
    this.#noise = noise;
    this.#accountant = accountantOf(options.accountant);
    this.#ledger = new Ledger(this.#accountant, options);
  }

  get rho(): number {
    return this.#ledger.rho;
  }

  get left(): number {
    return this.#ledger.left;
  }

  sums(request: NoisySums): NoisyValues {
    const { rowNorm, quantum = 1, rho } = request;
    checkPositive(request, { rowNorm, quantum, rho });
    // a unit's rows may all contribute in the same direction
    const sensitivity = this.rowsPerUnit * rowNorm;
    const mu = this.#accountant.mu(rho);
    const plan = planSums(sensitivity, mu);
    const parameters = { sensitivity, quantum, sigma: plan.sigma * quantum };
    this.#ledger.enter(request, { rho, mu }, { mechanism: 'discrete-gaussian', parameters });
    return noisySums(request.sums(), plan, quantum, this.#noise);
  }

  choose(request: PrivateChoice): number {
    const { rowSensitivity, rho } = request;
    checkPositive(request, { rowSensitivity, rho });
    const sensitivity = this.rowsPerUnit * rowSensitivity;
    const epsilon = this.#accountant.range(rho);
    const parameters = { sensitivity, epsilon };
    this.#ledger.enter(request, { rho, range: epsilon }, { mechanism: 'exponential', parameters });
    return exponentialChoice({ scores: request.scores(), sensitivity, epsilon }, this.#noise);
  }

  keys(request: PrivateKeys): Map<string, number> {
    const { rho, deltaShare } = request;
    checkPositive(request, { rho, deltaShare });
    const delta = deltaShare * this.delta;
    const mu = this.#accountant.mu(rho);
    const plan = planKeys(this.rowsPerUnit, mu, delta);
    const parameters = {
      sensitivity: this.rowsPerUnit,
      sigma: plan.sigma,
      threshold: plan.threshold / plan.refinement,
    };
    this.#ledger.enter(request, { rho, mu, delta }, { mechanism: 'noisy-keys', parameters });
    return noisyKeys(request.counts(), plan, this.#noise);
  }

  declare(touch: Touch): void {
    this.#ledger.note(touch);
  }

  receipt(): PrivacyReceipt {
    return {
      epsilon: this.epsilon,
      delta: this.delta,
      unit: this.unit,
      rowsPerUnit: this.rowsPerUnit,
      accountant: this.#options.accountant,
      secureNoise: this.#noise.secure,
      rho: this.rho,
      spentRho: this.#ledger.spentRho,
      spentDelta: this.#ledger.spentDelta,
      entries: this.#ledger.entries,
    };
  }
}

/** Refuses numbers that no release can be made with, before the data are looked at. */
function checkPositive(touch: Touch, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (value > 0 && Number.isFinite(value)) continue;
    throw new PrivacyError('BAD_COST', `A release for '${touch.about}' has ${name} = ${value}.`, {
      expected: 'a positive number',
    });
  }
}
