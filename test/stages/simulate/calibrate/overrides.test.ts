import { describe, expect, it } from 'vitest';
import { UserError } from '../../../../src/core/index.js';
import { applyOverrides, mixModules } from '../../../../src/stages/simulate/calibrate/overrides.js';
import { stayData } from '../../../../src/stages/simulate/stay/index.js';
import { hospitalLibrary } from './hospital-library.js';

const files = hospitalLibrary();
const apply = (content: object, from = files) =>
  applyOverrides(JSON.stringify({ schema: 'anamnesis.overrides/1', ...content }, null, 1), 'own.json', from);
const stateOf = (text: string | undefined, name: string): unknown =>
  (JSON.parse(text!) as { states: Record<string, unknown> }).states[name];

describe('applyOverrides', () => {
  it('puts numbers of stays in place, list entries by id, and leaves all others', () => {
    const { stay, files: same } = apply({
      stay: {
        signals: { creatinine: { baseline: { value: 1.1 } }, fluctuation: { organSd: 0.4 } },
        orders: { lactate: { hours: { icu: 9 }, share: { icu: 0.5 } }, missed: { value: 0.1 } },
        support: { ventilation: { from: 2 } },
        hazards: { death: { atZero: -14 } },
      },
    });
    expect(stay.signals.find(({ id }) => id === 'creatinine')!).toMatchObject({
      baseline: { value: 1.1, sd: 0.18 },
    });
    const lactate = stay.orders.find(({ id }) => id === 'lactate')!;
    expect([lactate.hours.icu, lactate.share.icu, stay.missed]).toEqual([9, 0.5, 0.1]);
    expect(stay.supports.find(({ id }) => id === 'ventilation')!.from).toBe(2);
    expect(stay.hazards.death.atZero).toBe(-14);
    expect(stay.hazards.comfort).toEqual(stayData.hazards.comfort);
    expect(stay.fluctuation).toMatchObject({ organSd: 0.4, organHours: stayData.fluctuation.organHours });
    expect(stay.orders.filter(({ id }) => id !== 'lactate')).toEqual(
      stayData.orders.filter(({ id }) => id !== 'lactate'),
    );
    expect(same).toEqual(files);
  });

  it('puts numbers of courses in place and multiplies incidences', () => {
    const found = apply({
      modules: {
        pneumonia: {
          Stay: { course: { severity: { mean: 2.2 }, treatments: { antibiotic: { share: 0.5 } } } },
        },
      },
      mix: { fracture: 3 },
    });
    const own = mixModules(found);
    const stay = stateOf(own.get('pneumonia.json'), 'Stay') as {
      course: { severity: object; treatments: object[] };
    };
    expect(stay.course.severity).toEqual({ mean: 2.2, sd: 0.5, per_decade: 0.1 });
    expect(stay.course.treatments[0]).toMatchObject({ id: 'antibiotic', share: 0.5 });
    const hazard = stateOf(own.get('fracture.json'), 'At_Risk') as { incidence: { female: number[] } };
    expect(hazard.incidence.female[0]).toBeCloseTo(0.03, 12);
    expect(own.get('frailty.json')).toBe(files.get('frailty.json'));
  });

  it('names every fault with its line and path', () => {
    const found = (content: object): string => {
      try {
        apply(content);
      } catch (error) {
        if (error instanceof UserError && error.code === 'BAD_OVERRIDES') return error.message;
        throw error;
      }
      return 'no fault';
    };
    const text = found({
      stay: {
        signals: { creatinin: { baseline: { value: 1 } } },
        orders: { lactate: { arrival: 1.4, hours: { icu: 'nine' } } },
        hazards: { death: { atZero: { x: 1 } }, source: 3 },
      },
      modules: {
        pneumonia: { Stays: { course: {} }, Stay: { course: { refractory: 2 } } },
        pneunomia: { Stay: {} },
      },
      mix: { frailty: 2 },
    });
    expect(text).toContain('own.json cannot be used as it is (9 problems)');
    expect(text).toMatch(/line \d+, stay\.signals\.creatinin: .*did you mean 'creatinine'/u);
    expect(text).toMatch(/stay\.orders\.lactate\.arrival: expected at most 1, got 1\.4/u);
    expect(text).toMatch(/stay\.orders\.lactate\.hours\.icu: expected a number, got 'nine'/u);
    expect(text).toMatch(/stay\.hazards\.death\.atZero: expected a number, got a section of keys/u);
    expect(text).toMatch(/stay\.hazards\.source: expected nothing: this is no number/u);
    expect(text).toMatch(/modules\.pneumonia\.Stays: .*did you mean 'Stay'/u);
    expect(text).toMatch(/modules\.pneumonia\.Stay\.course\.refractory: expected at most 1, got 2/u);
    expect(text).toMatch(/modules\.pneunomia: .*did you mean 'pneumonia'/u);
    expect(text).toMatch(/mix\.frailty: expected a module with a hazard/u);
    expect(found({ mix: { fracture: -1 } })).toContain('mix.fracture: expected at least 0, got -1');
    expect(found({ stays: {} })).toContain("unknown key 'stays'");
    expect(found({})).toBe('no fault');
  });
});
