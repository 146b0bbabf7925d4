import type { Rng } from '../../../core/index.js';
import { decadesFrom60, Illness, logNormal } from './acuity.js';
import type { Course } from './course-schema.js';
import type { Conduct } from './conduct-schema.js';
import { stayData } from './data.js';
import type { StayData } from './data.js';
import type { Hazards } from './hazards.js';
import { Levels } from './levels.js';
import { Readings } from './readings.js';
import { Treatments } from './treatments.js';
import type {
  CodeStatus,
  Complication,
  Hidden,
  Outcome,
  Phase,
  Place,
  StayCourse,
  StayPatient,
} from './types.js';

/** Nobody stays longer. */
const MOST_HOURS = 120 * 24;
/** Hours between two entries of acuity among what is hidden. */
const TRUTH_HOURS = 6;
/** Acuity that complications' daily chances are given for. */
const COMPLICATION_ACUITY = 2;

const decades = (age: number): number => Math.max(0, age - 60) / 10;
const decadesBelow60 = (age: number): number => Math.min(40, Math.max(0, 60 - age)) / 10;

export interface StayRequest {
  readonly course: Course;
  readonly patient: StayPatient;
  /** Hour of the day (UTC) at arrival, 0 to 24. */
  readonly arrivalHour: number;
  /** What all stays share; default: the data that come with Anamnesis. */
  readonly data?: StayData;
}

/**
 * One stay in hospital, hour by hour, from arrival to death or discharge. A hidden acuity drives organ dysfunction, which drives vital signs and
 * laboratory values, how often they are measured (informative ordering), what is done, where care is given, and how it ends. Streams of chance
 * are apart, so that a rule more for what is measured changes nobody's illness.
 */
export function simulateStay(
  { course, patient, arrivalHour, data = stayData }: StayRequest,
  rng: Rng,
): StayCourse {
  const { hazards } = data;
  const illness = new Illness(course, patient, { data, rng: rng.split('illness') });
  const onsetHours =
    course.arrival === 'planned' ? 0 : logNormal(rng.split('onset'), course.onset_hours ?? data.onset);
  const treatments = new Treatments(course, illness, { data, rng: rng.split('treatments'), onsetHours });
  const levels = new Levels({ course, patient, illness, onsetHours }, { data, rng: rng.split('levels') });
  const readings = new Readings(levels, { data, rng: rng.split('readings') });
  const ending = new Ending(patient, arrivalHour, {
    rng: rng.split('ending'),
    course,
    hazards,
    young: data.conduct.comfort.young,
  });
  const mishaps = rng.split('complications');
  const acquired = new Acquired(hazards.acquired.complications, rng.split('acquired'));
  const first = course.arrival === 'planned' ? 'ward' : 'ed';
  const edHours = logNormal(rng.split('places'), hazards.ed);
  const places = new Places(first, edHours, hazards.intensive);
  ending.askWishes(illness.acuity, rng.split('wishes'));
  const complications: Complication[] = [];
  const hidden: Hidden[] = [];
  if (course.arrival !== 'planned')
    hidden.push({ hour: 0, name: 'hours since onset', value: Math.round(onsetHours * 10) / 10 });
  for (let hour = 0; ; hour++) {
    if (hour > 0) {
      illness.advance();
      levels.advance(illness);
    }
    const harm = ({ code, organ, dysfunction, acuity }: Harm, after: number): void => {
      complications.push({ hour: hour + after, code });
      illness.injure(organ, dysfunction, acuity);
    };
    for (const one of course.complications) {
      if (mishaps.next() >= chanceOf(one.per_day, illness) || known(complications, one)) continue;
      harm(one, mishaps.next());
    }
    treatments.advance(hour, { comfort: ending.comfort, hemoglobin: readings.last('hemoglobin') });
    if (places.advance(hour, illness.acuity, treatments.intensive && !ending.comfort))
      readings.moved(hour, places.place);
    for (const one of acquired.advance(illness, treatments.running, places.place))
      if (!known(complications, one)) harm(one, 0.5);
    if (hour % TRUTH_HOURS === 0)
      hidden.push({ hour, name: 'acuity', value: Math.round(illness.acuity * 100) / 100 });
    const end =
      hour >= MOST_HOURS ? { at: hour, outcome: 'facility' as const } : ending.advance(hour, illness);
    readings.until(end?.at ?? hour + 1, {
      illness,
      place: places.place,
      effects: treatments.effects(hour),
      running: treatments.running,
    });
    if (end === undefined) continue;
    const rounds = readings.rounds.filter((round) => round.hour < end.at).sort((a, b) => a.hour - b.hour);
    return {
      hours: end.at,
      onsetHours,
      outcome: end.outcome,
      phases: places.finish(end.at),
      rounds,
      treatments: treatments.finish(end.at, rounds),
      complications: complications.filter((one) => one.hour < end.at),
      codeStatus: ending.codeStatus.filter((one) => one.hour < end.at),
      hidden: [...hidden, ...treatments.hidden, ...ending.hidden].sort((a, b) => a.hour - b.hour),
    };
  }
}

