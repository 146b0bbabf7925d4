import { UserError } from '../../../core/index.js';
import type { Rng } from '../../../core/index.js';
import { firstMrn } from '../life/index.js';
import { Ids } from '../record/ids.js';
import { idKinds } from '../record/finish.js';
import { streamOf } from './lives.js';

/** Ids that are looked through before giving up: some ten seconds, or every first life of a larger population. */
const mostIds = 1_000_000;
/** Lives of one patient that are looked through where none is refused by an expression. */
const mostLives = 1000;

/**
 * The position of a patient that is asked for by position, record number or id. An id is a function of the seed, the position and the
 * number of the life, so it is found by going through these, first lives first.
 * @throws UserError `NO_SUCH_PATIENT`
 */
export function positionOf(
  patient: number | string,
  seed: Rng,
  { size, only }: { readonly size: number; readonly only: boolean },
): number {
  const at =
    typeof patient === 'string'
      ? positionOfId(patient.toLowerCase(), seed, { size, only })
      : patient >= firstMrn
        ? patient - firstMrn
        : patient;
  if (at === null || at >= size) throw noSuchPatient(patient, size);
  return at;
}

function positionOfId(
  id: string,
  seed: Rng,
  { size, only }: { readonly size: number; readonly only: boolean },
): number | null {
  const rounds = Math.max(1, Math.min(Math.floor(mostIds / size), only ? mostIds : mostLives));
  for (let n = 0; n < rounds; n++)
    for (let index = 0; index < size; index++)
      if (idOf(streamOf(seed.split('patient', index), n)) === id) return index;
  return null;
}

function idOf(life: Rng): string {
  return new Ids(life.split('ids')).uuid(idKinds.person, 0);
}

/** Nobody of the run is called so. */
export function noSuchPatient(patient: number | string, size: number): UserError {
  return new UserError('NO_SUCH_PATIENT', `The population has no patient ${patient}.`, {
    expected: `a position from 0 to ${size - 1}, a record number from ${firstMrn} to ${firstMrn + size - 1}, or the id of a patient of this run`,
    got: String(patient),
    fix: 'give the same seed, population, modules and --only as in the run that made the patient',
  });
}
