import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { simulateStay, stayData } from '../../../../src/stages/simulate/stay/index.js';
import type { StayCourse, StayPatient } from '../../../../src/stages/simulate/stay/index.js';
import { course, infection, patient } from './courses.js';

function stays(n: number, change: object = {}, person: Partial<StayPatient> = {}): StayCourse[] {
  return Array.from({ length: n }, (_, i) =>
    simulateStay(
      { course: course(change), patient: { ...patient(65), ...person }, arrivalHour: i % 24 },
      Rng.create('levels').split('patient', i),
    ),
  );
}

interface Timed {
  readonly hour: number;
  readonly value: number;
}

const series = (one: StayCourse, signal: string): Timed[] =>
  one.rounds.flatMap(({ hour, readings }) =>
    readings.filter((r) => r.signal === signal).map(({ value }) => ({ hour, value })),
  );
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const medianOf = (list: readonly StayCourse[], signal: string, until = Infinity): number =>
  median(
    list.flatMap((one) =>
      series(one, signal)
        .filter(({ hour }) => hour < until)
        .map(({ value }) => value),
    ),
  );

/** A severe illness of the liver that is cured fast. */
const jaundice = {
  severity: { mean: 3, sd: 0.1, per_decade: 0 },
  organs: { hepatic: 1, coagulation: 1 },
  recovery_hours: { median: 8, sigma: 0 },
  refractory: 0,
  treatments: [{ ...infection.treatments[0], share: 1 }],
  complications: [],
};

describe('levels in a stay', () => {
  it('have inertia: bilirubin and platelets take days to come back when the liver is well in hours', () => {
    const list = stays(60, { ...jaundice, least_hours: 72, onset_hours: { median: 200, sigma: 0 } });
    const kept = (signal: string): number =>
      median(
        list.flatMap((one) => {
          const [first, ...rest] = series(one, signal);
          const late = rest.find(({ hour }) => hour > 30 && hour < 60);
          return first === undefined || first.hour > 6 || late === undefined
            ? []
            : [late.value / first.value];
        }),
      );
    expect(kept('bilirubin')).toBeGreaterThan(0.4);
    expect(kept('bilirubin')).toBeLessThan(0.9);
    expect(kept('platelets')).toBeGreaterThan(1);
    expect(kept('platelets')).toBeLessThan(1.8);
  });

  it('are still nearly the usual ones at arrival where the illness has just begun', () => {
    const before = (median: number): number =>
      medianOf(stays(40, { ...jaundice, onset_hours: { median, sigma: 0 } }), 'bilirubin', 6);
    expect(before(1)).toBeLessThan(1.2);
    expect(before(200)).toBeGreaterThan(3);
  });

  it('start from what chronic diseases make of them', () => {
    const cirrhosis = stayData.chronic.find(({ id }) => id === 'cirrhosis')!;
    const [ill, well] = [stays(60, {}, { shifts: cirrhosis.signals }), stays(60)];
    expect(medianOf(ill, 'platelets')).toBeLessThan(0.7 * medianOf(well, 'platelets'));
    expect(medianOf(ill, 'bilirubin')).toBeGreaterThan(1.5 * medianOf(well, 'bilirubin'));
  });

  it('agree with each other: parts of the coma score, mean pressure, hematocrit, oxygen', () => {
    for (const { rounds } of stays(40, { severity: { ...infection.severity, mean: 2.6 } }))
      for (const { readings } of rounds) {
        const at = new Map(readings.map(({ signal, value }) => [signal, value]));
        const [eyes, verbal, motor, total] = ['gcs_eyes', 'gcs_verbal', 'gcs_motor', 'gcs'].map((id) =>
          at.get(id),
        );
        if (eyes !== undefined && verbal !== undefined && motor !== undefined && total !== undefined)
          expect(eyes + verbal + motor).toBe(total);
        const [upper, lower, mean] = ['systolic', 'diastolic', 'mean_pressure'].map((id) => at.get(id));
        if (upper !== undefined && lower !== undefined) expect(lower).toBeLessThanOrEqual(upper - 10);
        if (upper !== undefined && lower !== undefined && mean !== undefined)
          expect(Math.abs(mean - (lower + (upper - lower) / 3))).toBeLessThan(9);
        const [hemoglobin, hematocrit] = [at.get('hemoglobin'), at.get('hematocrit')];
        if (hemoglobin !== undefined && hematocrit !== undefined && hemoglobin > 4)
          expect(Math.abs(hematocrit / hemoglobin - 2.95)).toBeLessThan(0.7);
      }
  });

  it('follow ventilation: no speech, oxygen above air, mostly no own breathing rate', () => {
    const lungs = { organs: { respiratory: 1.6 }, severity: { mean: 3, sd: 0.2, per_decade: 0 } };
    let [breaths, checks] = [0, 0];
    for (const one of stays(60, lungs)) {
      const on = one.treatments.filter(({ id }) => id === 'ventilation');
      const within = ({ hour }: Timed): boolean =>
        on.some(({ start, end }) => hour > start + 1 && hour < end - 1);
      for (const reading of series(one, 'gcs_verbal').filter(within)) expect(reading.value).toBe(1);
      for (const reading of series(one, 'fio2').filter(within)) expect(reading.value).toBeGreaterThan(25);
      breaths += series(one, 'respiratory_rate').filter(within).length;
      checks += series(one, 'heart_rate').filter(within).length;
      const supported = one.treatments.filter(({ id }) => id === 'oxygen' || id === 'ventilation');
      for (const { hour } of series(one, 'fio2'))
        expect(supported.some(({ start, end }) => hour >= start - 1 && hour <= end + 1)).toBe(true);
    }
    expect(checks).toBeGreaterThan(500);
    expect(breaths / checks).toBeLessThan(0.5);
  });

  it('make less urine as kidneys fail', () => {
    const daily = (renal: number): number =>
      median(
        stays(60, { organs: { renal }, severity: { mean: 2, sd: 0.2, per_decade: 0 } })
          .map((one) => {
            const volumes = series(one, 'urine_output');
            const hours = (volumes.at(-1)?.hour ?? 0) - (volumes[0]?.hour ?? 0);
            return hours < 12
              ? NaN
              : (volumes.slice(1).reduce((sum, { value }) => sum + value, 0) / hours) * 24;
          })
          .filter((volume) => !Number.isNaN(volume)),
      );
    expect(daily(0.1)).toBeGreaterThan(1000);
    expect(daily(1.6)).toBeLessThan(0.6 * daily(0.1));
  });
});

