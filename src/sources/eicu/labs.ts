import { analyteCodes, measurementEvents } from '../measurements.js';
import type { TableImport } from './tables.js';
import { stayEvents, stayMeasurements } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

/**
 * A result carries two units: the laboratory's (`interface`) and eICU's (`system`). Values follow the laboratory's where it can be
 * read and gives a possible value (magnesium in meq/L, C-reactive protein in mg/L), else eICU's.
 */
const labRows = (relation: string): string => `(
  SELECT t.*, CASE
      WHEN t.labmeasurenameinterface IS NOT NULL AND t.labresult * u.factor + u.shift BETWEEN l.low AND l.high
      THEN t.labmeasurenameinterface ELSE coalesce(t.labmeasurenamesystem, t.labmeasurenameinterface) END AS unit
  FROM ${relation} t
  LEFT JOIN (SELECT source_code AS labname, loinc FROM vocab_analyte WHERE source = 'eicu:lab') a USING (labname)
  LEFT JOIN vocab_loinc l ON l.loinc = a.loinc
  LEFT JOIN vocab_unit u ON u.loinc = a.loinc AND u.source_unit = lower(trim(t.labmeasurenameinterface)))`;

const lab: TableImport = {
  name: 'lab',
  alternatives: ['lab_pyhealth_subset'],
  layout: {
    columns: {
      patientunitstayid: id,
      labresultoffset: id,
      labname: text,
      labresult: 'DOUBLE',
      labresulttext: text,
      labmeasurenamesystem: text,
      labmeasurenameinterface: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        measurementEvents({
          rows: stayMeasurements({
            relation: labRows(relation),
            sourceCode: 't.labname',
            minutes: 't.labresultoffset',
            number: 't.labresult',
            text: 't.labresulttext',
            unit: 't.unit',
          }),
          codes: analyteCodes('eicu:lab'),
          system: 'EICU_LAB',
        }),
    },
  ],
};

const customLab: TableImport = {
  name: 'customLab',
  layout: {
    columns: {
      patientunitstayid: id,
      labotheroffset: id,
      labothername: text,
      labotherresult: 'DOUBLE',
      labothervaluetext: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'observation'`,
          code: `'EICU_LAB//' || trim(t.labothername)`,
          minutes: 't.labotheroffset',
          number: 't.labotherresult',
          text: 'CASE WHEN t.labotherresult IS NULL THEN t.labothervaluetext END',
        }),
    },
  ],
};

const microLab: TableImport = {
  name: 'microLab',
  layout: {
    columns: {
      patientunitstayid: id,
      culturetakenoffset: id,
      culturesite: text,
      organism: text,
      antibiotic: text,
      sensitivitylevel: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'observation'`,
          code: `'EICU_MICRO//' || t.culturesite`,
          minutes: 't.culturetakenoffset',
          text: 't.organism',
          details: { antibiotic: 't.antibiotic', sensitivity: 't.sensitivitylevel' },
        }),
    },
  ],
};

export const labTables: readonly TableImport[] = [lab, customLab, microLab];
