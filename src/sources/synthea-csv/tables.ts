import { detailsSql } from '../details.js';
import type { CsvLayout } from '../csv.js';
import { measurementEvents } from '../measurements.js';

/** A table of Synthea's CSV output, and how its rows become events. */
export interface SyntheaTable {
  readonly name: string;
  readonly layout: CsvLayout;
  /** The events SELECT over a relation of the table's columns with `subject_id` beside them. */
  events(rows: string): string;
  /** SELECT code, display. */
  codes(rows: string): string;
}

const text = 'VARCHAR';
const time = 'TIMESTAMP';
const number = 'DOUBLE';
const who = { PATIENT: text, ENCOUNTER: text } as const;
const what = { CODE: text, DESCRIPTION: text } as const;
const reason = { REASONCODE: text, REASONDESCRIPTION: text } as const;

/** Code with its system; newer versions of Synthea name it in a column SYSTEM, by name or by URL. */
function codeSql(fallback: string): string {
  return `CASE
    WHEN SYSTEM ILIKE '%rxnorm%' THEN 'RXNORM' WHEN SYSTEM ILIKE '%icd-10-cm%' OR SYSTEM ILIKE '%icd10cm%' THEN 'ICD10CM'
    WHEN SYSTEM ILIKE '%loinc%' THEN 'LOINC' WHEN SYSTEM ILIKE '%cvx%' THEN 'CVX' WHEN SYSTEM ILIKE '%snomed%' THEN 'SNOMED'
    ELSE '${fallback}' END || '//' || CODE`;
}

const reasonCode = `'SNOMED//' || REASONCODE`;
const noTime = (column: string): string => `CASE WHEN ${column} IS NULL THEN 'no time' END AS reject`;

function table(parts: {
  readonly name: string;
  readonly kind: string;
  readonly system: string;
  readonly layout: CsvLayout;
  readonly time: string;
  readonly end?: string;
  readonly number?: string;
  readonly details?: Readonly<Record<string, string>>;
}): SyntheaTable {
  const code = codeSql(parts.system);
  const details = parts.details === undefined ? 'NULL::VARCHAR' : detailsSql(parts.details);
  return {
    name: parts.name,
    layout: { ...parts.layout, optional: { SYSTEM: text, ...parts.layout.optional } },
    events: (rows) => `
      SELECT subject_id, ${parts.time} AS time, ${parts.end ?? 'NULL::TIMESTAMP'} AS end_time, '${parts.kind}' AS kind, ${code} AS code,
        ${parts.number ?? 'NULL::DOUBLE'} AS numeric_value, ENCOUNTER AS encounter_id, ${details} AS details, TRUE AS mapped,
        ${noTime(parts.time)}
      FROM ${rows}`,
    codes: (rows) =>
      `SELECT DISTINCT ${code} AS code, DESCRIPTION AS display FROM ${rows} WHERE DESCRIPTION IS NOT NULL`,
  };
}

/** Conditions under ICD-10-CM where the vocabulary maps their SNOMED CT code, by the sex of the patient. */
function withIcd10(events: string): string {
  return `SELECT e.* REPLACE (coalesce('ICD10CM//' || v.icd10, e.code) AS code, CASE WHEN v.icd10 IS NOT NULL THEN '{"original_code":"' || e.code || '"}' END AS details)
    FROM (${events}) e LEFT JOIN synthea_patients p ON p.subject_id = e.subject_id
    LEFT JOIN vocab_snomed v ON e.code = 'SNOMED//' || v.snomed AND v.sex = p.sex`;
}

const ownConditions = table({
  name: 'conditions',
  kind: 'condition',
  system: 'SNOMED',
  layout: { columns: { START: time, STOP: time, ...who, ...what } },
  time: 'START',
  end: 'STOP',
});

const conditions: SyntheaTable = {
  ...ownConditions,
  events: (rows) => withIcd10(ownConditions.events(rows)),
};

const allergies = table({
  name: 'allergies',
  kind: 'allergy',
  system: 'SNOMED',
  layout: {
    columns: { START: time, STOP: time, ...who, ...what },
    optional: { TYPE: text, CATEGORY: text, REACTION1: text, SEVERITY1: text },
  },
  time: 'START',
  end: 'STOP',
  details: {
    type: 'TYPE',
    category: 'CATEGORY',
    reaction: `'SNOMED//' || REACTION1`,
    severity: 'lower(SEVERITY1)',
  },
});

