import { InternalError } from '../../../core/index.js';
import type { Rng } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import type { IndexAdmission } from '../engine/index-admission.js';
import type { Simulator, WantedLife } from '../engine/simulator.js';
import { checkRecord } from '../gate/rules.js';
import type { RuleId } from '../gate/rules.js';
import type { CompiledOnly } from '../only/compile.js';

/** What one patient took. */
export interface Tally {
  /** People that were drawn, those who were not lived included. */
  tried: number;
  /** Of those, the ones left at once because of their age, sex, race or ethnicity. */
  unfit: number;
  /** Of those, the ones that die before the end of observation where only the living are wanted. */
  dead: number;
  /** Of those, the ones that are not admitted where an admission is wanted. */
  spared: number;
  /** Records that the gate refused, by rule. */
  refused: Partial<Record<RuleId, number>>;
  /** How many of the lives that were lived to the end met each part of `--only`. */
  met: number[];
}

export function emptyTally(atoms: number): Tally {
  return { tried: 0, unfit: 0, dead: 0, spared: 0, refused: {}, met: new Array<number>(atoms).fill(0) };
}

export interface Wanted {
  readonly alive: boolean;
  readonly only: CompiledOnly | null;
  /** Lives that may be lived for one patient. */
  readonly mostTries: number;
  /** The admission that each life is to have. */
  readonly admission?: AdmissionPlan | undefined;
}

/** When index admissions are, and by which modules. */
export interface AdmissionPlan {
  /** Milliseconds since 1970, from … to. */
  readonly from: number;
  readonly to: number;
  readonly modules: ReadonlyMap<string, number>;
  readonly healthy: IndexAdmission['healthy'];
}

/** A record of a population may fail the gate this often in a row. */
const mostRefusals = 20;
/** Lives of one group that may end too early in a row; then it is left for another: hardly anybody is 110. */
const mostDeaths = 300;
/** People drawn for one life that is lived: who dies too early or is of the wrong age, sex or race costs next to nothing. */
const drawnForOne = 20;

/**
 * The patient at an index: the first of the lives drawn for that index that fits and passes the gate. The n-th life comes from a stream
 * named by index and n, so a patient is the same alone and within any run.
 *
 * A life that ends too early (fails the gate, or is not admitted where an admission is wanted) is followed by another one of the same age, sex, race, ethnicity and place: so the living
 * have the demographics that the population asks for, the old among them. A life that `--only` does not want is followed by anybody.
 * @returns null when none of `mostTries` lives fits.
 */
export function patientAt(
  index: number,
  seed: Rng,
  simulator: Simulator,
  { wanted, tally }: { wanted: Wanted; tally: Tally },
): PatientRecord | null {
  const own = seed.split('patient', index);
  const { alive, only, admission } = wanted;
  const passes: WantedLife['passes'] =
    only === null
      ? undefined
      : (being) => only.early(being, alive ? simulator.options.endTime : null) !== false;
  let refusals = 0;
  let lived = 0;
  let group = 0;
  let deaths = 0;
  const fits: WantedLife['fits'] =
    only === null
      ? undefined
      : (life) => {
          lived++;
          for (const [i, atom] of only.atoms.entries())
            if (atom.test(life)) tally.met[i] = (tally.met[i] ?? 0) + 1;
          return only.test(life);
        };
  for (let n = 0; lived < wanted.mostTries && n < wanted.mostTries * drawnForOne; n++) {
    const before = lived;
    const life = simulator.patient(index, streamOf(own, n), {
      group: own.split('group', group),
      aliveOnly: alive,
      ...(passes === undefined ? {} : { passes }),
      ...(fits === undefined ? {} : { fits }),
      ...(admission === undefined ? {} : { admission: admissionOf(admission, streamOf(own, n)) }),
    });
    tally.tried++;
    if (
      life === 'dead' ||
      life === 'spared' ||
      (life !== 'unfit' && alive && life.person.deathTime !== null)
    ) {
      if (life === 'spared') {
        tally.spared++;
        lived++;
      } else tally.dead++;
      if (++deaths % mostDeaths === 0) group++;
      continue;
    }
    deaths = 0;
    if (only === null) lived++;
    if (life === 'unfit') {
      if (lived === before) tally.unfit++;
      group++;
      continue;
    }
    const findings = checkRecord(life);
    if (findings.length === 0) return life;
    for (const { rule } of findings.slice(0, 1)) tally.refused[rule] = (tally.refused[rule] ?? 0) + 1;
    if (++refusals >= mostRefusals)
      throw new InternalError(
        'GATE',
        `${mostRefusals} lives in a row fail the gate's rule '${findings[0]!.rule}' (${findings[0]!.list}).`,
      );
  }
  return null;
}

function admissionOf({ from, to, modules, healthy }: AdmissionPlan, own: Rng): IndexAdmission {
  const rng = own.split('admission');
  return { time: from + Math.floor((to - from) * rng.next()), modules, healthy, rng };
}

/** The stream of the n-th life of a patient. */
export function streamOf(own: Rng, n: number): Rng {
  return n === 0 ? own : own.split('attempt', n);
}
