import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Observation, ObservationValue, PatientRecord } from '../../../../src/cohort/index.js';
import { Rng } from '../../../../src/core/index.js';
import { compileImperfection, imperfect } from '../../../../src/stages/simulate/imperfect/index.js';
import { makeRecords, recordArbitrary } from '../../../support/records/index.js';

const rng = (): Rng => Rng.create(3).split('imperfect');
const { records } = makeRecords(60);
const apply = (options: Parameters<typeof compileImperfection>[0]): PatientRecord[] =>
  records.map((r) => imperfect(r, compileImperfection(options), rng().split('patient', r.index)));

const isMissing = (o: Observation): boolean =>
  o.value?.kind === 'absent' || o.components.some((c) => c.value.kind === 'absent');
const before = new Set(records.flatMap((r) => r.observations.filter(isMissing).map((o) => o.id)));
/** Share of those that are missing among observations that satisfy a condition and had a value. */
function share(
  list: readonly PatientRecord[],
  when: (o: Observation, r: PatientRecord) => boolean,
): { share: number; n: number } {
  const all = list.flatMap((r, i) =>
    r.observations.filter((o, k) => !before.has(o.id) && when(records[i]!.observations[k] ?? o, r)),
  );
  return { share: all.filter(isMissing).length / all.length, n: all.length };
}
/** Whether a share is what a probability says, within 4 standard errors. */
function expectShare({ share: found, n }: { share: number; n: number }, p: number): void {
  expect(n).toBeGreaterThan(100);
  expect(Math.abs(found - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n));
}
const withOdds = (rate: number, factor: number): number => {
  const odds = (rate / (1 - rate)) * factor;
  return odds / (1 + odds);
};

describe('missing values', () => {
  it('mcar takes away the rate asked for, everywhere alike (4 standard errors)', () => {
    const made = apply({ missing: [{ mechanism: 'mcar', rate: 0.3 }] });
    expectShare(
      share(made, () => true),
      0.3,
    );
    expectShare(
      share(made, (o) => o.category === 'laboratory'),
      0.3,
    );
    expectShare(
      share(made, (o) => o.category === 'vital-signs'),
      0.3,
    );
  });

  it('mar changes the odds by age and place (4 standard errors)', () => {
    const made = apply({ missing: [{ mechanism: 'mar', rate: 0.2, oddsRatio: 4 }] });
    const year = 365.25 * 86_400_000;
    const inBand =
      (low: number, high: number, hospital: boolean) =>
      (o: Observation, r: PatientRecord): boolean => {
        const age = (o.time - r.person.birthTime) / year;
        const place = o.encounter === null ? undefined : r.encounters[o.encounter]?.class;
        return (
          age >= low &&
          age < high &&
          ['emergency', 'inpatient', 'icu', 'observation'].includes(place ?? '') === hospital
        );
      };
    const old = share(made, inBand(69, 71, false)).share;
    const young = share(made, inBand(9, 31, false)).share;
    expect(old).toBeGreaterThan(young);
    const outside = share(made, inBand(40, 60, false));
    const inside = share(made, inBand(40, 60, true));
    expect(inside.share).toBeLessThan(outside.share);
    // At 50 in ambulatory care the rate itself holds; the band is narrow enough for that.
    expect(Math.abs(share(made, inBand(45, 55, false)).share - 0.2)).toBeLessThan(0.1);
  });

  it('mnar takes away by the value itself (4 standard errors)', () => {
    const made = apply({ missing: [{ mechanism: 'mnar', rate: 0.2, oddsRatio: 5 }] });
    const abnormal = (o: Observation): boolean =>
      o.value?.kind === 'quantity' &&
      o.referenceRange !== null &&
      ((o.referenceRange.low !== null && o.value.value < o.referenceRange.low) ||
        (o.referenceRange.high !== null && o.value.value > o.referenceRange.high));
    expectShare(share(made, abnormal), withOdds(0.2, 5));
    expectShare(
      share(made, (o) => !abnormal(o)),
      0.2,
    );
  });

  it('keeps the truth: putting it back gives the record as it was', () => {
    const made = apply({ missing: [{ mechanism: 'mcar', rate: 0.4, reason: 'not-performed' }] });
    for (const [i, record] of made.entries()) {
      const was = records[i]!;
      expect(record.observations.map((o) => o.id)).toEqual(was.observations.map((o) => o.id));
      const valuesOf = (o: Observation): readonly ObservationValue[] => [
        ...(o.value === null ? [] : [o.value]),
        ...o.components.map((c) => c.value),
      ];
      const taken = record.observations.flatMap((o, k) => {
        const old = valuesOf(was.observations[k]!);
        return valuesOf(o).flatMap((value, part) =>
          value.kind === 'absent' && old[part]!.kind !== 'absent'
            ? [{ time: o.time, value, old: old[part]! }]
            : [],
        );
      });
      const truth = record.truth.filter((t) => t.kind === 'missing-reason');
      expect(truth).toHaveLength(taken.length);
      expect(truth.every((t) => t.origin.state === 'MCAR')).toBe(true);
      for (const { time, value, old } of taken) {
        expect(value).toEqual({ kind: 'absent', reason: 'not-performed' });
        if (old.kind === 'quantity')
          expect(truth).toContainEqual(expect.objectContaining({ time, value: old.value }));
      }
    }
  });

  it('drops observations and moves the positions of reports with them', () => {
    const made = apply({ missing: [{ mechanism: 'mcar', rate: 0.5, leave: 'dropped' }] });
    let kept = 0;
    for (const [i, record] of made.entries()) {
      const was = records[i]!;
      const ids = new Set(record.observations.map((o) => o.id));
      for (const [k, report] of record.reports.entries()) {
        const expected = was.reports[k]!.observations.map((p) => was.observations[p]!.id).filter((id) =>
          ids.has(id),
        );
        expect(report.observations.map((p) => record.observations[p]!.id)).toEqual(expected);
        kept += expected.length;
      }
    }
    expect(kept).toBeGreaterThan(10);
  });

  it('leaves alone what a rule is not about', () => {
    const made = apply({ missing: [{ mechanism: 'mcar', rate: 1, codes: ['LOINC//8867-4'] }] });
    const missing = made.flatMap((r) => r.observations.filter((o) => isMissing(o) && !before.has(o.id)));
    expect(missing.length).toBeGreaterThan(50);
    expect(new Set(missing.map((o) => o.codes[0]?.code))).toEqual(new Set(['8867-4']));
  });
});

