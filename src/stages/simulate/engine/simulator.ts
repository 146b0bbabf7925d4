import type { Rng } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import { finishRecord } from '../record/finish.js';
import { Ids } from '../record/ids.js';
import { Life } from './life.js';
import type { CompiledLibrary } from './program.js';
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
}

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
   * would be did not pass. Both are left as soon as they are known.
   */
  patient(index: number, rng: Rng): PatientRecord;
  patient(index: number, rng: Rng, wanted: WantedLife): PatientRecord | 'dead' | 'unfit';
  patient(
    index: number,
    rng: Rng,
    { group, aliveOnly = false, passes }: WantedLife = {},
  ): PatientRecord | 'dead' | 'unfit' {
    const life = this.#life;
    const being = this.world.being(index, rng, group);
    if (passes?.(being) === false) return 'unfit';
    life.begin(being, rng, this.options.endTime);
    if (being.death !== null) life.die(being.death.time, being.death.cause);
    if (aliveOnly && life.deathTime < life.stop) return 'dead';
    live(life, aliveOnly ? (now) => now.deathTime < now.stop : undefined);
    if (aliveOnly && life.deathTime < life.stop) return 'dead';
    return finishRecord(life, index, new Ids(rng.split('ids')));
  }
}
