import type { Rng } from '../../src/core/index.js';
import type { PatientRecord } from '../../src/cohort/index.js';
import { compileLibrary, compilePrograms, Simulator, weekMs } from '../../src/stages/simulate/index.js';
import type { Being, World } from '../../src/stages/simulate/index.js';

const dayMs = 86_400_000;
export const birth = Date.UTC(1980, 0, 15, 6);

/** A world with as little in it as the engine needs: everybody is born at one moment and nobody dies but by a module. */
export function smallWorld(change: Partial<Being> = {}): World {
  const signs: Readonly<Record<string, number>> = {
    'Systolic Blood Pressure': 120,
    BMI: 25,
    HDL: 50,
    'Total Cholesterol': 180,
  };
  return {
    directory: { organizations: [], practitioners: [], payers: [] },
    isVitalSign: (name) => name in signs,
    vitalFacts: () => ({ unit: 'mm[Hg]', decimals: 0, low: null, high: null }),
    labFacts: () => undefined,
    equivalents: () => [],
    encounterCost: () => 100,
    procedureCost: () => 50,
    medicationCost: () => 10,
    reportCost: () => 20,
    immunizationCost: () => 5,
    being: () => ({
      birthTime: birth,
      sex: 'female',
      race: 'white',
      ethnicity: 'nonhispanic',
      socioeconomicCategory: 'Middle',
      attributes: new Map(),
      changes: [],
      death: null,
      vitalSign: (name) => signs[name] ?? 0,
      derived: () => undefined,
      nextWellness: (last) => (last ?? birth) + 365 * dayMs,
      immunizations: () => [],
      choose: () => ({ organization: 0, practitioner: 0 }),
      coverages: () => [],
      finish: (end) => ({
        ...end,
        mrn: '1',
        birthTime: birth,
        sex: 'female',
        race: 'white',
        ethnicity: 'nonhispanic',
        language: 'en',
        given: ['A'],
        family: 'B',
        prefix: null,
        maiden: null,
        maritalStatus: null,
        address: {
          line: '',
          city: '',
          state: 'MA',
          postalCode: '',
          country: 'US',
          latitude: null,
          longitude: null,
        },
        phone: null,
        birthplace: null,
        income: null,
      }),
      ...change,
    }),
  };
}

export interface Played {
  readonly years?: number;
  readonly stepMs?: number;
  readonly world?: World;
  readonly tables?: Readonly<Record<string, string>>;
  readonly physiology?: boolean;
}

/** Lives one patient by some modules, given as their states by path. */
export function play(
  modules: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  rng: Rng,
  { years = 10, stepMs = weekMs, world = smallWorld(), tables = {}, physiology = false }: Played = {},
): PatientRecord {
  const files = new Map<string, string>();
  for (const [path, states] of Object.entries(modules))
    files.set(`${path}.json`, JSON.stringify({ name: path, states }));
  for (const [name, text] of Object.entries(tables)) files.set(`lookup_tables/${name}`, text);
  const library = compilePrograms(compileLibrary(files), world, { physiology, only: null, derived: [] });
  return new Simulator(library, world, { endTime: birth + years * 365 * dayMs, stepMs }).patient(0, rng);
}
