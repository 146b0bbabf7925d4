import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conversion, convert, DataError, isConvertible } from '../../src/core/index.js';

const glucose = { molarMass: 180.16 };

describe('convert', () => {
  // Factors of the usual conversion tables for SI and conventional units.
  it.each([
    [5.5, 'mmol/L', 'mg/dL', glucose, 99.088],
    [1, 'mg/dL', 'umol/L', { molarMass: 113.12 }, 88.402],
    [10, 'mg/dL', 'mmol/L', { molarMass: 40.078 }, 2.4951],
    [10, 'mg/dL', 'mmol/L', { molarMass: 28.014 }, 3.5697],
    [1, 'mg/dL', 'umol/L', { molarMass: 584.66 }, 17.104],
    [2, 'meq/L', 'mg/dL', { molarMass: 24.305, valence: 2 }, 2.4305],
    [140, 'g/L', 'g/dL', {}, 14],
    [98.6, '[degF]', 'Cel', {}, 37],
    [37, 'Cel', '[degF]', {}, 98.6],
    [300, 'K', 'Cel', {}, 26.85],
    [150, '[lb_av]', 'kg', {}, 68.0389],
    [70, '[in_i]', 'cm', {}, 177.8],
    [0.4, '1', '%', {}, 40],
    [13.3322, 'kPa', 'mm[Hg]', {}, 100],
    [10, 'cm[H2O]', 'mm[Hg]', {}, 7.3556],
    [8, '10*9/L', '10*3/uL', {}, 8],
    [350, '/uL', '10*3/uL', {}, 0.35],
    [1, 'ukat/L', 'U/L', {}, undefined],
    [60, 'umol/min', 'umol/s', {}, 1],
    [3, '{score}', '{score}', {}, 3],
  ])('%s %s is in %s', (...[value, from, to, substance, expected]) => {
    if (expected === undefined) expect(() => convert(value, from, to, substance)).toThrow(DataError);
    else expect(convert(value, from, to, substance)).toBeCloseTo(expected, 3);
  });

  it('gives exactly 1 between spellings of one unit', () => {
    for (const [a, b] of [
      ['ug/L', 'ng/mL'],
      ['mg/dL', 'mg/dl'],
      ['10*9/L', '10*3/uL'],
      ['g/dL', 'g/dL'],
    ] as const) {
      expect(conversion(a, b)).toEqual({ factor: 1, shift: 0 });
    }
  });

  it('goes there and back without loss, to 1e-12', () => {
    const pairs = [
      ['mg/dL', 'mmol/L'],
      ['meq/L', 'mg/dL'],
      ['Cel', '[degF]'],
      ['kPa', 'mm[Hg]'],
      ['[lb_av]', 'kg'],
      ['[in_i]', 'cm'],
      ['U/L', 'mol/s/L'],
      ['10*6/uL', '10*12/L'],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...pairs),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        ([a, b], value) => {
          const substance = { molarMass: 40.078, valence: 2 };
          const back = convert(convert(value, a, b, substance), b, a, substance);
          expect(Math.abs(back - value)).toBeLessThanOrEqual(1e-12 * Math.max(1000, Math.abs(value)));
        },
      ),
    );
  });

  it('goes the direct way and over a third unit alike', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1000, noNaN: true }), (value) => {
        const over = convert(convert(value, 'mg/dL', 'g/L'), 'g/L', 'mmol/L', glucose);
        expect(over).toBeCloseTo(convert(value, 'mg/dL', 'mmol/L', glucose), 9);
      }),
    );
  });

  it.each([
    ['mg/dL', 'mmol/L', 'UNIT_MISMATCH'],
    ['meq/L', 'mmol/L', 'UNIT_MISMATCH'],
    ['mm[Hg]', 'mg/dL', 'UNIT_MISMATCH'],
    ['[IU]/L', 'U/L', 'UNIT_MISMATCH'],
    ['parsec', 'm', 'UNIT_UNKNOWN'],
    ['Cel/h', 'K/h', 'UNIT_UNKNOWN'],
    ['/100', '1', 'UNIT_UNKNOWN'],
    ['mCel', 'Cel', 'UNIT_UNKNOWN'],
  ])('refuses %s to %s with %s', (from, to, code) => {
    expect(() => conversion(from, to)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('tells whether a way exists', () => {
    expect(isConvertible('mg/dL', 'mmol/L')).toBe(false);
    expect(isConvertible('mg/dL', 'mmol/L', glucose)).toBe(true);
  });
});
