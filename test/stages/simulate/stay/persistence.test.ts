import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { simulateStay } from '../../../../src/stages/simulate/stay/index.js';
import type { StayCourse } from '../../../../src/stages/simulate/stay/index.js';
import { course, patient } from './courses.js';

/** A stay in intensive care of two days and more: when it ended, counted from its start, and how ill the patient was on the second day. */
interface UnitStay {
  readonly days: number;
  readonly died: boolean;
  readonly acuity: number;
  readonly stay: StayCourse;
}

function unitStay(stay: StayCourse): UnitStay[] {
  const icu = stay.phases.find(({ place, start, end }) => place === 'icu' && end - start >= 48);
  if (icu === undefined) return [];
  const seen = stay.hidden.filter(
    ({ name, hour }) => name === 'acuity' && hour >= icu.start + 24 && hour <= icu.start + 48,
  );
  const acuity = seen.reduce((sum, { value }) => sum + Number(value), 0) / seen.length;
  return [{ days: (stay.hours - icu.start) / 24, died: stay.outcome === 'died', acuity, stay }];
}

const share = <T>(list: readonly T[], holds: (one: T) => boolean): number =>
  list.filter(holds).length / list.length;
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Deaths a day between two days, among those still in hospital. */
function hazard(stays: readonly UnitStay[], from: number, to: number): number {
  const lived = stays.reduce((sum, { days }) => sum + Math.max(0, Math.min(days, to) - from), 0);
  return stays.filter(({ died, days }) => died && days > from && days <= to).length / lived;
}

describe('two days and more in intensive care', () => {
  let stays: UnitStay[] = [];
  beforeAll(() => {
    stays = Array.from({ length: 1500 }, (_, i) =>
      simulateStay(
        { course: course(), patient: patient(40 + (i % 50)), arrivalHour: i % 24 },
        Rng.create('persistence').split('patient', i),
      ),
    ).flatMap(unitStay);
  }, 120_000);

  it('kill late as well as early: a good part of the dead die after the first week', () => {
    const dead = stays.filter(({ died }) => died);
    expect(dead.length).toBeGreaterThan(80);
    // 63 % in the Challenge 2012
    const late = share(dead, ({ days }) => days > 7);
    expect(late).toBeGreaterThan(0.35);
    expect(late).toBeLessThan(0.8);
  });

  it('are no less dangerous in the second week than in the first', () => {
    const first = hazard(stays, 2, 7);
    // the Challenge 2012: 1.1 % a day until the seventh, 1.3 % until the fourteenth
    expect(hazard(stays, 7, 14)).toBeGreaterThan(0.7 * first);
    expect(hazard(stays, 7, 14)).toBeLessThan(2 * first);
  });

  it('last longer for survivors who were sicker on the second day', () => {
    const alive = stays.filter(({ died }) => !died).sort((a, b) => a.acuity - b.acuity);
    const third = Math.floor(alive.length / 3);
    const days = (list: readonly UnitStay[]): number => median(list.map((one) => one.days));
    expect(days(alive.slice(-third))).toBeGreaterThan(1.4 * days(alive.slice(0, third)));
    const over = (list: readonly UnitStay[]): number => share(list, (one) => one.days > 7);
    expect(over(alive.slice(-third))).toBeGreaterThan(over(alive.slice(0, third)) + 0.2);
  });

  it('bring pneumonia of the ventilator to the ventilated alone, and delirium to some', () => {
    const has = (code: string) => (one: UnitStay) =>
      one.stay.complications.some((complication) => complication.code.code === code);
    const ventilated = (one: UnitStay): boolean =>
      one.stay.treatments.some(({ id, start, end }) => id === 'ventilation' && end - start > 48);
    expect(share(stays.filter(ventilated), has('429271009'))).toBeGreaterThan(0.03);
    expect(share(stays.filter(ventilated), has('429271009'))).toBeLessThan(0.4);
    expect(stays.filter((one) => !ventilated(one)).some(has('429271009'))).toBe(false);
    expect(share(stays, has('2776000'))).toBeGreaterThan(0.1);
    expect(share(stays, has('2776000'))).toBeLessThan(0.6);
  });
});
