import { describe, expect, it } from 'vitest';
import type { PatientRecord } from '../../../../src/cohort/index.js';
import { Rng } from '../../../../src/core/index.js';
import { compileLibrary } from '../../../../src/stages/simulate/index.js';
import { birth, play, smallWorld } from '../../../support/small-world.js';
import { infection } from '../stay/courses.js';

const states = (change: object = {}) => ({
  Initial: { type: 'Initial', direct_transition: 'Wait' },
  Wait: { type: 'Delay', exact: { quantity: 3, unit: 'years' }, direct_transition: 'Ill' },
  Ill: {
    type: 'ConditionOnset',
    codes: [{ system: 'SNOMED-CT', code: '91302008', display: 'Sepsis (disorder)' }],
    target_encounter: 'Admission',
    direct_transition: 'Admission',
  },
  Admission: {
    type: 'Encounter',
    encounter_class: 'inpatient',
    codes: [{ system: 'SNOMED-CT', code: '183452005', display: 'Emergency hospital admission (procedure)' }],
    direct_transition: 'Stay',
  },
  Stay: {
    type: 'anamnesis:HospitalStay',
    course: { ...infection, ...change },
    assign_to_attribute: 'how',
    conditional_transition: [
      {
        condition: { condition_type: 'Attribute', attribute: 'how', operator: '==', value: 'died' },
        transition: 'Dead',
      },
      { transition: 'Leaves' },
    ],
  },
  Dead: { type: 'EncounterEnd', direct_transition: 'Death' },
  Death: { type: 'Death', direct_transition: 'Terminal' },
  Leaves: { type: 'EncounterEnd', direct_transition: 'Wait' },
  Terminal: { type: 'Terminal' },
});
/** Kills at a time of its own, in the middle of a stay. */
const killer = {
  Initial: { type: 'Initial', direct_transition: 'Wait' },
  Wait: { type: 'Delay', exact: { quantity: 26_290, unit: 'hours' }, direct_transition: 'Death' },
  Death: { type: 'Death', direct_transition: 'Terminal' },
  Terminal: { type: 'Terminal' },
};
const live = (i: number, modules: Parameters<typeof play>[0]) =>
  play(modules, Rng.create('stays').split('life', i), { years: 10 });
const times = (record: ReturnType<typeof live>): number[] => [
  ...record.observations.map(({ time }) => time),
  ...record.reports.map(({ time }) => time),
  ...record.medications.map(({ start }) => start),
  ...record.medications.map(({ end }) => end ?? 0),
  ...record.procedures.map(({ end }) => end),
];

/** Systolic, diastolic and mostly the mean between them. */
function expectPressures(components: PatientRecord['observations'][number]['components']): void {
  const codes = components.map((part) => part.codes[0]!.code);
  expect(codes).toEqual(['8480-6', '8462-4', '8478-0'].slice(0, codes.length));
  expect(codes.length).toBeGreaterThan(1);
  const [upper, lower, mean] = components.map(({ value }) => (value.kind === 'quantity' ? value.value : NaN));
  if (mean !== undefined) {
    expect(mean).toBeLessThanOrEqual(upper! + 5);
    expect(mean).toBeGreaterThanOrEqual(lower! - 5);
  }
}

