import { describe, expect, it } from 'vitest';
import { cardiovascularRisk } from '../../../../src/stages/simulate/engine/risk.js';

describe('the risk of cardiovascular events', () => {
  // The two worked cases of D'Agostino et al. 2008 (tables 2 and following): 10.48 % and 15.62 %.
  it('agrees with the cases of the paper to 0.0002', () => {
    const woman = {
      sex: 'female',
      ageYears: 61,
      totalCholesterol: 180,
      hdl: 47,
      systolic: 124,
      treated: false,
      smoker: true,
      diabetes: false,
    } as const;
    const man = {
      sex: 'male',
      ageYears: 53,
      totalCholesterol: 161,
      hdl: 55,
      systolic: 125,
      treated: true,
      smoker: false,
      diabetes: true,
    } as const;
    expect(Math.abs(cardiovascularRisk(woman) - 0.1048)).toBeLessThan(0.0002);
    expect(Math.abs(cardiovascularRisk(man) - 0.1562)).toBeLessThan(0.0002);
  });
});
