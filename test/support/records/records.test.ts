import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PatientRecord } from '../../../src/cohort/index.js';
import { fixtureFacts, makeRecord, makeRecords, recordArbitrary, runEnd } from './index.js';

const timed = (r: PatientRecord): Record<string, readonly { readonly time: number }[]> => ({
  observations: r.observations,
  reports: r.reports,
  immunizations: r.immunizations,
  imaging: r.imaging,
  supplies: r.supplies,
  notes: r.notes,
});
const lasting = (r: PatientRecord): Record<string, readonly { start: number; end: number | null }[]> => ({
  encounters: r.encounters,
  allergies: r.allergies,
  procedures: r.procedures,
  medications: r.medications,
  devices: r.devices,
  carePlans: r.carePlans,
  coverages: r.coverages,
});

describe('the records that tests of exports share', () => {
  test('are lives with ordered times between birth and end, and with positions that exist', () => {
    fc.assert(
      fc.property(recordArbitrary(), ({ directory, record }) => {
        const within = (t: number): void => {
          expect(t).toBeGreaterThanOrEqual(record.person.birthTime);
          expect(t).toBeLessThanOrEqual(record.endTime);
        };
        const ordered = (times: readonly number[]): void => {
          expect(times).toEqual([...times].sort((a, b) => a - b));
        };
        for (const list of Object.values(timed(record))) {
          list.forEach((e) => {
            within(e.time);
          });
          ordered(list.map((e) => e.time));
        }
        for (const list of Object.values(lasting(record))) {
          for (const e of list) {
            within(e.start);
            if (e.end !== null) within(e.end);
            expect(e.end ?? e.start).toBeGreaterThanOrEqual(e.start);
          }
          ordered(list.map((e) => e.start));
        }
        for (const c of record.conditions) {
          within(c.onset);
          within(c.recorded);
          if (c.abatement !== null) within(c.abatement);
        }
        for (const e of record.encounters) {
          expect(directory.practitioners[e.practitioner]?.organization).toBe(e.organization);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('hold every kind of entry and of value', () => {
    const { records } = makeRecords(20);
    const kinds = Object.entries(records[0] ?? {}).filter(([, v]) => Array.isArray(v));
    expect(kinds).toHaveLength(15);
    for (const [kind] of kinds) {
      expect(
        records.flatMap((r) => Object.entries(r).find(([k]) => k === kind)?.[1] as unknown[]),
      ).not.toEqual([]);
    }
    const values = new Set(records.flatMap((r) => r.observations.map((o) => o.value?.kind ?? 'components')));
    expect([...values].sort()).toEqual(
      ['absent', 'attachment', 'coding', 'components', 'quantity', 'sampled', 'text'].sort(),
    );
    expect(records.some((r) => r.encounters.some((e) => e.end === null))).toBe(true);
    expect(records.some((r) => r.person.deathTime !== null)).toBe(true);
  });

  test('are the same for the same recipe', () => {
    const { directory, records } = makeRecords(3);
    expect(makeRecords(3).records).toEqual(records);
    const recipe = {
      seed: 5,
      index: 2,
      ageYears: 40,
      dies: false,
      endsInside: true,
      insured: true,
      visits: 4,
    };
    expect(makeRecord(directory, recipe)).toEqual(makeRecord(directory, recipe));
    expect(makeRecord(directory, recipe).endTime).toBe(runEnd);
    expect(fixtureFacts.endTime).toBe(runEnd);
  });
});
