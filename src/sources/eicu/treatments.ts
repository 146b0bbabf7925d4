import type { TableImport } from './tables.js';
import { stayEvents } from './tables.js';

const id = 'BIGINT';
const text = 'VARCHAR';

const treatment: TableImport = {
  name: 'treatment',
  layout: { columns: { patientunitstayid: id, treatmentoffset: id, treatmentstring: text } },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'procedure'`,
          code: `'EICU_TREATMENT//' || t.treatmentstring`,
          minutes: 't.treatmentoffset',
        }),
    },
  ],
};

/** HICL sequence numbers (First Databank) name the ingredients; where none is given the drug keeps its name. */
const drugCode = `CASE WHEN TRY_CAST(t.drughiclseqno AS BIGINT) > 0 THEN 'HICL//' || t.drughiclseqno
  ELSE 'EICU_DRUG//' || upper(trim(t.drugname)) END`;
const noDrug = `WHEN coalesce(TRY_CAST(t.drughiclseqno AS BIGINT), 0) <= 0 AND t.drugname IS NULL THEN 'no drug named'`;

/** Orders. A stop at 0 or before the start means that none is known. */
const medication: TableImport = {
  name: 'medication',
  layout: {
    columns: {
      patientunitstayid: id,
      drugstartoffset: id,
      drugstopoffset: id,
      drugordercancelled: text,
      drugname: text,
      drughiclseqno: text,
      dosage: text,
      routeadmin: text,
      frequency: text,
      prn: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'medication'`,
          code: drugCode,
          minutes: 't.drugstartoffset',
          endMinutes:
            'CASE WHEN t.drugstopoffset > t.drugstartoffset AND t.drugstopoffset <> 0 THEN t.drugstopoffset END',
          text: 't.dosage',
          details: { name: 't.drugname', route: 't.routeadmin', frequency: 't.frequency', prn: 't.prn' },
          reject: `CASE WHEN t.drugordercancelled = 'Yes' THEN 'order cancelled' ${noDrug} END`,
        }),
    },
  ],
};

/** What the patient took before the admission, when it was noted. */
const admissionDrug: TableImport = {
  name: 'admissionDrug',
  layout: {
    columns: { patientunitstayid: id, drugenteredoffset: id, drugname: text, drughiclseqno: text },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'medication'`,
          code: drugCode,
          minutes: 't.drugenteredoffset',
          details: { name: 't.drugname', context: `'before admission'` },
          reject: `CASE ${noDrug} END`,
        }),
    },
  ],
};

/** `Norepinephrine (mcg/min)` holds drug and unit of the rate. */
const rateUnit = `regexp_extract(t.drugname, '\\(([^()]*)\\)\\s*$', 1)`;
const ucumRate = `nullif(replace(replace(replace(replace(${rateUnit}, 'mcg', 'ug'), 'units', '[IU]'), 'ml', 'mL'), '/hr', '/h'), '')`;

const infusionDrug: TableImport = {
  name: 'infusionDrug',
  layout: {
    columns: {
      patientunitstayid: id,
      infusionoffset: id,
      drugname: text,
      drugrate: text,
      infusionrate: text,
      drugamount: text,
      volumeoffluid: text,
    },
  },
  events: [
    {
      sql: (relation) =>
        stayEvents({
          relation,
          kind: `'medication'`,
          code: `'EICU_INFUSION//' || lower(trim(regexp_replace(t.drugname, '\\s*\\([^()]*\\)\\s*$', '')))`,
          minutes: 't.infusionoffset',
          number: 'TRY_CAST(t.drugrate AS DOUBLE)',
          text: 'CASE WHEN TRY_CAST(t.drugrate AS DOUBLE) IS NULL THEN t.drugrate END',
          unit: `CASE WHEN ${rateUnit} <> 'Unknown' THEN ${ucumRate} END`,
          details: {
            infusion_rate: 't.infusionrate',
            drug_amount: 't.drugamount',
            volume_of_fluid: 't.volumeoffluid',
          },
          reject: `CASE WHEN t.drugname IS NULL THEN 'no drug named' END`,
        }),
    },
  ],
};

/** `activeupondischarge` of treatment is left out: it is known only at the end. */
export const treatmentTables: readonly TableImport[] = [treatment, medication, admissionDrug, infusionDrug];

/** Names for the HICL numbers that the data hold: the most frequent drug name of each. */
export function hiclNames(relation: string): string {
  return `
    SELECT 'HICL//' || drughiclseqno AS code, drugname AS display
    FROM (SELECT drughiclseqno, upper(trim(drugname)) AS drugname, count(*) AS n FROM ${relation}
      WHERE TRY_CAST(drughiclseqno AS BIGINT) > 0 AND drugname IS NOT NULL GROUP BY ALL)
    QUALIFY row_number() OVER (PARTITION BY drughiclseqno ORDER BY n DESC, drugname) = 1`;
}
