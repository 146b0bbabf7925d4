import type { CsvLayout } from '../csv.js';
import { analyteCodes, measurementEvents } from '../measurements.js';
import type { TableImport } from './tables.js';
import { longRelation, stayMeasurements } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

/** A table with one column for each vital sign, taken at `observationoffset`. */
function wideVitals(name: string, columns: readonly string[]): TableImport {
  const layout: CsvLayout = {
    columns: { patientunitstayid: id, observationoffset: id },
    optional: Object.fromEntries(columns.map((column) => [column, 'DOUBLE'])),
  };
  return {
    name,
    layout,
    events: [
      {
        sql: (relation) =>
          measurementEvents({
            rows: stayMeasurements({
              relation: longRelation(relation, { keep: ['patientunitstayid', 'observationoffset'], columns }),
              sourceCode: 't.name',
              minutes: 't.observationoffset',
              number: 't.value',
            }),
            codes: analyteCodes('eicu:vital'),
            system: 'EICU_VITAL',
          }),
      },
    ],
  };
}

const vitalPeriodic = wideVitals('vitalPeriodic', [
  'temperature',
  'sao2',
  'heartrate',
  'respiration',
  'cvp',
  'etco2',
  'systemicsystolic',
  'systemicdiastolic',
  'systemicmean',
  'pasystolic',
  'padiastolic',
  'pamean',
  'st1',
  'st2',
  'st3',
  'icp',
]);

/** `cardiacinput` is the cardiac index. */
const vitalAperiodic = wideVitals('vitalAperiodic', [
  'noninvasivesystolic',
  'noninvasivediastolic',
  'noninvasivemean',
  'paop',
  'cardiacoutput',
  'cardiacinput',
  'svr',
  'svri',
  'pvr',
  'pvri',
]);

/** The value's name says what it is, or 'Value', and then the label does. */
const nurseCharting: TableImport = {
  name: 'nurseCharting',
  layout: {
    columns: {
      patientunitstayid: id,
      nursingchartoffset: id,
      nursingchartcelltypevallabel: text,
      nursingchartcelltypevalname: text,
      nursingchartvalue: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        measurementEvents({
          rows: stayMeasurements({
            relation,
            sourceCode: `CASE WHEN t.nursingchartcelltypevalname = 'Value' THEN t.nursingchartcelltypevallabel
              ELSE t.nursingchartcelltypevalname END`,
            minutes: 't.nursingchartoffset',
            number: 'TRY_CAST(t.nursingchartvalue AS DOUBLE)',
            text: 't.nursingchartvalue',
          }),
          codes: analyteCodes('eicu:nurse'),
          system: 'EICU_NURSE',
        }),
    },
  ],
};

export const vitalTables: readonly TableImport[] = [vitalPeriodic, vitalAperiodic, nurseCharting];
