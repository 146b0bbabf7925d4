import { describe, expect, it } from 'vitest';
import { Rng } from '../../../../src/core/index.js';
import { birth, play, smallWorld } from '../../../support/small-world.js';

const dayMs = 86_400_000;
const snomed = (code: string, display = code) => ({ system: 'SNOMED-CT', code, display });
const rng = (): Rng => Rng.create('states');

const visit = { type: 'Encounter', encounter_class: 'ambulatory', codes: [snomed('1')] };
const start = (to: string) => ({ type: 'Initial', direct_transition: to });
const delay = (days: number, to: string) => ({
  type: 'Delay',
  exact: { quantity: days, unit: 'days' },
  direct_transition: to,
});
const terminal = { type: 'Terminal' };

describe('states', () => {
  it('a Delay ends at its own time, not at a step', () => {
    const record = play(
      { a: { Initial: start('D'), D: delay(3, 'E'), E: { ...visit, direct_transition: 'T' }, T: terminal } },
      rng(),
    );
    expect(record.encounters[0]!.start).toBe(birth + 3 * dayMs);
  });

  it('a Guard that an attribute opens goes on at the end of the step', () => {
    const record = play(
      {
        a: {
          Initial: start('D'),
          D: delay(10, 'S'),
          S: { type: 'SetAttribute', attribute: 'x', value: 1, direct_transition: 'T' },
          T: terminal,
        },
        b: {
          Initial: start('G'),
          G: {
            type: 'Guard',
            allow: { condition_type: 'Attribute', attribute: 'x', operator: '==', value: 1 },
            direct_transition: 'E',
          },
          E: { ...visit, direct_transition: 'T' },
          T: terminal,
        },
      },
      rng(),
    );
    expect(record.encounters[0]!.start).toBe(birth + 14 * dayMs);
  });

  it('a Guard on age opens in the step after the birthday, without being asked in between', () => {
    const record = play(
      {
        a: {
          Initial: start('G'),
          G: {
            type: 'Guard',
            allow: { condition_type: 'Age', operator: '>=', quantity: 5, unit: 'years' },
            direct_transition: 'E',
          },
          E: { ...visit, direct_transition: 'T' },
          T: terminal,
        },
      },
      rng(),
    );
    const birthday = Date.UTC(1985, 0, 15, 6);
    const at = record.encounters.find((e) => e.origin.module === 'a')!.start;
    expect(at).toBeGreaterThanOrEqual(birthday);
    expect(at - birthday).toBeLessThan(7 * dayMs);
    expect((at - birth) % (7 * dayMs)).toBe(0);
  });

  it('a shorter step looks at guards sooner', () => {
    const modules = {
      a: {
        Initial: start('G'),
        G: {
          type: 'Guard',
          allow: { condition_type: 'Age', operator: '>=', quantity: 1, unit: 'years' },
          direct_transition: 'E',
        },
        E: { ...visit, direct_transition: 'T' },
        T: terminal,
      },
    };
    const record = play(modules, rng(), { stepMs: 3_600_000 });
    const own = record.encounters.filter((e) => e.origin.module === 'a');
    expect(own[0]!.start).toBe(Date.UTC(1981, 0, 15, 6));
  });

  it('a condition with a target encounter is recorded there, with its true onset', () => {
    const record = play(
      {
        a: {
          Initial: start('C'),
          C: {
            type: 'ConditionOnset',
            codes: [snomed('44054006')],
            target_encounter: 'E',
            direct_transition: 'D',
          },
          D: delay(20, 'E'),
          E: { ...visit, reason: 'C', direct_transition: 'X' },
          X: { type: 'EncounterEnd', direct_transition: 'W' },
          W: delay(30, 'Z'),
          Z: { type: 'ConditionEnd', condition_onset: 'C', direct_transition: 'T' },
          T: terminal,
        },
      },
      rng(),
    );
    expect(record.conditions).toMatchObject([
      { onset: birth, recorded: birth + 20 * dayMs, abatement: birth + 50 * dayMs, encounter: 0 },
    ]);
    expect(record.encounters[0]!.reason).toEqual({
      code: { system: 'SNOMED', code: '44054006', display: '44054006' },
      condition: 0,
    });
    expect(record.encounters[0]!.end! - record.encounters[0]!.start).toBe(15 * 60_000);
  });

  it('a wellness state waits for the visit, and each module uses a visit once', () => {
    const wellness = { type: 'Encounter', wellness: true };
    const record = play(
      {
        a: {
          Initial: start('W1'),
          W1: { ...wellness, direct_transition: 'O1' },
          O1: {
            type: 'Observation',
            category: 'vital-signs',
            unit: '1',
            codes: [{ system: 'LOINC', code: '1-8', display: 'x' }],
            exact: { quantity: 1 },
            direct_transition: 'W2',
          },
          W2: { ...wellness, direct_transition: 'O2' },
          O2: {
            type: 'Observation',
            category: 'vital-signs',
            unit: '1',
            codes: [{ system: 'LOINC', code: '1-8', display: 'x' }],
            exact: { quantity: 2 },
            direct_transition: 'T',
          },
          T: terminal,
        },
      },
      rng(),
      { years: 4 },
    );
    expect(record.observations.map((o) => o.encounter)).toEqual([0, 1]);
    expect(record.encounters.map((e) => e.class)).toEqual(['wellness', 'wellness', 'wellness']);
  });

  it('PriorState sees what happened since another state and within a time, also in submodules', () => {
    const check = (condition: object, name: string) => ({
      type: 'Simple',
      conditional_transition: [
        { condition: { condition_type: 'PriorState', ...condition }, transition: name },
        { transition: `not ${name}` },
      ],
    });
    const set = (name: string, value: boolean, to: string) => ({
      type: 'SetAttribute',
      attribute: name,
      value,
      direct_transition: to,
    });
    const observe = (attribute: string, to: string) => ({
      type: 'Observation',
      category: 'exam',
      unit: '1',
      codes: [{ system: 'LOINC', code: '2-6', display: attribute }],
      attribute,
      direct_transition: to,
    });
    const states: Record<string, unknown> = {
      Initial: start('Sub'),
      Sub: { type: 'CallSubmodule', submodule: 'lib/s', direct_transition: 'Long' },
      Long: delay(40, 'Q1'),
      T: terminal,
    };
    const questions: [string, object][] = [
      ['Q1', { name: 'Inside' }],
      ['Q2', { name: 'Inside', within: { quantity: 30, unit: 'days' } }],
      ['Q3', { name: 'Inside', within: { quantity: 50, unit: 'days' } }],
      ['Q4', { name: 'Inside', since: 'Long' }],
      ['Q5', { name: 'Long', since: 'Inside' }],
      ['Q6', { name: 'Nowhere' }],
    ];
    questions.forEach(([q, condition], i) => {
      const next = questions[i + 1]?.[0] ?? 'T';
      states[q] = check(condition, `y${q}`);
      states[`y${q}`] = set(q, true, `o${q}`);
      states[`not y${q}`] = set(q, false, `o${q}`);
      states[`o${q}`] = observe(q, next);
    });
    const sub = { Initial: start('Inside'), Inside: { type: 'Simple', direct_transition: 'T' }, T: terminal };
    const record = play({ a: states, 'lib/s': sub }, rng());
    expect(record.observations.map((o) => (o.value?.kind === 'boolean' ? o.value.value : null))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });

  it('chronic drugs are renewed at a wellness visit', () => {
    const record = play(
      {
        a: {
          Initial: start('W'),
          W: { type: 'Encounter', wellness: true, direct_transition: 'M' },
          M: {
            type: 'MedicationOrder',
            codes: [{ system: 'RxNorm', code: 1, display: 'x Oral Tablet' }],
            chronic: true,
            direct_transition: 'W2',
          },
          W2: { type: 'Encounter', wellness: true, direct_transition: 'T' },
          T: terminal,
        },
      },
      rng(),
      { years: 3 },
    );
    expect(record.medications).toHaveLength(2);
    expect(record.medications[0]!.end).toBe(record.medications[1]!.start);
    expect(record.medications[1]!.end).toBeNull();
  });

  it('complaints above the threshold lead to care once', () => {
    const symptom = (n: number, to: string) => ({
      type: 'Symptom',
      symptom: `s${n}`,
      exact: { quantity: 90 },
      direct_transition: to,
    });
    const record = play(
      {
        a: {
          Initial: start('S1'),
          S1: symptom(1, 'S2'),
          S2: symptom(2, 'S3'),
          S3: symptom(3, 'S4'),
          S4: symptom(4, 'T'),
          T: terminal,
        },
      },
      rng(),
      { world: smallWorld({ nextWellness: () => Infinity }) },
    );
    expect(record.encounters.map((e) => [e.class, e.origin.state])).toEqual([['urgentcare', 'Symptoms']]);
  });

  it('death ends the record, and the earliest one stands', () => {
    const record = play(
      {
        a: {
          Initial: start('D'),
          D: {
            type: 'Death',
            exact: { quantity: 2, unit: 'years' },
            codes: [snomed('22298006')],
            direct_transition: 'T',
          },
          T: terminal,
        },
        b: {
          Initial: start('D'),
          D: {
            type: 'Death',
            exact: { quantity: 3, unit: 'years' },
            codes: [snomed('1')],
            direct_transition: 'T',
          },
          T: terminal,
        },
      },
      rng(),
    );
    expect(record.person.deathTime).toBe(birth + 730 * dayMs);
    expect(record.endTime).toBe(birth + 730 * dayMs);
    expect(record.person.causeOfDeath?.code).toBe('22298006');
    expect(record.observations.at(-1)!.codes[0]!.code).toBe('69453-9');
  });

  it('a lookup table chooses by age, time and attributes, and else by its defaults', () => {
    const options = ['Young', 'Old'].map((transition) => ({
      transition,
      default_probability: transition === 'Old' ? 1 : 0,
      lookup_table_name: 't.csv',
    }));
    const observe = (n: number) => ({
      type: 'Observation',
      category: 'exam',
      unit: '1',
      codes: [{ system: 'LOINC', code: '3-4', display: 'n' }],
      exact: { quantity: n },
      direct_transition: 'Wait',
    });
    const record = play(
      {
        a: {
          Initial: start('Wait'),
          Wait: delay(365, 'Which'),
          Which: { type: 'Simple', lookup_table_transition: options },
          Young: observe(1),
          Old: observe(2),
        },
      },
      rng(),
      { tables: { 't.csv': 'age,gender,Young,Old\n0-2,F,1,0\n3-4,M,1,0\n' }, years: 5 },
    );
    expect(record.observations.map((o) => (o.value?.kind === 'quantity' ? o.value.value : null))).toEqual([
      1, 1, 1, 2,
    ]);
  });

  it('a loop without time passing is an error that names the state', () => {
    const loop = {
      a: {
        Initial: start('A'),
        A: {
          type: 'Simple',
          conditional_transition: [
            {
              condition: { condition_type: 'Attribute', attribute: 'x', operator: 'is nil' },
              transition: 'B',
            },
            { transition: 'T' },
          ],
        },
        B: { type: 'Simple', direct_transition: 'A' },
        T: terminal,
      },
    };
    expect(() => play(loop, rng())).toThrow(/a goes round without time passing/u);
  });

  it('an electrocardiogram is run by its model, and goes the other way when physiology is off', () => {
    const modules = {
      a: {
        Initial: start('P'),
        P: {
          type: 'Physiology',
          model: 'circulation/McSharry2003_Synthetic_ECG.xml',
          solver: 'runge_kutta',
          step_size: 0.01,
          sim_duration: 4,
          lead_time: 0,
          inputs: [{ from_exp: '#{BMI} * 0.497 + 56.15', to: 'hrmean' }],
          outputs: [{ from_list: 'zf', to: 'ecg', type: 'Attribute' }],
          direct_transition: 'O',
          alt_direct_transition: 'T',
        },
        O: {
          type: 'Observation',
          category: 'procedure',
          unit: 'mV',
          codes: [{ system: 'LOINC', code: '4-2', display: 'ECG' }],
          sampled_data: { attributes: ['ecg'] },
          direct_transition: 'T',
        },
        T: terminal,
      },
    };
    expect(play(modules, rng()).observations).toHaveLength(0);
    const [observation] = play(modules, rng(), { physiology: true }).observations;
    const value = observation!.value!;
    expect(value).toMatchObject({ kind: 'sampled', periodMs: 10, unit: 'mV' });
    const [series] = value.kind === 'sampled' ? value.series : [];
    expect(series).toHaveLength(400);
    // 68.6 beats a minute: four or five R waves (local maxima near the top) in 4 seconds.
    const peaks = series!.filter(
      (v, i) => v > 0.9 && v >= (series![i - 1] ?? -1) && v > (series![i + 1] ?? -1),
    );
    expect([4, 5]).toContain(peaks.length);
  });
});
