import type {
  Curator,
  NoisySums,
  NoisyValues,
  PrivacyReceipt,
  PrivateChoice,
  PrivateKeys,
  PrivateTraining,
  Touch,
  TrainingSteps,
} from '../types.js';

/** What a fit asked for, without the data. */
export interface Asked {
  readonly kind: 'sums' | 'choose' | 'keys' | 'train' | 'step' | 'declare' | 'receipt';
  /** Everything that a request says about itself: purpose, about, sensitivities, costs. */
  readonly terms: Readonly<Record<string, string | number>>;
}

/** The exact answer, which only the curator sees. */
export type Exact = Float64Array | ReadonlyMap<string, number> | undefined;

/** What a training was made of. */
export interface TrainingTerms {
  readonly sigma: number;
  readonly rows: number;
}

/** A noisy sum and the rows that it is of. */
export interface StepAnswer {
  readonly noisy: Float64Array;
  readonly sample: Uint32Array;
}

type Answer =
  | NoisyValues
  | number
  | ReadonlyMap<string, number>
  | PrivacyReceipt
  | TrainingTerms
  | StepAnswer
  | undefined;

/** One call of a curator. */
export interface Step {
  readonly asked: Asked;
  readonly exact: Exact;
  /** What the fit got, or the error it met. */
  readonly answer: Answer;
  readonly error: unknown;
  /** ρ left afterwards. */
  readonly left: number;
}

/** All calls of one fit, in order. */
export interface Recording {
  readonly unit: string;
  readonly rowsPerUnit: number;
  readonly epsilon: number;
  readonly delta: number;
  readonly rho: number;
  readonly leftAtStart: number;
  readonly steps: Step[];
}

/** A curator that does what another does and keeps every question, exact answer and noisy answer. */
export function recordingCurator(inner: Curator): {
  readonly curator: Curator;
  readonly recording: Recording;
} {
  const { unit, rowsPerUnit, epsilon, delta, rho, left } = inner;
  const recording: Recording = { unit, rowsPerUnit, epsilon, delta, rho, leftAtStart: left, steps: [] };
  return { curator: new RecordingCurator(inner, recording), recording };
}

class RecordingCurator implements Curator {
  readonly #inner: Curator;
  readonly #recording: Recording;

  constructor(inner: Curator, recording: Recording) {
    this.#inner = inner;
    this.#recording = recording;
  }

  get unit(): string {
    return this.#inner.unit;
  }
  get rowsPerUnit(): number {
    return this.#inner.rowsPerUnit;
  }
  get epsilon(): number {
    return this.#inner.epsilon;
  }
  get delta(): number {
    return this.#inner.delta;
  }
  get rho(): number {
    return this.#inner.rho;
  }
  get left(): number {
    return this.#inner.left;
  }

  sums(request: NoisySums): NoisyValues {
    let exact: Float64Array | undefined;
    const sums = (): Float64Array => (exact = request.sums()).slice();
    return this.#keep(
      askedSums(request),
      () => exact,
      () => this.#inner.sums({ ...request, sums }),
    );
  }

  choose(request: PrivateChoice): number {
    let exact: Float64Array | undefined;
    const scores = (): Float64Array => (exact = request.scores()).slice();
    return this.#keep(
      askedChoice(request),
      () => exact,
      () => this.#inner.choose({ ...request, scores }),
    );
  }

  keys(request: PrivateKeys): Map<string, number> {
    let exact: ReadonlyMap<string, number> | undefined;
    const counts = (): ReadonlyMap<string, number> => (exact = new Map(request.counts()));
    return this.#keep(
      askedKeys(request),
      () => exact,
      () => this.#inner.keys({ ...request, counts }),
    );
  }

  train(request: PrivateTraining): TrainingSteps {
    let rows = 0;
    let live: TrainingSteps | undefined;
    const count = (): number => (rows = request.rows());
    this.#keep(
      askedTraining(request),
      () => undefined,
      () => {
        live = this.#inner.train({ ...request, rows: count });
        return { sigma: live.sigma, rows };
      },
    );
    const inner = live!;
    return {
      sigma: inner.sigma,
      get left() {
        return inner.left;
      },
      step: async (sum) => {
        let answer: { exact: Float64Array; sample: Uint32Array } | undefined;
        const noisy = await inner.step(async (sample) => {
          const exact = await sum(sample);
          answer = { exact: exact.slice(), sample: sample.slice() };
          return exact;
        });
        const { exact, sample } = answer!;
        this.#keep(
          askedStep(request),
          () => exact,
          () => ({ noisy: noisy.slice(), sample }),
        );
        return noisy;
      },
      close: () => inner.close(),
    };
  }

  declare(touch: Touch): void {
    this.#keep(
      { kind: 'declare', terms: termsOf(touch) },
      () => undefined,
      () => {
        this.#inner.declare(touch);
        return undefined;
      },
    );
  }

  receipt(): PrivacyReceipt {
    return this.#keep(
      { kind: 'receipt', terms: {} },
      () => undefined,
      () => this.#inner.receipt(),
    );
  }

  #keep<A extends Step['answer']>(asked: Asked, exact: () => Exact, call: () => A): A {
    const { steps } = this.#recording;
    try {
      const answer = call();
      steps.push({ asked, exact: exact(), answer: frozen(answer), error: undefined, left: this.left });
      return answer;
    } catch (error) {
      steps.push({ asked, exact: exact(), answer: undefined, error, left: this.left });
      throw error;
    }
  }
}

export function askedSums(request: NoisySums): Asked {
  const { rowNorm, quantum = 1, rho } = request;
  return { kind: 'sums', terms: { ...termsOf(request), rowNorm, quantum, rho } };
}

export function askedChoice(request: PrivateChoice): Asked {
  const { rowSensitivity, rho } = request;
  return { kind: 'choose', terms: { ...termsOf(request), rowSensitivity, rho } };
}

export function askedKeys(request: PrivateKeys): Asked {
  const { rho, deltaShare } = request;
  return { kind: 'keys', terms: { ...termsOf(request), rho, deltaShare } };
}

export function askedTraining(request: PrivateTraining): Asked {
  const { rho, steps, rate, rowNorm, size } = request;
  return { kind: 'train', terms: { ...termsOf(request), rho, steps, rate, rowNorm, size } };
}

export function askedStep(request: PrivateTraining): Asked {
  return { kind: 'step', terms: { ...termsOf(request), rowNorm: request.rowNorm } };
}

export function termsOf({ purpose, about }: Touch): Readonly<Record<string, string | number>> {
  return { purpose, about };
}

/** A copy that the fit cannot write into. */
function frozen<A extends Step['answer']>(answer: A): A {
  return structuredClone(answer);
}
