import { describe, expect, it } from 'vitest';
import { Rng, UserError } from '../../../../src/core/index.js';
import {
  compilePopulation,
  drawLifeCourse,
  drawPerson,
  finishPerson,
  initialAttributes,
  populationLike,
} from '../../../../src/stages/simulate/life/index.js';
import type { DemographicCell, PopulationOptions } from '../../../../src/stages/simulate/life/index.js';
import { completedYears } from '../../../../src/stages/simulate/life/time.js';
import { people, shareOf } from './support.js';

const end = Date.UTC(2025, 0, 1);
const age = (birthTime: number): number => completedYears(birthTime, end);

describe('population', () => {
  it('keeps the range of ages exactly, both ends included', () => {
    const ages = people(4000, { ageYears: { min: 40, max: 43 } }).map((d) => age(d.birthTime));
    expect(new Set(ages)).toEqual(new Set([40, 41, 42, 43]));
  });

  it('has the shares it was asked for (8,000 people, within 2 points)', () => {
    const drafts = people(8000, { sexRatio: 300, hispanic: 0.3, races: { black: 2, white: 2 } });
    expect(Math.abs(shareOf(drafts, (d) => d.sex === 'male') - 0.75)).toBeLessThan(0.02);
    expect(Math.abs(shareOf(drafts, (d) => d.ethnicity === 'hispanic') - 0.3)).toBeLessThan(0.02);
    expect(Math.abs(shareOf(drafts, (d) => d.race === 'black') - 0.5)).toBeLessThan(0.02);
  });

  it('looks like the state and the age pyramid by default (8,000 people, within 2 points)', () => {
    const drafts = people(8000, { state: 'Texas' });
    expect(drafts.every((d) => d.address.state === 'TX')).toBe(true);
    expect(Math.abs(shareOf(drafts, (d) => d.ethnicity === 'hispanic') - 0.393)).toBeLessThan(0.02);
    expect(Math.abs(shareOf(drafts, (d) => age(d.birthTime) >= 65) - 0.165)).toBeLessThan(0.02);
    expect(Math.abs(shareOf(drafts, (d) => age(d.birthTime) < 18) - 0.222)).toBeLessThan(0.02);
    const poor = shareOf(drafts, (d) => d.povertyRatio < 1);
    expect(poor).toBeGreaterThan(0.07);
    expect(poor).toBeLessThan(0.2);
  });

  it('matches the joint shares of a cohort and draws what it leaves open', () => {
    const cells: DemographicCell[] = [
      { ageYears: 70, sex: 'female', race: 'black', ethnicity: null, payer: 'medicare', count: 30 },
      { ageYears: 34, sex: 'male', race: null, ethnicity: null, payer: null, count: 10 },
      { ageYears: 99, sex: 'male', race: null, ethnicity: null, payer: null, count: 500 },
    ];
    const population = populationLike(cells, { endDate: '2025-01-01', ageYears: { min: 18, max: 90 } });
    const drafts = Array.from({ length: 2000 }, (_, i) => drawPerson(population, Rng.create(i), i));
    expect(
      Math.abs(
        shareOf(drafts, (d) => age(d.birthTime) === 70 && d.race === 'black' && d.payer === 'medicare') -
          0.75,
      ),
    ).toBeLessThan(0.03);
    expect(shareOf(drafts, (d) => age(d.birthTime) === 99)).toBe(0);
    expect(new Set(drafts.filter((d) => d.sex === 'male').map((d) => d.race)).size).toBeGreaterThan(2);
  });

  it('refuses a cohort that the ages empty', () => {
    expect(() => populationLike([], { endDate: '2025-01-01' })).toThrow(UserError);
  });

  it.each<[string, Partial<PopulationOptions>, string]>([
    ['nobody', { size: 0 }, 'size'],
    ['too many', { size: 1e9 }, 'size'],
    ['an unknown state', { state: 'Massachusets' }, "did you mean 'Massachusetts'"],
    ['an unknown city', { state: 'MA', city: 'Gotham' }, 'Boston'],
    ['ages upside down', { ageYears: { min: 50, max: 40 } }, 'ageYears'],
    ['shares of nothing', { races: { white: 0 } }, 'races'],
    ['no date', { endDate: '2025-02-30' }, 'endDate'],
  ])('refuses %s', (_, options, says) => {
    expect(() => compilePopulation({ endDate: '2025-01-01', ...options })).toThrow(says);
  });

  it('names every problem at once', () => {
    expect(() => compilePopulation({ endDate: 'x', size: -1, sexRatio: -2 })).toThrow(
      /endDate[\s\S]*size|size[\s\S]*endDate/,
    );
  });

  it('draws the same person from the same stream', () => {
    expect(people(5)).toEqual(people(5));
  });
});

describe('a person', () => {
  it('smokes, marries and ends as the record says', () => {
    const drafts = people(3000, { ageYears: { min: 30, max: 80 } });
    const lives = drafts.map((draft, i) => ({ draft, course: drawLifeCourse(draft, Rng.create(i)) }));
    const smokes = lives.filter(({ course }) => {
      const last = course.changes.filter((c) => c.name === 'smoker' && c.time <= end).at(-1);
      return last?.value === true;
    });
    // current smokers 30-80 years, NHIS 2020: about 13 %
    expect(smokes.length / lives.length).toBeGreaterThan(0.08);
    expect(smokes.length / lives.length).toBeLessThan(0.2);
    for (const { draft, course } of lives.slice(0, 200)) {
      expect([...course.changes].sort((a, b) => a.time - b.time)).toEqual(course.changes);
      const person = finishPerson(draft, course, {
        id: 'x',
        endTime: end,
        deathTime: null,
        causeOfDeath: null,
      });
      expect(person.maritalStatus).not.toBeNull();
      expect(person.maiden === null || person.sex === 'female').toBe(true);
    }
    const child = finishPerson(
      people(1, { ageYears: { min: 5, max: 5 } })[0]!,
      { changes: [], marital: [] },
      { id: 'x', endTime: end, deathTime: null, causeOfDeath: null },
    );
    expect([child.maritalStatus, child.prefix]).toEqual([null, null]);
  });

  it('has the attributes that modules read', () => {
    const attributes = initialAttributes(people(1)[0]!, Rng.create(1));
    for (const name of [
      'first_language',
      'income',
      'education',
      'poverty_ratio',
      'RH_NEG',
      'sexual_orientation',
      'state',
      'marital_status',
      'birth_country',
      'unemployed',
      'food_insecurity',
      'no_vehicle_access',
      'severe_housing_cost_burden',
      'bicuspid_aortic_valve',
    ])
      expect(attributes.has(name), name).toBe(true);
  });
});
