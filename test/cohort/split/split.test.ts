import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertDisjoint, compileSplit, splitRows } from '../../../src/cohort/index.js';
import { Rng } from '../../../src/core/index.js';

const rng = Rng.create(7);
const subjectsArb = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 300 });
const optionsArb = fc.record({
  testShare: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  method: fc.constantFrom('hash' as const, 'exact' as const),
});

/** The test patients of a split, sorted. */
function testers(subjects: readonly number[], rows: Uint32Array): number[] {
  return [...new Set([...rows].map((i) => subjects[i]!))].sort((a, b) => a - b);
}

describe('splitRows', () => {
  it('places every row once and never one patient on both sides', () => {
    fc.assert(
      fc.property(subjectsArb, optionsArb, (subjects, options) => {
        const { train, test } = splitRows({ subjects }, compileSplit(options), rng);
        expect([...train, ...test].sort((a, b) => a - b)).toEqual(subjects.map((_, i) => i));
        assertDisjoint(
          [...train].map((i) => subjects[i]!),
          [...test].map((i) => subjects[i]!),
        );
      }),
    );
  });

  it('does not depend on the order of the rows or on how a key is typed', () => {
    fc.assert(
      fc.property(subjectsArb, optionsArb, (subjects, options) => {
        const compiled = compileSplit(options);
        const back = [...subjects].reverse();
        const a = testers(subjects, splitRows({ subjects }, compiled, rng).test);
        const b = testers(back, splitRows({ subjects: back.map(String) }, compiled, rng).test);
        expect(b).toEqual(a);
      }),
    );
  });

  it('hash: a patient stays on its side when others join', () => {
    fc.assert(
      fc.property(subjectsArb, subjectsArb, (some, more) => {
        const compiled = compileSplit({ testShare: 0.3 });
        const before = testers(some, splitRows({ subjects: some }, compiled, rng).test);
        const all = [...some, ...more];
        const after = testers(all, splitRows({ subjects: all }, compiled, rng).test);
        expect(after.filter((s) => some.includes(s))).toEqual(before);
      }),
    );
  });

  it('hash: meets the share on average (10,000 patients, within 4 standard deviations)', () => {
    const subjects = Array.from({ length: 10_000 }, (_, i) => i);
    const { test } = splitRows({ subjects }, compileSplit({ testShare: 0.2 }), rng);
    expect(Math.abs(test.length / 10_000 - 0.2)).toBeLessThan(4 * Math.sqrt(0.16 / 10_000));
  });

  it('exact: meets the share to within one patient, in all and per stratum', () => {
    const subjects = Array.from({ length: 1003 }, (_, i) => i);
    const strata = subjects.map((s) => (s % 9 === 0 ? 1 : 0));
    const { test } = splitRows({ subjects, strata }, compileSplit({ testShare: 0.25, method: 'exact' }), rng);
    expect(test.length).toBe(Math.round(1003 * 0.25));
    const positives = strata.filter((s) => s === 1).length;
    const held = [...test].filter((i) => strata[i] === 1).length;
    expect(Math.abs(held - positives * 0.25)).toBeLessThanOrEqual(1);
  });

  it('exact: a patient with one positive row counts as a positive patient', () => {
    const subjects = [1, 1, 2, 2, 3, 3, 4, 4];
    const strata = [0, 1, 0, 0, 1, 0, 0, 0];
    const { test } = splitRows({ subjects, strata }, compileSplit({ testShare: 0.5, method: 'exact' }), rng);
    const held = testers(subjects, test);
    expect(held.filter((s) => s === 1 || s === 3)).toHaveLength(1);
    expect(held.filter((s) => s === 2 || s === 4)).toHaveLength(1);
  });

  it('another seed gives another split', () => {
    const subjects = Array.from({ length: 200 }, (_, i) => i);
    const a = splitRows({ subjects }, compileSplit(), Rng.create(1)).test;
    const b = splitRows({ subjects }, compileSplit(), Rng.create(2)).test;
    expect([...a]).not.toEqual([...b]);
  });
});

describe('compileSplit', () => {
  it('reports every problem at once', () => {
    expect(() => compileSplit({ testShare: 1, method: 'rows' as 'hash' })).toThrow(/testShare.*method/s);
  });
});

describe('assertDisjoint', () => {
  it('catches a planted leak: one patient on both sides, whatever the type of its key', () => {
    expect(() => {
      assertDisjoint([1, 2, 3], ['3', '4']);
    }).toThrow(expect.objectContaining({ code: 'SPLIT_LEAK', got: '1 patients on both sides' }) as Error);
  });

  it('catches a split by row of patients with several rows', () => {
    const subjects = Array.from({ length: 100 }, (_, i) => Math.floor(i / 3));
    expect(() => {
      assertDisjoint(subjects.slice(0, 80), subjects.slice(79));
    }).toThrow(/split by patient/);
  });
});
