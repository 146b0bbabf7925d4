import { describe, expect, it } from 'vitest';
import { analytes } from '../../../src/cohort/index.js';
import { Rng } from '../../../src/core/index.js';
import { auc, fitLogistic, predictLogistic } from '../../../src/numerics/index.js';
import type { History, Stay } from '../../../src/sources/reference-hospital/history.js';
import { drawHistory } from '../../../src/sources/reference-hospital/history.js';
import type { Observation } from '../../../src/sources/reference-hospital/measurements.js';
import { drawOffsets, measureStay, observed } from '../../../src/sources/reference-hospital/measurements.js';
import { parameters } from '../../../src/sources/reference-hospital/parameters.js';

const patients = 2000;
const root = Rng.create('process test');
const day = 1440;

interface Patient {
  readonly id: number;
  readonly history: History;
  readonly observations: readonly Observation[][];
}

function draw(id: number): Patient {
  const rng = root.split('patient', id);
  const history = drawHistory(rng.split('history'), 4);
  const offsets = drawOffsets(rng.split('offsets'));
  const observations = history.stays.map((stay, i) =>
    measureStay(rng.split('measurements', i), stay.admission, offsets),
  );
  return { id, history, observations };
}

const all = Array.from({ length: patients }, (_, id) => draw(id));
const stays = all.flatMap(({ id, history, observations }) =>
  history.stays.map((stay, i) => ({ id, history, stay, i, seen: observations[i]! })),
);
const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
const indexOf = (loinc: string): number => observed.findIndex((o) => o.loinc === loinc);
const share = <T>(items: readonly T[], test: (item: T) => boolean): number =>
  items.filter(test).length / items.length;

/** Unplanned return within 30 days; undefined where there could be none (death, hospice). */
function readmitted(history: History, i: number): boolean | undefined {
  const { admission, disposition } = history.stays[i]!;
  if (admission.died || disposition === 'hospice') return undefined;
  const next = history.stays[i + 1]?.admission;
  return next?.arrival === 'unplanned' && next.startMinute - admission.endMinute <= 30 * day;
}

