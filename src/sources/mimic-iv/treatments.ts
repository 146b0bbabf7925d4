import { detailsSql } from '../details.js';
import type { EventTable } from './table.js';
import { admissionRef, id, number, stayRef, text, textSql, time } from './table.js';

/** Drug orders. A stop before the start is an order that was withdrawn before it began; the writer rejects it. */
export const prescriptions: EventTable = {
  name: 'hosp/prescriptions',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      starttime: time,
      stoptime: time,
      drug: text,
      ndc: text,
      dose_val_rx: text,
      dose_unit_rx: text,
      route: text,
    },
  },
  events: (relation) => `
    SELECT subject_id, starttime AS time, stoptime AS end_time, 'medication' AS kind, 'MIMIC_DRUG//' || trim(drug) AS code,
      TRY_CAST(dose_val_rx AS DOUBLE) AS numeric_value,
      CASE WHEN TRY_CAST(dose_val_rx AS DOUBLE) IS NULL THEN ${textSql('dose_val_rx')} END AS text_value,
      dose_unit_rx AS unit, ${admissionRef} AS encounter_id, FALSE AS mapped,
      ${detailsSql({ phase: `'order'`, route: 'route', ndc: `nullif(ndc, '0')` })} AS details,
      ${rejectWithout('starttime', 'drug')} AS reject
    FROM ${relation}`,
};

/** Administrations from the electronic record; doses that were not given are rejected. */
export const emar: EventTable = {
  name: 'hosp/emar',
  layout: {
    columns: { subject_id: id, hadm_id: id, charttime: time, medication: text, event_txt: text },
  },
  events: (relation) => `
    SELECT subject_id, charttime AS time, 'medication' AS kind, 'MIMIC_DRUG//' || trim(medication) AS code,
      ${admissionRef} AS encounter_id, FALSE AS mapped,
      ${detailsSql({ phase: `'administration'`, event: 'event_txt' })} AS details,
      CASE
        WHEN event_txt ILIKE 'not %' OR event_txt ILIKE 'hold%' OR event_txt ILIKE '%not given%' THEN 'not given'
        ELSE ${rejectWithout('charttime', 'medication')}
      END AS reject
    FROM ${relation}`,
};

const infusionColumns = {
  subject_id: id,
  hadm_id: id,
  stay_id: id,
  starttime: time,
  endtime: time,
  itemid: id,
  amount: number,
  amountuom: text,
  rate: number,
  rateuom: text,
  statusdescription: text,
};

/** Infusions and boluses: the number is the amount, the rate stands in the details. `itemMap`: RxNorm by item. */
export function inputevents(itemMap: string): EventTable {
  return {
    name: 'icu/inputevents',
    layout: { columns: infusionColumns },
    events: (relation) => infusionEvents(relation, itemMap),
  };
}

/** What the infusions contained: water, energy, drugs as ingredients. */
export const ingredientevents: EventTable = {
  name: 'icu/ingredientevents',
  layout: { columns: infusionColumns },
  events: (relation) => infusionEvents(relation, noItems),
};

/** An order that was re-written stands in the table again under its new form, so the old one is rejected. */
function infusionEvents(relation: string, itemMap: string): string {
  return `
    SELECT subject_id, starttime AS time, endtime AS end_time, 'medication' AS kind,
      coalesce('RXNORM//' || m.code, 'MIMIC_ITEM//' || e.itemid) AS code, amount AS numeric_value, amountuom AS unit,
      ${stayRef} AS encounter_id, m.code IS NOT NULL AS mapped,
      ${detailsSql({ original_code: originalItem, rate: 'rate', rate_unit: 'rateuom' })} AS details,
      CASE WHEN statusdescription = 'Rewritten' THEN 'rewritten order' ELSE ${rejectWithout('starttime')} END AS reject
    FROM ${relation} e LEFT JOIN ${itemMap} m ON m.itemid = e.itemid::VARCHAR`;
}

/** The item behind a mapped code. */
const originalItem = `CASE WHEN m.code IS NOT NULL THEN 'MIMIC_ITEM//' || e.itemid END`;

/** Lines, ventilation, imaging and other bedside procedures; the number is the duration or count as charted. */
export function procedureevents(itemMap: string): EventTable {
  return {
    name: 'icu/procedureevents',
    layout: {
      columns: {
        subject_id: id,
        hadm_id: id,
        stay_id: id,
        starttime: time,
        endtime: time,
        itemid: id,
        value: number,
        valueuom: text,
      },
    },
    events: (relation) => `
      SELECT subject_id, starttime AS time, endtime AS end_time, 'procedure' AS kind,
        coalesce('SNOMED//' || m.code, 'MIMIC_ITEM//' || e.itemid) AS code, value AS numeric_value, valueuom AS unit,
        ${stayRef} AS encounter_id, m.code IS NOT NULL AS mapped, ${rejectWithout('starttime')} AS reject,
        ${detailsSql({ original_code: originalItem })} AS details
      FROM ${relation} e LEFT JOIN ${itemMap} m ON m.itemid = e.itemid::VARCHAR`,
  };
}

/** An item map without entries. */
export const noItems = '(SELECT NULL::VARCHAR AS itemid, NULL::VARCHAR AS code WHERE FALSE)';

function rejectWithout(at: string, name?: string): string {
  const unnamed = name === undefined ? '' : `WHEN ${textSql(name)} IS NULL THEN 'no drug name'`;
  return `CASE WHEN ${at} IS NULL THEN 'no time' ${unnamed} END`;
}