describe('errors of data entry', () => {
  it('mixes up units and transposes digits, with the true value beside it', () => {
    const made = apply({
      dirty: [
        { kind: 'unit-mix-up', rate: 1, codes: ['LOINC//29463-7'] },
        { kind: 'transposed-digits', rate: 1, codes: ['LOINC//8867-4'] },
      ],
    });
    let mixed = 0;
    let swapped = 0;
    for (const [i, record] of made.entries()) {
      for (const [k, o] of record.observations.entries()) {
        const old = records[i]!.observations[k]!;
        if (
          o.value?.kind !== 'quantity' ||
          old.value?.kind !== 'quantity' ||
          o.value.value === old.value.value
        )
          continue;
        expect(record.truth).toContainEqual(
          expect.objectContaining({ kind: 'error', time: o.time, value: old.value.value }),
        );
        expect(o.value.unit).toBe(old.value.unit);
        if (o.codes[0]?.code === '29463-7') {
          expect(Math.abs(o.value.value - 2.20462 * old.value.value)).toBeLessThan(0.06);
          mixed++;
        } else {
          const digits = (v: number, d: number): string =>
            Array.from(v.toFixed(d))
              .filter((c) => c !== '.')
              .sort()
              .join('');
          expect(digits(o.value.value, o.value.decimals)).toBe(digits(old.value.value, old.value.decimals));
          swapped++;
        }
      }
    }
    expect(mixed).toBeGreaterThan(50);
    expect(swapped).toBeGreaterThan(50);
  });

  it('repeats entries under ids of their own', () => {
    const made = apply({ dirty: [{ kind: 'duplicate', rate: 0.2 }] });
    const extra = made.reduce((n, r, i) => n + r.observations.length - records[i]!.observations.length, 0);
    expect(extra).toBe(
      made.reduce((n, r) => n + r.truth.filter((t) => t.origin.state === 'duplicate').length, 0),
    );
    expect(extra).toBeGreaterThan(100);
    const ids = made.flatMap((r) => r.observations.map((o) => o.id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps lives in order whatever is done to them', () => {
    fc.assert(
      fc.property(recordArbitrary(), fc.nat(), ({ record }, seed) => {
        const rules = compileImperfection({
          missing: [{ mechanism: 'mar', rate: 0.2, leave: 'dropped' }],
          dirty: [
            { kind: 'shifted-date', rate: 0.3, days: 400 },
            { kind: 'duplicate', rate: 0.3 },
          ],
        });
        const made = imperfect(record, rules, Rng.create(seed));
        const times = made.observations.map((o) => o.time);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        for (const t of times) {
          expect(t).toBeGreaterThanOrEqual(record.person.birthTime);
          expect(t).toBeLessThanOrEqual(record.endTime);
        }
        for (const report of made.reports)
          for (const p of report.observations) expect(made.observations[p]).toBeDefined();
        expect(imperfect(record, rules, Rng.create(seed))).toEqual(made);
        expect(imperfect(record, compileImperfection({}), Rng.create(seed)).observations).toEqual(
          record.observations,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('refuses rules that it does not know, all at once', () => {
    const bad = { missing: [{ mechanism: 'random', rate: 2 }], dirty: [{ kind: 'typo', rate: 0.1 }] };
    expect(() => compileImperfection(bad as never)).toThrow(
      /missing\.0\.mechanism.*missing\.0\.rate.*dirty\.0\.kind/s,
    );
  });
});
