import type { Rng } from '../../../src/core/index.js';
import type { Address, Directory, Organization } from '../../../src/cohort/index.js';
import { npi, pick, uuid } from './random.js';

export function makeAddress(rng: Rng): Address {
  const town = pick(rng, [
    ['Boston', '02118', 42.338, -71.07],
    ['Worcester', '01602', 42.271, -71.843],
    ['Cambridge', '02139', 42.3647, -71.1042],
  ] as const);
  return {
    line: `${1 + rng.int(999)} ${pick(rng, ['Elm', 'Oak', 'O’Neill', 'Maple'])} Street`,
    city: town[0],
    state: 'MA',
    postalCode: town[1],
    country: 'US',
    latitude: town[2],
    longitude: town[3],
  };
}

const kinds: readonly Organization['kind'][] = [
  'hospital',
  'clinic',
  'urgentcare',
  'snf',
  'hospice',
  'home',
  'pharmacy',
];

/** A directory with one organization of each kind, two practitioners in each, and three payers. */
export function makeDirectory(rng: Rng): Directory {
  const organizations = kinds.map((kind, i) => ({
    id: uuid(rng),
    name: `${pick(rng, ['Bay', 'Hill & Vale', 'River'])} ${kind} ${i + 1}`,
    npi: npi(rng),
    kind,
    address: makeAddress(rng),
    phone: `617-555-${String(100 + rng.int(100)).padStart(4, '0')}`,
  }));
  const practitioners = organizations.flatMap((_, organization) =>
    ['female', 'male'].map((sex) => ({
      id: uuid(rng),
      npi: npi(rng),
      given: sex === 'female' ? 'Adela' : 'Bruno',
      family: pick(rng, ['Kling', 'Osei', 'Nuñez']),
      prefix: 'Dr.',
      sex: sex === 'female' ? ('female' as const) : ('male' as const),
      organization,
      specialty: pick(rng, ['GENERAL PRACTICE', 'INTERNAL MEDICINE', 'CRITICAL CARE (INTENSIVISTS)']),
    })),
  );
  const payers = [
    { name: 'Medicare', kind: 'government', coinsurance: 0.8, copay: 0 },
    { name: 'Blue Example', kind: 'private', coinsurance: 0.85, copay: 20 },
    { name: 'No insurance', kind: 'none', coinsurance: 0, copay: 0 },
  ] as const;
  return { organizations, practitioners, payers: payers.map((payer) => ({ id: uuid(rng), ...payer })) };
}
