import type { CohortWriter } from '../../cohort/index.js';
import { eventKinds, sqlBareIcd9, sqlFormatIcd10, sqlFormatIcd9 } from '../../cohort/index.js';
import { sqlString } from '../../duckdb/index.js';
import { detailsSql } from '../details.js';
import { analyteCodes, measurementEvents } from '../measurements.js';
import { isPersonal } from './people.js';

/** Systems whose codes mean the same everywhere. */
const standardSystems = [
  'LOINC',
  'RXNORM',
  'RxNorm',
  'SNOMED',
  'ICD10CM',
  'ICD10PCS',
  'CPT4',
  'HCPCS',
  'CVX',
  'NDC',
];

/** What kind of event a code's first part speaks of; anything else is an observation. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  condition: ['DIAGNOSIS', 'ICD10CM', 'ICD9CM', 'CONDITION'],
  procedure: ['PROCEDURE', 'ICD10PCS', 'ICD9PCS', 'CPT4', 'HCPCS'],
  medication: ['MEDICATION', 'INFUSION_START', 'INFUSION_END', 'RXNORM', 'RxNorm', 'NDC', 'DRUG'],
  immunization: ['CVX'],
  careplan: ['TRANSFER_TO', 'ED_REGISTRATION', 'ED_OUT'],
  report: ['DRG'],
};

const isItem = `coalesce(starts_with(code, 'LAB//') AND TRY_CAST(split_part(code, '//', 2) AS BIGINT) IS NOT NULL, FALSE)`;

/** Hands over all events; `mimicItems`: `LAB//<item>//<unit>` are item ids of MIMIC-IV. */
export async function importEvents(
  writer: CohortWriter,
  relation: string,
  mimicItems: boolean,
): Promise<void> {
  const events = `SELECT m.subject_id, m.time, m.code, m.number, m.text, m.kind AS own_kind, m.unit AS own_unit, m.end_time, m.details AS own_details,
      CASE WHEN m.encounter_id IS NOT NULL THEN m.encounter_id WHEN i.encounter_id IS NOT NULL AND m.time <= i."end" THEN i.encounter_id
        WHEN m.time <= a."end" THEN a.encounter_id END AS encounter_id
    FROM (SELECT * FROM ${relation} WHERE NOT ${isPersonal}) m
    ASOF LEFT JOIN (SELECT * FROM meds_stays WHERE place = 'icu') i ON i.subject_id = m.subject_id AND m.time >= i.start
    ASOF LEFT JOIN (SELECT * FROM meds_stays WHERE place = 'admission') a ON a.subject_id = m.subject_id AND m.time >= a.start`;
  if (mimicItems) {
    await writer.addEvents('LAB', itemEvents(`${events} WHERE ${isItem}`));
  }
  const rest = mimicItems ? `${events} WHERE NOT ${isItem}` : events;
  await writer.addEvents(mimicItems ? 'other events' : 'events', codedEvents(rest));
}

function itemEvents(events: string): string {
  return measurementEvents({
    rows: `SELECT subject_id, time, split_part(code, '//', 2) AS source_code, number, text,
      nullif(nullif(split_part(code, '//', 3), 'UNK'), '') AS source_unit, encounter_id, CAST(NULL AS VARCHAR) AS details,
      CAST(NULL AS VARCHAR) AS reject FROM (${events})`,
    codes: `(SELECT * FROM ${analyteCodes('mimic-iv:labevents')} UNION SELECT * FROM ${analyteCodes('mimic-iv:chartevents')})`,
    system: 'LAB',
  });
}

function codedEvents(events: string): string {
  const kindCases = Object.entries(kinds).map(
    ([kind, systems]) => `WHEN system IN (${systems.map(sqlString).join(', ')}) THEN '${kind}'`,
  );
  return `
    SELECT e.subject_id, e.time, e.end_time, e.own_unit AS unit, CASE WHEN e.own_kind IN (${eventKinds.map(sqlString).join(', ')}) THEN e.own_kind ${kindCases.join(' ')} ELSE 'observation' END AS kind,
      CASE
        WHEN e.icd10 IS NOT NULL THEN 'ICD10CM//' || ${sqlFormatIcd10('e.icd10')}
        WHEN g.icd10 IS NOT NULL THEN 'ICD10CM//' || g.icd10
        WHEN e.icd9 IS NOT NULL THEN 'ICD9CM//' || ${sqlFormatIcd9('e.icd9')}
        WHEN starts_with(e.code, 'PROCEDURE//ICD//10//') THEN 'ICD10PCS//' || split_part(e.code, '//', 4)
        WHEN starts_with(e.code, 'PROCEDURE//ICD//9//') THEN 'ICD9PCS//' || split_part(e.code, '//', 4)
        WHEN e.code LIKE '%_//_%' THEN e.code
        ELSE 'MEDS//' || e.code
      END AS code,
      e.number AS numeric_value, e.text AS text_value, e.encounter_id,
      e.icd10 IS NOT NULL OR g.icd10 IS NOT NULL OR starts_with(e.code, 'PROCEDURE//ICD//10//')
        OR system IN (${standardSystems.map(sqlString).join(', ')}) AS mapped,
      coalesce(e.own_details, ${detailsSql({ original_code: `CASE WHEN g.icd10 IS NOT NULL THEN 'ICD9CM//' || ${sqlFormatIcd9('e.icd9')} END` })}) AS details,
      CASE WHEN nullif(trim(e.code), '') IS NULL THEN 'no code' END AS reject
    FROM (
      SELECT *, split_part(code, '//', 1) AS system,
        CASE WHEN starts_with(code, 'DIAGNOSIS//ICD//10//') THEN split_part(code, '//', 4)
          WHEN starts_with(code, 'ICD10CM//') THEN split_part(code, '//', 2) END AS icd10,
        CASE WHEN starts_with(code, 'DIAGNOSIS//ICD//9//') THEN split_part(code, '//', 4)
          WHEN starts_with(code, 'ICD9CM//') THEN split_part(code, '//', 2) END AS icd9
      FROM (${events})
    ) e LEFT JOIN vocab_icd9 g ON g.code = ${sqlBareIcd9('e.icd9')}`;
}
