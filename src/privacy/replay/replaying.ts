import { PrivacyError } from '../../core/index.js';
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
import { askedChoice, askedKeys, askedStep, askedSums, askedTraining, termsOf } from './recording.js';
import type { Asked, Exact, Recording, Step, StepAnswer, TrainingTerms } from './recording.js';

/** A curator that gives the answers of a recording. */
export interface Replay {
  readonly curator: Curator;
  /** @throws PrivacyError `REPLAY_DIFFERS` when the fit asked for less than was recorded. */
  finish(): void;
}

/**
 * A curator for a fit on a neighbouring table: every question must be the recorded one, in the recorded order and at the recorded
 * cost; exact answers may differ by what was declared for one unit and no more; the noisy answers are the recorded ones. Whatever
 * the fit makes must then be the same, byte for byte, or it has looked past the curator.
 * @param removed places of the rows that the neighbour lacks; rows that it has more come last. They tell which rows a training's samples are of.
 * Its calls throw PrivacyError `REPLAY_DIFFERS` (another question) and `SENSITIVITY_EXCEEDED`.
 */
export function replayCurator(recording: Recording, removed: readonly number[] = []): Replay {
  const curator = new ReplayingCurator(recording, new Set(removed));
  return {
    curator,
    finish: () => {
      curator.finish();
    },
  };
}

class ReplayingCurator implements Curator {
  readonly unit: string;
  readonly rowsPerUnit: number;
  readonly epsilon: number;
  readonly delta: number;
  readonly rho: number;
  readonly #recording: Recording;
  readonly #removed: ReadonlySet<number>;
  #at = 0;

  constructor(recording: Recording, removed: ReadonlySet<number>) {
    this.#removed = removed;
    this.unit = recording.unit;
    this.rowsPerUnit = recording.rowsPerUnit;
    this.epsilon = recording.epsilon;
    this.delta = recording.delta;
    this.rho = recording.rho;
    this.#recording = recording;
  }

  get left(): number {
    return this.#recording.steps[this.#at - 1]?.left ?? this.#recording.leftAtStart;
  }

  sums(request: NoisySums): NoisyValues {
    const step = this.#next(askedSums(request), () => request.sums());
    const values = step.answer as NoisyValues;
    return { values: values.values.slice(), sigma: values.sigma };
  }

  choose(request: PrivateChoice): number {
    return this.#next(askedChoice(request), () => request.scores()).answer as number;
  }

  keys(request: PrivateKeys): Map<string, number> {
    const step = this.#next(askedKeys(request), () => request.counts());
    return new Map(step.answer as ReadonlyMap<string, number>);
  }

  train(request: PrivateTraining): TrainingSteps {
    const { sigma, rows } = this.#next(askedTraining(request), () => undefined).answer as TrainingTerms;
    const kept = Array.from({ length: rows }, (_, row) => row).filter((row) => !this.#removed.has(row));
    const placeOf = new Map(kept.map((row, place) => [row, place]));
    const extra = Array.from({ length: request.rows() - kept.length }, (_, i) => kept.length + i);
    let left = request.steps;
    return {
      sigma,
      get left() {
        return left;
      },
      step: async (sum) => {
        left--;
        // the rows of the recorded sample, and whoever is new: that is when most can change
        const answer = this.#recording.steps[this.#at]?.answer as StepAnswer | undefined;
        const same = [...(answer?.sample ?? [])].flatMap((row) => placeOf.get(row) ?? []);
        const exact = await sum(Uint32Array.from([...same, ...extra]));
        const step = this.#next(askedStep(request), () => exact);
        return (step.answer as StepAnswer).noisy.slice();
      },
      close: () => Promise.resolve(),
    };
  }

  declare(touch: Touch): void {
    this.#next({ kind: 'declare', terms: termsOf(touch) }, () => undefined);
  }

  receipt(): PrivacyReceipt {
    const step = this.#next({ kind: 'receipt', terms: {} }, () => undefined);
    return structuredClone(step.answer as PrivacyReceipt);
  }

  finish(): void {
    const missing = this.#recording.steps.length - this.#at;
    if (missing === 0) return;
    throw new PrivacyError('REPLAY_DIFFERS', `On the neighbour the fit asked ${missing} questions less.`, {
      expected:
        this.#recording.steps[this.#at] === undefined ? '' : told(this.#recording.steps[this.#at]!.asked),
      got: 'nothing',
    });
  }

  #next(asked: Asked, exact: () => Exact): Step {
    const number = this.#at + 1;
    const step = this.#recording.steps[this.#at];
    if (step === undefined || told(step.asked) !== told(asked)) {
      throw new PrivacyError('REPLAY_DIFFERS', `Question ${number} is another one on the neighbour.`, {
        expected: step === undefined ? 'no further question' : told(step.asked),
        got: told(asked),
        fix: 'let neither the questions nor their costs depend on anything but earlier noisy answers and what is public',
      });
    }
    this.#at = number;
    if (step.exact !== undefined) checkReach(step, exact(), this.rowsPerUnit);
    if (step.error !== undefined) throw step.error as Error;
    return step;
  }
}

