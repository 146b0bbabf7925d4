import { PrivacyError } from '../core/index.js';
import { accountantOf } from './accountants/index.js';
import type { Accountant } from './accountants/index.js';
import { Ledger } from './ledger.js';
import { exponentialChoice } from './mechanisms/exponential.js';
import { noisyKeys, planKeys } from './mechanisms/keys.js';
import { secureNoise } from './mechanisms/noise.js';
import type { NoiseSource } from './mechanisms/noise.js';
import { noisySums, planSums } from './mechanisms/sums.js';
import { planSteps, poissonSample, stepNoise } from './mechanisms/training.js';
import { compileCurator } from './options.js';
import type { CompiledCurator, CuratorOptions } from './options.js';
import type {
  Curator,
  NoisySums,
  NoisyValues,
  PrivateChoice,
  PrivateKeys,
  PrivacyReceipt,
  PrivateTraining,
  Touch,
  TrainingSteps,
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

  train(request: PrivateTraining): TrainingSteps {
    const { rho, steps, rate, rowNorm, size } = request;
    checkPositive(request, { rho, steps, rate, rowNorm, size });
    if (rate > 1 || !Number.isInteger(steps)) throw badTraining(request);
    const { threshold, unitRate, sensitivity, quantum } = planSteps({
      ...request,
      rowsPerUnit: this.rowsPerUnit,
    });
    const noise = this.#ledger.noise({ rate: unitRate, steps, rho });
    const sigma = noise * sensitivity;
    const training = { rate: unitRate, steps, noise };
    const parameters = { steps, rate: unitRate, noise, sensitivity, quantum, sigma, size };
    this.#ledger.enter(request, { rho, training }, { mechanism: 'subsampled-gaussian', parameters });
    const stepNoises = stepNoise({ sigma, quantum, size, steps }, this.#noise);
    const rows = request.rows();
    let left = steps;
    return {
      sigma,
      get left() {
        return left;
      },
      step: async (sum) => {
        if (left === 0) throw stepsSpent(request);
        left--;
        stepNoises.begin();
        const sums = await sum(poissonSample(rows, threshold, this.#noise));
        if (sums.length !== size) throw badTraining(request);
        return stepNoises.addTo(sums);
      },
      close: async () => {
        left = 0;
        await stepNoises.close();
      },
    };
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

function badTraining({ about, steps, rate, size }: PrivateTraining): PrivacyError {
  return new PrivacyError('BAD_COST', `The training of '${about}' cannot be planned.`, {
    expected: 'a whole number of steps, a rate of at most 1, and sums of the size that was told',
    got: `${steps} steps, rate ${rate}, size ${size}`,
  });
}

function stepsSpent({ about, steps }: PrivateTraining): PrivacyError {
  return new PrivacyError('BUDGET_SPENT', `The training of '${about}' has made all its ${steps} steps.`, {
    fix: 'plan more steps',
  });
}
