import type { Origin } from '../../../../cohort/index.js';
import type { StateOf } from '../../module/schema.js';
import { simulateStay } from '../../stay/index.js';
import type { Organ, StayCourse, StayData } from '../../stay/index.js';
import { admit } from '../hospital.js';
import { waiting } from '../life.js';
import type { Life, Root } from '../life.js';
import { outcome } from '../program.js';
import type { CompileContext } from '../program.js';
import { compileReturning } from '../returning.js';
import { assigned } from './onset.js';
import { waitFor } from './control.js';
import type { Run } from './control.js';
import { hourMs, stayRecorder, wholeMinutes } from './stay-record.js';
import type { OpenStay } from './stay-record.js';

/**
 * A stay in hospital (our extension of the Generic Module Framework): the whole course is drawn at arrival, then happens event by event. When the
 * patient leaves or dies the attribute holds how: home, facility, hospice or died; the module goes on from there, with a Death state for the dead.
 */
export function compileHospitalStay(
  state: StateOf<'anamnesis:HospitalStay'>,
  origin: Origin,
  context: CompileContext,
): Run {
  const attribute = assigned(state.assign_to_attribute, context);
  const chronic = (state.chronic ?? []).map(({ attribute: name, organ, points }) => {
    context.reads.add(name);
    return { id: context.attributes.id(name), organ, points };
  });
  const record = stayRecorder(origin, context);
  const { stay: data } = context;
  const diseases = data.chronic.map(({ attribute: name, signals, organs }) => {
    context.reads.add(name);
    return { id: context.attributes.id(name), signals, organs };
  });
  const returning = compileReturning(data, context);
  const begin = (life: Life, root: Root): OpenStay => {
    admit(life, root);
    const course = courseOf(life, root, { course: state.course, chronic, diseases, data });
    beganBefore(life, root, course.onsetHours);
    return record(life, course);
  };
  return (life, root) => {
    root.resumed = false;
    if (root.stay === null && state.course.arrival === 'planned') {
      const wait = untilMorning(life.now, root, data.hazards.planned);
      if (wait > 0) return waitFor(life, root, wait);
      comeLater(life, root);
    }
    const stay = (root.stay ??= begin(life, root));
    while (stay.at < stay.actions.length && stay.actions[stay.at]!.time <= life.now)
      stay.actions[stay.at++]!.run(life, root);
    const next = stay.actions[stay.at]?.time ?? stay.end;
    if (next > life.now) {
      root.waiting = waiting.timer;
      life.queue.set(root.slot, next);
      return outcome.wait;
    }
    root.returning = returning(life, root, stay.ended);
    root.stay = null;
    root.dying = stay.outcome === 'died' || stay.outcome === 'hospice';
    if (root.encounter >= 0) life.record.encounters[root.encounter]!.end = life.now;
    if (attribute >= 0) life.set(attribute, stay.outcome);
    return outcome.go;
  };
}

/** What the module has found at this admission began so long before it: the true onset, which no record tells. */
function beganBefore(life: Life, root: Root, hours: number): void {
  const { conditions, encounters } = life.record;
  const admission = encounters[root.encounter];
  if (admission === undefined || hours === 0) return;
  const onset = Math.max(life.being.birthTime, life.now - wholeMinutes(hours));
  for (let i = conditions.length - 1; i >= 0 && conditions[i]!.recorded >= admission.start; i--)
    if (conditions[i]!.encounter === root.encounter && life.owners.conditions[i] === root.program.index)
      conditions[i]!.onset = onset;
}

/** Hour of the day (UTC), 0 to 24, before 1970 too. */
function hourOfDay(time: number): number {
  const hours = (time / hourMs) % 24;
  return hours < 0 ? hours + 24 : hours;
}

/** Milliseconds to the hours at which planned admissions come; 0: it is one of them. */
function untilMorning(
  now: number,
  root: Root,
  { fromUtcHour, toUtcHour }: { readonly fromUtcHour: number; readonly toUtcHour: number },
): number {
  const hour = hourOfDay(now);
  if (hour >= fromUtcHour && hour < toUtcHour) return 0;
  const come = fromUtcHour + (toUtcHour - fromUtcHour) * root.rng.next();
  return Math.floor(((come - hour + 24) % 24) * hourMs);
}

/** An admission in which nothing has been done yet begins now. */
function comeLater(life: Life, root: Root): void {
  const admission = life.record.encounters[root.encounter];
  if (admission === undefined || life.lastUse[root.encounter] !== admission.start) return;
  if (life.record.conditions.some(({ encounter }) => encounter === root.encounter)) return;
  admission.start = life.now;
  life.lastUse[root.encounter] = life.now;
}

interface Plan {
  readonly course: StateOf<'anamnesis:HospitalStay'>['course'];
  readonly chronic: readonly { readonly id: number; readonly organ: Organ; readonly points: number }[];
  readonly diseases: readonly (Pick<StayData['chronic'][number], 'signals' | 'organs'> & {
    readonly id: number;
  })[];
  readonly data: StayData;
}

function courseOf(life: Life, root: Root, { course, chronic, diseases, data }: Plan): StayCourse {
  const burden: Partial<Record<Organ, number>> = {};
  const shifts: Record<string, number> = {};
  const has = (id: number): boolean => {
    const value = life.value(id);
    return value !== undefined && value !== false && value !== 0;
  };
  const add = <K extends string>(sums: Partial<Record<K, number>>, key: K, by: number): void => {
    sums[key] = (sums[key] ?? 0) + by;
  };
  for (const { id, organ, points } of chronic) if (has(id)) add(burden, organ, points);
  for (const { id, organs, signals } of diseases) {
    if (!has(id)) continue;
    for (const [organ, points] of Object.entries(organs) as [Organ, number][]) add(burden, organ, points);
    for (const [signal, by] of Object.entries(signals)) add(shifts, signal, by);
  }
  const patient = {
    ageYears: life.ages.yearsAt(life.now),
    sex: life.being.sex,
    chronic: burden,
    shifts,
    level: (sign: string) => life.vitalSign(sign),
  };
  const arrivalHour = hourOfDay(life.now);
  return simulateStay({ course, patient, arrivalHour, data }, root.rng.split('stay', life.now));
}
