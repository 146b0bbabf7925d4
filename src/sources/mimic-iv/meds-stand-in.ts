import type { CohortWriter } from '../../cohort/index.js';
import type { CsvTable } from '../csv.js';
import { openCsv, readingCsv } from '../csv.js';
import { chartEvents } from './measurements.js';
import { id, text, time } from './table.js';

/** Item ids of the ICU's charting system begin here; those of the laboratory lie below. */
const firstIcuItem = 220_000;

/**
 * `meds_events.csv(.gz)`: the same patients as MEDS events, codes `LAB//<itemid>//<unit>`. The demo's CSV folder is published without
 * chartevents, and this file stands in for it. Undefined where it is absent.
 */
export function openMedsEvents(dir: string): Promise<CsvTable | undefined> {
  return openCsv(dir, 'meds_events', {
    columns: { subject_id: id, time, code: text, value: text },
  });
}

/** Chart events from MEDS events; the ICU stay is the one that was going on. */
export async function importChartEventsFromMeds(writer: CohortWriter, meds: CsvTable): Promise<void> {
  const rows = `
    SELECT m.subject_id, m.time, m.source_code, m.number, m.text, m.source_unit,
      CASE WHEN m.time <= i.outtime THEN 'icu//' || i.stay_id END AS encounter_id,
      CAST(NULL AS VARCHAR) AS details, CAST(NULL AS VARCHAR) AS reject
    FROM (
      SELECT subject_id, time, split_part(code, '//', 2) AS source_code, TRY_CAST(value AS DOUBLE) AS number,
        CASE WHEN TRY_CAST(value AS DOUBLE) IS NULL THEN value END AS text, nullif(split_part(code, '//', 3), 'UNK') AS source_unit
      FROM ${meds.relation}
      WHERE starts_with(code, 'LAB//') AND TRY_CAST(split_part(code, '//', 2) AS BIGINT) >= ${firstIcuItem}
    ) m ASOF LEFT JOIN mimic_icustays i ON m.subject_id = i.subject_id AND m.time >= i.intime`;
  await readingCsv([meds], () => writer.addEvents('meds_events (chart events)', chartEvents(rows)));
}
