import type { Rng } from '../../../../core/index.js';
import type { PersonDraft, TraitName, Traits } from '../types.js';
import { traitData } from './data.js';

/** Latent traits of one person, correlated and shifted as data/traits.json says; the variance of each is 1 within a group. */
export function drawTraits(
  rng: Rng,
  person: Pick<PersonDraft, 'race' | 'ethnicity' | 'socioeconomicScore'>,
): Traits {
  const own: Partial<Record<TraitName, number>> = {};
  for (const { name, on = {} } of traitData.traits) {
    let value = 0;
    let explained = 0;
    for (const { name: earlier } of traitData.traits) {
      const weight = on[earlier];
      if (weight === undefined) continue;
      value += weight * own[earlier]!;
      explained += weight ** 2;
    }
    own[name] = value + Math.sqrt(Math.max(0, 1 - explained)) * rng.normal();
  }
  for (const row of traitData.groupShifts.rows) {
    if (row.race !== undefined && row.race !== person.race) continue;
    if (row.ethnicity !== undefined && row.ethnicity !== person.ethnicity) continue;
    own[row.trait] += row.shift;
  }
  for (const row of traitData.socioeconomicShifts.rows)
    own[row.trait] += row.shift * (person.socioeconomicScore - 0.5);
  return { noise: [rng.uint32(), rng.uint32()], z: own as Record<TraitName, number> };
}