type Harm = Pick<Course['complications'][number], 'code' | 'organ' | 'dysfunction' | 'acuity'>;

/** Chance an hour of a complication. */
function chanceOf(perDay: number, { acuity }: Illness): number {
  return (perDay / 24) * 2 ** (acuity - COMPLICATION_ACUITY);
}

function known(complications: readonly Complication[], { code }: Harm): boolean {
  return complications.some((one) => one.code.code === code.code);
}

/** What intensive care and the ventilator bring after days. */
class Acquired {
  readonly #list: Hazards['acquired']['complications'];
  readonly #rng: Rng;
  #ventilated = 0;
  #intensive = 0;

  constructor(list: Hazards['acquired']['complications'], rng: Rng) {
    this.#list = list;
    this.#rng = rng;
  }

  /** An hour. @returns what comes in it. */
  advance(illness: Illness, running: ReadonlySet<string>, place: Place): Harm[] {
    if (place !== 'icu') return [];
    this.#intensive++;
    const ventilated = running.has('ventilation');
    if (ventilated) this.#ventilated++;
    return this.#list.filter(({ during, afterHours, perDay }) => {
      const open =
        during === 'ventilation' ? ventilated && this.#ventilated > afterHours : this.#intensive > afterHours;
      return open && this.#rng.next() < chanceOf(perDay, illness);
    });
  }
}

/** Where care is given. */
class Places {
  readonly #phases: { place: Place; start: number }[];
  readonly #edHours: number;
  readonly #intensive: Hazards['intensive'];
  #calm = 0;

  constructor(first: Place, edHours: number, intensive: Hazards['intensive']) {
    this.#phases = [{ place: first, start: 0 }];
    this.#edHours = edHours;
    this.#intensive = intensive;
  }

  get place(): Place {
    return this.#phases.at(-1)!.place;
  }

  /** @returns whether the patient has moved. */
  advance(hour: number, acuity: number, intensive: boolean): boolean {
    const { above, below, forHours } = this.#intensive;
    const needs = intensive || acuity > above;
    this.#calm = intensive || acuity > below ? 0 : this.#calm + 1;
    const now = this.place;
    let next: Place = now;
    if (now === 'icu') next = this.#calm >= forHours ? 'ward' : 'icu';
    else if (needs && hour >= 1) next = 'icu';
    else if (now === 'ed' && hour >= this.#edHours) next = 'ward';
    if (next === now) return false;
    this.#phases.push({ place: next, start: hour });
    return true;
  }

  finish(hour: number): Phase[] {
    return this.#phases
      .filter(({ start }) => start < hour)
      .map(({ place, start }, i, all) => ({ place, start, end: all[i + 1]?.start ?? hour }));
  }
}

/** Death, comfort care and discharge. */
class Ending {
  comfort = false;
  readonly hidden: Hidden[] = [];
  readonly codeStatus: { hour: number; status: CodeStatus }[] = [];
  readonly #patient: StayPatient;
  readonly #arrivalHour: number;
  readonly #rng: Rng;
  readonly #course: Course;
  readonly #hazards: Hazards;
  readonly #young: Conduct['comfort']['young'];
  /** What age adds to the log of the hazard. */
  readonly #age: number;
  #comfortSince = 0;
  #toHospice = false;
  #calm = 0;
  /** Hours in which strength could be regained. */
  #regained = 0;

