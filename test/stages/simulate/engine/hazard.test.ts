import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { checkModules, compileLibrary, mermaidGraph } from '../../../../src/stages/simulate/index.js';
import { birth, play, smallWorld } from '../../../support/small-world.js';

const yearMs = 365.25 * 86_400_000;
const dayMs = 86_400_000;
const snomed = (code: string) => ({ system: 'SNOMED-CT', code, display: code });
const flag = (attribute: string) => ({ condition_type: 'Attribute', attribute, operator: '==', value: true });

interface Rates {
  readonly from: readonly number[];
  readonly rate: readonly number[];
}

/** Events that come by a hazard, each a visit. */
function events({ from, rate }: Rates, change: object = {}, care = 'ambulatory') {
  return {
    Initial: { type: 'Initial', direct_transition: 'Wait' },
    Wait: {
      type: 'anamnesis:Hazard',
      incidence: { from_age: from, female: rate, male: rate },
      ...change,
      direct_transition: 'Event',
    },
    Event: {
      type: 'Encounter',
      encounter_class: care,
      codes: [snomed('185345009')],
      direct_transition: 'Days',
    },
    Days: {
      type: 'Delay',
      exact: { quantity: care === 'inpatient' ? 4 : 1, unit: 'days' },
      direct_transition: 'End',
    },
    End: { type: 'EncounterEnd', direct_transition: 'Wait' },
  };
}

/** Sets an attribute at an age. */
const risk = (attribute: string, years: number, value: unknown = true) => ({
  Initial: { type: 'Initial', direct_transition: 'Wait' },
  Wait: {
    type: 'Delay',
    exact: { quantity: years * 365.25 * 24, unit: 'hours' },
    direct_transition: 'Set',
  },
  Set: { type: 'SetAttribute', attribute, value, direct_transition: 'Terminal' },
  Terminal: { type: 'Terminal' },
});

const lives = (n: number, modules: Parameters<typeof play>[0], years: number, seed = 'hazards') =>
  Array.from({ length: n }, (_, i) => play(modules, Rng.create(seed).split('life', i), { years }));
/** Ages at visits, years. */
const visits = (record: ReturnType<typeof play>): number[] =>
  record.encounters.filter((one) => one.class !== 'wellness').map(({ start }) => (start - birth) / yearMs);
/** Visits between two ages, a person-year. */
const rateOf = (records: ReturnType<typeof lives>, from: number, to: number): number =>
  records.reduce((sum, record) => sum + visits(record).filter((age) => age >= from && age < to).length, 0) /
  (records.length * (to - from));

