import type { Rng } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';
import { finishRecord } from '../record/finish.js';
import { Ids } from '../record/ids.js';
import { Life } from './life.js';
import type { CompiledLibrary } from './program.js';
import { live } from './run.js';
import type { World } from './world.js';

/** Synthea's step. */
export const weekMs = 7 * 86_400_000;

export interface SimulatorOptions {
  /** End of observation, milliseconds since 1970. */
  readonly endTime: number;
  readonly stepMs: number;
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
   * One life from its own stream: everything in it is a function of the stream and the index.
   * @returns null where only the living are wanted and this one dies: then it is left as soon as that is known.
   */
  patient(index: number, rng: Rng, aliveOnly: true): PatientRecord | null;
  patient(index: number, rng: Rng, aliveOnly?: false): PatientRecord;
  patient(index: number, rng: Rng, aliveOnly: boolean): PatientRecord | null;
  patient(index: number, rng: Rng, aliveOnly = false): PatientRecord | null {
    const life = this.#life;
    const being = this.world.being(index, rng);
    life.begin(being, rng, this.options.endTime);
    if (being.death !== null) life.die(being.death.time, being.death.cause);
    if (aliveOnly && life.deathTime < life.stop) return null;
    live(life, aliveOnly ? (now) => now.deathTime < now.stop : undefined);
    if (aliveOnly && life.deathTime < life.stop) return null;
    return finishRecord(life, index, new Ids(rng.split('ids')));
  }
}
