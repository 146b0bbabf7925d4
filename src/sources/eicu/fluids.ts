import { analyteCodes, measurementEvents } from '../measurements.js';
import type { TableImport } from './tables.js';
import { longRelation, stayEvents, stayMeasurements } from './tables.js';

/** Outputs that are urine in mL; counts, mixed outputs and unmeasured ones are not. */
const urine = `(t.cellpath LIKE '%|Output (ml)|%' AND regexp_matches(t.celllabel,
    '(?i)\\burine\\b|foley|\\bvoid|urinary|urethral catheter|indwelling catheter|straight catheter|nephrostomy')
  AND NOT regexp_matches(t.celllabel, '(?i)count|occurrence|mixed|unmeasured|incontinent'))`;

const totals = ['intaketotal', 'outputtotal', 'dialysistotal', 'nettotal'];

/** Entries; a body weight in pounds beside the same one in kilograms says nothing more. */
const entries = (relation: string): string => `(
  SELECT *, CASE WHEN celllabel LIKE 'Bodyweight%' THEN 'Bodyweight' END AS weight,
    bool_or(celllabel = 'Bodyweight (kg)') OVER (PARTITION BY patientunitstayid, intakeoutputoffset) AS in_kilograms
  FROM ${relation})`;

/** What went in and out, body weights among it; and the sums, which every entry of a moment repeats. */
const intakeOutput: TableImport = {
  name: 'intakeOutput',
  layout: {
    columns: {
      patientunitstayid: 'BIGINT',
      intakeoutputoffset: 'BIGINT',
      cellpath: 'VARCHAR',
      celllabel: 'VARCHAR',
      cellvaluenumeric: 'DOUBLE',
      cellvaluetext: 'VARCHAR',
      ...Object.fromEntries(totals.map((column) => [column, 'DOUBLE'])),
    },
  },
  events: [
    {
      sql: (relation) =>
        measurementEvents({
          rows: stayMeasurements({
            relation: entries(relation),
            sourceCode: `CASE WHEN t.weight IS NOT NULL THEN t.weight WHEN ${urine} THEN 'Urine'
              ELSE regexp_replace(t.cellpath, '^flowsheet\\|Flowsheet Cell Labels\\|I&O\\|', '') END`,
            minutes: 't.intakeoutputoffset',
            number: 't.cellvaluenumeric',
            text: 't.cellvaluetext',
            unit: `CASE t.celllabel WHEN 'Bodyweight (lb)' THEN 'lb' WHEN 'Bodyweight (kg)' THEN 'kg' ELSE
              CASE WHEN t.cellpath LIKE '%(ml)|%' AND NOT regexp_matches(t.celllabel, '(?i)count|occurrence|%|unmeasured') THEN 'mL' END END`,
            details: { label: `CASE WHEN ${urine} THEN t.celllabel END` },
            reject: `CASE WHEN t.celllabel = 'Bodyweight (lb)' AND t.in_kilograms THEN 'the same weight in kilograms' END`,
          }),
          codes: analyteCodes('eicu:intake-output'),
          system: 'EICU_IO',
        }),
    },
    {
      part: 'totals',
      sql: (relation) =>
        stayEvents({
          relation: `(SELECT DISTINCT patientunitstayid, intakeoutputoffset, name, value FROM ${longRelation(
            relation,
            {
              keep: ['patientunitstayid', 'intakeoutputoffset'],
              columns: totals,
            },
          )} WHERE value <> 0)`,
          kind: `'observation'`,
          code: `'EICU_IO//' || t.name`,
          minutes: 't.intakeoutputoffset',
          number: 't.value',
          unit: `'mL'`,
        }),
    },
  ],
};

export const fluidTables: readonly TableImport[] = [intakeOutput];
