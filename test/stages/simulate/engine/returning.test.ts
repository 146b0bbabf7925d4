import { describe, expect, it } from 'vitest';
import type { Life, Root } from '../../../../src/stages/simulate/engine/life.js';
import type { CompileContext } from '../../../../src/stages/simulate/engine/program.js';
import { compileReturning, endedOf } from '../../../../src/stages/simulate/engine/returning.js';
import type { Ended } from '../../../../src/stages/simulate/engine/returning.js';
import { simulateStay, stayData } from '../../../../src/stages/simulate/stay/index.js';
import { Rng } from '../../../../src/core/index.js';
import { course, patient } from '../stay/courses.js';

const dayMs = 86_400_000;
const now = 20_000 * dayMs;
const names = Object.keys(stayData.hazards.returning.diseases);
const context = {
  reads: new Set<string>(),
  attributes: { id: (name: string) => names.indexOf(name) },
} as unknown as CompileContext;
const returning = compileReturning(stayData, context);

/** The factor for somebody with diseases, who was in hospital so many days ago and is now again. */
function factor(change: Partial<Ended> = {}, ill: readonly string[] = [], before: readonly number[] = []) {
  const encounters = [...before, 0].map((days) => ({ class: 'inpatient', start: now - days * dayMs }));
  const value = (id: number): true | undefined => (ill.includes(names[id]!) ? true : undefined);
  const life = { now, value, record: { encounters } } as unknown as Life;
  const root = { encounter: before.length } as unknown as Root;
  return returning(life, root, { days: 3, planned: false, peak: 1.5, ...change });
}

describe('who comes back after a stay', () => {
  it('are the chronically ill, those who were here before, the severely ill and those who stayed long', () => {
    const usual = factor();
    expect(factor({}, ['heart_failure_dx'])).toBeGreaterThan(1.2 * usual);
    expect(factor({}, ['heart_failure_dx', 'cirrhosis_dx'])).toBeGreaterThan(2 * usual);
    expect(factor({}, [], [40, 90])).toBeGreaterThan(1.5 * usual);
    expect(factor({}, [], [500])).toBe(usual);
    expect(factor({ peak: 3 })).toBeGreaterThan(1.3 * usual);
    expect(factor({ days: 8 })).toBeGreaterThan(1.3 * usual);
    expect(factor({ planned: true })).toBeLessThan(0.8 * usual);
  });

  it('is asked of diseases that modules set', () => {
    expect([...context.reads].sort()).toEqual([...names].sort());
  });

  it('reads length, way of arrival and worst acuity from a stay', () => {
    const stay = simulateStay(
      { course: course(), patient: patient(70), arrivalHour: 3 },
      Rng.create('ended'),
    );
    const { days, planned, peak } = endedOf(stay);
    expect(days).toBeCloseTo(stay.hours / 24, 9);
    expect(planned).toBe(false);
    expect(peak).toBeGreaterThan(0);
  });
});