function told(asked: Asked): string {
  return `${asked.kind} ${JSON.stringify(asked.terms)}`;
}

/** Room for floating point in scores; sums are whole numbers and get none. */
const rounding = 1e-7;

function checkReach(step: Step, exact: Exact, rows: number): void {
  const { asked } = step;
  const about = String(asked.terms['about']);
  if (asked.kind === 'keys') {
    compare(
      about,
      rows,
      largestCountChange(step.exact as ReadonlyMap<string, number>, exact as Map<string, number>),
    );
    return;
  }
  const before = step.exact as Float64Array;
  const after = exact as Float64Array;
  if (before.length !== after.length) {
    throw new PrivacyError(
      'REPLAY_DIFFERS',
      `The answer on '${about}' has another length on the neighbour.`,
      {
        expected: `${before.length} numbers`,
        got: `${after.length}`,
      },
    );
  }
  const changes = before.map((value, i) => after[i]! - value);
  if (asked.kind === 'step') {
    compare(
      about,
      rows * Number(asked.terms['rowNorm']) * (1 + singlePrecision),
      Math.hypot(...chunked(changes)),
    );
    return;
  }
  if (asked.kind === 'sums') {
    if (!after.every(Number.isSafeInteger)) {
      throw new PrivacyError('SENSITIVITY_EXCEEDED', `Sums of '${about}' are no whole numbers of quanta.`);
    }
    compare(about, rows * Number(asked.terms['rowNorm']), Math.hypot(...chunked(changes)));
  } else {
    const largest = changes.reduce((most, change) => Math.max(most, Math.abs(change)), 0);
    compare(about, rows * Number(asked.terms['rowSensitivity']), largest);
  }
}

/** What single precision may add to a row's largest contribution; trainings have noise for ten times as much. */
const singlePrecision = 1e-3;

/** The norm of a long vector by norms of its pieces: a function takes no million arguments. */
function chunked(values: Float64Array): number[] {
  const norms: number[] = [];
  for (let i = 0; i < values.length; i += 1000) norms.push(Math.hypot(...values.subarray(i, i + 1000)));
  return norms;
}

/** Sum of the changes of all counts: a row counts for one key. */
function largestCountChange(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    total += Math.abs((after.get(key) ?? 0) - (before.get(key) ?? 0));
  }
  return total;
}

function compare(about: string, declared: number, found: number): void {
  if (found <= declared * (1 + rounding)) return;
  throw new PrivacyError('SENSITIVITY_EXCEEDED', `One unit changes '${about}' by more than was declared.`, {
    expected: `at most ${declared}`,
    got: String(found),
    fix: 'declare the sensitivity of the worst row that the schema allows, or clip rows to what is declared',
  });
}
