import type { Rng } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import { finishRecord } from '../record/finish.js';
import { Ids } from '../record/ids.js';
import { Life } from './life.js';
import type { Root } from './life.js';
import type { CompiledLibrary } from './program.js';
import { fallIll, wasAdmitted } from './index-admission.js';
import type { IndexAdmission } from './index-admission.js';
import { live } from './run.js';
import type { Being, World } from './world.js';

/** Synthea's step. */
export const weekMs = 7 * 86_400_000;

export interface SimulatorOptions {
  /** End of observation, milliseconds since 1970. */
  readonly endTime: number;
  readonly stepMs: number;
}

/** Which lives are wanted. */
export interface WantedLife {
  /** Stream of what the population is described by, where it is not to be the life's own. */
  readonly group?: Rng;
  /** Only people who live at the end of observation. */
  readonly aliveOnly?: boolean;
  /** Whether somebody of these demographics is worth living. */
  readonly passes?: (being: Being) => boolean;
  /** Whether a life that has been lived is wanted; asked before it is made a record, which takes a quarter of the time. */
  readonly fits?: (life: LivedLife) => boolean;
  /** The admission that the life is to have; who dies before is `dead`, who is not admitted `spared`. */
  readonly admission?: IndexAdmission;
}

/** Why there is no record: the person dies too early, is not wanted, or is not admitted to hospital. */
export type NoRecord = 'dead' | 'unfit' | 'spared';

/** A life after its end, as it will be in the record but for ids. */
export type LivedLife = Pick<
  PatientRecord,
  'conditions' | 'medications' | 'procedures' | 'allergies' | 'observations' | 'endTime'
> & {
  readonly person: Pick<PatientRecord['person'], 'birthTime' | 'sex' | 'race' | 'ethnicity' | 'deathTime'>;
};

/** Lives patients, one after the other, in one reused life. */
export class Simulator {
  readonly #life: Life;

  constructor(
    library: CompiledLibrary,
    readonly world: World,
    readonly options: SimulatorOptions,
  ) {
    this.#life = new Life(library, world, options.stepMs);
  }

  /**
   * One life from its own stream: everything in it is a function of the streams and the index.
   * @returns why there is no record where one was not wanted: `dead` where only the living are and this one dies, `unfit` where who this
   * would be, or what was lived, is not wanted, `spared` where an admission was and none came. All are left as soon as they are known.
   */
  patient(index: number, rng: Rng): PatientRecord;
  patient(index: number, rng: Rng, wanted: WantedLife): PatientRecord | NoRecord;
  patient(
    index: number,
    rng: Rng,
    { group, aliveOnly = false, passes, fits, admission }: WantedLife = {},
  ): PatientRecord | NoRecord {
    const life = this.#life;
    const being = this.world.being(index, rng, group);
    if (passes?.(being) === false) return 'unfit';
    life.begin(being, rng, this.options.endTime);
    if (being.death !== null) life.die(being.death.time, being.death.cause);
    if (aliveOnly && life.deathTime < life.stop) return 'dead';
    if (admission !== undefined) {
      const record = this.#admitted(index, rng, admission);
      return typeof record === 'string' || fits?.(record) !== false ? record : 'unfit';
    }
    live(life, aliveOnly ? (now) => now.deathTime < now.stop : undefined);
    if (aliveOnly && life.deathTime < life.stop) return 'dead';
    if (aliveOnly && fits?.(livedLife(life)) === false) return 'unfit';
    const record = finishRecord(life, index, new Ids(rng.split('ids')));
    return aliveOnly || fits?.(record) !== false ? record : 'unfit';
  }

  /** A life that has the admission. */
  #admitted(index: number, rng: Rng, admission: IndexAdmission): PatientRecord | NoRecord {
    const life = this.#life;
    const { time } = admission;
    if (life.deathTime <= time) return 'dead';
    const ill: { root: Root | null } = { root: null };
    live(life, undefined, {
      time,
      happens: (now) => {
        ill.root = fallIll(now, admission);
        return ill.root !== null;
      },
    });
    if (ill.root === null) return life.deathTime <= time ? 'dead' : 'spared';
    return wasAdmitted(life, ill.root, time)
      ? finishRecord(life, index, new Ids(rng.split('ids')))
      : 'spared';
  }
}

/** What somebody who is alive at the end has lived. */
function livedLife({ being, record, stop }: Life): LivedLife {
  const { birthTime, sex, race, ethnicity } = being;
  return { ...record, person: { birthTime, sex, race, ethnicity, deathTime: null }, endTime: stop };
}
