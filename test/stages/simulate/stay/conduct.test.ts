import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { courseSchema, simulateStay, stayData } from '../../../../src/stages/simulate/stay/index.js';
import type { StayCourse } from '../../../../src/stages/simulate/stay/index.js';
import { infection, patient } from './courses.js';
import { impossible } from './impossible.js';

const tablet = {
  ...infection.treatments[0]!,
  id: 'aspirin',
  code: { system: 'RxNorm', code: '212033', display: 'aspirin 325 MG Oral Tablet' },
  share: 1,
  delay_hours: { median: 1, sigma: 0 },
  hours: { median: 400, sigma: 0 },
  dose: { value: 325, unit: 'mg', everyHours: 24 },
  route: 'oral',
  treats: false,
};
const exercise = {
  id: 'physical therapy',
  kind: 'procedure',
  code: { system: 'SNOMED-CT', code: '91251008', display: 'Physical therapy procedure (regime/therapy)' },
  share: 1,
  delay_hours: { median: 2, sigma: 0 },
  hours: { median: 400, sigma: 0 },
  treats: false,
};
const severe = {
  ...infection,
  severity: { mean: 2.6, sd: 0.4, per_decade: 0.1 },
  organs: { ...infection.organs, respiratory: 1.3, neurologic: 0.5 },
  treatments: [...infection.treatments, tablet, exercise],
};
const stays = (change: object, ageYears: number, n = 80): StayCourse[] =>
  Array.from({ length: n }, (_, i) =>
    simulateStay(
      { course: courseSchema.parse({ ...severe, ...change }), patient: patient(ageYears), arrivalHour: 9 },
      Rng.create('conduct').split('patient', i),
    ),
  );
const of = (stay: StayCourse, id: string) => stay.treatments.filter((one) => one.id === id);
const comfortAt = ({ codeStatus }: StayCourse): number | undefined =>
  codeStatus.find(({ status }) => status === 'comfort')?.hour;

describe('care of those who cannot swallow', () => {
  const all = stays({}, 60);
  const ventilated = all.filter((stay) => of(stay, 'ventilation').length > 0);

  it('changes tablets to the tube while somebody is ventilated, and back', () => {
    expect(ventilated.length).toBeGreaterThan(30);
    const tubed = ventilated.filter((stay) =>
      of(stay, 'aspirin').some(({ route }) => route === 'nasogastric'),
    );
    expect(tubed.length).toBeGreaterThan(20);
    const back = tubed.filter((stay) => {
      const routes = of(stay, 'aspirin').map(({ route }) => route);
      return routes.lastIndexOf('oral') > routes.indexOf('nasogastric');
    });
    expect(back.length).toBeGreaterThan(5);
  });

  it('moves joints instead of exercise, and takes the mask off', () => {
    expect(ventilated.some((stay) => of(stay, 'early mobilisation').length > 0)).toBe(true);
    const again = ventilated.filter((stay) => {
      const tube = of(stay, 'ventilation')[0]!;
      return of(stay, 'oxygen').some(({ start }) => start >= tube.end);
    });
    expect(again.length).toBeGreaterThan(5);
    for (const stay of all) expect(impossible(stay)).toEqual([]);
  });
});

describe('transfusion', () => {
  const bleeding = { organs: { bleeding: 1.2 }, severity: { mean: 2, sd: 0.6, per_decade: 0 } };
  const units = (stay: StayCourse): number => of(stay, 'transfusion').length;

  it('comes in units of an hour or two, more of them the lower the haemoglobin', () => {
    const all = stays(bleeding, 50);
    const lengths = all.flatMap((stay) => of(stay, 'transfusion').map(({ start, end }) => end - start));
    expect(lengths.length).toBeGreaterThan(60);
    expect(Math.max(...lengths)).toBeLessThan(5);
    const lowest = (stay: StayCourse): number =>
      Math.min(
        ...stay.rounds.flatMap(({ readings }) =>
          readings.filter(({ signal }) => signal === 'hemoglobin').map(({ value }) => value),
        ),
      );
    const mean = (list: StayCourse[]): number => list.reduce((sum, one) => sum + units(one), 0) / list.length;
    expect(mean(all.filter((one) => lowest(one) < 7))).toBeGreaterThan(
      mean(all.filter((one) => lowest(one) >= 7)) + 1,
    );
    expect(mean(stays({ organs: { inflammatory: 0.5 } }, 50))).toBeLessThan(0.2);
  });

  it('is not given where it is withheld', () => {
    const data = { ...stayData, conduct: { ...stayData.conduct } };
    data.conduct.transfusion = { ...data.conduct.transfusion, share: 0 };
    const one = simulateStay(
      { course: courseSchema.parse({ ...severe, ...bleeding }), patient: patient(50), arrivalHour: 9, data },
      Rng.create('conduct').split('patient', 1),
    );
    expect(units(one)).toBe(0);
  });
});

describe('comfort care', () => {
  const dying = { comfort: 20, refractory: 0.8 };

  it('ends what was planned and treats symptoms', () => {
    const turned = stays({ ...dying, organs: infection.organs }, 85).filter((stay) => {
      const at = comfortAt(stay);
      return at !== undefined && stay.hours > at + 6;
    });
    expect(turned.length).toBeGreaterThan(15);
    for (const stay of turned) {
      const late = stay.treatments.filter(({ end }) => end > comfortAt(stay)! + 1).map(({ id }) => id);
      expect(new Set([...late, 'opioid', 'anxiolytic', 'oxygen'])).toEqual(
        new Set(['opioid', 'anxiolytic', 'oxygen']),
      );
    }
    const eased = turned.filter((stay) => of(stay, 'opioid').length > 0);
    expect(eased.length / turned.length).toBeGreaterThan(0.8);
  });

  it('comes seldom to the young, and to nobody in the first hours', () => {
    const turned = (age: number): number[] => stays({}, age, 300).flatMap((stay) => comfortAt(stay) ?? []);
    const young = turned(28);
    const old = turned(75);
    expect(old.length).toBeGreaterThan(20);
    expect(young.length).toBeLessThan(old.length / 4);
    expect(Math.min(...old, ...young)).toBeGreaterThanOrEqual(4);
  });
});

describe('the onset of an illness', () => {
  it('is known to the truth, and decides what comes too late', () => {
    const clot = { ...tablet, id: 'alteplase', route: 'intravenous', within_hours: 4.5 };
    const all = stays({ treatments: [clot], onset_hours: { median: 4, sigma: 1 } }, 60, 200);
    for (const stay of all) {
      const onset = stay.hidden.find(({ name }) => name === 'hours since onset')!.value as number;
      if (Math.abs(onset - 3.5) > 0.1 && stay.hours > 1)
        expect(of(stay, 'alteplase').length > 0).toBe(onset < 3.5);
    }
    const given = all.filter((stay) => of(stay, 'alteplase').length > 0).length / all.length;
    expect(given).toBeGreaterThan(0.3);
    expect(given).toBeLessThan(0.6);
  });
});
