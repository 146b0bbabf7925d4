import type { TableImport } from './tables.js';
import { longRelation, stayEvents } from './tables.js';

/**
 * APACHE variables are the worst of the first 24 hours, or facts of the admission, and complete when those hours are over: they are dated to
 * their last minute, or to the end of a shorter stay. −1 stands for missing.
 */
const lastMinuteOfFirstDay = 1439;

const unitOf: Readonly<Record<string, string>> = {
  urine: 'mL',
  wbc: '10*3/uL',
  temperature: 'Cel',
  respiratoryrate: '/min',
  sodium: 'mmol/L',
  heartrate: '/min',
  meanbp: 'mm[Hg]',
  ph: '[pH]',
  hematocrit: '%',
  creatinine: 'mg/dL',
  albumin: 'g/dL',
  pao2: 'mm[Hg]',
  day1pao2: 'mm[Hg]',
  pco2: 'mm[Hg]',
  bun: 'mg/dL',
  glucose: 'mg/dL',
  bilirubin: 'mg/dL',
  fio2: '%',
  day1fio2: '%',
  ejectfx: '%',
};
const units = `CASE t.name ${Object.entries(unitOf)
  .map(([name, unit]) => `WHEN '${name}' THEN '${unit}'`)
  .join(' ')} END`;

const minutes = `least(${lastMinuteOfFirstDay}, date_diff('minute', s.unit_start, s.unit_end))`;

/** Numbers other than −1, one row each. */
const present = (relation: string, keep: readonly string[], columns: readonly string[]): string =>
  `(SELECT * FROM ${longRelation(relation, { keep: ['patientunitstayid', ...keep], columns })} WHERE value <> -1)`;

const numbers = (columns: readonly string[]): Record<string, string> =>
  Object.fromEntries(columns.map((column) => [column, 'DOUBLE']));

// prettier-ignore
const apsColumns = [
  'intubated', 'vent', 'dialysis', 'eyes', 'motor', 'verbal', 'meds', 'urine', 'wbc', 'temperature', 'respiratoryrate', 'sodium',
  'heartrate', 'meanbp', 'ph', 'hematocrit', 'creatinine', 'albumin', 'pao2', 'pco2', 'bun', 'glucose', 'bilirubin', 'fio2',
];

const apacheApsVar: TableImport = {
  name: 'apacheApsVar',
  layout: { columns: { patientunitstayid: 'BIGINT', ...numbers(apsColumns) } },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation: present(relation, [], apsColumns),
          kind: `'observation'`,
          code: `'EICU_APS//' || t.name`,
          minutes,
          number: 't.value',
          unit: units,
        }),
    },
  ],
};

/** What predicts; the outcomes in the table (diedinhospital, dischargelocation …) stay out. */
// prettier-ignore
const predictorColumns = [
  'admitsource', 'meds', 'verbal', 'motor', 'eyes', 'thrombolytics', 'aids', 'hepaticfailure', 'lymphoma', 'metastaticcancer', 'leukemia',
  'immunosuppression', 'cirrhosis', 'electivesurgery', 'activetx', 'readmit', 'ima', 'midur', 'ventday1', 'oobventday1', 'oobintubday1',
  'diabetes', 'pao2', 'fio2', 'ejectfx', 'creatinine', 'amilocation', 'day1meds', 'day1verbal', 'day1motor', 'day1eyes', 'day1pao2', 'day1fio2',
];

const apachePredVar: TableImport = {
  name: 'apachePredVar',
  layout: {
    columns: { patientunitstayid: 'BIGINT', admitdiagnosis: 'VARCHAR', ...numbers(predictorColumns) },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation: present(relation, [], predictorColumns),
          kind: `'observation'`,
          code: `'EICU_PRED//' || t.name`,
          minutes,
          number: 't.value',
          unit: units,
        }),
    },
    {
      part: 'admission diagnosis',
      sql: (relation) =>
        stayEvents({
          relation: `(SELECT * FROM ${relation} WHERE admitdiagnosis IS NOT NULL)`,
          kind: `'observation'`,
          code: `'EICU_PRED//admitdiagnosis'`,
          minutes,
          text: 't.admitdiagnosis',
        }),
    },
  ],
};

/** Scores and predictions; the outcomes (actual…, unabridged…) stay out. */
const resultColumns = [
  'acutephysiologyscore',
  'apachescore',
  'predictedicumortality',
  'predictediculos',
  'predictedhospitalmortality',
  'predictedhospitallos',
  'predventdays',
];

const apachePatientResult: TableImport = {
  name: 'apachePatientResult',
  layout: {
    columns: { patientunitstayid: 'BIGINT', apacheversion: 'VARCHAR', ...numbers(resultColumns) },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation: present(relation, ['apacheversion'], resultColumns),
          kind: `'observation'`,
          code: `'EICU_APACHE//' || t.name || ' ' || t.apacheversion`,
          minutes,
          number: 't.value',
          unit: `CASE WHEN t.name LIKE '%los' OR t.name = 'predventdays' THEN 'd' END`,
        }),
    },
  ],
};

export const apacheTables: readonly TableImport[] = [apacheApsVar, apachePredVar, apachePatientResult];
