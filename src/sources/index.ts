import { UserError } from '../core/index.js';
import { eicu } from './eicu/index.js';
import { fhir } from './fhir/index.js';
import { meds } from './meds/index.js';
import { mimicIv } from './mimic-iv/index.js';
import { physionet2012 } from './physionet2012/index.js';
import { referenceHospital } from './reference-hospital/index.js';
import { syntheaCsv } from './synthea-csv/index.js';
import type { Source } from './types.js';

export { importCohort } from './import.js';
export type { ImportOptions } from './import.js';
export type { Source, SourceOptions } from './types.js';

/** Every source that `anamnesis import` knows, in the order in which a folder is tried. */
export const sources: readonly Source[] = [
  mimicIv,
  eicu,
  physionet2012,
  meds,
  syntheaCsv,
  fhir,
  referenceHospital,
];

/** @throws UserError `NO_SOURCE`, naming those that there are. */
export function sourceById(id: string): Source {
  const found = sources.find((source) => source.id === id);
  if (found !== undefined) return found;
  throw new UserError('NO_SOURCE', `There is no source '${id}'.`, {
    expected: `one of ${sources.map((source) => source.id).join(', ')}`,
  });
}