const procedures = table({
  name: 'procedures',
  kind: 'procedure',
  system: 'SNOMED',
  layout: {
    columns: { ...who, ...what, ...reason },
    optional: { START: time, STOP: time, DATE: time },
  },
  time: 'coalesce(START, "DATE")',
  end: 'STOP',
  details: { reason_code: reasonCode },
});

const medications = table({
  name: 'medications',
  kind: 'medication',
  system: 'RXNORM',
  layout: {
    columns: { START: time, STOP: time, ...who, ...what, ...reason },
    optional: { DISPENSES: number },
  },
  time: 'START',
  end: 'STOP',
  details: { reason_code: reasonCode, dispenses: 'DISPENSES::INTEGER' },
});

const immunizations = table({
  name: 'immunizations',
  kind: 'immunization',
  system: 'CVX',
  layout: { columns: { DATE: time, ...who, ...what } },
  time: '"DATE"',
});

const careplans = table({
  name: 'careplans',
  kind: 'careplan',
  system: 'SNOMED',
  layout: { columns: { START: time, STOP: time, ...who, ...what, ...reason } },
  time: 'START',
  end: 'STOP',
  details: { reason_code: reasonCode },
});

const devices = table({
  name: 'devices',
  kind: 'device',
  system: 'SNOMED',
  layout: { columns: { START: time, STOP: time, ...who, ...what } },
  time: 'START',
  end: 'STOP',
});

const supplies = table({
  name: 'supplies',
  kind: 'device',
  system: 'SNOMED',
  layout: { columns: { DATE: time, ...who, ...what, QUANTITY: number } },
  time: '"DATE"',
  number: 'QUANTITY',
  details: { supply: 'TRUE' },
});

const loinc = `regexp_full_match(CODE, '[0-9]{1,5}-[0-9]')`;

/** Labs, vitals and survey answers. Codes that are not LOINC (Synthea's DALY, QALY, QOLS) stand under SYNTHEA. */
const observations: SyntheaTable = {
  name: 'observations',
  layout: {
    columns: { DATE: time, ...who, ...what, VALUE: text, UNITS: text, TYPE: text },
    optional: { CATEGORY: text },
  },
  events: (rows) =>
    measurementEvents({
      rows: `SELECT subject_id, "DATE" AS time, CODE AS source_code, CASE WHEN TYPE = 'numeric' THEN TRY_CAST(VALUE AS DOUBLE) END AS number,
        VALUE AS text, nullif(UNITS, '{nominal}') AS source_unit, ENCOUNTER AS encounter_id, NULL::VARCHAR AS details, NULL::VARCHAR AS reject
        FROM ${rows}`,
      codes: `(SELECT DISTINCT CODE AS source_code, CODE AS loinc FROM ${rows} WHERE ${loinc})`,
      system: 'SYNTHEA',
    }),
  codes: (rows) =>
    `SELECT DISTINCT CASE WHEN ${loinc} THEN 'LOINC//' ELSE 'SYNTHEA//' END || CODE AS code, DESCRIPTION AS display FROM ${rows} WHERE DESCRIPTION IS NOT NULL`,
};

/** Imaging: one event a study, under the procedure's code where the version gives it, else under that of the body site. */
const imaging: SyntheaTable = {
  name: 'imaging_studies',
  layout: {
    columns: {
      Id: text,
      DATE: time,
      ...who,
      BODYSITE_CODE: text,
      BODYSITE_DESCRIPTION: text,
      MODALITY_CODE: text,
    },
    optional: { PROCEDURE_CODE: text },
  },
  events: (rows) => `
    SELECT any_value(subject_id) AS subject_id, min("DATE") AS time, 'imaging' AS kind,
      'SNOMED//' || coalesce(min(PROCEDURE_CODE), min(BODYSITE_CODE)) AS code, min(ENCOUNTER) AS encounter_id,
      ${detailsSql({ modality: 'min(MODALITY_CODE)', body_site: `'SNOMED//' || min(BODYSITE_CODE)` })} AS details, TRUE AS mapped,
      ${noTime('min("DATE")')}
    FROM ${rows} GROUP BY Id`,
  codes: (rows) =>
    `SELECT DISTINCT 'SNOMED//' || BODYSITE_CODE AS code, BODYSITE_DESCRIPTION AS display FROM ${rows} WHERE BODYSITE_DESCRIPTION IS NOT NULL`,
};

/** The tables of events, in the order in which they are read. */
export const syntheaTables: readonly SyntheaTable[] = [
  conditions,
  allergies,
  observations,
  procedures,
  medications,
  immunizations,
  careplans,
  imaging,
  devices,
  supplies,
];
