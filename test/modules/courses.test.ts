import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../src/core/index.js';
import { simulateStay } from '../../src/stages/simulate/stay/index.js';
import { impossible } from '../stages/simulate/stay/impossible.js';
import { libraryCourses, stayOf } from './library-courses.js';

describe('the courses of the built-in modules', () => {
  it('are those of many illnesses', () => {
    expect(libraryCourses.length).toBeGreaterThanOrEqual(28);
    expect(new Set(libraryCourses.map(({ file }) => file)).size).toBeGreaterThanOrEqual(23);
  });

  it('hold nothing impossible, whoever the patient is', () => {
    fc.assert(
      fc.property(
        fc.record({
          which: fc.nat(libraryCourses.length - 1),
          seed: fc.nat(1_000_000),
          ageYears: fc.integer({ min: 18, max: 100 }),
          sex: fc.constantFrom('female' as const, 'male' as const),
          renal: fc.double({ min: 0, max: 1.5, noNaN: true }),
          cardiac: fc.double({ min: 0, max: 1.5, noNaN: true }),
        }),
        ({ which, seed, ageYears, sex, renal, cardiac }) => {
          const { course } = libraryCourses[which]!;
          const one = stayOf(course, { ageYears, sex, chronic: { renal, cardiac } }, seed);
          expect(impossible(one, course)).toEqual([]);
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  /** Of 60 at least so many leave alive: after an arrest most die. */
  const leaving = (file: string): number => (file === 'cardiology/cardiac_arrest.json' ? 12 : 30);

  it.each(
    libraryCourses.map(({ file, state, course }) => [`${file} ${state}`, course, leaving(file)] as const),
  )('%s: patients leave, mostly, and some stay long', (_, course, least) => {
    const stays = Array.from({ length: 60 }, (__, i) =>
      stayOf(course, { ageYears: 40 + (i % 50), sex: i % 2 === 0 ? 'female' : 'male', chronic: {} }, i),
    );
    const alive = stays.filter(({ outcome }) => outcome === 'home' || outcome === 'facility');
    expect(alive.length).toBeGreaterThan(least);
    // one in twenty of the Challenge's survivors leaves after 36 days and more
    expect(stays.filter(({ hours }) => hours > 40 * 24).length).toBeLessThanOrEqual(3);
    expect(Math.max(...stays.map(({ hours }) => hours))).toBeLessThan(80 * 24);
    for (const stay of stays) expect(stay.rounds.length).toBeGreaterThan(0);
  });

  it('tell what every imaging study shows and every operation found, however ill the patient', () => {
    const silent = libraryCourses.flatMap(({ file, state, course }) =>
      course.treatments
        .filter(({ kind, strain }) => kind === 'imaging' || strain !== undefined)
        .filter(({ details = [] }) => details.length === 0)
        .map(({ id }) => `${file} ${state} ${id}`),
    );
    expect(silent).toEqual([]);
    const mute = libraryCourses.flatMap(({ file, state, course }) =>
      Array.from({ length: 12 }, (_, i) =>
        stayOf(course, { ageYears: 50 + 3 * i, sex: 'female', chronic: { cardiac: i % 3 } }, i),
      ).flatMap(({ treatments }) =>
        treatments
          .filter(({ kind, details = [] }) => kind === 'imaging' && details.length === 0)
          .map(({ id }) => `${file} ${state} ${id}`),
      ),
    );
    expect(mute).toEqual([]);
  });

  it('give one stay again, number for number', () => {
    const { course } = libraryCourses[5]!;
    const patient = { ageYears: 71, sex: 'male' as const, chronic: {} };
    expect(stayOf(course, patient, 4)).toEqual(stayOf(course, patient, 4));
  });
});

describe('the check of stays', () => {
  const { course } = libraryCourses.find(({ file }) => file === 'hospital/sepsis.json')!;
  const patient = { ageYears: 70, sex: 'female' as const, chronic: {}, level: () => 75 };
  const good = simulateStay({ course, patient, arrivalHour: 9 }, Rng.create('defects'));
  const first = good.treatments[0]!;

  it.each([
    ['a drug before arrival', { treatments: [{ ...first, start: -1 }] }],
    ['a drug after the end', { treatments: [{ ...first, end: good.hours + 1 }] }],
    ['a round after the end', { rounds: [{ ...good.rounds[0]!, hour: good.hours + 0.1 }] }],
    ['a reading that no instrument shows', { rounds: [bent(good.rounds[0]!)] }],
    ['a gap between places', { phases: good.phases.map((p, i) => (i === 0 ? { ...p, end: p.end / 2 } : p)) }],
    ['home after comfort care', { outcome: 'home', codeStatus: [{ hour: 1, status: 'comfort' }] }],
  ])('finds %s', (_, change) => {
    expect(impossible(good, course)).toEqual([]);
    expect(impossible({ ...good, ...change } as typeof good, course)).not.toEqual([]);
  });

  function bent<T extends { readings: readonly { value: number }[] }>(round: T): T {
    return { ...round, readings: round.readings.map((reading) => ({ ...reading, value: 1e6 })) };
  }
});
