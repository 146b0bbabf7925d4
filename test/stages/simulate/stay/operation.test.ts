import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { courseSchema, simulateStay } from '../../../../src/stages/simulate/stay/index.js';
import type { StayCourse } from '../../../../src/stages/simulate/stay/index.js';
import { infection, patient } from './courses.js';
import { impossible } from './impossible.js';

const code = {
  system: 'SNOMED-CT',
  code: '232717009',
  display: 'Coronary artery bypass grafting (procedure)',
};
const step = { kind: 'procedure', code, share: 1, hours: { median: 4, sigma: 0 }, treats: false };
const findings = { system: 'LOINC', code: '59776-5', display: 'Procedure findings Narrative' };
const loss = { system: 'LOINC', code: '59770-8', display: 'Procedure estimated blood loss Narrative' };
const operation = {
  ...step,
  id: 'operation',
  after: 'antibiotic',
  delay_hours: { median: 1, sigma: 0.1 },
  treats: true,
  strain: { acuity: 1, organs: { cardiovascular: 2 } },
  details: [
    {
      code: findings,
      texts: [
        { text: 'strained', weight: 1, organ: 'cardiovascular', from: 0.5 },
        { text: 'calm', weight: 1, organ: 'cardiovascular', below: 0.5 },
      ],
    },
    { code: loss, amount: { median: 500, sigma: 0.3 }, unit: 'mL' },
  ],
};
const before = {
  ...step,
  id: 'antibiotic',
  delay_hours: { median: 3, sigma: 0.3 },
  hours: { median: 24, sigma: 0 },
};
const surgery = {
  ...infection,
  arrival: 'planned',
  severity: { mean: 0.5, sd: 0, per_decade: 0 },
  organs: {},
  refractory: 0,
  complications: [],
  treatments: [before, operation],
  supports: [
    {
      id: 'ventilation',
      share: 1,
      after: 'operation',
      delay_hours: { median: 4, sigma: 0 },
      hours: { median: 7, sigma: 0.2 },
    },
  ],
};

const stays = (change: object = {}): StayCourse[] =>
  Array.from({ length: 60 }, (_, i) =>
    simulateStay(
      { course: courseSchema.parse({ ...surgery, ...change }), patient: patient(60), arrivalHour: 11 },
      Rng.create('operation').split('patient', i),
    ),
  );
const done = ({ treatments }: StayCourse, id: string) => treatments.find((one) => one.id === id);

describe('an operation in a stay', () => {
  const all = stays();

  it('follows what it comes after', () => {
    for (const stay of all)
      expect(done(stay, 'operation')!.start).toBeGreaterThan(done(stay, 'antibiotic')!.start);
  });

  it('is left out with what it comes after', () => {
    for (const stay of stays({ treatments: [{ ...before, share: 0 }, operation] })) {
      expect(stay.hidden.some(({ name, value }) => name === 'step skipped' && value === 'antibiotic')).toBe(
        true,
      );
      if (done(stay, 'operation') !== undefined) expect(done(stay, 'operation')!.start).toBeGreaterThan(10); // made up for
      expect(done(stay, 'ventilation')).toBeUndefined();
    }
  });

  it('strains the patient from its start on, not before', () => {
    const mean = (when: (hour: number, start: number) => boolean): number => {
      const values = all.flatMap((stay) =>
        stay.hidden
          .filter(({ name, hour }) => name === 'acuity' && when(hour, done(stay, 'operation')!.start))
          .map(({ value }) => Number(value)),
      );
      return values.reduce((a, b) => a + b, 0) / values.length;
    };
    expect(mean((hour, start) => hour > start && hour < start + 12)).toBeGreaterThan(
      mean((hour, start) => hour < start) + 0.7,
    );
  });

  it('brings planned ventilation for hours, in intensive care', () => {
    for (const stay of all) {
      const { start, end } = done(stay, 'ventilation')!;
      expect(end - start).toBeGreaterThan(3);
      expect(end - start).toBeLessThan(16);
      const care = stay.phases.find(({ place }) => place === 'icu')!;
      expect(care.start).toBeLessThanOrEqual(start + 1);
      expect(care.end).toBeGreaterThanOrEqual(end);
      expect(impossible(stay, courseSchema.parse(surgery))).toEqual([]);
    }
  });

  it('tells what its report says, as the organs are then', () => {
    for (const stay of all) {
      const [first, second] = done(stay, 'operation')!.details!;
      expect(first!.code.code).toBe('59776-5');
      expect(first!.value).toEqual({ kind: 'text', text: 'strained' });
      expect(second!.value).toMatchObject({ kind: 'quantity', unit: 'mL', decimals: 0 });
    }
  });

  it('refuses a step that comes after none', () => {
    expect(() => courseSchema.parse({ ...surgery, treatments: [operation, before] })).toThrow(
      /stands before/,
    );
  });
});