describe('rates lie in the bands that the README promises', () => {
  const icu = stays.flatMap(({ stay }) => stay.admission.icu ?? []);
  const returns = stays.flatMap(({ history, i }) => readmitted(history, i) ?? []);
  it.each([
    ['hospital mortality', share(stays, (s) => s.stay.admission.died), 0.08, 0.12],
    ['intensive care', icu.length / stays.length, 0.25, 0.35],
    ['ICU stays above 7 days', share(icu, (x) => x.endMinute - x.startMinute > 7 * day), 0.09, 0.15],
    ['unplanned readmission within 30 days', share(returns, (r) => r), 0.1, 0.14],
    ['admissions a patient', stays.length / patients, 1.4, 1.8],
    ['women', share(all, (p) => p.history.person.sex === 'female'), 0.48, 0.54],
    ['diabetes', share(all, (p) => p.history.person.traits.diabetes === 1), 0.26, 0.34],
    ['chronic kidney disease', share(all, (p) => p.history.person.traits.ckd === 1), 0.13, 0.2],
    ['heart failure', share(all, (p) => p.history.person.traits.heartFailure === 1), 0.12, 0.19],
    ['COPD', share(all, (p) => p.history.person.traits.copd === 1), 0.14, 0.21],
    ['cancer', share(all, (p) => p.history.person.traits.cancer === 1), 0.1, 0.16],
  ])('%s: %d', (_, rate, low, high) => {
    expect(rate).toBeGreaterThan(low);
    expect(rate).toBeLessThan(high);
  });

  it('at least 25 diagnosis groups have 20 stays or more', () => {
    const counts = new Map<string, number>();
    for (const { stay } of stays) {
      const group = stay.admission.diagnosis.code.slice(0, 3);
      counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    expect([...counts.values()].filter((n) => n >= 20).length).toBeGreaterThanOrEqual(25);
  });
});

describe('structure', () => {
  it('chronic conditions are correlated along the causal order', () => {
    const withCkd = all.filter((p) => p.history.person.traits.ckd === 1);
    const without = all.filter((p) => p.history.person.traits.ckd === 0);
    const failing = (p: Patient): boolean => p.history.person.traits.heartFailure === 1;
    expect(share(withCkd, failing)).toBeGreaterThan(2 * share(without, failing));
  });

  it('the sicker half has its lactate measured more often and higher', () => {
    const lactate = indexOf('32693-4');
    const sorted = [...stays].sort((a, b) => a.stay.admission.severity - b.stay.admission.severity);
    const half = Math.floor(sorted.length / 2);
    const [well, sick] = [sorted.slice(0, half), sorted.slice(half)];
    const values = (part: typeof stays): number[] =>
      part.flatMap((s) => s.seen.filter((o) => o.analyte === lactate).map((o) => o.value));
    const drawn = (part: typeof stays): number =>
      share(part, (s) =>
        s.seen.some((o) => o.analyte === lactate && o.minute < s.stay.admission.startMinute + day),
      );
    expect(drawn(sick)).toBeGreaterThan(1.5 * drawn(well));
    expect(mean(values(sick))).toBeGreaterThan(1.15 * mean(values(well)));
  });

  it('a diagnosis leaves its signature: haemoglobin in anaemia is lower by 2 g/dL and more', () => {
    const hemoglobin = indexOf('718-7');
    const values = (code: string): number[] =>
      stays
        .filter((s) => s.stay.admission.diagnosis.code === code)
        .flatMap((s) => s.seen.find((o) => o.analyte === hemoglobin)?.value ?? []);
    expect(mean(values('D64.9'))).toBeLessThan(mean(values('R07.9')) - 2);
  });

  it('every mean pressure is (systolic + 2 · diastolic) / 3, rounded', () => {
    const [s, d, m] = [indexOf('8480-6'), indexOf('8462-4'), indexOf('8478-0')];
    let checked = 0;
    let broken = 0;
    for (const { seen } of stays) {
      const at = new Map(seen.map((o) => [`${o.minute}/${o.analyte}`, o.value]));
      for (const o of seen) {
        if (o.analyte !== m) continue;
        const [systolic, diastolic] = [at.get(`${o.minute}/${s}`)!, at.get(`${o.minute}/${d}`)!];
        checked++;
        if (o.value !== Math.round((systolic + 2 * diastolic) / 3) || diastolic >= systolic) broken++;
      }
    }
    expect(broken).toBe(0);
    expect(checked).toBeGreaterThan(10_000);
  });
});

describe('time', () => {
  const inside = (stay: Stay, minute: number): boolean =>
    minute >= stay.admission.startMinute && minute < stay.admission.endMinute;

  it('stays follow each other, intensive care lies inside, measurements lie inside', () => {
    for (const { history, observations } of all) {
      let before = -Infinity;
      for (const [i, stay] of history.stays.entries()) {
        const { startMinute, endMinute, icu } = stay.admission;
        expect(startMinute).toBeGreaterThan(before);
        expect(endMinute).toBeGreaterThan(startMinute);
        if (icu !== undefined) {
          expect(icu.startMinute).toBeGreaterThanOrEqual(startMinute);
          expect(icu.endMinute).toBeGreaterThan(icu.startMinute);
          expect(icu.endMinute).toBeLessThanOrEqual(endMinute);
        }
        expect(observations[i]!.every((o) => inside(stay, o.minute))).toBe(true);
        before = endMinute;
      }
    }
  });

  it('nothing happens after death, and who died in hospital died at the end of the last stay', () => {
    for (const { history, observations } of all) {
      const last = history.stays.at(-1)!;
      if (last.admission.died) expect(history.deathMinute).toBe(last.admission.endMinute);
      expect(history.stays.slice(0, -1).some((s) => s.admission.died)).toBe(false);
      const end = history.deathMinute ?? Infinity;
      expect(last.admission.endMinute).toBeLessThanOrEqual(end);
      expect(observations.flat().every((o) => o.minute < end)).toBe(true);
    }
    expect(
      all.some((p) => p.history.deathMinute !== undefined && !p.history.stays.at(-1)!.admission.died),
    ).toBe(true);
  });
});

describe('codes and values', () => {
  const known = new Map(analytes.map((a) => [a.loinc, a]));
  const valuesOf: number[][] = observed.map(() => []);
  for (const { seen } of stays) for (const o of seen) valuesOf[o.analyte]!.push(o.value);

  it.each(observed)('$display has a code and a unit of the vocabulary, and stays in its bounds', (o) => {
    const analyte = known.get(o.loinc)!;
    expect(analyte.unit).toBe(o.unit);
    const index = observed.indexOf(o);
    const values = valuesOf[index]!;
    expect(values.length).toBeGreaterThan(100);
    expect(values.filter((v) => v < analyte.bounds.low || v > analyte.bounds.high)).toEqual([]);
    expect(values.filter((v) => Number(v.toFixed(o.decimals)) !== v)).toEqual([]);
  });

  it('every analyte belongs to a panel, every signature to an analyte, every code is ICD-10-CM with its dot', () => {
    const panels = new Set(parameters.measurements.panels.map((p) => p.id));
    const ids = new Set(parameters.measurements.analytes.map((a) => a.id));
    for (const a of parameters.measurements.analytes) expect(panels).toContain(a.panel);
    for (const d of parameters.diagnoses.list)
      for (const id of Object.keys(d.shifts)) expect(ids).toContain(id);
    for (const { code } of [...parameters.diagnoses.list, ...parameters.conditions.list])
      expect(code).toMatch(/^[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?$/);
  });
});

describe('determinism', () => {
  it('a patient depends on nothing but the seed and their own number', () => {
    expect(draw(7)).toEqual(all[7]);
    expect(draw(1999)).toEqual(all[1999]);
    expect(draw(8).history.person).not.toEqual(all[7]!.history.person);
  });
});

describe('how well outcomes can be foreseen', () => {
  /** Mean of each analyte in the first 24 h, whether it was measured, age, conditions, earlier stays: standardised later. */
  const features = ({ stay, seen, i }: (typeof stays)[number]): number[] => {
    const sums = new Float64Array(observed.length);
    const counts = new Float64Array(observed.length);
    for (const o of seen) {
      if (o.minute >= stay.admission.startMinute + day) continue;
      sums[o.analyte]! += o.value;
      counts[o.analyte]!++;
    }
    const means = observed.flatMap((_, a) => (counts[a] === 0 ? [NaN, 0] : [sums[a]! / counts[a]!, 1]));
    const { age10, female, ckd, heartFailure, copd, cancer, diabetes } = stay.admission.traits;
    const planned = stay.admission.arrival === 'planned' ? 1 : 0;
    return [...means, age10, female, ckd, heartFailure, copd, cancer, diabetes, planned, Math.min(4, i)];
  };

  function heldOutAuc(rows: readonly (typeof stays)[number][], labels: readonly number[]): number {
    const raw = rows.map(features);
    const d = raw[0]!.length;
    const x = new Float64Array(rows.length * d);
    for (let j = 0; j < d; j++) {
      const present = raw.map((r) => r[j]!).filter((v) => !Number.isNaN(v));
      const m = mean(present);
      const sd = Math.sqrt(mean(present.map((v) => (v - m) ** 2))) || 1;
      raw.forEach((r, row) => (x[row * d + j] = Number.isNaN(r[j]!) ? 0 : (r[j]! - m) / sd));
    }
    const part = (test: boolean): number[] => rows.flatMap((r, k) => ((r.id % 3 === 0) === test ? [k] : []));
    const pick = (index: readonly number[]): Float64Array => {
      const picked = new Float64Array(index.length * d);
      for (const [to, k] of index.entries()) picked.set(x.subarray(k * d, (k + 1) * d), to * d);
      return picked;
    };
    const [train, test] = [part(false), part(true)];
    const model = fitLogistic({
      x: pick(train),
      rows: train.length,
      features: d,
      labels: train.map((k) => labels[k]!),
      classes: 2,
      l2: 20,
    });
    const scores = predictLogistic(model, pick(test), test.length);
    return auc(
      scores,
      Uint8Array.from(test, (k) => labels[k]!),
    )!;
  }

  it('death: AUC 0.80 … 0.90 from the first 24 h', () => {
    const value = heldOutAuc(
      stays,
      stays.map((s) => (s.stay.admission.died ? 1 : 0)),
    );
    expect(value).toBeGreaterThan(0.8);
    expect(value).toBeLessThan(0.9);
  });

  it('readmission: AUC 0.60 … 0.75, much harder', () => {
    const rows = stays.filter((s) => readmitted(s.history, s.i) !== undefined);
    const value = heldOutAuc(
      rows,
      rows.map((s) => (readmitted(s.history, s.i) === true ? 1 : 0)),
    );
    expect(value).toBeGreaterThan(0.6);
    expect(value).toBeLessThan(0.75);
  });
});
