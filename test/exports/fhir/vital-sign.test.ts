import { expect, test } from 'vitest';
import type { Observation, ObservationValue } from '../../../src/cohort/index.js';
import { makeRecords } from '../../support/records/index.js';
import { at } from './checks/json.js';
import { readBundles } from './checks/read-export.js';

const { directory, records } = makeRecords(1, 'vital');
const record = records[0]!;

/** One observation as it is written. */
function written(code: string, value: ObservationValue): unknown {
  const observation: Observation = {
    id: '11111111-2222-4333-8444-555555555555',
    codes: [{ system: 'LOINC', code, display: 'as the module says' }],
    encounter: 0,
    origin: { module: 'm', state: 's' },
    time: record.encounters[0]!.start,
    category: 'vital-signs',
    value,
    components: [],
    referenceRange: { low: 1, high: 2 },
  };
  const changed = { ...record, observations: [observation], reports: [] };
  const [resources] = readBundles({ directory, records: [changed] }).values();
  return resources!.find((r) => r.id === observation.id);
}

const quantity = (value: number, unit: string): ObservationValue => ({
  kind: 'quantity',
  value,
  unit,
  decimals: 1,
});

test('a pressure recorded alone becomes the panel, the other one unknown', () => {
  const panel = written('8462-4', quantity(81, 'mmHg'));
  expect(at(panel, ['code', 'coding', 'code'])).toEqual(['85354-9']);
  expect(at(panel, ['valueQuantity'])).toEqual([]);
  expect(at(panel, ['component', 'code', 'coding', 'code'])).toEqual(['8462-4', '8480-6']);
  expect(at(panel, ['component', 'valueQuantity'])).toEqual([
    { value: 81, unit: 'mm[Hg]', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  ]);
  expect(at(panel, ['component', 'dataAbsentReason', 'coding', 'code'])).toEqual(['unknown']);
});

test.each([
  ['29463-7', quantity(150, 'lbs'), 68, 'kg'],
  ['8867-4', quantity(72, 'bpm'), 72, '/min'],
  ['8302-2', quantity(1.8, 'm'), 180, 'cm'],
])('%s in a unit that US Core does not allow is converted, and has left its range behind', (...row) => {
  const [code, value, number, unit] = row;
  const resource = written(code, value);
  expect(at(resource, ['valueQuantity', 'value'])).toEqual([number]);
  expect(at(resource, ['valueQuantity', 'code'])).toEqual([unit]);
  expect(at(resource, ['referenceRange'])).toEqual([]);
});

test('a unit that US Core allows stays, with its range', () => {
  const resource = written('8310-5', quantity(98.6, '[degF]'));
  expect(at(resource, ['valueQuantity', 'code'])).toEqual(['[degF]']);
  expect(at(resource, ['referenceRange', 'high', 'value'])).toEqual([2]);
});
