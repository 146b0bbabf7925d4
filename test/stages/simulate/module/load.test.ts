import { describe, expect, it } from 'vitest';
import { checkModules, compileLibrary, sayFault } from '../../../../src/stages/simulate/index.js';
import { hasSyntheaModules, syntheaModuleFiles } from '../../../support/synthea-modules.js';

const good = {
  Initial: { type: 'Initial', direct_transition: 'Wait' },
  Wait: {
    type: 'Delay',
    exact: { quantity: 1, unit: 'months' },
    distributed_transition: [
      { distribution: 0.9, transition: 'Wait' },
      { distribution: 0.1, transition: 'End' },
    ],
  },
  End: { type: 'Terminal' },
};

function faultsOf(states: Record<string, unknown>, more: Record<string, string> = {}): string[] {
  const files = new Map([['a.json', JSON.stringify({ name: 'A', states })], ...Object.entries(more)]);
  return checkModules(files)
    .faults.filter((fault) => fault.severity === 'error')
    .map(sayFault);
}

const code = { system: 'SNOMED-CT', code: 1, display: 'x' };

describe('the loader of modules', () => {
  it('takes a module without faults', () => {
    expect(faultsOf(good)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string | RegExp]>([
    [
      'an unknown state type',
      { ...good, Wait: { ...good.Wait, type: 'Dealy' } },
      /state 'Wait', type: .*Delay/u,
    ],
    [
      'an unknown key',
      { ...good, Wait: { ...good.Wait, exat: 1 } },
      /state 'Wait', exat: .*unknown key 'exat' \(did you mean 'exact'/u,
    ],
    [
      'an unknown condition',
      { ...good, Initial: { type: 'Guard', allow: { condition_type: 'Aeg' }, direct_transition: 'Wait' } },
      /state 'Initial', allow\.condition_type: /u,
    ],
    [
      'a transition to nowhere',
      { ...good, Initial: { type: 'Initial', direct_transition: 'Wiat' } },
      "a.json, state 'Initial', direct_transition: expected the name of a state, got 'Wiat' (did you mean 'Wait'?)",
    ],
    ['a state without a transition', { ...good, Initial: { type: 'Initial' } }, /leads nowhere/u],
    [
      'two kinds of transition',
      {
        ...good,
        Initial: {
          type: 'Initial',
          direct_transition: 'Wait',
          conditional_transition: [{ transition: 'End' }],
        },
      },
      /one kind of transition/u,
    ],
    [
      'probabilities that sum to 0.9',
      { ...good, Wait: { ...good.Wait, distributed_transition: [{ distribution: 0.9, transition: 'End' }] } },
      "a.json, state 'Wait', distributed_transition: expected probabilities that sum to 1, got a sum of 0.9",
    ],
    [
      'a cycle without delay',
      {
        ...good,
        Initial: { type: 'Initial', direct_transition: 'Loop' },
        Loop: { type: 'Simple', direct_transition: 'Initial' },
      },
      /a cycle without delay: (Initial → Loop|Loop → Initial)/u,
    ],
    ['no Initial', { End: good.End }, /states\.Initial/u],
    [
      'a delay without time',
      { ...good, Wait: { type: 'Delay', direct_transition: 'End' } },
      /one of exact, range, distribution/u,
    ],
    [
      'a missing submodule',
      { ...good, Initial: { type: 'CallSubmodule', submodule: 'b', direct_transition: 'Wait' } },
      /submodule: expected the path of a module, got 'b'/u,
    ],
    [
      'a missing lookup table',
      {
        ...good,
        Initial: {
          type: 'Initial',
          lookup_table_transition: [
            { transition: 'End', default_probability: 1, lookup_table_name: 't.csv' },
          ],
        },
      },
      /expected lookup_tables\/t\.csv, got no such file/u,
    ],
    [
      'a reversed range',
      {
        ...good,
        Wait: { type: 'Delay', range: { low: 2, high: 1, unit: 'days' }, direct_transition: 'End' },
      },
      /low not above high/u,
    ],
    [
      'a transition on Terminal',
      { ...good, End: { type: 'Terminal', direct_transition: 'Wait' } },
      /no transition/u,
    ],
    [
      'an encounter without class',
      { ...good, Initial: { type: 'Encounter', codes: [code], direct_transition: 'Wait' } },
      /encounter_class/u,
    ],
    [
      'an ending of nothing',
      { ...good, Initial: { type: 'MedicationEnd', direct_transition: 'Wait' } },
      /one of codes, medication_order/u,
    ],
    [
      'an unknown code system',
      {
        ...good,
        Initial: {
          type: 'ConditionOnset',
          codes: [{ ...code, system: 'SNOMED-TC' }],
          direct_transition: 'Wait',
        },
      },
      /codes\[0\]\.system/u,
    ],
  ])('finds %s', (_what, states, expected) => {
    const faults = faultsOf(states);
    expect(faults).toHaveLength(1);
    if (typeof expected === 'string') expect(faults[0]).toBe(expected);
    else expect(faults[0]).toMatch(expected);
  });

  it('reports all faults of all files at once', () => {
    const files = new Map([
      ['a.json', '{'],
      [
        'b.json',
        JSON.stringify({
          name: 'B',
          states: { Initial: { type: 'Initial', direct_transition: 'X' }, Y: { type: 'Z' } },
        }),
      ],
    ]);
    const { faults } = checkModules(files);
    expect(faults.filter((f) => f.severity === 'error').map((f) => f.file)).toEqual([
      'a.json',
      'b.json',
      'b.json',
    ]);
    expect(() => compileLibrary(files)).toThrow(/3 faults/u);
  });

  it.each([
    ['an empty table', '', /at least one row, got an empty file/u],
    ['a table without rows', 'age,End\n', /no rows/u],
    ['a row of another width', 'age,End\n0-5\n', /2 cells/u],
    ['an age that is no range', 'age,End\n5,1\n', /low-high/u],
    ['a row that sums to 0.9', 'age,End\n0-5,0.9\n', /sum to 0\.9/u],
    ['a cell that is no probability', 'age,End\n0-5,x\n', /no probability/u],
    ['a table without the state', 'age,Wait\n0-5,1\n', /columns that are states/u],
  ])('finds %s', (_what, table, expected) => {
    const states = {
      ...good,
      Initial: {
        type: 'Initial',
        lookup_table_transition: [{ transition: 'End', default_probability: 1, lookup_table_name: 't.csv' }],
      },
    };
    expect(faultsOf(states, { 'lookup_tables/t.csv': table }).join('\n')).toMatch(expected);
  });

  it('warns of states that are never reached', () => {
    const files = new Map([
      [
        'a.json',
        JSON.stringify({
          name: 'A',
          states: { ...good, Alone: { type: 'Simple', direct_transition: 'End' } },
        }),
      ],
    ]);
    const { faults } = checkModules(files);
    expect(faults).toMatchObject([{ severity: 'warning', state: 'Alone' }]);
  });

  it.skipIf(!hasSyntheaModules)(
    'loads the 242 modules of Synthea (skipped without ../shared/data/synthea)',
    () => {
      const { library, faults } = checkModules(syntheaModuleFiles());
      expect(library.modules.size).toBe(242);
      expect(faults.filter((fault) => fault.severity === 'error')).toEqual([]);
    },
  );
});