describe('the state anamnesis:Hazard', () => {
  it('brings as many events as its incidence says, by age, within 4 standard errors', () => {
    const records = lives(300, { a: events({ from: [2, 5, 8], rate: [0.5, 2, 0] }) }, 12);
    expect(rateOf(records, 0, 2)).toBe(0);
    expect(Math.abs(rateOf(records, 2, 5) - 0.5)).toBeLessThan(4 * Math.sqrt(0.5 / 900));
    expect(Math.abs(rateOf(records, 5, 8) - 2)).toBeLessThan(4 * Math.sqrt(2 / 900));
    expect(rateOf(records, 8, 12)).toBe(0);
  });

  it('waits exponentially: the first events follow the survival curve of a piecewise constant hazard (KS, 1 %)', () => {
    const ratios = [{ condition: flag('ill'), ratio: 4 }];
    const modules = { a: events({ from: [0], rate: [0.15] }, { ratios }), b: risk('ill', 3.3) };
    const cumulative = (age: number): number => 0.15 * age + (age > 3.3 ? 0.45 * (age - 3.3) : 0);
    const n = 800;
    const first = lives(n, modules, 14).map((record) => visits(record)[0] ?? 14);
    first.sort((a, b) => a - b);
    const distance = Math.max(
      ...first
        .filter((age) => age < 14)
        .map((age, i) => Math.abs(1 - Math.exp(-cumulative(age)) - (i + 0.5) / n)),
    );
    expect(distance).toBeLessThan(1.63 / Math.sqrt(n));
  });

  it('reacts at once when a risk changes, not at the next step', () => {
    const ratios = [{ condition: flag('ill'), ratio: 1e9 }];
    const rate = 1e-6;
    const modules = { a: events({ from: [0], rate: [rate] }, { ratios }), b: risk('ill', 3.3) };
    for (const record of lives(20, modules, 4)) {
      expect(visits(record)[0]).toBeGreaterThan(3.299);
      expect(visits(record)[0]).toBeLessThan(3.32);
    }
  });

  it('looks at a vital sign four times a year, and not at ages at which nothing can come', () => {
    const looks: number[] = [];
    const vitalSign = (_: string, time: number): number => {
      looks.push((time - birth) / yearMs);
      return time < birth + 3.3 * yearMs ? 120 : 150;
    };
    const pressure = { condition_type: 'Vital Sign', vital_sign: 'Systolic Blood Pressure', operator: '>=' };
    const ratios = [{ condition: { ...pressure, value: 140 }, ratio: 1e9 }];
    const modules = { a: events({ from: [2], rate: [1e-6] }, { ratios }) };
    const record = play(modules, Rng.create('looks'), { years: 4, world: smallWorld({ vitalSign }) });
    expect(visits(record)[0]).toBeGreaterThan(3.3);
    expect(visits(record)[0]).toBeLessThan(3.3 + 0.26);
    const before = looks.filter((age) => age < visits(record)[0]!);
    expect(before[0]).toBeGreaterThan(1.99);
    expect(before.length).toBeGreaterThanOrEqual(5);
    expect(before.length).toBeLessThanOrEqual(8);
  });

  it('is raised for some weeks after a discharge, of the same module or of any', () => {
    const after = (of: string) => ({
      after_discharge: [
        { of, days: 90, ratio: 4 },
        { of, days: 30, ratio: 8 },
      ],
    });
    const within = (records: ReturnType<typeof lives>, low: number, high: number, own: boolean): number => {
      let events = 0;
      let exposed = 0;
      for (const record of records) {
        const encounters = record.encounters.filter((one) => one.class !== 'wellness');
        const stays = encounters.filter((one) => one.class === 'inpatient');
        for (const [i, stay] of stays.entries()) {
          const next = own ? stays[i + 1]?.start : encounters.find((one) => one.start > stay.end!)?.start;
          const seen = (next ?? record.endTime) - (stay.end ?? record.endTime);
          exposed += Math.max(0, Math.min(seen, high * dayMs) - low * dayMs);
          if (next !== undefined && seen >= low * dayMs && seen < high * dayMs) events++;
        }
      }
      return (events / exposed) * yearMs;
    };
    const own = lives(150, { a: events({ from: [0], rate: [0.3] }, after('same'), 'inpatient') }, 20);
    expect(Math.abs(within(own, 0, 30, true) - 2.4)).toBeLessThan(0.5);
    expect(Math.abs(within(own, 30, 90, true) - 1.2)).toBeLessThan(0.3);
    expect(Math.abs(within(own, 90, 3000, true) - 0.3)).toBeLessThan(0.06);
    const other = lives(
      150,
      {
        a: events({ from: [0], rate: [0.3] }, {}, 'inpatient'),
        b: events({ from: [0], rate: [0.3] }, after('any')),
      },
      20,
      'any',
    );
    // visits of both modules: 0.3 and 8 × 0.3 at first
    expect(Math.abs(within(other, 0, 30, false) - 2.7)).toBeLessThan(0.6);
  });

  it('lets nobody fall ill of something else in hospital or on the way there', () => {
    const modules = {
      a: events({ from: [0], rate: [3] }, {}, 'inpatient'),
      b: events({ from: [0], rate: [60] }),
    };
    let stays = 0;
    for (const record of lives(20, modules, 5)) {
      const encounters = record.encounters.filter((one) => one.class !== 'wellness');
      for (const stay of encounters.filter((one) => one.class === 'inpatient')) {
        stays++;
        expect(
          encounters.filter((one) => one !== stay && one.start > stay.start && one.start < stay.end!),
        ).toEqual([]);
      }
      expect(encounters.filter((one) => one.class === 'ambulatory').length).toBeGreaterThan(100);
    }
    expect(stays).toBeGreaterThan(100);
  });

  it('gives a higher hazard its event earlier in every life (same stream)', () => {
    const of = (rate: number) =>
      lives(30, { a: events({ from: [0], rate: [rate] }) }, 40).map((record) => visits(record)[0] ?? 40);
    const [low, high] = [of(0.1), of(0.4)];
    for (const [i, age] of high.entries()) expect(age).toBeLessThanOrEqual(low[i]!);
  });

  it('is checked by the loader, which names every fault', () => {
    const states = {
      Initial: { type: 'Initial', direct_transition: 'Wait' },
      Wait: {
        type: 'anamnesis:Hazard',
        incidence: { from_age: [40, 20], female: [0.1], male: [0.1, -1] },
        ratios: [{ condition: { condition_type: 'Attribute', attribute: 'x', operator: '==' }, ratio: -2 }],
        after_discharge: [{ of: 'all', days: 0, ratio: 1 }],
        direct_transition: 'Nowhere',
      },
    };
    const files = (wait: object) =>
      new Map([
        ['a.json', JSON.stringify({ name: 'a', states: { ...states, Wait: { ...states.Wait, ...wait } } })],
      ]);
    const keys = (wait: object): string[] =>
      checkModules(files(wait))
        .faults.map(({ key }) => key.join('.'))
        .sort();
    expect(keys({})).toEqual([
      'after_discharge.0.days',
      'after_discharge.0.of',
      'incidence.female',
      'incidence.from_age',
      'incidence.male.1',
      'ratios.0.ratio',
    ]);
    const incidence = { from_age: [20], female: [0.1], male: [0.1] };
    const condition = { condition_type: 'Attribute', attribute: 'x', operator: '==' };
    expect(keys({ incidence, after_discharge: [], ratios: [{ condition, ratio: 2 }] })).toEqual([
      'direct_transition',
      'ratios.0.condition',
    ]);
  });

  it('is drawn with how often its event comes', () => {
    const ratios = [{ condition: flag('ill'), ratio: 2 }];
    const text = JSON.stringify({
      name: 'a',
      states: events({ from: [2, 5], rate: [0.001, 0.02] }, { ratios }),
    });
    const { modules } = compileLibrary(new Map([['a.json', text]]));
    expect(mermaidGraph(modules.get('a')!)).toContain('|"1 to 20 in 1,000 a year, 1 risks"|');
  });

  it('goes on for others once a visit ends an illness that comes once in a life', () => {
    const { End, ...found } = events({ from: [0], rate: [2] });
    const once = {
      ...found,
      End: { ...End, direct_transition: 'Years' },
      Years: { type: 'Delay', exact: { quantity: 90, unit: 'years' }, direct_transition: 'Terminal' },
      Terminal: { type: 'Terminal' },
    };
    const records = lives(60, { a: once, b: events({ from: [0], rate: [1] }) }, 30);
    expect(rateOf(records, 5, 30)).toBeGreaterThan(0.9);
    expect(rateOf(records, 5, 30)).toBeLessThan(1.1);
  });
});
