import { describe, expect, it } from 'vitest';
import type { Difference } from '../../../../src/stages/simulate/calibrate/compare.js';
import { categoriesOf, stepMix } from '../../../../src/stages/simulate/calibrate/mix.js';
import { numberTree, stepNumbers } from '../../../../src/stages/simulate/calibrate/update.js';
import { stayFiles } from '../../../../src/stages/simulate/stay/index.js';
import { hospitalLibrary } from './hospital-library.js';

type Value = number | readonly [number, number, number];

function difference(id: string, real: Value, simulated: Value): Difference {
  const group = id.startsWith('diagnosis') ? ('diagnosis' as const) : ('stay' as const);
  const figure = (value: Value): Difference['real'] => ({
    id,
    group,
    title: id,
    unit: '1',
    n: 100,
    value: typeof value === 'number' ? value : value[1],
    quartiles: typeof value === 'number' ? null : [value[0], value[2]],
    why: null,
  });
  return { id, group, title: id, unit: '1', real: figure(real), simulated: figure(simulated), relative: 0 };
}
const data = { files: stayFiles, unit: 'icu' } as const;
const lactate = stayFiles.orders.orders.find(({ id }) => id === 'lactate')!;
const lactateHours = lactate.hours.icu;
const ventilation = stayFiles.support.support.find(({ id }) => id === 'ventilation')!;
const moved = (...differences: Difference[]) => stepNumbers(differences, data, new Map());

describe('stepNumbers', () => {
  it('moves nothing when nothing differs', () => {
    const before = moved(
      difference('creatinine.level', [0.8, 1, 1.4], [0.8, 1, 1.4]),
      difference('mortality', 0.1, 0.1),
      difference('lactate.perDay', 2, 2),
    );
    const creatinine = stayFiles.signals.signals.find(({ id }) => id === 'creatinine')!;
    const value = before.get('stay|signals|creatinine|baseline|value');
    expect(creatinine).toMatchObject({ baseline: { value } });
    expect(before.get('stay|hazards|death|atZero')).toBe(stayFiles.hazards.death.atZero);
    expect(before.get('stay|orders|lactate|hours|icu')).toBe(lactate.hours.icu);
  });

  it('moves numbers towards the real figures, seven tenths of the way', () => {
    const found = moved(
      difference('creatinine.level', [0.8, 1, 1.4], [1.6, 2, 2.8]),
      difference('sodium.level', [136, 139, 142], [134, 137, 139]),
      difference('heart_rate.level', [75, 86, 97], [90, 106, 120]),
      difference('mortality', 0.14, 0.3),
      difference('los.hospital', 10, 5),
      difference('lactate.perDay', 4, 2),
      difference('lactate.measured', 0.5, 0.98),
      difference('ventilation', 0.6, 0.3),
    );
    const at = (path: string): number => found.get(`stay|${path}`)!;
    expect(at('signals|creatinine|baseline|value')).toBeCloseTo(0.9 * 0.5 ** 0.7, 4);
    expect(at('signals|sodium|baseline|value')).toBeCloseTo(139.5 + 0.7 * 2, 3);
    // its quartiles are too near: the spread between patients grows
    expect(at('signals|sodium|baseline|sd')).toBeGreaterThan(1.8);
    expect(at('signals|heart_rate|baseline|shift')).toBeCloseTo(-14, 6);
    expect(at('hazards|death|atZero')).toBeLessThan(stayFiles.hazards.death.atZero - 0.5);
    expect(at('hazards|hospital|recovery')).toBeCloseTo(2 ** 0.7, 4);
    expect(at('orders|lactate|hours|icu')).toBeCloseTo(lactateHours / 2 ** 0.7, 3);
    expect(at('orders|lactate|share|icu')).toBeLessThan(lactate.share.icu);
    expect(at('support|ventilation|from')).toBeLessThan(ventilation.from!);
  });

  it('keeps numbers within their ranges however far the figures are', () => {
    const far = difference('mortality', 0.0001, 0.999);
    let numbers = stepNumbers([far, difference('lactate.perDay', 1000, 0.01)], data, new Map());
    for (let i = 0; i < 20; i++)
      numbers = stepNumbers([far, difference('lactate.perDay', 1000, 0.01)], data, numbers);
    expect(numbers.get('stay|hazards|death|atZero')).toBe(-22);
    expect(numbers.get('stay|orders|lactate|hours|icu')).toBe(Math.max(0.25, lactateHours / 8));
  });

  it('moves what is ordered at arrival for admissions alone', () => {
    const rarer = difference('lactate.measured', 0.2, 0.5);
    expect(moved(rarer).has('stay|orders|lactate|arrival')).toBe(false);
    const found = stepNumbers([rarer], { ...data, unit: 'hospital' }, new Map());
    expect(found.get('stay|orders|lactate|arrival')).toBeLessThan(0.35);
  });

  it('writes paths as a tree', () => {
    const numbers = new Map([
      ['stay|a|b', 1],
      ['stay|a|c', 2],
      ['other|x', 3],
    ]);
    expect(numberTree(numbers, 'stay')).toEqual({ a: { b: 1, c: 2 } });
  });
});

describe('stepMix', () => {
  const categories = categoriesOf(hospitalLibrary());

  it('knows the categories of the conditions that modules with a hazard bring', () => {
    expect([...categories.keys()]).toEqual(['pneumonia', 'fracture']);
    expect([...categories.get('pneumonia')!]).toEqual(['J18']);
  });

  it('takes more of what is too rare and less of what is too frequent', () => {
    const both = new Map([
      ['pneumonia', new Set(['J18'])],
      ['sepsis', new Set(['A41'])],
    ]);
    const found = stepMix(
      [
        difference('diagnosis.J18', 0.2, 0.6),
        difference('diagnosis.A41', 0.2, 0.4),
        difference('diagnosis.K92', 0.6, 0),
      ],
      both,
      {},
    );
    expect(found['pneumonia']).toBeCloseTo((0.5 / 0.6) ** 0.7, 3);
    expect(found['sepsis']).toBeCloseTo((0.5 / 0.4) ** 0.7, 3);
    expect(stepMix([difference('mortality', 0.1, 0.2)], both, { sepsis: 2 })).toEqual({ sepsis: 2 });
  });
});
