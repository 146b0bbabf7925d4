import { csvLine } from '../../../core/index.js';
import type { PatientRecord } from '../../../cohort/index.js';

/** Where it stands, in the folder `truth`. */
export const truthFile = 'truth.csv';

/** First line of `truth.csv`. */
export const truthHeader = csvLine([
  'patient',
  'kind',
  'entry',
  'name',
  'value',
  'time',
  'recorded',
  'module',
  'state',
]);

/**
 * What only the simulator knows of a life, as lines of CSV: true onsets, which module and state made what, latent values, and what was taken
 * away from the record or made wrong in it.
 * @param whole the life
 * @param shown what is written of it
 */
export function truthLines(whole: PatientRecord, shown: PatientRecord): string[] {
  const { id } = whole.person;
  const at = (time: number): string => new Date(time).toISOString();
  const onsets = whole.conditions.map(({ id: condition, codes, onset, recorded, origin }) => {
    const name = `${codes[0]!.system}//${codes[0]!.code}`;
    return csvLine([
      id,
      'onset',
      condition,
      name,
      null,
      at(onset),
      at(recorded),
      origin.module,
      origin.state,
    ]);
  });
  const beside = shown.truth.map(({ time, kind, name, value, origin }) => {
    const text = typeof value === 'boolean' ? String(value) : value;
    return csvLine([id, kind, null, name, text, at(time), null, origin.module, origin.state]);
  });
  return [...onsets, ...beside];
}
