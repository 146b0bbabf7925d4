import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  barText,
  count,
  counted,
  decimals,
  figure,
  interval,
  judged,
  listed,
  percent,
  placeText,
  privacyFigure,
  sentence,
  signed,
  unitText,
  withInterval,
} from '../../../src/stages/report/format.js';

const ci = (low: number, high: number) => ({ low, high, level: 0.95, method: 'bootstrap' });

describe('numbers as text', () => {
  it('writes a value with its interval as 0.853 [0.82–0.88]', () => {
    expect(withInterval(0.8531, ci(0.8204, 0.8796))).toBe('0.853 [0.82–0.88]');
    expect(withInterval(0.8531, undefined)).toBe('0.853');
  });

  it('gives narrow intervals the digits that tell their ends apart, and negative ones a word between', () => {
    expect(interval(ci(0.9612, 0.9648))).toBe('[0.961–0.965]');
    expect(interval(ci(-0.02, 0.03))).toBe('[−0.02 to 0.03]');
    expect(interval(ci(0.5, 0.5))).toBe('[0.50–0.50]');
  });

  it('never shows a judged value on the other side of its bar', () => {
    expect(judged(0.93996, 0.94)).toBe('0.93996');
    expect(judged(0.94, 0.94)).toBe('0.940');
    expect(judged(0.9396, 0.94)).toBe('0.9396');
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 1.2, noNaN: true }), (value) => {
        fc.pre(value === 0.94 || Math.abs(value - 0.94) > 1e-6);
        expect(Number(judged(value, 0.94)) >= 0.94).toBe(value >= 0.94);
      }),
    );
  });

  it('uses a minus sign, and none on a rounded zero', () => {
    expect(decimals(-0.0312)).toBe('−0.031');
    expect(decimals(-0.00001)).toBe('0.000');
    expect(signed(0.0125, 2)).toBe('+0.01');
    expect(signed(0.00001)).toBe('0.000');
    expect(signed(-0.5, 1)).toBe('−0.5');
  });

  it('shows small shares as more than nothing', () => {
    expect([0, 0.00001, 0.0004, 0.0123, 0.0996, 0.5, 1].map(percent)).toEqual(
      ['0 %', '< 0.01 %', '0.04 %', '1.2 %', '10 %', '50 %', '100 %'].map((text) =>
        text.replaceAll(' ', '\u00A0'),
      ),
    );
    expect(figure(0.0004)).toBe('0.00040');
    expect(figure(12345)).toBe('12\u202F345');
  });

  it('makes sentences of reasons and words of places', () => {
    expect(['no noise is added', 'None. ', 'eICU gives no times', ''].map(sentence)).toEqual([
      'No noise is added.',
      'None.',
      'eICU gives no times.',
      '',
    ]);
    expect(placeText(0.8)).toMatch(/^80\u00A0% of the way/);
    expect([placeText(1.2), placeText(-0.1)]).toEqual([
      'as well kept as among fresh real patients',
      'no better kept than in unrelated columns',
    ]);
  });

  it('writes counts, lists, bars, ε and units', () => {
    expect(count(1234567)).toBe('1\u202F234\u202F567');
    expect([counted(1, 'row'), counted(2, 'row')]).toEqual(['1 row', '2 rows']);
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
    expect([barText(0.9), barText(0.945)]).toEqual(['0.90', '0.945']);
    expect([privacyFigure(1), privacyFigure(2.4001), privacyFigure(1e-7)]).toEqual(['1', '2.4', '1e-7']);
    expect(['a', '10*3/uL', 'mm[Hg]', '{score}', '1', undefined].map(unitText)).toEqual([
      'years',
      '10³/µL',
      'mmHg',
      'score',
      '',
      '',
    ]);
  });
});
