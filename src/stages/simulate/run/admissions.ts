import { UserError } from '../../../core/index.js';
import type { CompiledPopulation } from '../life/index.js';
import type { StateOf } from '../module/schema.js';
import type { ModuleDefinition, ModuleLibrary } from '../module/types.js';
import { followUpDays } from './options.js';
import type { RunSpec } from './spec.js';

const dayMs = 86_400_000;
/** Youngest people with an index admission, years. */
const adult = 18;

/** Top-level modules whose hazard leads to a stay in hospital. */
function hospitalModules({ modules }: ModuleLibrary): ModuleDefinition[] {
  return [...modules.values()].filter(({ kind, states }) => {
    const types = new Set([...states.values()].map(({ type }) => type));
    return kind === 'module' && types.has('anamnesis:Hazard') && types.has('anamnesis:HospitalStay');
  });
}

/**
 * When index admissions are and what for: on any day of the year that ends {@link followUpDays} before the end, so that every stay and the
 * month after it are seen.
 * @throws UserError `NO_STAYS` where no module leads to a hospital.
 */
export function admissionPlan(
  library: ModuleLibrary,
  endTime: number,
  mix: Mix,
): NonNullable<RunSpec['admission']> {
  const modules = hospitalModules(library).map(({ path }) => [path, mix[path] ?? 1] as const);
  if (modules.length === 0)
    throw new UserError('NO_STAYS', 'No module of the library leads to a stay in hospital.', {
      expected: 'a module with a Hazard and a HospitalStay',
      fix: 'leave --modules out, or --admissions',
    });
  const to = endTime - followUpDays * dayMs;
  return { from: to - 365 * dayMs, to, modules, healthy: healthyHazards(library, mix) };
}

const oldest = 120;
/** Factors of hazards by path of the module; 1 where none is given. */
type Mix = Readonly<Record<string, number>>;

/** Sum of the hazards that somebody without chronic illness waits at: first ones of a module, that no condition brings to nothing. */
function healthyHazards(library: ModuleLibrary, mix: Mix): Record<'female' | 'male', number[]> {
  const common = hospitalModules(library).flatMap((module) => {
    const hazard = firstHazard(module);
    const all = hazard?.ratios?.every(({ ratio }) => ratio > 0) ?? true;
    return hazard === undefined || !all ? [] : [{ hazard, factor: mix[module.path] ?? 1 }];
  });
  const of = (sex: 'female' | 'male'): number[] =>
    Array.from({ length: oldest + 1 }, (_, age) =>
      common.reduce((sum, { hazard, factor }) => sum + factor * incidenceAt(hazard, age, sex), 0),
    );
  return { female: of('female'), male: of('male') };
}

/** The hazard that a module's start leads straight to. */
function firstHazard({ states }: ModuleDefinition): StateOf<'anamnesis:Hazard'> | undefined {
  let state = states.get('Initial');
  for (let left = states.size; left > 0 && state !== undefined; left--) {
    if (state.type === 'anamnesis:Hazard') return state;
    state = state.direct_transition === undefined ? undefined : states.get(state.direct_transition);
  }
  return undefined;
}

/**
 * Adults in proportion to how often people of their age and sex go to hospital by these modules. Where the population is that of a cohort of
 * patients (`likeHospital`) its ages are those of people in hospital already.
 */
export function fallingIll(
  population: CompiledPopulation,
  library: ModuleLibrary,
  { mix, likeHospital }: { readonly mix: Mix; readonly likeHospital: boolean },
): CompiledPopulation {
  const { female, male } = healthyHazards(library, mix);
  const weights = population.cells.map(({ age: [from], sex }, i) => {
    if (from < adult) return 0;
    const both = (female[from]! + male[from]!) / 2;
    const rate = sex === null ? both : (sex === 'female' ? female : male)[from]!;
    return rate === 0 ? 0 : population.cellWeights[i]! * (likeHospital ? 1 : rate);
  });
  if (weights.every((weight) => weight === 0))
    throw new UserError('EMPTY_POPULATION', 'Nobody of the population can be admitted to hospital.', {
      expected: `adults of ages at which some module's hazard is above 0`,
      fix: 'widen --age',
    });
  return { ...population, cellWeights: weights };
}

/** Events a person-year at an age. */
function incidenceAt(
  { incidence }: StateOf<'anamnesis:Hazard'>,
  age: number,
  sex: 'female' | 'male',
): number {
  const band = incidence.from_age.findLastIndex((from) => from <= age);
  return band < 0 ? 0 : incidence[sex][band]!;
}
