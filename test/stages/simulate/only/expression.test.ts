import { describe, expect, it } from 'vitest';
import { compileLibrary, compileOnly } from '../../../../src/stages/simulate/index.js';
import { parseExpression } from '../../../../src/stages/simulate/only/expression.js';

const library = compileLibrary(
  new Map([
    [
      'a.json',
      JSON.stringify({
        name: 'a',
        states: {
          Initial: { type: 'Initial', direct_transition: 'C' },
          C: {
            type: 'ConditionOnset',
            codes: [
              { system: 'SNOMED-CT', code: '44054006', display: 'Diabetes mellitus type 2 (disorder)' },
            ],
            direct_transition: 'M',
          },
          M: {
            type: 'MedicationOrder',
            codes: [{ system: 'RxNorm', code: 860975, display: 'Metformin hydrochloride 500 MG' }],
            direct_transition: 'O',
          },
          O: {
            type: 'Observation',
            category: 'laboratory',
            unit: '%',
            codes: [{ system: 'LOINC', code: '4548-4', display: 'HbA1c' }],
            range: { low: 6, high: 9 },
            direct_transition: 'T',
          },
          T: { type: 'Terminal' },
        },
      }),
    ],
  ]),
);

describe('expressions of --only', () => {
  it('bind not before and before or, and take words in a row as one name', () => {
    expect(parseExpression('heart failure or not a and (b or age >= 65)')).toEqual({
      kind: 'or',
      parts: [
        { kind: 'name', name: 'heart failure' },
        {
          kind: 'and',
          parts: [
            { kind: 'not', part: { kind: 'name', name: 'a' } },
            {
              kind: 'or',
              parts: [
                { kind: 'name', name: 'b' },
                { kind: 'compare', name: 'age', op: '>=', value: '65' },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each(['', 'and', 'a and', '(a', 'a)', 'age >', 'a b) or c', 'age > = 5', '"x'])(
    'refuses %j with the place',
    (text) => {
      expect(() => parseExpression(text)).toThrow(/cannot be read at character/u);
    },
  );

  it('finds what a name stands for: concept, word in a name, or code', () => {
    expect([...compileOnly('diabetes', library).codes]).toEqual(['44054006']);
    expect([...compileOnly('metformin', library).codes]).toEqual(['860975']);
    expect([...compileOnly('SNOMED//44054006', library).codes]).toEqual(['44054006']);
    expect(() => compileOnly('diabtes', library)).toThrow(/did you mean 'diabetes'/u);
    expect(() => compileOnly('SNOMED//1', library)).toThrow(/No module records/u);
    expect(() => compileOnly('age > old', library)).toThrow(/a number/u);
    expect(() => compileOnly('sex = x', library)).toThrow(/female or male/u);
  });

  it('compares what the modules measure, and nothing else', () => {
    expect(compileOnly('hba1c > 9 or LOINC//4548-4 < 5', library).atoms).toHaveLength(2);
    expect(() => compileOnly('ldl > 160', library)).toThrow(/No module measures 'ldl'[^]*LOINC\/\/18262-6/u);
    expect(() => compileOnly('constructor > 1', library)).toThrow(/hba1c/u);
  });

  it.each([
    ['race = white and age > 65', true],
    ['race = black', false],
    ['not (race = black) and diabetes', null],
    ['race = black and diabetes', false],
    ['race = white or diabetes', true],
    ['age < 65 or hba1c > 9', null],
    ['age < 65', false],
    ['alive', true],
  ])('%s is known before the life is lived: %s', (text, known) => {
    const person = {
      birthTime: Date.UTC(1950, 5, 1),
      sex: 'female',
      race: 'white',
      ethnicity: 'nonhispanic',
    } as const;
    const { early } = compileOnly(text, library);
    expect(early(person, Date.UTC(2025, 0, 1))).toBe(known);
    // without an end that is known, neither age nor being alive is
    if (/age|alive/u.test(text)) expect(early(person, null)).toBe(null);
  });

  it.each([
    ['age > 65 and age <= 80 and female', { ageYears: { min: 66, max: 80 }, sex: 'female', alive: null }],
    [
      'not (age < 18 or sex = female) and alive',
      { ageYears: { min: 18, max: 110 }, sex: 'male', alive: true },
    ],
    ['diabetes or age > 65', { ageYears: { min: 0, max: 110 }, sex: null, alive: null }],
    ['age = 40', { ageYears: { min: 40, max: 40 }, sex: null, alive: null }],
    ['age > 64.5 and dead', { ageYears: { min: 65, max: 110 }, sex: null, alive: false }],
  ])('%s is steered', (text, steering) => {
    expect(compileOnly(text, library).steering).toEqual(steering);
  });

  it.each(['age > 80 and age < 70', 'male and female', 'alive and dead'])('%s is impossible', (text) => {
    expect(() => compileOnly(text, library)).toThrow(/Nobody can fit/u);
  });
});
