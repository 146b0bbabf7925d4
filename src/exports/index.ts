import { UserError } from '../core/index.js';
import { cohort } from './cohort/index.js';
import { csv } from './csv/index.js';
import { fhir } from './fhir/index.js';
import { meds } from './meds/index.js';
import { omop } from './omop/index.js';
import type { Export } from './types.js';

export { checkOmop } from './omop/index.js';
export type { OmopCheck } from './omop/index.js';
export type { Chunk, CompiledExport, Export, RecordEncoder, RunFacts } from './types.js';

/** Every format that whole patient records can be written in. */
export const exportFormats: readonly Export[] = [fhir, csv, omop, meds, cohort];

/** @throws UserError `NO_EXPORT`, naming those that there are. */
export function exportById(id: string): Export {
  const found = exportFormats.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new UserError('NO_EXPORT', `There is no format '${id}'.`, {
    expected: `one of ${exportFormats.map((one) => one.id).join(', ')}`,
  });
}
