import type { Rng } from '../../../src/core/index.js';
import { races } from '../../../src/cohort/index.js';
import type { Person } from '../../../src/cohort/index.js';
import { snomed } from './codes.js';
import { makeAddress } from './directory.js';
import { chance, pick, uuid, year } from './random.js';

/** Who the record is about; `dies` fixes whether the record ends in death. */
export function makePerson(
  rng: Rng,
  about: { index: number; birthTime: number; deathTime: number | null },
): Person {
  const sex = chance(rng, 0.5) ? 'female' : 'male';
  const adult = (about.deathTime ?? Date.UTC(2026, 0, 1)) - about.birthTime > 18 * year;
  return {
    id: uuid(rng),
    mrn: `MRN-${String(about.index + 1).padStart(8, '0')}`,
    birthTime: about.birthTime,
    deathTime: about.deathTime,
    causeOfDeath:
      about.deathTime !== null && chance(rng, 0.7) ? snomed('91302008', 'Sepsis (disorder)') : null,
    sex,
    race: pick(rng, races),
    ethnicity: chance(rng, 0.2) ? 'hispanic' : 'nonhispanic',
    language: pick(rng, ['en-US', 'en-US', 'es', 'zh', 'fr']),
    given: sex === 'female' ? ['Zoë', 'Anne'] : ['Łukasz'],
    family: pick(rng, ['D’Arcy', 'Müller', 'Smith "Jr"', '王']),
    prefix: adult ? (sex === 'female' ? 'Ms.' : 'Mr.') : null,
    maiden: adult && sex === 'female' && chance(rng, 0.4) ? 'Brown' : null,
    maritalStatus: adult ? pick(rng, ['S', 'M', 'D', 'W']) : null,
    address: makeAddress(rng),
    phone: chance(rng, 0.9) ? '617-555-0142' : null,
    birthplace: chance(rng, 0.5) ? 'Lowell, Massachusetts, US' : null,
    income: chance(rng, 0.5) ? 52_000 : null,
  };
}
