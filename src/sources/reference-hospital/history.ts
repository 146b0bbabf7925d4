import type { Rng } from '../../core/index.js';
import type { Admission, Arrival } from './admission.js';
import { drawAdmission } from './admission.js';
import type { Person } from './person.js';
import { drawPerson } from './person.js';
import { linear, logistic, parameters } from './parameters.js';

/** A stay and how it ended. */
export interface Stay {
  readonly admission: Admission;
  readonly disposition: string;
}

/** One patient's whole history, without measurements. */
export interface History {
  readonly person: Person;
  readonly stays: readonly Stay[];
  /** Minutes since 1970; undefined while alive. */
  readonly deathMinute: number | undefined;
}

const minutesPerDay = 1440;
const chemotherapy = 'Z51.11';

/**
 * Draws a patient's history: admissions follow each other until death, hospice, or no return. Each admission has a
 * stream of its own, so a change inside one moves nothing in another.
 */
export function drawHistory(rng: Rng, hospitals: number): History {
  const person = drawPerson(rng.split('person'));
  const shares = parameters.course.hospitals.shares;
  const home = rng
    .split('hospital')
    .weightedIndex(Array.from({ length: hospitals }, (_, h) => shares[h % shares.length]!));
  const stays: Stay[] = [];
  let startMinute = person.firstMinute;
  let arrival: Arrival =
    rng.split('arrival').next() < parameters.outcomes.later.plannedShare ? 'planned' : 'unplanned';
  for (;;) {
    const stream = rng.split('admission', stays.length);
    const years = (startMinute - person.firstMinute) / (365.25 * minutesPerDay);
    const traits = { ...person.traits, age10: person.traits.age10 + years / 10 };
    const admission = drawAdmission(stream.split('stay'), {
      arrival,
      startMinute,
      traits,
      frailty: person.frailty,
      hospital: home,
    });
    const disposition = drawDisposition(stream.split('disposition'), admission);
    stays.push({ admission, disposition });
    if (admission.died) return { person, stays, deathMinute: admission.endMinute };
    const after = stream.split('after');
    if (disposition === 'hospice') {
      const days = parameters.outcomes.hospice.meanDays * after.exponential();
      return { person, stays, deathMinute: admission.endMinute + 60 + Math.round(days * minutesPerDay) };
    }
    const next =
      stays.length < parameters.outcomes.mostAdmissions.value
        ? drawReturn(after, admission, stays.length - 1)
        : undefined;
    if (next === undefined)
      return { person, stays, deathMinute: drawDeathAtHome(after.split('death'), admission) };
    arrival = next.arrival;
    startMinute = admission.endMinute + Math.round(next.days * minutesPerDay);
  }
}

function drawDisposition(rng: Rng, admission: Admission): string {
  const { hospice, facility } = parameters.outcomes;
  const [u, v, w] = [rng.next(), rng.next(), rng.next()];
  if (admission.died) return 'died';
  const odds = (p: { intercept: number; perAcuity: number; effects: Parameters<typeof linear>[0] }): number =>
    logistic(p.intercept + p.perAcuity * admission.meanAcuity + linear(p.effects, admission.traits));
  if (u < odds(hospice)) return 'hospice';
  if (v < odds(facility)) return 'skilled nursing facility';
  return w < facility.homeHealthShare ? 'home health care' : 'home';
}

/** When and why the patient comes back, if so. `earlier` is the number of admissions before this one. */
function drawReturn(
  rng: Rng,
  admission: Admission,
  earlier: number,
): { arrival: Arrival; days: number } | undefined {
  const { readmission: p, planned, later } = parameters.outcomes;
  const probability = logistic(
    p.intercept +
      p.perAcuity * admission.meanAcuity +
      p.perFrailty * admission.frailty +
      p.perDeprivation * admission.traits.deprivation +
      p.perEarlierAdmission * Math.min(4, earlier) +
      linear(p.effects, admission.traits) +
      admission.diagnosis.readmission,
  );
  const [u, v, w] = [rng.next(), rng.next(), rng.next()];
  const wait = rng.exponential();
  const withinWindow = 0.25 + (p.windowDays - 0.5) * (1 - Math.exp((-wait * p.meanDays) / p.windowDays));
  if (u < probability) return { arrival: 'unplanned', days: withinWindow };
  const plannedShare =
    admission.diagnosis.code === chemotherapy ? planned.shareIfChemotherapy : planned.share;
  if (v < plannedShare) return { arrival: 'planned', days: withinWindow };
  if (w >= later.share) return undefined;
  return {
    arrival: rng.next() < later.plannedShare ? 'planned' : 'unplanned',
    days: p.windowDays + 1 + later.meanDays * wait,
  };
}

function drawDeathAtHome(rng: Rng, admission: Admission): number | undefined {
  const p = parameters.outcomes.deathAtHome;
  const odds = p.intercept + p.perFrailty * admission.frailty + linear(p.effects, admission.traits);
  if (rng.next() >= logistic(odds)) return undefined;
  return admission.endMinute + minutesPerDay + Math.round(p.meanDays * rng.exponential() * minutesPerDay);
}
