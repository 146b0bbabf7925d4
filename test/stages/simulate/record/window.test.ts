import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { checkRecord } from '../../../../src/stages/simulate/index.js';
import { windowRecord } from '../../../../src/stages/simulate/record/window.js';
import { birth, play } from '../../../support/small-world.js';

const yearMs = 365 * 86_400_000;
const snomed = (code: string) => ({ system: 'SNOMED-CT', code, display: 'x' });

function record() {
  return play(
    {
      a: {
        Initial: { type: 'Initial', direct_transition: 'E' },
        E: {
          type: 'Encounter',
          encounter_class: 'ambulatory',
          codes: [snomed('185345009')],
          direct_transition: 'C',
        },
        C: { type: 'ConditionOnset', codes: [snomed('44054006')], direct_transition: 'O' },
        O: {
          type: 'Observation',
          category: 'exam',
          unit: '1',
          codes: [{ system: 'LOINC', code: '1-8', display: 'y' }],
          exact: { quantity: 1 },
          direct_transition: 'X',
        },
        X: { type: 'EncounterEnd', direct_transition: 'W' },
        W: { type: 'Delay', exact: { quantity: 2, unit: 'years' }, direct_transition: 'E2' },
        E2: {
          type: 'Encounter',
          encounter_class: 'ambulatory',
          codes: [snomed('185345009')],
          reason: 'C',
          direct_transition: 'O2',
        },
        O2: {
          type: 'Observation',
          category: 'exam',
          unit: '1',
          codes: [{ system: 'LOINC', code: '1-8', display: 'y' }],
          exact: { quantity: 2 },
          direct_transition: 'X2',
        },
        X2: { type: 'EncounterEnd', direct_transition: 'W' },
      },
    },
    Rng.create('window'),
  );
}

describe('the last years of a record', () => {
  it('keep what goes on, its encounter and every reference, and the ids', () => {
    const whole = record();
    const cut = windowRecord(whole, birth + 5 * yearMs);
    expect(checkRecord(cut)).toEqual([]);
    expect(cut.observations.map((o) => o.id)).toEqual(
      whole.observations.filter((o) => o.time >= birth + 5 * yearMs).map((o) => o.id),
    );
    expect(cut.conditions.map((c) => c.id)).toEqual(whole.conditions.map((c) => c.id));
    // the visit of the diagnosis stays because the condition goes on
    expect(cut.encounters[0]!.id).toBe(whole.encounters.find((e) => e.origin.state === 'E')!.id);
    expect(cut.encounters.filter((e) => e.reason !== null).every((e) => e.reason?.condition === 0)).toBe(
      true,
    );
    expect(cut.encounters.length).toBeLessThan(whole.encounters.length);
  });

  it('are the record itself when they reach back to birth', () => {
    const whole = record();
    expect(windowRecord(whole, birth)).toBe(whole);
  });
});