  constructor(
    patient: StayPatient,
    arrivalHour: number,
    {
      rng,
      course,
      hazards,
      young,
    }: { rng: Rng; course: Course; hazards: Hazards; young: Conduct['comfort']['young'] },
  ) {
    this.#young = young;
    this.#patient = patient;
    this.#arrivalHour = arrivalHour;
    this.#rng = rng;
    this.#course = course;
    this.#hazards = hazards;
    this.#age = hazards.death.perDecade * decadesFrom60(patient.ageYears);
  }

  /** What the patient wants done is asked soon after arrival. */
  askWishes(acuity: number, rng: Rng): void {
    const { intercept, perDecadeAbove60, perPoint, askedHour } = this.#hazards.codeStatus;
    const odds = intercept + perDecadeAbove60 * decades(this.#patient.ageYears) + perPoint * acuity;
    const status = rng.next() < 1 / (1 + Math.exp(-odds)) ? 'no resuscitation' : 'full';
    this.codeStatus.push({ hour: askedHour * (0.2 + 0.8 * rng.next()), status });
  }

  advance(hour: number, illness: Illness): { at: number; outcome: Outcome } | undefined {
    const { death, comfort, discharge } = this.#hazards;
    const { acuity, felt, severeDays } = illness;
    const u = this.#rng.next();
    const worn = death.perSevereDay * Math.min(death.mostDays, severeDays);
    const log = death.atZero + death.perPoint * felt + worn + illness.excess() + this.#age;
    const risk = Math.exp(log) * (this.comfort ? comfort.deathFactor : 1);
    if (u < -Math.expm1(-risk)) return { at: hour + Math.max(0.05, this.#rng.next()), outcome: 'died' };
    this.#decideComfort(hour, illness);
    this.#calm = acuity < discharge.below ? this.#calm + 1 : 0;
    if (acuity < this.#hazards.intensive.below) this.#regained++;
    const { perSevereDay, mostDays } = discharge.regain;
    const weak = this.#regained < perSevereDay * Math.min(mostDays, severeDays);
    const clock = (this.#arrivalHour + hour) % 24;
    const open = clock >= discharge.fromUtcHour && clock < discharge.toUtcHour;
    if (!open || hour < this.#course.least_hours || this.#rng.next() >= discharge.perHour) return undefined;
    const { afterHours, latestHours } = this.#hazards.hospice;
    if (this.comfort && hour - this.#comfortSince >= (this.#toHospice ? afterHours : latestHours))
      return { at: hour + this.#rng.next(), outcome: 'hospice' };
    if (this.comfort || weak || this.#calm < discharge.forHours) return undefined;
    return { at: hour + this.#rng.next(), outcome: this.#goesTo(illness.peak) };
  }

  #decideComfort(hour: number, illness: Illness): void {
    const { comfort, codeStatus, hospice } = this.#hazards;
    const old = decades(this.#patient.ageYears);
    const tried = comfort.perSevereDay * Math.min(comfort.mostDays, illness.severeDays);
    const log = comfort.atZero + comfort.perPoint * illness.felt + comfort.perDecadeAbove60 * old;
    const chance = Math.exp(log + tried + illness.excess());
    const { perDecadeBelow60, earliestHour } = this.#young;
    const youth = Math.exp(perDecadeBelow60 * decadesBelow60(this.#patient.ageYears));
    const turns = this.#rng.next() < chance * youth * this.#course.comfort;
    if (this.comfort || !turns || hour < earliestHour) return;
    this.comfort = true;
    this.#comfortSince = hour;
    this.#toHospice = this.#rng.next() < hospice.value;
    this.codeStatus.push({ hour: Math.max(hour, codeStatus.askedHour), status: 'comfort' });
    this.hidden.push({ hour, name: 'goals of care', value: 'comfort' });
  }

  #goesTo(peak: number): Outcome {
    const { intercept, perDecadeAbove60, perPointOfPeak } = this.#hazards.facility;
    const odds = intercept + perDecadeAbove60 * decades(this.#patient.ageYears) + perPointOfPeak * peak;
    return this.#rng.next() < 1 / (1 + Math.exp(-odds)) ? 'facility' : 'home';
  }
}
