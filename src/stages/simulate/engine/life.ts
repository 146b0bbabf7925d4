import { InternalError } from '../../../core/index.js';
import type { Rng } from '../../../core/index.js';
import type { Coding } from '../../../cohort/index.js';
import { emptyDraft } from '../record/draft.js';
import type { RecordDraft } from '../record/draft.js';
import { AgeClock } from './clock.js';
import type { Frame, Program, RootProgram } from './program.js';
import { WakeQueue } from './queue.js';
import type { Exposure } from './states/hazard.js';
import type { OpenStay } from './states/stay-record.js';
import { Symptoms } from './symptoms.js';
import type { Value } from './values.js';
import type { AttributeView, Being, World } from './world.js';
import type { CompiledLibrary } from './program.js';

/** What a module is waiting for. */
export const waiting = { start: 0, timer: 1, guard: 2, wellness: 3, done: 4, hazard: 5 } as const;
export type Waiting = (typeof waiting)[keyof typeof waiting];

/** What a guard can be waiting for besides attributes and time; attributes follow at {@link firstAttribute}. */
export const parts = {
  conditions: 0,
  allergies: 1,
  medications: 2,
  carePlans: 3,
  observations: 4,
  symptoms: 5,
  vitalSigns: 6,
  /** Going into hospital and leaving it. */
  hospital: 7,
} as const;
export const firstAttribute = 8;

/** Slots of the queue before the modules'. */
export const slots = { course: 0, wellness: 1, symptoms: 2, risks: 3, index: 4, modules: 5 } as const;

/** A top-level module in one life. */
export class Root {
  waiting: Waiting = waiting.start;
  /** Set while the module goes on after the wait that it is in. */
  resumed = false;
  frame: Frame | null = null;
  /** Position of the encounter that the module is in; −1: none. */
  encounter = -1;
  /** The next state, chosen ahead by a loop that sleeps; −1: none. */
  chosen = -1;
  /** Time of the last wellness visit that the module used. */
  wellnessUsed = NaN;
  /** The stay in hospital that the module is in. */
  stay: OpenStay | null = null;
  /** The hazard that the module waits at. */
  hazard: Exposure | null = null;
  /** The module's acute illness keeps those of other modules away (`engine/hospital.ts`). */
  acute = false;
  /** The patient of the module's last stay will not come back. */
  dying = false;
  /** When the module's last stay ended. */
  lastDischarge = NaN;
  /** Factor of the hazards after the stay that is ending. */
  returning = 1;
  #rng: Rng | null = null;

  constructor(
    readonly life: Life,
    readonly program: RootProgram,
    readonly slot: number,
  ) {}

  reset(): void {
    this.waiting = waiting.start;
    this.resumed = false;
    this.frame = null;
    this.encounter = -1;
    this.chosen = -1;
    this.wellnessUsed = NaN;
    this.stay = null;
    this.hazard = null;
    this.acute = false;
    this.dying = false;
    this.lastDischarge = NaN;
    this.returning = 1;
    this.#rng = null;
  }

  /** The module's own stream, made when it first draws. */
  get rng(): Rng {
    return (this.#rng ??= this.life.rng.split('module', this.program.path));
  }
}

/** Entries that are active now, by their first code; the value is the position in the record. */
export interface Present {
  readonly conditions: Map<string, number>;
  readonly allergies: Map<string, number>;
  readonly medications: Map<string, number>;
  readonly carePlans: Map<string, number>;
  readonly devices: Map<string, number>;
}

/** One person while living: the state that modules read and change. Used again for the next person ({@link begin}). */
export class Life implements AttributeView {
  now = 0;
  stop = 0;
  deathTime = Infinity;
  causeOfDeath: Coding | null = null;
  record: RecordDraft = emptyDraft();
  present: Present = emptyPresent();
  /** Position of the top-level module that each entry comes from, beside the record's lists. */
  owners: Record<keyof Present, number[]> = noOwners();
  /** When something was last recorded in each encounter. */
  lastUse: number[] = [];
  /** Chronic drugs by code, renewed at wellness visits. */
  chronic = new Map<string, number>();
  /** The last value of an observation by its first code. */
  latest = new Map<string, Value>();
  symptoms = new Symptoms();
  /** Sum of complaints at the last visit that they led to. */
  lastComplaint = 0;
  /** Vital signs that a module has set: a function that gives a reading. */
  vitalOverrides = new Map<string, () => number>();
  /** Distance of the values in the last physiology's series. */
  samplePeriodMs = 10;
  /** Orders what happens in a history. */
  ordinal = 0;
  /** The wellness visit of this moment, for modules that wait for one. */
  wellness = { time: NaN, encounter: -1, renewed: false };
  /** How many modules have somebody acutely ill or in hospital. */
  acuteModules = 0;
  /** The module whose stay in hospital is going on. */
  inHospital: Root | null = null;
  /** When the last stay in hospital ended. */
  lastDischarge = NaN;
  /** Factor of the hazards of the weeks after it. */
  returning = 1;
  /** Scheduled wellness visits so far; their dates do not depend on what else happens. */
  wellnessVisits = 0;
  readonly ages = new AgeClock();
  readonly queue: WakeQueue;
  readonly roots: readonly Root[];
  /** Values of attributes by id. */
  readonly values: (Value | undefined)[];
  #being: Being | null = null;
  #rng: Rng | null = null;