describe('death in a stay', () => {
  it('comes more often the more organs fail on the first day', () => {
    const list = stays(1500, { severity: { ...infection.severity, mean: 1.8 } });
    /** Worst SOFA-like points of the first day, from what is charted. */
    const points = (one: StayCourse): number => {
      const worst = (signal: string, sign: 1 | -1): number =>
        Math.max(
          ...series(one, signal)
            .filter(({ hour }) => hour < 24)
            .map(({ value }) => sign * value),
        );
      const step = (value: number, limits: readonly number[]): number =>
        limits.filter((limit) => value >= limit).length;
      return (
        step(worst('creatinine', 1), [1.2, 2, 3.5, 5]) +
        step(worst('gcs', -1), [-14, -12, -9, -5]) +
        step(worst('mean_pressure', -1), [-70, -60, -50]) +
        (one.treatments.some(({ id, start }) => id === 'vasopressor' && start < 24) ? 2 : 0) +
        (one.treatments.some(({ id, start }) => id === 'ventilation' && start < 24) ? 3 : 0)
      );
    };
    const bands = [0, 2, 5, 8].map((low, i, all) =>
      list.filter((one) => points(one) >= low && points(one) < (all[i + 1] ?? Infinity)),
    );
    const died = bands.map((band) => band.filter(({ outcome }) => outcome === 'died').length / band.length);
    for (const band of bands) expect(band.length).toBeGreaterThan(30);
    for (let i = 1; i < died.length; i++) expect(died[i]).toBeGreaterThan(died[i - 1]!);
    expect(died[0]).toBeLessThan(0.1);
    expect(died.at(-1)).toBeGreaterThan(0.3);
  });
});
