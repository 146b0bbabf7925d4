import { analyteCodes, measurementEvents } from '../measurements.js';
import type { TableImport } from './tables.js';
import { stayEvents, stayMeasurements } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

const respiratoryCharting: TableImport = {
  name: 'respiratoryCharting',
  layout: {
    columns: { patientunitstayid: id, respchartoffset: id, respchartvaluelabel: text, respchartvalue: text },
  },
  events: [
    {
      sql: (relation) =>
        measurementEvents({
          rows: stayMeasurements({
            relation,
            sourceCode: 't.respchartvaluelabel',
            minutes: 't.respchartoffset',
            number: `TRY_CAST(rtrim(t.respchartvalue, '% ') AS DOUBLE)`,
            text: 't.respchartvalue',
          }),
          codes: analyteCodes('eicu:respiratory'),
          system: 'EICU_RESP',
        }),
    },
  ],
};

/**
 * The times of ventilation, which stand in two pairs of columns and are repeated on every row of a stay. An offset of 0 means
 * that the time is not known.
 */
const ventilationSpells = (relation: string): string => `(
  SELECT DISTINCT patientunitstayid, started, CASE WHEN ended > started THEN ended END AS ended
  FROM (
    SELECT patientunitstayid, ventstartoffset AS started, nullif(ventendoffset, 0) AS ended FROM ${relation}
    UNION ALL
    SELECT patientunitstayid, priorventstartoffset, nullif(priorventendoffset, 0) FROM ${relation})
  WHERE started <> 0)`;

const respiratoryCare: TableImport = {
  name: 'respiratoryCare',
  layout: {
    columns: {
      patientunitstayid: id,
      respcarestatusoffset: id,
      airwaytype: text,
      airwaysize: text,
      ventstartoffset: id,
      ventendoffset: id,
      priorventstartoffset: id,
      priorventendoffset: id,
    },
  },
  events: [
    {
      part: 'airway',
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'device'`,
          code: `'EICU_RESPCARE//airway'`,
          minutes: 't.respcarestatusoffset',
          text: 't.airwaytype',
          details: { size: 't.airwaysize' },
          reject: `CASE WHEN t.airwaytype IS NULL THEN 'no value' END`,
        }),
    },
    {
      part: 'ventilation',
      sql: (relation) =>
        stayEvents({
          relation: ventilationSpells(relation),
          kind: `'procedure'`,
          code: `'EICU_RESPCARE//ventilation'`,
          minutes: 't.started',
          endMinutes: 't.ended',
        }),
    },
  ],
};

export const ventilationTables: readonly TableImport[] = [respiratoryCharting, respiratoryCare];
