import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import type { PatientRecord } from '../../../../src/cohort/index.js';
import { checkRecord, ruleIds } from '../../../../src/stages/simulate/index.js';
import type { RuleId } from '../../../../src/stages/simulate/index.js';
import { birth, play } from '../../../support/small-world.js';

const snomed = (code: string) => ({ system: 'SNOMED-CT', code, display: 'x' });
const loinc = { system: 'LOINC', code: '1-8', display: 'y' };

/** A record with one entry of most kinds. */
function sound(): PatientRecord {
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
        C: { type: 'ConditionOnset', codes: [snomed('44054006')], direct_transition: 'R' },
        R: {
          type: 'DiagnosticReport',
          codes: [loinc],
          observations: [
            { category: 'laboratory', unit: 'mg/dL', codes: [loinc], exact: { quantity: 5 } },
            { category: 'laboratory', unit: 'mg/dL', codes: [loinc], value_code: snomed('44054006') },
          ],
          direct_transition: 'M',
        },
        M: {
          type: 'MedicationOrder',
          codes: [{ system: 'RxNorm', code: 5, display: 'z' }],
          reason: 'C',
          direct_transition: 'P',
        },
        P: { type: 'Procedure', codes: [snomed('73761001')], reason: 'C', direct_transition: 'K' },
        K: {
          type: 'CarePlanStart',
          codes: [snomed('698360004')],
          goals: [{ text: 'g', addresses: ['C'] }],
          reason: 'C',
          direct_transition: 'X',
        },
        X: { type: 'EncounterEnd', direct_transition: 'D' },
        D: {
          type: 'Death',
          exact: { quantity: 3, unit: 'years' },
          codes: [snomed('22298006')],
          direct_transition: 'T',
        },
        T: { type: 'Terminal' },
      },
    },
    Rng.create('gate'),
  );
}

type Change = (record: PatientRecord) => Partial<PatientRecord>;
const first = <T extends object>(list: readonly T[], change: Partial<T>): T[] =>
  list.map((item, i) => (i === 0 ? { ...item, ...change } : item));
const late = birth + 4 * 365 * 86_400_000;

const planted: readonly [RuleId, string, Change][] = [
  [
    'code-form',
    'a SNOMED CT code of three digits',
    (r) => ({
      conditions: first(r.conditions, { codes: [{ system: 'SNOMED', code: '123', display: 'x' }] }),
    }),
  ],
  [
    'code-form',
    'a code without a name',
    (r) => ({
      procedures: first(r.procedures, { codes: [{ system: 'SNOMED', code: '73761001', display: '' }] }),
    }),
  ],
  ['no-code', 'an entry without code', (r) => ({ medications: first(r.medications, { codes: [] }) })],
  [
    'order-of-times',
    'a procedure that ends before it starts',
    (r) => ({ procedures: first(r.procedures, { end: birth - 1 }) }),
  ],
  [
    'order-of-times',
    'a condition known before it begins',
    (r) => ({ conditions: first(r.conditions, { onset: r.conditions[0]!.recorded + 1 }) }),
  ],
  [
    'before-birth',
    'an observation before birth',
    (r) => ({ observations: first(r.observations, { time: birth - 1 }) }),
  ],
  [
    'before-birth',
    'an onset before birth',
    (r) => ({ conditions: first(r.conditions, { onset: birth - 1 }) }),
  ],
  [
    'after-death',
    'an order after death',
    (r) => ({ medications: first(r.medications, { start: late, end: null, encounter: null }) }),
  ],
  [
    'after-end',
    'a report after the end',
    (r) => ({
      reports: first(r.reports, { time: late, encounter: null }),
      person: { ...r.person, deathTime: null },
    }),
  ],
  [
    'dangling-reference',
    'an encounter that is not there',
    (r) => ({ observations: first(r.observations, { encounter: 99 }) }),
  ],
  [
    'dangling-reference',
    'a reason that is not there',
    (r) => ({
      medications: first(r.medications, { reason: { code: r.conditions[0]!.codes[0]!, condition: 9 } }),
    }),
  ],
  [
    'dangling-reference',
    'a result that is not there',
    (r) => ({ reports: first(r.reports, { observations: [77] }) }),
  ],
  [
    'dangling-reference',
    'a goal for a condition that is not there',
    (r) => ({ carePlans: first(r.carePlans, { goals: [{ ...r.carePlans[0]!.goals[0]!, addresses: [5] }] }) }),
  ],
  [
    'outside-encounter',
    'an observation after its visit',
    (r) => ({ observations: first(r.observations, { time: r.encounters[0]!.end! + 1 }) }),
  ],
  ['sorted', 'encounters out of order', (r) => ({ encounters: [...r.encounters].reverse() })],
  ['unique-id', 'one id twice', (r) => ({ procedures: first(r.procedures, { id: r.conditions[0]!.id }) })],
  [
    'value-form',
    'a value that is no number',
    (r) => ({
      observations: first(r.observations, {
        value: { kind: 'quantity', value: NaN, unit: 'mg', decimals: 0 },
      }),
    }),
  ],
  [
    'value-form',
    'an observation of nothing',
    (r) => ({ observations: first(r.observations, { value: null }) }),
  ],
];

describe('the gate', () => {
  it('lets a sound record pass', () => {
    const record = sound();
    expect(record.person.deathTime).not.toBeNull();
    expect(checkRecord(record)).toEqual([]);
  });

  it.each(planted)('%s finds %s', (rule, _what, change) => {
    const record = sound();
    expect(checkRecord({ ...record, ...change(record) }).map((finding) => finding.rule)).toContain(rule);
  });

  it('has a planted defect for every rule', () => {
    expect(new Set(planted.map(([rule]) => rule))).toEqual(new Set(ruleIds));
  });
});