  constructor(
    readonly library: CompiledLibrary,
    readonly world: World,
    /** Length of Synthea's step in milliseconds: guards are looked at again at the end of one. */
    readonly stepMs: number,
  ) {
    this.roots = library.roots.map((program, i) => new Root(this, program, slots.modules + i));
    this.queue = new WakeQueue(slots.modules + this.roots.length);
    this.values = new Array<Value | undefined>(library.attributes.size).fill(undefined);
  }

  get being(): Being {
    if (this.#being === null) throw new InternalError('LIFE_NOT_BEGUN', 'A life was used before it began.');
    return this.#being;
  }

  get rng(): Rng {
    if (this.#rng === null) throw new InternalError('LIFE_NOT_BEGUN', 'A life was used before it began.');
    return this.#rng;
  }

  /** Starts a new life in this object. */
  begin(being: Being, rng: Rng, stop: number): void {
    this.#being = being;
    this.#rng = rng;
    this.now = being.birthTime;
    this.stop = stop;
    this.deathTime = Infinity;
    this.causeOfDeath = null;
    this.record = emptyDraft();
    this.present = emptyPresent();
    this.owners = noOwners();
    this.lastUse = [];
    this.chronic = new Map();
    this.latest = new Map();
    this.symptoms = new Symptoms();
    this.lastComplaint = 0;
    this.vitalOverrides = new Map();
    this.ordinal = 0;
    this.wellness = { time: NaN, encounter: -1, renewed: false };
    this.wellnessVisits = 0;
    this.acuteModules = 0;
    this.inHospital = null;
    this.lastDischarge = NaN;
    this.returning = 1;
    this.ages.reset(being.birthTime);
    this.values.fill(undefined);
    for (const root of this.roots) root.reset();
    this.queue.reset(being.birthTime);
    this.setByName('gender', being.sex === 'female' ? 'F' : 'M');
    for (const [name, value] of being.attributes) this.setByName(name, value);
  }

  get alive(): boolean {
    return this.now < this.deathTime;
  }

  /** Records a death; an earlier one stands. */
  die(time: number, cause: Coding | null): void {
    if (time >= this.deathTime) return;
    this.deathTime = Math.max(time, this.now);
    this.causeOfDeath = cause;
  }

  /** Value of an attribute; one that follows from others is worked out when it is absent. */
  value(id: number): Value | undefined {
    const value = this.values[id];
    if (value !== undefined || this.library.derived[id] !== 1) return value;
    return this.being.derived(this.library.attributes.name(id), this.now, this);
  }

  get(name: string): unknown {
    const id = this.library.attributes.find(name);
    return id === undefined ? undefined : this.values[id];
  }

  set(id: number, value: Value | undefined): void {
    if (this.values[id] === value) return;
    this.values[id] = value;
    this.touch(firstAttribute + id);
  }

  /** Sets an attribute that modules may or may not know. */
  setByName(name: string, value: Value): void {
    const id = this.library.attributes.find(name);
    if (id !== undefined) this.set(id, value);
  }

  /** Something has changed that guards may be waiting for: they are looked at again at the end of the step; hazards reckon with it from now on. */
  touch(part: number): void {
    if (part === parts.symptoms && this.stepEnd(this.now) < this.queue.wakeOf(slots.symptoms))
      this.queue.set(slots.symptoms, this.stepEnd(this.now));
    const watchers = this.library.watchers[part];
    if (watchers === undefined) return;
    for (const index of watchers) {
      const root = this.roots[index]!;
      if (root.waiting === waiting.guard) this.wake(root, this.stepEnd(this.now));
      else if (root.waiting === waiting.hazard) this.wake(root, this.now);
    }
  }

  /** Wakes a module at a time unless it wakes earlier anyway. */
  wake(root: Root, time: number): void {
    if (time < this.queue.wakeOf(root.slot)) this.queue.set(root.slot, time);
  }

  /** The end of the step that a time lies in: steps count from birth. */
  stepEnd(time: number): number {
    const birth = this.being.birthTime;
    return birth + Math.ceil((time - birth) / this.stepMs) * this.stepMs;
  }

  /** A reading of a vital sign now. */
  vitalSign(name: string): number {
    const own = this.vitalOverrides.get(name);
    return own === undefined ? this.being.vitalSign(name, this.now, this) : own();
  }
}

function emptyPresent(): Present {
  return {
    conditions: new Map(),
    allergies: new Map(),
    medications: new Map(),
    carePlans: new Map(),
    devices: new Map(),
  };
}

function noOwners(): Record<keyof Present, number[]> {
  return { conditions: [], allergies: [], medications: [], carePlans: [], devices: [] };
}

/** A frame at the start of a program. */
export function newFrame(program: Program, parent: Frame | null): Frame {
  return { program, parent, at: program.initial, history: null, pending: null };
}
