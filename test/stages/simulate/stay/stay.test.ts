import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { courseSchema, simulateStay } from '../../../../src/stages/simulate/stay/index.js';
import type { StayCourse } from '../../../../src/stages/simulate/stay/index.js';
import { course, infection, patient } from './courses.js';
import { impossible } from './impossible.js';

function stay(seed: number, age = 70, change: object = {}): StayCourse {
  return simulateStay(
    { course: course(change), patient: patient(age), arrivalHour: seed % 24 },
    Rng.create('stay').split('patient', seed),
  );
}

const stays = (n: number, age?: number, change?: object): StayCourse[] =>
  Array.from({ length: n }, (_, i) => stay(i, age, change));
const share = (list: readonly StayCourse[], holds: (one: StayCourse) => boolean): number =>
  list.filter(holds).length / list.length;
const perDay = (one: StayCourse, order: string): number =>
  one.rounds.filter((round) => round.order === order).length / (one.hours / 24);

describe('a stay in hospital', () => {
  it('holds nothing impossible, whatever the illness and the patient', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1_000_000),
          age: fc.integer({ min: 18, max: 100 }),
          mean: fc.double({ min: 0.3, max: 4, noNaN: true }),
          refractory: fc.double({ min: 0, max: 1, noNaN: true }),
          recovery: fc.double({ min: 5, max: 400, noNaN: true }),
        }),
        ({ seed, age, mean, refractory, recovery }) => {
          const severity = { ...infection.severity, mean };
          const change = { severity, refractory, recovery_hours: { median: recovery, sigma: 0.4 } };
          expect(impossible(stay(seed, age, change))).toEqual([]);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('is the same for the same stream', () => {
    expect(stay(5)).toEqual(stay(5));
    expect(stay(5)).not.toEqual(stay(6));
  });

  it('ends worse for the sicker and the older, and without treatment', () => {
    const died = (list: StayCourse[]): number => share(list, (one) => one.outcome === 'died');
    const usual = died(stays(400));
    expect(usual).toBeGreaterThan(0.05);
    expect(usual).toBeLessThan(0.4);
    expect(died(stays(400, 70, { severity: { ...infection.severity, mean: 2.6 } }))).toBeGreaterThan(
      usual + 0.1,
    );
    expect(died(stays(400, 30))).toBeLessThan(died(stays(400, 92)) - 0.05);
    const untreated = [{ ...infection.treatments[0], share: 0 }];
    expect(died(stays(150, 70, { treatments: untreated }))).toBeGreaterThan(0.9);
  });

  it('measures the sick more often than the well, in intensive care most of all', () => {
    const all = stays(300).filter((one) => one.hours > 24);
    const acuity = (one: StayCourse): number => {
      const values = one.hidden.filter(({ name }) => name === 'acuity').map(({ value }) => Number(value));
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    const sorted = [...all].sort((a, b) => acuity(a) - acuity(b));
    const mean = (list: readonly StayCourse[], order: string): number =>
      list.reduce((sum, one) => sum + perDay(one, order), 0) / list.length;
    const third = Math.floor(sorted.length / 3);
    const [well, sick] = [sorted.slice(0, third), sorted.slice(-third)];
    for (const order of ['vitals', 'metabolic_panel', 'lactate', 'blood_gas'])
      expect(mean(sick, order), order).toBeGreaterThan(1.3 * mean(well, order));
    // some are never measured: missing means something
    expect(share(well, (one) => one.rounds.every(({ order }) => order !== 'blood_gas'))).toBeGreaterThan(
      0.55,
    );
    expect(share(sick, (one) => one.rounds.every(({ order }) => order !== 'blood_gas'))).toBeLessThan(0.4);
  });

  it('first-day signs foretell death, in the directions that they do', () => {
    const all = stays(900).filter((one) => one.hours > 24);
    const auc = (signal: string, sign: 1 | -1): number => {
      const value = (one: StayCourse): number => {
        const values = one.rounds
          .filter(({ hour }) => hour < 24)
          .flatMap(({ readings }) => readings.filter((r) => r.signal === signal).map((r) => sign * r.value));
        return values.length === 0 ? -Infinity : Math.max(...values);
      };
      const [dead, alive] = [true, false].map((is) =>
        all.filter((one) => (one.outcome === 'died') === is).map(value),
      );
      let wins = 0;
      for (const a of dead!) for (const b of alive!) wins += a > b ? 1 : a === b ? 0.5 : 0;
      return wins / (dead!.length * alive!.length);
    };
    expect(auc('gcs', -1)).toBeGreaterThan(0.57);
    expect(auc('systolic', -1)).toBeGreaterThan(0.57);
    for (const signal of ['heart_rate', 'respiratory_rate', 'lactate', 'bun', 'creatinine'])
      expect(auc(signal, 1), signal).toBeGreaterThan(0.57);
  });

  it('readings of one patient hang together in time, and with each other by organ', () => {
    const pairs: [number, number][] = [];
    const panels: [number, number][] = [];
    for (const one of stays(80)) {
      let before: { hour: number; value: number } | undefined;
      for (const { hour, readings } of one.rounds) {
        const found = new Map(readings.map(({ signal, value }) => [signal, value]));
        const rate = found.get('heart_rate');
        if (rate !== undefined) {
          if (before !== undefined && hour - before.hour < 2) pairs.push([before.value, rate]);
          before = { hour, value: rate };
        }
        const [a, b] = [found.get('bun'), found.get('creatinine')];
        if (a !== undefined && b !== undefined) panels.push([Math.log(a), Math.log(b)]);
      }
    }
    expect(correlation(pairs)).toBeGreaterThan(0.8);
    expect(correlation(panels)).toBeGreaterThan(0.5);
  });

  it('a chronic disease shows all the time', () => {
    const kidneys = (chronic: object): number => {
      const values = Array.from({ length: 60 }, (_, i) =>
        simulateStay(
          { course: course(), patient: patient(60, chronic), arrivalHour: 3 },
          Rng.create('chronic').split('patient', i),
        ),
      ).flatMap(({ rounds }) =>
        rounds.flatMap(({ readings }) =>
          readings.filter((r) => r.signal === 'creatinine').map((r) => r.value),
        ),
      );
      return values.sort((a, b) => a - b)[values.length >> 1]!;
    };
    expect(kidneys({ renal: 1.5 })).toBeGreaterThan(1.6 * kidneys({}));
  });

  it('makes up for treatment of which every step was skipped, a day or two late', () => {
    const rare = { ...infection.treatments[0]!, share: 0.0001, delay_hours: { median: 1, sigma: 0.1 } };
    const late = stays(120, 50, { treatments: [rare], untreated_per_day: 0.2 });
    const starts = late.flatMap(({ treatments }) =>
      treatments.filter(({ id }) => id === 'antibiotic').map(({ start }) => start),
    );
    expect(starts.length).toBeGreaterThan(90);
    expect(Math.min(...starts)).toBeGreaterThan(6);
    expect(share(late, ({ outcome }) => outcome === 'home' || outcome === 'facility')).toBeGreaterThan(0.7);
    expect(share(late, ({ hidden }) => hidden.some(({ name }) => name === 'step skipped'))).toBe(1);
  });

  it('gives no support that the illness forbids, and less comfort care where that is rare', () => {
    const withheld = stays(150, 70, { withhold: ['prophylaxis', 'fluids'] });
    expect(
      withheld.some(({ treatments }) => treatments.some(({ id }) => id === 'prophylaxis' || id === 'fluids')),
    ).toBe(false);
    const comfort = (list: readonly StayCourse[]): number =>
      share(list, ({ codeStatus }) => codeStatus.some(({ status }) => status === 'comfort'));
    expect(comfort(stays(300, 85, { comfort: 3 }))).toBeGreaterThan(
      comfort(stays(300, 85, { comfort: 0 })) + 0.1,
    );
    expect(comfort(stays(100, 85, { comfort: 0 }))).toBe(0);
  });

  it('moves the readings that the illness moves by itself, as far as it is acute', () => {
    const glucose = (change: object): number => {
      const values = stays(60, 50, change).flatMap(({ rounds }) =>
        rounds.flatMap(({ hour, readings }) =>
          readings.filter(({ signal }) => hour < 6 && signal === 'glucose').map(({ value }) => value),
        ),
      );
      return values.sort((a, b) => a - b)[values.length >> 1]!;
    };
    expect(glucose({ signals: { glucose: 0.5 } })).toBeGreaterThan(1.6 * glucose({}));
  });

  it('refuses a course that is none, naming the key', () => {
    const bad = courseSchema.safeParse({ ...infection, refractory: 1.2, organs: { spleen: 1 } });
    expect(bad.success).toBe(false);
    expect(bad.error?.issues.map((issue) => issue.path.join('.')).sort()).toEqual(['organs', 'refractory']);
  });
});

function correlation(pairs: readonly [number, number][]): number {
  const n = pairs.length;
  const [ma, mb] = [0, 1].map((k) => pairs.reduce((sum, pair) => sum + pair[k as 0 | 1], 0) / n);
  let [ab, aa, bb] = [0, 0, 0];
  for (const [a, b] of pairs) {
    ab += (a - ma!) * (b - mb!);
    aa += (a - ma!) ** 2;
    bb += (b - mb!) ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
