import type { Rng } from '../../../core/index.js';
import type { Illness } from './acuity.js';
import { logNormal } from './acuity.js';
import type { Course } from './course-schema.js';
import type { StayData, Support } from './data.js';
import { drawDetails } from './details.js';
import { fitToPatient } from './conduct.js';
import { Transfusions } from './transfusions.js';
import type { Known } from './transfusions.js';
import type { Detail, Hidden, Imaging, Round, Treatment } from './types.js';

type Plan = Course['treatments'][number];

interface Running {
  readonly support: Support;
  readonly start: number;
  /** How strongly this patient responds. */
  readonly response: number;
  /** Hours in a row that the organ was well enough. */
  well: number;
  /** Of one that is planned: when it ends, unless the organ has failed meanwhile. */
  readonly until?: number;
}

/** A step that is still to begin, and its entry among what is done. */
interface Awaited {
  readonly plan: Plan;
  readonly entry: Treatment & { details?: readonly Detail[] };
}

/** A support that is planned. */
interface Planned {
  readonly support: Support;
  readonly start: number;
  readonly end: number;
}

/** What is known when the decisions of an hour are taken. */
export interface Knowledge {
  /** Whether care is for comfort alone. */
  readonly comfort: boolean;
  readonly hemoglobin?: Known | undefined;
}

