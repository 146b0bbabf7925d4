import type { EventTable } from './table.js';
import { admissionRef, id, number, stayRef, text, textSql, time } from './table.js';
import { analyteCodes, measurementEvents } from '../measurements.js';

export const labevents: EventTable = {
  name: 'hosp/labevents',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      itemid: id,
      charttime: time,
      value: text,
      valuenum: number,
      valueuom: text,
    },
  },
  events: (relation) =>
    measurementEvents({
      rows: measured(relation, admissionRef),
      codes: analyteCodes('mimic-iv:labevents'),
      system: 'MIMIC_LAB',
    }),
};

export const chartevents: EventTable = {
  name: 'icu/chartevents',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      stay_id: id,
      itemid: id,
      charttime: time,
      value: text,
      valuenum: number,
      valueuom: text,
    },
  },
  events: (relation) => chartEvents(measured(relation, stayRef)),
};

/** Units of chart items that the source states in the item's label only (`d_items`: Admission Weight (lbs.), Height). */
const labelledUnits = { '226531': 'lb', '226707': 'in' } as const;

/** Chart events from rows of the form that {@link measurementEvents} takes. */
export function chartEvents(rows: string): string {
  const cases = Object.entries(labelledUnits).map(([item, unit]) => `WHEN '${item}' THEN '${unit}'`);
  const withUnits = `SELECT * REPLACE (coalesce(source_unit, CASE source_code ${cases.join(' ')} END) AS source_unit) FROM (${rows})`;
  return measurementEvents({
    rows: withUnits,
    codes: analyteCodes('mimic-iv:chartevents'),
    system: 'MIMIC_CHART',
  });
}

function measured(relation: string, encounter: string): string {
  return `SELECT subject_id, charttime AS time, itemid::VARCHAR AS source_code, valuenum AS number, ${textSql('value')} AS text,
    valueuom AS source_unit, ${encounter} AS encounter_id, CAST(NULL AS VARCHAR) AS details, CAST(NULL AS VARCHAR) AS reject
    FROM ${relation}`;
}

/**
 * Output items that are urine (LOINC 9187-6), for data folders without the mapping file. Source: concept `urine_output` of the
 * MIMIC Code Repository (MIT-LCP/mimic-code); its irrigant items, which count both ways, are left out.
 */
const urineItems = [226557, 226558, 226559, 226560, 226561, 226563, 226564, 226565, 226567, 226584];

/** `itemMap`: relation (itemid VARCHAR, code VARCHAR) from the mapping files, may be empty. */
export function outputevents(itemMap: string): EventTable {
  const urine = urineItems.map((item) => `('${item}', '9187-6')`).join(', ');
  return {
    name: 'icu/outputevents',
    layout: {
      columns: {
        subject_id: id,
        hadm_id: id,
        stay_id: id,
        itemid: id,
        charttime: time,
        value: number,
        valueuom: text,
      },
    },
    events: (relation) =>
      measurementEvents({
        rows: `SELECT subject_id, charttime AS time, itemid::VARCHAR AS source_code, value AS number, CAST(NULL AS VARCHAR) AS text,
          CASE lower(valueuom) WHEN 'ml' THEN 'mL' ELSE valueuom END AS source_unit, ${stayRef} AS encounter_id,
          CAST(NULL AS VARCHAR) AS details, CAST(NULL AS VARCHAR) AS reject FROM ${relation}`,
        codes: `(SELECT source_code, min(loinc) AS loinc FROM (
          SELECT itemid AS source_code, code AS loinc FROM ${itemMap} UNION VALUES ${urine}) GROUP BY source_code)`,
        system: 'MIMIC_ITEM',
      }),
  };
}

/** Results of the outpatient record (`omr`): its name, LOINC, which number of '120/80' is meant, unit, and the patient's position. */
const omrResults = [
  ...[
    ['Blood Pressure', 'NULL'],
    ['Blood Pressure Sitting', `'sitting'`],
    ['Blood Pressure Lying', `'lying'`],
    ['Blood Pressure Standing', `'standing'`],
    ['Blood Pressure Standing (1 min)', `'standing'`],
    ['Blood Pressure Standing (3 mins)', `'standing'`],
  ].flatMap(([name, position]) => [
    `('${name}', '8480-6', 1, 'mmHg', ${position})`,
    `('${name}', '8462-4', 2, 'mmHg', ${position})`,
  ]),
  `('Weight (Lbs)', '29463-7', 1, 'lbs', NULL)`,
  `('Weight', '29463-7', 1, 'lbs', NULL)`,
  `('Height (Inches)', '8302-2', 1, 'inches', NULL)`,
  `('Height', '8302-2', 1, 'inches', NULL)`,
  `('BMI (kg/m2)', '39156-5', 1, 'kg/m2', NULL)`,
  `('BMI', '39156-5', 1, 'kg/m2', NULL)`,
];

/** Outpatient measurements, dated by day. A blood pressure gives two rows, so more rows are counted than the file has. */
export const omr: EventTable = {
  name: 'hosp/omr',
  layout: { columns: { subject_id: id, chartdate: time, result_name: text, result_value: text } },
  events: (relation) => {
    const part = `coalesce(split_part(result_value, '/', part), result_value)`;
    const rows = `
      SELECT subject_id, chartdate AS time, coalesce(loinc, o.result_name) AS source_code,
        TRY_CAST(${part} AS DOUBLE) AS number, ${textSql(part)} AS text, source_unit, CAST(NULL AS VARCHAR) AS encounter_id,
        '{"position":"' || position || '"}' AS details,
        CASE WHEN loinc IS NOT NULL AND TRY_CAST(${part} AS DOUBLE) IS NULL THEN 'not a number' END AS reject
      FROM ${relation} o LEFT JOIN (VALUES ${omrResults.join(', ')}) m(result_name, loinc, part, source_unit, position)
        ON m.result_name = o.result_name`;
    return measurementEvents({
      rows,
      codes: '(SELECT loinc AS source_code, loinc FROM vocab_loinc)',
      system: 'MIMIC_OMR',
    });
  },
};
