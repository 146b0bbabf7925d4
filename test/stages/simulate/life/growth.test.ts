import { execFileSync } from 'node:child_process';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bmiPercentile } from '../../../../src/stages/simulate/life/body/growth.js';
import { derivedAttribute, vitalSign } from '../../../../src/stages/simulate/life/index.js';
import { yearMs } from '../../../../src/stages/simulate/life/time.js';
import { dataRoot } from '../../../support/data.js';
import { meanOf, noAttributes, people, shareOf } from './support.js';

const drafts = people(300);
const person = fc.nat(drafts.length - 1).map((i) => drafts[i]!);

describe('growth', () => {
  it('never shrinks a child between two measurements', () => {
    const ages = fc.tuple(
      fc.double({ min: 0, max: 19, noNaN: true }),
      fc.double({ min: 0.02, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(person, ages, (draft, [age, later]) => {
        const at = (a: number): number =>
          vitalSign('Height', draft, draft.birthTime + a * yearMs, noAttributes);
        return at(age + later) >= at(age);
      }),
    );
  });

  it('gives a BMI that is weight over height squared, to its one decimal', () => {
    fc.assert(
      fc.property(person, fc.double({ min: 0, max: 100, noNaN: true }), (draft, age) => {
        const time = draft.birthTime + age * yearMs;
        const height = vitalSign('Height', draft, time, noAttributes) / 100;
        const weight = vitalSign('Weight', draft, time, noAttributes);
        const bmi = vitalSign('BMI', draft, time, noAttributes);
        expect(Math.abs(bmi - weight / height ** 2)).toBeLessThanOrEqual(0.0501);
      }),
    );
  });

  it('has the height of adults (175.3 and 161.3 cm, within 1 cm) and about 42 % obese (within 3 points)', () => {
    const adults = people(6000, { ageYears: { min: 20, max: 90 }, state: 'US' });
    const end = Date.UTC(2025, 0, 1);
    const height = (sex: string): number =>
      meanOf(adults.filter((d) => d.sex === sex).map((d) => vitalSign('Height', d, end, noAttributes)));
    expect(Math.abs(height('male') - 175.3)).toBeLessThan(1);
    expect(Math.abs(height('female') - 161.3)).toBeLessThan(1);
    const obese = shareOf(adults, (d) => vitalSign('BMI', d, end, noAttributes) >= 30);
    expect(Math.abs(obese - 0.42)).toBeLessThan(0.03);
  });

  it('puts the median on the 50th percentile and knows no percentile of an adult', () => {
    expect(bmiPercentile('female', 10, 16.9)).toBeCloseTo(50, 6);
    expect(bmiPercentile('male', 20.5, 23)).toBeUndefined();
  });

  it('answers the attributes that modules read, for children only', () => {
    const draft = drafts[0]!;
    const ask = (name: string, age: number): number | undefined =>
      derivedAttribute(name, draft, draft.birthTime + age * yearMs, noAttributes);
    const time = draft.birthTime + 10 * yearMs;
    const percentile = bmiPercentile(draft.sex, 10, vitalSign('BMI', draft, time, noAttributes))!;
    expect(ask('bmi_percentile', 10)).toBeCloseTo(percentile, 1);
    expect(ask('current_weight_length_percentile', 1)).toBeGreaterThan(0);
    expect([ask('bmi_percentile', 30), ask('current_weight_length_percentile', 4), ask('other', 10)]).toEqual(
      [undefined, undefined, undefined],
    );
  });
});

describe.skipIf(dataRoot === undefined)('growth against the CDC 2000 charts (needs shared data)', () => {
  const row = z.record(z.string(), z.coerce.number());
  const charts = z.record(z.string(), z.record(z.string(), z.record(z.string(), row)));
  const text = (): string =>
    execFileSync(
      'tar',
      [
        'xzOf',
        path.join(dataRoot ?? '', 'synthea', 'resources.tar.gz'),
        'synthea-resources/cdc_growth_charts.json',
      ],
      {
        encoding: 'utf8',
        maxBuffer: 1e8,
      },
    );

  it('agrees on BMI percentiles within 3.5 points from 2 to 20 years', () => {
    const bmi = charts.parse(JSON.parse(text()))['bmi']!;
    for (const [letter, sex] of [
      ['F', 'female'],
      ['M', 'male'],
    ] as const) {
      for (let months = 24; months <= 240; months += 6) {
        const at = bmi[letter]![String(months)]!;
        for (const percent of [5, 10, 25, 50, 75, 90, 95]) {
          const ours = bmiPercentile(sex, months / 12, at[String(percent)]!)!;
          expect(Math.abs(ours - percent), `${sex} ${months} months ${percent}`).toBeLessThan(3.5);
        }
      }
    }
  });

  it('agrees on median height within 0.6 cm from 3 to 20 years', () => {
    const height = charts.parse(JSON.parse(text()))['height']!;
    const median = people(1)[0]!;
    for (const [letter, sex] of [
      ['F', 'female'],
      ['M', 'male'],
    ] as const) {
      const draft = { ...median, sex, traits: { ...median.traits, z: { ...median.traits.z, height: 0 } } };
      for (let months = 36; months <= 240; months += 3) {
        const ours = vitalSign('Height', draft, draft.birthTime + (months / 12) * yearMs, noAttributes);
        expect(Math.abs(ours - height[letter]![String(months)]!['50']!), `${sex} ${months}`).toBeLessThan(
          0.6,
        );
      }
    }
  });
});