describe('the state anamnesis:HospitalStay', () => {
  it('fills the admission: signs, panels, drugs, and intensive care as a stay within it', () => {
    const records = Array.from({ length: 12 }, (_, i) => live(i, { a: states() }));
    for (const record of records) {
      const admissions = record.encounters.filter((one) => one.class === 'inpatient');
      expect(admissions.length).toBeGreaterThan(0);
      for (const one of record.encounters) {
        if (one.class !== 'icu') continue;
        const admission = record.encounters[one.parent!]!;
        expect(admission.class).toBe('inpatient');
        expect(one.start).toBeGreaterThanOrEqual(admission.start);
        expect(one.end!).toBeLessThanOrEqual(admission.end!);
      }
      for (const { encounter, time, codes, components } of record.observations) {
        const own = record.encounters[encounter!]!;
        expect(own.class).toBe('inpatient');
        expect(time).toBeGreaterThanOrEqual(own.start);
        expect(time).toBeLessThanOrEqual(own.end!);
        if (codes[0]!.code === '85354-9') expectPressures(components);
      }
      const ordered = record.observations.map(({ time }) => time);
      expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
    }
    expect(records.some((record) => record.encounters.some((one) => one.class === 'icu'))).toBe(true);
    expect(records.some((record) => record.reports.length > 0)).toBe(true);
    expect(records.some((record) => record.person.deathTime !== null)).toBe(true);
    expect(records.some((record) => record.person.deathTime === null)).toBe(true);
  });

  it('begins in the morning where it was planned, in the ward, and the admission with it', () => {
    const records = Array.from({ length: 20 }, (_, i) =>
      live(i, {
        a: { ...states({ arrival: 'planned' }), Ill: { type: 'Simple', direct_transition: 'Admission' } },
      }),
    );
    const stays = records.flatMap(({ encounters }) => encounters.filter((one) => one.class === 'inpatient'));
    expect(stays.length).toBeGreaterThan(20);
    for (const { start, admitSource } of stays) {
      const hour = (start / 3_600_000) % 24;
      expect(hour).toBeGreaterThanOrEqual(10.5);
      expect(hour).toBeLessThan(15);
      expect(admitSource!.code).toBe('referral');
    }
    expect(records.every(({ encounters }) => encounters.every((one) => one.class !== 'emergency'))).toBe(
      true,
    );
    for (const { encounters } of records) {
      const starts = encounters.map(({ start }) => start);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
    }
  });

  it('begins on the morning after it was planned before 1970 too', () => {
    const world = smallWorld({ birthTime: Date.UTC(1950, 0, 15, 6) });
    const planned = states({ arrival: 'planned' });
    const modules = { a: { ...planned, Ill: { type: 'Simple', direct_transition: 'Admission' } } };
    const born = (i: number) => play(modules, Rng.create('stays').split('life', i), { years: -20, world });
    const stays = Array.from({ length: 10 }, (_, i) => born(i)).flatMap(({ encounters }) =>
      encounters.filter((one) => one.class === 'inpatient'),
    );
    expect(stays.length).toBeGreaterThan(10);
    for (const { start } of stays) {
      const hour = new Date(start).getUTCHours();
      expect(hour).toBeGreaterThanOrEqual(10);
      expect(hour).toBeLessThan(15);
    }
  });

  it('reports what studies and procedures show, with them', () => {
    const detail = {
      code: { system: 'LOINC', code: '19005-8', display: 'Radiology Imaging study [Impression] (narrative)' },
      texts: [{ text: 'No consolidation.', weight: 1 }],
    };
    const film = {
      id: 'film',
      kind: 'imaging',
      code: { system: 'SNOMED-CT', code: '399208008', display: 'Plain X-ray of chest (procedure)' },
      imaging: {
        body_site: { system: 'SNOMED-CT', code: '51185008', display: 'Thoracic structure (body structure)' },
        modality: { system: 'DICOM-DCM', code: 'DX', display: 'Digital Radiography' },
        sop_class: { system: 'DICOM-SOP', code: '1.2.840.10008.5.1.4.1.1.1.1', display: 'Digital X-Ray' },
        title: 'Chest film',
      },
      share: 1,
      delay_hours: { median: 1, sigma: 0 },
      hours: { median: 0.5, sigma: 0 },
      treats: false,
      details: [detail],
    };
    const { reports, observations, imaging, encounters } = live(1, {
      a: states({ treatments: [...infection.treatments, film] }),
    });
    const read = reports.filter(({ category }) => category === 'RAD');
    expect(read.length).toBe(imaging.length);
    expect(read.length).toBeGreaterThan(0);
    for (const [i, report] of read.entries()) {
      const found = observations[report.observations[0]!]!;
      expect(found.value).toEqual({ kind: 'text', text: 'No consolidation.' });
      expect(found.time).toBe(report.time);
      expect(report.time).toBe(imaging[i]!.time + 1_800_000);
      expect(report.time).toBeLessThanOrEqual(encounters[report.encounter!]!.end!);
    }
  });

  it('tells the hidden course as truth alone', () => {
    const record = live(3, { a: states() });
    expect(record.truth.some(({ kind, name }) => kind === 'latent' && name === 'acuity')).toBe(true);
    expect(record.truth.some(({ kind, name }) => kind === 'latent' && name === 'hours since onset')).toBe(
      true,
    );
    expect(record.observations.some(({ codes }) => codes[0]!.display.includes('cuity'))).toBe(false);
  });

  it('lets the illness begin as long before the admission as the course says', () => {
    const record = live(3, { a: states({ onset_hours: { median: 50, sigma: 0 } }) });
    const found = record.conditions.filter(({ codes }) => codes[0]!.display === 'Sepsis (disorder)');
    expect(found.length).toBeGreaterThan(0);
    for (const { onset, recorded } of found) expect((recorded - onset) / 3_600_000).toBeCloseTo(50, 1);
  });

  it('nothing happens after a death from another cause', () => {
    const death = birth + 26_290 * 3_600_000; // ten hours into the first stay
    let inside = 0;
    for (let i = 0; i < 30; i++) {
      const record = live(i, { a: states({ least_hours: 48 }), b: killer });
      if (record.person.deathTime !== death) continue;
      inside++;
      expect(Math.max(...times(record))).toBeLessThanOrEqual(death);
      expect(record.encounters.every(({ end }) => end !== null && end <= death)).toBe(true);
    }
    expect(inside).toBeGreaterThan(20);
  });

  it('is checked by the loader like any state', () => {
    const text = JSON.stringify({ name: 'a', states: states({ refractory: 3 }) });
    expect(() => compileLibrary(new Map([['a.json', text]]))).toThrow(/refractory/);
  });
});
