import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { isNpi, npi } from '../../../../src/stages/simulate/life/care/npi.js';
import {
  buildDirectory,
  compilePopulation,
  coverageTimeline,
  dueImmunizations,
  encounterCost,
  itemCost,
  medicationCost,
  nextWellness,
  payerGroupOf,
  payerGroups,
  procedureCost,
  uuid,
} from '../../../../src/stages/simulate/life/index.js';
import type { ImmunizationHistory } from '../../../../src/stages/simulate/life/index.js';
import { birthday, dayMs, yearMs } from '../../../../src/stages/simulate/life/time.js';
import { people, shareOf } from './support.js';

const end = Date.UTC(2025, 0, 1);
const population = compilePopulation({ endDate: '2025-01-01' });

describe('coverage', () => {
  it('leaves no gap and no overlap from birth to the end, and is Medicare from the 65th birthday', () => {
    people(600).forEach((draft, i) => {
      const spans = coverageTimeline(population, draft, end, Rng.create(i));
      expect(spans[0]!.start).toBe(draft.birthTime);
      expect(spans.at(-1)!.end).toBeNull();
      spans.slice(1).forEach((span, j) => {
        expect(span.start).toBe(spans[j]!.end);
        expect(span.payer).not.toBe(spans[j]!.payer);
      });
      const old = birthday(draft.birthTime, 65);
      if (old < end) expect(payerGroupOf(spans.findLast((s) => s.start <= old)!.payer)).toBe('medicare');
    });
  });

  it('has the payer mix that was asked for (3,000 people under 65, within 3 points)', () => {
    const wanted = compilePopulation({ endDate: '2025-01-01', payers: { medicaid: 1, uninsured: 1 } });
    const last = people(3000, { ageYears: { min: 30, max: 60 } }).map((draft, i) =>
      payerGroupOf(coverageTimeline(wanted, draft, end, Rng.create(i)).at(-1)!.payer),
    );
    expect(Math.abs(shareOf(last, (g) => g === 'medicaid') - 0.5)).toBeLessThan(0.03);
    expect(shareOf(last, (g) => g === 'private' || g === 'medicare')).toBe(0);
  });

  it('covers about 60 % privately and leaves about 9 % uninsured under 65 (within 6 points)', () => {
    const last = people(4000, { ageYears: { min: 0, max: 64 }, state: 'US' }).map((draft, i) =>
      payerGroupOf(coverageTimeline(population, draft, end, Rng.create(i)).at(-1)!.payer),
    );
    const share = Object.fromEntries(payerGroups.map((g) => [g, shareOf(last, (x) => x === g)]));
    expect(Math.abs(share['private']! - 0.62)).toBeLessThan(0.06);
    expect(Math.abs(share['uninsured']! - 0.09)).toBeLessThan(0.06);
  });
});

describe('directory', () => {
  const { directory, choose } = buildDirectory(population, Rng.create(1));

  it('gives everybody a valid identifier of their own', () => {
    const all = [...directory.organizations, ...directory.practitioners];
    expect(all.every((x) => isNpi(x.npi))).toBe(true);
    expect(new Set(all.map((x) => x.npi)).size).toBe(all.length);
    expect(new Set(all.map((x) => x.id)).size).toBe(all.length);
    expect(directory.practitioners.every((p) => directory.organizations[p.organization] !== undefined)).toBe(
      true,
    );
  });

  it('sends a person to the same doctor near home, and a sick one to the right one', () => {
    for (const draft of people(100)) {
      const first = choose(draft, 'wellness', end);
      expect(choose(draft, 'wellness', end)).toEqual(first);
      expect(directory.organizations[first.organization]!.address.city).toBe(draft.address.city);
      expect(directory.practitioners[first.practitioner]!.organization).toBe(first.organization);
      const heart = choose(draft, 'inpatient', end, 'CARDIOLOGY');
      expect(directory.practitioners[heart.practitioner]!.specialty).toBe('CARDIOLOGY');
    }
  });

  it('is the same for every worker', () => {
    expect(buildDirectory(population, Rng.create(1)).directory).toEqual(directory);
  });
});

describe('national provider identifiers', () => {
  it('accept the example of CMS and refuse every other last digit', () => {
    const good = Array.from({ length: 10 }, (_, d) => isNpi(`123456789${d}`));
    expect(good).toEqual([false, false, false, true, false, false, false, false, false, false]);
  });

  it('begin with 2 and carry their check digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (n) => isNpi(npi(n)) && npi(n).startsWith('2')),
    );
  });
});

describe('identifiers', () => {
  it('are version 4 UUIDs, the same from the same stream', () => {
    const made = uuid(Rng.create(5));
    expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuid(Rng.create(5))).toBe(made);
    expect(uuid(Rng.create(6))).not.toBe(made);
  });
});

describe('wellness and immunizations', () => {
  it('comes again, always later: twelve visits to three years of age, then yearly', () => {
    const draft = people(1)[0]!;
    const times: number[] = [];
    let last: number | null = null;
    for (let i = 0; i < 30; i++) {
      const next = nextWellness(draft, last, Rng.create(i));
      if (last !== null) expect(next).toBeGreaterThan(last);
      times.push((last = next));
    }
    expect(times.filter((t) => t < birthday(draft.birthTime, 3) + 30 * dayMs).length).toBe(12);
  });

  it('gives series in order, spaced, inside their ages, never twice', () => {
    for (const draft of people(60, { ageYears: { min: 15, max: 18 } })) {
      const history: ImmunizationHistory = new Map();
      let time = nextWellness(draft, null, Rng.create(0));
      const doses = new Map<string, number>();
      for (let i = 1; time < end; i++) {
        for (const { code, dose } of dueImmunizations(draft, time, history)) {
          expect(dose).toBe((doses.get(code.code) ?? 0) + 1);
          doses.set(code.code, dose);
        }
        time = nextWellness(draft, time, Rng.create(i));
      }
      expect(doses.get('20') ?? 0).toBeLessThanOrEqual(5);
      expect(doses.get('187')).toBeUndefined();
      for (const given of history.values())
        given.slice(1).forEach((t, j) => {
          expect(t - given[j]!).toBeGreaterThanOrEqual(25 * dayMs);
        });
    }
  });

  it('reaches about 92 % with measles vaccine at two years (within 4 points)', () => {
    const drafts = people(1500, { ageYears: { min: 3, max: 3 } });
    const had = shareOf(drafts, (draft) =>
      dueImmunizations(draft, draft.birthTime + 2 * yearMs, new Map()).some((d) => d.code.code === '03'),
    );
    expect(Math.abs(had - 0.92)).toBeLessThan(0.04);
  });

  it('gives nothing before the vaccine was there', () => {
    const draft = people(1, { ageYears: { min: 90, max: 90 } })[0]!;
    expect(dueImmunizations(draft, draft.birthTime + yearMs, new Map())).toEqual([]);
  });
});

describe('prices', () => {
  it('are known for classes, procedures and drugs, and never negative', () => {
    expect(encounterCost('icu')).toBeGreaterThan(encounterCost('wellness'));
    expect(procedureCost({ system: 'SNOMED', code: '73761001', display: 'Colonoscopy' })).toBeGreaterThan(
      procedureCost({ system: 'SNOMED', code: '0', display: 'something else' }),
    );
    expect(medicationCost({ system: 'RXNORM', code: '0', display: 'Insulin glargine' })).toBeGreaterThan(
      medicationCost({ system: 'RXNORM', code: '0', display: 'lisinopril 10 MG Oral Tablet' }),
    );
    expect(itemCost('report')).toBeGreaterThan(0);
  });
});