/** What is done in one stay: the illness's own treatments by plan, and support of failing organs. */
export class Treatments {
  readonly hidden: Hidden[] = [];
  readonly #rng: Rng;
  readonly #illness: Illness;
  readonly #supports: readonly Support[];
  readonly #running = new Map<string, Running>();
  readonly #drugs: StayData['drugs'];
  /** Effects of what has ended, and when it did. */
  readonly #ended: {
    readonly effects: ReadonlyMap<string, number>;
    readonly lingers: number;
    readonly end: number;
  }[] = [];
  /** Supports that start at an hour. */
  readonly #planned = new Map<string, number>();
  /** Decided against for good. */
  readonly #withheld: Set<string>;
  readonly #treatsAt: number;
  readonly #reports: Rng;
  readonly #conduct: StayData['conduct'];
  readonly #transfusions: Transfusions;
  #done: Treatment[] = [];
  /** When care turned to comfort. */
  #comfortFrom: number | undefined;
  #awaited: Awaited[] = [];
  #courses: Planned[] = [];
  #treated = false;

  constructor(
    course: Course,
    illness: Illness,
    {
      data: { supports, drugs, hazards, conduct },
      rng,
      onsetHours,
    }: {
      data: Pick<StayData, 'supports' | 'drugs' | 'hazards' | 'conduct'>;
      rng: Rng;
      /** How long the illness has lasted at arrival. */
      onsetHours: number;
    },
  ) {
    this.#rng = rng;
    this.#supports = supports;
    this.#drugs = drugs;
    this.#illness = illness;
    this.#withheld = new Set(course.withhold);
    this.#reports = rng.split('reports');
    this.#conduct = conduct;
    this.#transfusions = new Transfusions(conduct.transfusion, rng.split('transfusions'));
    let treatsAt = Infinity;
    const starts = new Map<string, number>();
    for (const plan of course.treatments) {
      const from = plan.after === undefined ? 0 : starts.get(plan.after);
      if (rng.next() >= plan.share || from === undefined) {
        this.hidden.push({ hour: 0, name: 'step skipped', value: plan.id });
        continue;
      }
      const start = from + logNormal(rng, plan.delay_hours);
      if (onsetHours + start > (plan.within_hours ?? Infinity)) {
        this.hidden.push({ hour: 0, name: 'step too late', value: plan.id });
        continue;
      }
      starts.set(plan.id, start);
      this.#give(plan, start);
      if (plan.treats) treatsAt = Math.min(treatsAt, start);
    }
    if (treatsAt === Infinity) treatsAt = this.#makeUp(course, logNormal(rng, hazards.rescue));
    this.#treatsAt = treatsAt;
    this.#plan(course, starts);
    for (const support of supports) {
      if (support.arrival === true && rng.next() < support.share && !this.#withheld.has(support.id))
        this.#planned.set(support.id, support.delay * (0.5 + rng.next()));
    }
  }

  /** Where every step that treats the illness was skipped, the most usual of them is made up for. @returns when; ∞: there is none. */
  #makeUp(course: Course, hour: number): number {
    let usual: Plan | undefined;
    for (const plan of course.treatments) if (plan.treats && plan.share > (usual?.share ?? 0)) usual = plan;
    if (usual === undefined) return Infinity;
    this.#give(usual, hour);
    return hour;
  }

  /** Supports that come whatever the organs do. */
  #plan(course: Course, starts: ReadonlyMap<string, number>): void {
    for (const { id, share, after, delay_hours: delay, hours } of course.supports) {
      const from = after === undefined ? 0 : starts.get(after);
      if (this.#rng.next() >= share || from === undefined) continue;
      const start = from + logNormal(this.#rng, delay);
      const support = this.#supports.find((one) => one.id === id)!;
      this.#courses.push({ support, start, end: start + logNormal(this.#rng, hours) });
    }
  }

  #give(plan: Plan, start: number): void {
    const end = plan.hours === undefined ? Infinity : start + logNormal(this.#rng, plan.hours);
    const { id, kind, code, dose = null, route = null } = plan;
    const imaging = plan.imaging === undefined ? {} : { imaging: imagingOf(plan.imaging) };
    const entry = { id, kind, code, start, end, dose, route, ...imaging };
    this.#done.push(entry);
    if (plan.strain !== undefined || plan.details !== undefined) this.#awaited.push({ plan, entry });
  }

  /** Whether something runs that needs intensive care. */
  get intensive(): boolean {
    for (const { support } of this.#running.values()) if (support.intensive) return true;
    return false;
  }

  /** Ids of the supports that run. */
  get running(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }

  /** What runs, and what has run, moves levels by this, by id. */
  effects(hour: number): ReadonlyMap<string, number> {
    const sum = new Map<string, number>();
    const add = (effects: Iterable<readonly [string, number]>, factor: number): void => {
      for (const [id, effect] of effects) sum.set(id, (sum.get(id) ?? 0) + factor * effect);
    };
    for (const running of this.#running.values()) add(this.#effectsOf(running, hour), 1);
    for (const { effects, lingers, end } of this.#ended) add(effects, Math.exp((end - hour) / lingers));
    for (const { start, end, id } of this.#done) {
      const drug = start <= hour && hour < end ? this.#drugs.find((one) => one.id === id) : undefined;
      if (drug !== undefined) add(Object.entries(drug.effects), 1);
    }
    add([['hemoglobin', this.#transfusions.effect(hour)]], 1);
    return sum;
  }

  #effectsOf({ support, start, response }: Running, hour: number): ReadonlyMap<string, number> {
    const sum = new Map<string, number>();
    const add = (effects: Readonly<Record<string, number>>, factor: number): void => {
      for (const [id, effect] of Object.entries(effects)) sum.set(id, (sum.get(id) ?? 0) + factor * effect);
    };
    const { effects, perPoint, initial, organ } = support;
    add(effects, response);
    if (perPoint !== undefined && organ !== undefined) add(perPoint, response * this.#illness.score(organ));
    if (initial !== undefined) add(initial.effects, response * Math.exp((start - hour) / initial.hours));
    return sum;
  }

  /** Decisions of the hour that begins. With comfort care nothing begins that does not serve it, and what runs ends. */
  advance(hour: number, { comfort, hemoglobin }: Knowledge): void {
    if (comfort && this.#comfortFrom === undefined) this.#turnToComfort(hour);
    if (!comfort && !this.#treated && hour >= this.#treatsAt) {
      this.#treated = true;
      this.#illness.treat();
    }
    this.#begin(hour, comfort);
    if (!comfort && !this.#withheld.has(this.#conduct.transfusion.id))
      this.#transfusions.advance(hour, this.#illness, hemoglobin);
    for (const support of this.#supports) {
      const running = this.#running.get(support.id);
      if (running === undefined) this.#consider(support, hour, comfort);
      else if (this.#isOver(running, hour, comfort)) this.#stop(running, hour);
    }
  }

  /** What was planned is off, what runs is stopped, symptoms are treated; an operation or study that has begun is brought to its end. */
  #turnToComfort(hour: number): void {
    this.#comfortFrom = hour;
    const { continues, drugs } = this.#conduct.comfort;
    this.#awaited = this.#awaited.filter(({ entry: { start } }) => start < hour);
    const begun = new Set<Treatment>(this.#awaited.map(({ entry }) => entry));
    const kept = (one: Treatment): boolean =>
      begun.has(one) || one.details !== undefined || one.imaging !== undefined || continues.includes(one.id);
    this.#done = this.#done
      .filter(({ start }) => start < hour)
      .map((one) => (kept(one) ? one : { ...one, end: Math.min(one.end, hour) }));
    this.#transfusions.stop(hour);
    for (const { share, delay, ...drug } of drugs) {
      const given = this.#rng.next() < share;
      const start = hour + delay * (0.5 + this.#rng.next());
      const running = this.#done.findIndex(({ id, end }) => id === drug.id && end > hour);
      if (running >= 0) this.#done[running] = { ...this.#done[running]!, end: Infinity };
      else if (given) this.#done.push({ ...drug, kind: 'medication', start, end: Infinity });
    }
  }

  /** What was planned for this hour. */
  #begin(hour: number, comfort: boolean): void {
    for (const { plan, entry } of this.#awaited.filter(({ entry: { start } }) => start <= hour)) {
      const { strain } = plan;
      if (strain !== undefined) this.#illness.strain(strain.acuity, strain.organs);
      if (plan.details !== undefined) entry.details = drawDetails(plan.details, this.#illness, this.#reports);
    }
    this.#awaited = this.#awaited.filter(({ entry }) => entry.start > hour);
    for (const { support, end } of this.#courses.filter((one) => one.start <= hour)) {
      if (stopsFor(support, comfort)) continue;
      this.#start(support, this.#running.get(support.id)?.start ?? hour, end);
    }
    this.#courses = this.#courses.filter(({ start }) => start > hour);
  }

  /** Ends everything. @param rounds what was measured: what somebody can do is told by it */
  finish(hour: number, rounds: readonly Round[]): readonly Treatment[] {
    for (const running of [...this.#running.values()]) this.#stop(running, hour);
    const all = [...this.#done, ...this.#transfusions.units]
      .filter((one) => one.start < hour)
      .map((one) => ({ ...one, end: Math.min(one.end, hour) }));
    return fitToPatient(all, rounds, this.#conduct);
  }

  #consider(support: Support, hour: number, comfort: boolean): void {
    const planned = this.#planned.get(support.id);
    if (planned !== undefined) {
      if (hour < planned) return;
      this.#planned.delete(support.id);
      if (stopsFor(support, comfort)) return;
      if (support.unless?.some((organ) => this.#illness.score(organ) > 1) === true) return;
      this.#start(support, hour);
      return;
    }
    if (this.#withheld.has(support.id) || support.arrival === true || stopsFor(support, comfort)) return;
    const wanted =
      support.with === undefined
        ? needsOf(support).some(({ organ, from }) => this.#illness.score(organ) > from)
        : this.#running.has(support.with);
    if (!wanted) return;
    if (this.#rng.next() < support.share)
      this.#planned.set(support.id, hour + support.delay * (0.5 + this.#rng.next()));
    else {
      this.#withheld.add(support.id);
      this.hidden.push({ hour, name: 'step skipped', value: support.id });
    }
  }

  #isOver(running: Running, hour: number, comfort: boolean): boolean {
    const { support } = running;
    if (stopsFor(support, comfort)) return true;
    if (running.until !== undefined)
      return (
        hour >= running.until &&
        needsOf(support).every(({ organ, from }) => this.#illness.score(organ) <= from)
      );
    if (support.with !== undefined) return !this.#running.has(support.with);
    if (support.organ === undefined) return false;
    const well = needsOf(support).every(({ organ, until }) => this.#illness.score(organ) < until);
    running.well = well ? running.well + 1 : 0;
    return running.well >= support.for!;
  }

  #start(support: Support, start: number, until?: number): void {
    const response = Math.exp((support.spread ?? 0) * this.#rng.normal());
    this.#running.set(support.id, {
      ...{ support, start, response, well: 0 },
      ...(until === undefined ? {} : { until }),
    });
  }

  #stop(running: Running, hour: number): void {
    const { support, start } = running;
    this.#running.delete(support.id);
    const { lingers } = support;
    if (lingers !== undefined)
      this.#ended.push({ effects: this.#effectsOf(running, hour), lingers, end: hour });
    const { id, kind, code, dose = null, route = null } = support;
    if (hour > start) this.#done.push({ id, kind, code, start, end: hour, dose, route });
  }
}

function stopsFor(support: Support, comfort: boolean): boolean {
  return comfort && support.comfort !== true;
}

/** Organs that call for a support. */
function needsOf({ organ, from, until, also = [] }: Support): NonNullable<Support['also']> {
  return organ === undefined ? also : [{ organ, from: from!, until: until! }, ...also];
}

function imagingOf({
  body_site: bodySite,
  modality,
  sop_class: sopClass,
  title,
}: NonNullable<Plan['imaging']>): Imaging {
  return { bodySite, modality, sopClass, title };
}
