import type { Rng } from '../../core/index.js';
import type { Diagnosis, Traits } from './parameters.js';
import { linear, logistic, parameters } from './parameters.js';

/** Why a patient comes. */
export type Arrival = 'unplanned' | 'planned';

/** What an admission starts from. */
export interface ArrivalState {
  readonly arrival: Arrival;
  /** Minutes since 1970. */
  readonly startMinute: number;
  readonly traits: Traits;
  /** Hidden. */
  readonly frailty: number;
  /** Index of the hospital, 0 … hospitals − 1. */
  readonly hospital: number;
}

/** One hospital stay, hidden state included. Times are minutes since 1970. */
export interface Admission extends ArrivalState {
  readonly diagnosis: Diagnosis;
  readonly admissionType: 'emergency' | 'urgent' | 'elective';
  readonly admitSource: string;
  /** Hidden severity on arrival. */
  readonly severity: number;
  /** Hidden acuity, one value an hour from arrival (index 0) to hour 48. */
  readonly acuity: Float64Array;
  /** Hidden: mean of `acuity`. */
  readonly meanAcuity: number;
  readonly endMinute: number;
  readonly died: boolean;
  readonly icu: { readonly startMinute: number; readonly endMinute: number } | undefined;
}

/** Draws one stay: diagnosis, severity, hourly acuity, intensive care, death, length. */
export function drawAdmission(rng: Rng, state: ArrivalState): Admission {
  const { course, outcomes } = parameters;
  const { traits, startMinute } = state;
  const diagnosis = drawDiagnosis(rng, state);
  const houses = course.hospitals.severity;
  const severity =
    course.severity.intercept +
    diagnosis.severity +
    linear(course.severity.effects, traits) +
    course.severity.perFrailty * state.frailty +
    houses[state.hospital % houses.length]! +
    course.severity.sd * rng.normal();
  const acuity = drawAcuity(rng, severity);
  const meanAcuity = acuity.reduce((sum, a) => sum + a, 0) / acuity.length;

  const { death } = outcomes;
  const deathOdds =
    death.intercept +
    death.perAcuity * meanAcuity +
    linear(death.effects, traits) +
    death.hiddenSd * rng.normal();
  const died = rng.next() < logistic(deathOdds);
  const hoursToDeath = Math.max(
    death.lowestHours,
    Math.exp(death.logHours + death.logHoursSd * rng.normal()),
  );

  const icuPlan = drawIcu(rng, { diagnosis, severity, meanAcuity });
  const ward = course.ward;
  const wardHours = Math.max(
    ward.lowestHours,
    Math.exp(
      ward.logHours +
        ward.perAcuity * Math.min(2.5, meanAcuity) +
        diagnosis.logStay +
        ward.logSd * rng.normal(),
    ),
  );
  const plannedHours = wardHours + (icuPlan?.hours ?? 0);
  const stayHours = died
    ? icuPlan === undefined
      ? hoursToDeath
      : Math.max(hoursToDeath, icuPlan.fromHour + 1)
    : plannedHours;
  const endMinute = startMinute + Math.round(stayHours * 60);
  const icu =
    icuPlan === undefined
      ? undefined
      : {
          startMinute: startMinute + Math.round(icuPlan.fromHour * 60),
          endMinute: Math.min(endMinute, startMinute + Math.round((icuPlan.fromHour + icuPlan.hours) * 60)),
        };
  return {
    ...state,
    diagnosis,
    ...drawEntrance(rng, diagnosis),
    severity,
    acuity,
    meanAcuity,
    endMinute,
    died,
    icu,
  };
}

function drawDiagnosis(rng: Rng, state: ArrivalState): Diagnosis {
  const wanted = state.arrival === 'planned' ? 'elective' : 'emergency';
  const list = parameters.diagnoses.list.filter((d) => d.type === wanted);
  const weights = list.map((d) => Math.exp(d.logWeight + linear(d.effects, state.traits)));
  return list[rng.weightedIndex(weights)]!;
}

/** An hourly first-order autoregression around a line from `severity` with a drift of the patient's own. */
function drawAcuity(rng: Rng, severity: number): Float64Array {
  const p = parameters.course.acuity;
  const driftPerHour = (p.driftPerDay + p.driftSd * rng.normal()) / 24;
  let deviation = p.startSd * rng.normal();
  return Float64Array.from({ length: p.hours + 1 }, (_, hour) => {
    if (hour > 0) deviation = p.persistence * deviation + p.noiseSd * rng.normal();
    return severity + driftPerHour * hour + deviation;
  });
}

function drawIcu(
  rng: Rng,
  state: { diagnosis: Diagnosis; severity: number; meanAcuity: number },
): { fromHour: number; hours: number } | undefined {
  const p = parameters.course.intensiveCare;
  const need = state.severity + state.diagnosis.icu + p.sd * rng.normal();
  const direct = rng.next() < p.directShare;
  const wait = rng.next();
  const length = rng.normal();
  if (need <= p.threshold) return undefined;
  const hours = Math.exp(
    p.logHours + p.perAcuity * state.meanAcuity + 0.5 * state.diagnosis.logStay + p.logSd * length,
  );
  return { fromHour: direct ? wait : wait * p.laterHours, hours: Math.max(p.lowestHours, hours) };
}

function drawEntrance(
  rng: Rng,
  diagnosis: Diagnosis,
): { admissionType: 'emergency' | 'urgent' | 'elective'; admitSource: string } {
  const p = parameters.course.admission;
  const urgent = rng.next() < p.urgentShare;
  const transfer = rng.next() < p.transferShare;
  if (diagnosis.type === 'elective') return { admissionType: 'elective', admitSource: 'physician referral' };
  return {
    admissionType: urgent ? 'urgent' : 'emergency',
    admitSource: transfer ? 'transfer from hospital' : urgent ? 'physician referral' : 'emergency department',
  };
}
