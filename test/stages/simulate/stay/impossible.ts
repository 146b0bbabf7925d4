import { stayData } from '../../../../src/stages/simulate/stay/index.js';
import type { Course, StayCourse } from '../../../../src/stages/simulate/stay/index.js';

const limitsOf = new Map(stayData.signals.map(({ id, limits, decimals }) => [id, { limits, decimals }]));
const mostHours = 120 * 24;

/** What cannot be in a stay, whatever its illness and patient: times out of order, readings that no instrument shows, care that contradicts itself. */
export function impossible(one: StayCourse, course?: Course): string[] {
  const wrong: string[] = [];
  const check = (ok: boolean, what: string): void => {
    if (!ok) wrong.push(what);
  };
  const within = (hour: number): boolean => hour >= 0 && hour < one.hours;
  check(one.hours > 0 && one.hours <= mostHours, 'length');
  one.phases.forEach(({ start, end }, i) => {
    check(start < end && start === (one.phases[i - 1]?.end ?? 0), 'phases');
  });
  check(one.phases.at(-1)?.end === one.hours, 'last phase');
  check(one.phases[0]?.place === (course?.arrival === 'planned' ? 'ward' : 'ed'), 'first phase');
  check(
    one.phases.slice(1).every(({ place }) => place !== 'ed'),
    'back to the emergency department',
  );
  checkRounds(one, check);
  for (const { id, start, end } of one.treatments)
    check(start >= 0 && start < end && end <= one.hours, `time of ${id}`);
  for (const { hour } of one.complications) check(within(hour), 'time of a complication');
  const codes = one.complications.map(({ code }) => code.code);
  check(new Set(codes).size === codes.length, 'a complication twice');
  checkCare(one, course, check);
  checkAbilities(one, check);
  return wrong;
}

type Check = (ok: boolean, what: string) => void;

function checkRounds(one: StayCourse, check: Check): void {
  let last = 0;
  for (const { hour, readings } of one.rounds) {
    check(hour >= last && hour < one.hours, 'time of a round');
    last = hour;
    for (const { signal, value } of readings) {
      const { limits, decimals } = limitsOf.get(signal)!;
      check(value >= limits[0] && value <= limits[1], `limits of ${signal}`);
      const scaled = value * 10 ** decimals;
      check(Math.abs(scaled - Math.round(scaled)) < 1e-6, `decimals of ${signal}`);
    }
  }
}

function checkCare(one: StayCourse, course: Course | undefined, check: Check): void {
  const intensive = one.phases.filter(({ place }) => place === 'icu');
  for (const { id, start } of one.treatments) {
    check(course === undefined || !course.withhold.includes(id), `${id} although it is withheld`);
    if (id === 'ventilation' || id === 'vasopressor')
      check(
        start < 2 || intensive.some((phase) => phase.start <= start && start <= phase.end),
        `${id} outside intensive care`,
      );
  }
  const times = one.codeStatus.map(({ hour }) => hour);
  check(
    times.every((hour, i) => hour >= 0 && hour < one.hours && hour >= (times[i - 1] ?? 0)),
    'times of code status',
  );
  const comfort = one.codeStatus.find(({ status }) => status === 'comfort')?.hour;
  check(one.outcome !== 'hospice' || comfort !== undefined, 'hospice without comfort care');
  if (comfort === undefined) return;
  check(one.outcome === 'hospice' || one.outcome === 'died', 'home after comfort care');
  check(
    one.treatments.every(({ id, start }) => id !== 'ventilation' || start <= comfort + 1),
    'ventilation begun in comfort care',
  );
}

/** Nobody takes by mouth, or takes part in, what somebody with a tube in the throat or in coma cannot; one thing stands in another's place. */
function checkAbilities(one: StayCourse, check: Check): void {
  const of = (id: string) => one.treatments.filter((treatment) => treatment.id === id);
  const meets = (a: { start: number; end: number }, b: { start: number; end: number }): boolean =>
    a.start < b.end && b.start < a.end;
  const apart = (list: StayCourse['treatments'], by: string): void => {
    for (const treatment of list)
      check(
        of(by).every((other) => !meets(treatment, other)),
        `${treatment.id} ${treatment.route ?? ''} beside ${by}`,
      );
  };
  const oral = one.treatments.filter(({ route }) => route === 'oral');
  for (const list of [oral, of('physical therapy'), of('oxygen'), of('noninvasive ventilation')])
    apart(list, 'ventilation');
  apart(of('oxygen'), 'noninvasive ventilation');
  const comatose = one.rounds.flatMap(({ hour, readings }) =>
    readings.some(({ signal, value }) => signal === 'gcs' && value <= 8) ? [hour] : [],
  );
  for (const { id, start, end } of [...oral, ...of('physical therapy')])
    check(!comatose.some((hour) => start <= hour && hour < end), `${id} in coma`);
  for (const { start, end } of of('transfusion')) check(end - start < 6, 'a unit of red cells for hours');
  const tubes = of('nasogastric tube').map(({ start }) => start);
  for (const { id, route, start } of one.treatments)
    check(
      route !== 'nasogastric' || tubes.some((tube) => tube < start),
      `${id} through a tube that is not there`,
    );
  const comfort = one.codeStatus.find(({ status }) => status === 'comfort')?.hour;
  if (comfort === undefined) return;
  const serving = ['opioid', 'anxiolytic', 'oxygen'];
  for (const { id, start, end } of one.treatments) {
    check(start <= comfort + 1 || serving.includes(id), `${id} begun in comfort care`);
    check(end <= comfort + 6 || [...serving, 'antiemetic'].includes(id), `${id} goes on in comfort care`);
  }
}
