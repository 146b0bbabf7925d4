import { detailsSql } from '../details.js';
import type { EventTable } from './table.js';
import { admissionRef, id, text, textSql, time } from './table.js';

/** Cultures and other microbiology: one event per test, organism and antibiotic; the text is the organism, else the comment. */
export const microbiology: EventTable = {
  name: 'hosp/microbiologyevents',
  layout: {
    columns: {
      subject_id: id,
      hadm_id: id,
      chartdate: time,
      charttime: time,
      spec_type_desc: text,
      test_itemid: id,
      test_name: text,
      org_name: text,
      ab_name: text,
      interpretation: text,
      comments: text,
    },
  },
  events: (relation) => `
    SELECT subject_id, coalesce(charttime, chartdate) AS time, 'report' AS kind, 'MIMIC_MICRO//' || test_itemid AS code,
      coalesce(${textSql('org_name')}, ${textSql('comments')}) AS text_value, ${admissionRef} AS encounter_id, FALSE AS mapped,
      ${detailsSql({
        specimen: textSql('spec_type_desc'),
        organism: textSql('org_name'),
        antibiotic: textSql('ab_name'),
        interpretation: textSql('interpretation'),
      })} AS details,
      CASE WHEN coalesce(charttime, chartdate) IS NULL THEN 'no time' END AS reject
    FROM ${relation}`,
  codes: (relation) =>
    `SELECT DISTINCT 'MIMIC_MICRO//' || test_itemid AS code, test_name AS display FROM ${relation}`,
};

/** Where the patient lay: one event per stay on a unit. */
export const transfers: EventTable = {
  name: 'hosp/transfers',
  layout: {
    columns: { subject_id: id, hadm_id: id, eventtype: text, careunit: text, intime: time, outtime: time },
  },
  events: (relation) => `
    SELECT subject_id, intime AS time, outtime AS end_time, 'careplan' AS kind, 'MIMIC_UNIT//' || careunit AS code,
      ${admissionRef} AS encounter_id, FALSE AS mapped, ${detailsSql({ event: 'eventtype' })} AS details,
      CASE WHEN eventtype = 'discharge' THEN 'discharge, no unit' WHEN intime IS NULL THEN 'no time' END AS reject
    FROM ${relation}`,
};

/** Which service was responsible from when on. */
export const services: EventTable = {
  name: 'hosp/services',
  layout: { columns: { subject_id: id, hadm_id: id, transfertime: time, curr_service: text } },
  events: (relation) => `
    SELECT subject_id, transfertime AS time, 'careplan' AS kind, 'MIMIC_SERVICE//' || curr_service AS code,
      ${admissionRef} AS encounter_id, FALSE AS mapped, CASE WHEN transfertime IS NULL THEN 'no time' END AS reject
    FROM ${relation}`,
};
