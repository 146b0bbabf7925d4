import { z } from 'zod';
import type { Directory, EncounterClass, Organization, Practitioner } from '../../../../cohort/index.js';
import type { Rng } from '../../../../core/index.js';
import { loadData, sourced } from '../load.js';
import { pointNoise } from '../noise.js';
import { names, places } from '../population/data.js';
import type { CompiledPopulation } from '../population/options.js';
import { ageAt } from '../time.js';
import type { PersonDraft } from '../types.js';
import { payerFacts } from './coverage.js';
import { npi } from './npi.js';
import { uuid } from './uuid.js';

const kinds = ['hospital', 'clinic', 'urgentcare', 'snf', 'hospice', 'home', 'pharmacy'] as const;
type Kind = (typeof kinds)[number];
const words = z.array(z.string()).min(1);
const data = loadData(
  'directory',
  z.strictObject({
    ...sourced,
    perCity: z.record(z.enum(kinds), z.number().int().min(1)),
    names: z.record(z.enum(kinds), words),
    staff: z.record(z.enum(kinds), words),
  }),
);

const kindOf: Readonly<Record<EncounterClass, Kind>> = {
  wellness: 'clinic',
  ambulatory: 'clinic',
  outpatient: 'clinic',
  virtual: 'clinic',
  urgentcare: 'urgentcare',
  emergency: 'hospital',
  inpatient: 'hospital',
  icu: 'hospital',
  observation: 'hospital',
  home: 'home',
  snf: 'snf',
  hospice: 'hospice',
};

/** The people and places of a run, and who looks after whom. */
export interface LifeDirectory {
  readonly directory: Directory;
  /**
   * Where a person goes and whom they see there (positions in the directory): near home, the same clinic and the same doctor at every
   * routine visit. `specialty` (as in `Practitioner.specialty`) is met where the place has one.
   */
  readonly choose: (
    draft: PersonDraft,
    encounterClass: EncounterClass,
    time: number,
    specialty?: string,
  ) => { readonly organization: number; readonly practitioner: number };
}

/** Makes the directory of a run: the same for every worker, from the seed and the states of the population. */
export function buildDirectory(population: Pick<CompiledPopulation, 'states'>, seed: Rng): LifeDirectory {
  const rng = seed.split('directory');
  const organizations: Organization[] = [];
  const practitioners: Practitioner[] = [];
  const byCity = new Map<string, Map<Kind, number[]>>();
  const staffOf: number[][] = [];
  const first = rng.int(90_000_000);
  const nextNpi = (): string => npi((first + organizations.length + practitioners.length) % 100_000_000);
  for (const state of population.states) {
    const { code, cities } = places[state]!;
    for (const city of cities) {
      const here = new Map<Kind, number[]>();
      byCity.set(`${code}/${city.name}`, here);
      for (const kind of kinds) {
        const positions: number[] = [];
        here.set(kind, positions);
        for (let i = 0; i < data.perCity[kind]; i++) {
          const position = organizations.length;
          positions.push(position);
          organizations.push(makeOrganization(nextNpi(), kind, { code, city, number: i }, rng));
          const staff = data.staff[kind].map((specialty) => {
            practitioners.push(makePractitioner(nextNpi(), specialty, position, rng));
            return practitioners.length - 1;
          });
          staffOf.push(staff);
        }
      }
    }
  }
  const payers = payerFacts.map((facts) => ({ id: uuid(rng), ...facts }));
  // one person sees doctors again and again before the next does
  let person: PersonDraft | undefined;
  let near = new Map<Kind, number[]>();
  return {
    directory: { organizations, practitioners, payers },
    choose: (draft, encounterClass, time, specialty) => {
      if (draft !== person) {
        person = draft;
        near = byCity.get(`${draft.address.state}/${draft.address.city}`)!;
      }
      const candidates = near.get(kindOf[encounterClass])!;
      const organization = candidates[place(draft, candidates.length)]!;
      const staff = staffOf[organization]!;
      return {
        organization,
        practitioner: doctor(staff, practitioners, { draft, encounterClass, time, specialty }),
      };
    },
  };
}

/** A person's own clinic among those of their city: fixed for life. */
function place(draft: PersonDraft, among: number): number {
  return draft.traits.noise[0] % among;
}

interface Visit {
  readonly draft: PersonDraft;
  readonly encounterClass: EncounterClass;
  readonly time: number;
  readonly specialty: string | undefined;
}

/** The wanted specialist, a paediatrician for a child, intensive or emergency medicine where that is what it is, else the person's own doctor. */
function doctor(staff: readonly number[], practitioners: readonly Practitioner[], visit: Visit): number {
  const withSpecialty = (name: string): number | undefined => {
    for (const p of staff) if (practitioners[p]!.specialty === name) return p;
    return undefined;
  };
  const age = ageAt(visit.draft.birthTime, visit.time);
  const wanted =
    (visit.specialty === undefined ? undefined : withSpecialty(visit.specialty)) ??
    (visit.encounterClass === 'emergency' ? withSpecialty('EMERGENCY MEDICINE') : undefined) ??
    (visit.encounterClass === 'icu' ? withSpecialty('CRITICAL CARE MEDICINE') : undefined) ??
    (age < 18 ? withSpecialty('PEDIATRICS') : undefined);
  if (wanted !== undefined) return wanted;
  if (kindOf[visit.encounterClass] === 'hospital') return withSpecialty('INTERNAL MEDICINE')!;
  const adults = staff.filter((p) => practitioners[p]!.specialty !== 'PEDIATRICS');
  const score = pointNoise(visit.draft.traits.noise, 3000, 0);
  return adults[Math.abs(Math.floor(score * 1000)) % adults.length]!;
}

interface Site {
  readonly code: string;
  readonly city: (typeof places)[number]['cities'][number];
  readonly number: number;
}

function makeOrganization(id: string, kind: Kind, { code, city, number }: Site, rng: Rng): Organization {
  const list = data.names[kind];
  const quarter = ['', 'North ', 'South ', 'East ', 'West '][number % 5]!;
  return {
    id: uuid(rng),
    name: `${quarter}${city.name} ${list[(number + rng.int(list.length)) % list.length]!}`,
    npi: id,
    kind,
    address: {
      line: `${1 + rng.int(900)} ${names.streets[rng.int(names.streets.length)]!} Street`,
      city: city.name,
      state: code,
      postalCode: city.postalCode,
      country: 'US',
      latitude: city.latitude,
      longitude: city.longitude,
    },
    phone: `+1-${200 + rng.int(700)}-555-${String(rng.int(10_000)).padStart(4, '0')}`,
  };
}

function makePractitioner(id: string, specialty: string, organization: number, rng: Rng): Practitioner {
  const sex = rng.next() < 0.45 ? 'female' : 'male';
  const given = names.given.general[sex];
  return {
    id: uuid(rng),
    npi: id,
    given: given[rng.int(given.length)]!,
    family: names.family.general[rng.int(names.family.general.length)]!,
    prefix: 'Dr.',
    sex,
    organization,
    specialty,
  };
}
