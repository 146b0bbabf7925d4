import { serialize } from 'node:v8';
import { fingerprint, Rng, UserError } from '../../../core/index.js';
import type { RunFacts } from '../../../exports/index.js';
import { applyOverrides, mixModules } from '../calibrate/overrides.js';
import type { Overridden } from '../calibrate/overrides.js';
import { compileImperfection } from '../imperfect/index.js';
import { compilePopulation, populationLike } from '../life/index.js';
import type { CompiledPopulation } from '../life/index.js';
import { compileLibrary, readModuleFiles } from '../module/load.js';
import type { ModuleLibrary } from '../module/types.js';
import { compileOnly } from '../only/compile.js';
import type { Steering } from '../only/steering.js';
import type { StayData } from '../stay/index.js';
import { admissionPlan, fallingIll } from './admissions.js';
import { demographicsOf } from './demographics.js';
import { positionOf } from './find-patient.js';
import { checkOptions } from './options.js';
import type { SimulateOptions } from './options.js';
import type { RunSpec } from './spec.js';

export interface Plan {
  readonly spec: RunSpec;
  readonly library: ModuleLibrary;
  /** Positions of the patients to make: from … from + count − 1. */
  readonly from: number;
  readonly count: number;
}

/** Where the run's parts come from. */
export interface PlanSources {
  /** Folder of the built-in library. */
  readonly builtIn: string;
  readonly generator: RunFacts['generator'];
  /** Version of the code that runs: another one begins an interrupted run anew. */
  readonly code?: string | undefined;
}

/**
 * Checks everything before any life is lived.
 * @throws UserError, DataError for options, modules, population or expression that do not fit.
 */
export async function planRun(options: SimulateOptions, { builtIn, generator }: PlanSources): Promise<Plan> {
  const { windowMs, stepMs } = checkOptions(options);
  const { files, stay, mix } = await readLibrary(options, builtIn);
  const library = compileLibrary(files);
  const only = options.only === undefined ? null : compileOnly(options.only, library);
  const people = steered(await populationOf(options, only?.steering ?? null), only?.steering ?? null);
  const admission = options.admissions === true ? admissionPlan(library, people.endTime, mix) : null;
  const population =
    admission === null
      ? people
      : fallingIll(people, library, { mix, likeHospital: options.like !== undefined });
  const alive = admission === null && (only?.steering.alive ?? options.alive);
  const seed = Rng.create(options.seed);
  const { patient, imperfection } = options;
  const from =
    patient === undefined ? 0 : positionOf(patient, seed, { size: population.size, only: only !== null });
  const plain = {
    population,
    seedKey: seed.key,
    modulesBeside: library.modules.has('wellness_encounters') ? ('synthea' as const) : ('library' as const),
    stepMs,
    physiology: options.physiology,
    windowMs,
    alive,
    admission,
    stay,
    only: options.only ?? null,
    mostTries: options.mostTries,
    formats: options.formats,
    truth: options.truth,
    imperfection: imperfection === undefined ? null : compileImperfection(imperfection),
    expectedId: typeof patient === 'string' ? patient.toLowerCase() : null,
    facts: {
      generation: 'process-driven' as const,
      seed: String(options.seed),
      endTime: population.endTime,
      recordedTime: options.recordedTime ?? population.endTime,
      generator,
    },
  };
  const key = fingerprint(JSON.parse(JSON.stringify({ ...plain, modules: library.hash })));
  const spec: RunSpec = { ...plain, key, library: shared(serialize({ ...library, warnings: [] })) };
  return { spec, library, from, count: patient === undefined ? population.size : 1 };
}

/**
 * The modules and the data of stays, with the numbers of an overrides file in their places. A mix changes how often people fall ill in their lives;
 * of admissions it changes only what the index admission is for, so that nobody's life before it is another.
 */
async function readLibrary(
  { modules, overrides, admissions }: SimulateOptions,
  builtIn: string,
): Promise<Omit<Overridden, 'stay'> & { readonly stay: StayData | null }> {
  const files = await readModuleFiles(modules ?? builtIn);
  if (overrides === undefined) return { files, stay: null, mix: {} };
  const found = applyOverrides(overrides.text, overrides.file, files);
  return admissions === true ? found : { ...found, files: mixModules(found) };
}

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

async function populationOf(
  options: SimulateOptions,
  steering: Steering | null,
): Promise<CompiledPopulation> {
  const given = options.population.ageYears;
  const ageYears =
    steering === null
      ? given
      : narrowed(
          given ?? { min: 0, max: Math.max(oldest, steering.ageYears.min) },
          steering.ageYears,
          given === undefined && steering.ageYears.max === 110 && steering.ageYears.min === 0,
        );
  const population = { ...options.population, ...(ageYears === undefined ? {} : { ageYears }) };
  return options.like === undefined
    ? compilePopulation(population)
    : populationLike(await demographicsOf(options.like, options.likeSubjects), population);
}

/** As old as the default population gets; who is older has to be asked for. */
const oldest = 104;

interface Ages {
  readonly min: number;
  readonly max: number;
}

function narrowed(given: Ages, wanted: Ages, open: boolean): Ages | undefined {
  if (open) return undefined;
  const ages = { min: Math.max(given.min, wanted.min), max: Math.min(given.max, wanted.max) };
  if (ages.min <= ages.max) return ages;
  throw new UserError('IMPOSSIBLE_ONLY', 'The range of --age and the ages of --only exclude each other.', {
    expected: `ages from ${wanted.min} to ${wanted.max}`,
    got: `--age ${given.min}-${given.max}`,
  });
}

/** The sex that an expression asks for is drawn, not waited for. */
function steered(population: CompiledPopulation, steering: Steering | null): CompiledPopulation {
  const sex = steering?.sex ?? null;
  if (sex === null) return population;
  const kept = population.cells
    .map((cell, i) => ({ cell, weight: population.cellWeights[i]! }))
    .filter(({ cell }) => cell.sex === null || cell.sex === sex);
  if (kept.length === 0)
    throw new UserError('IMPOSSIBLE_ONLY', `The population has nobody whose sex is ${sex}.`, {
      fix: 'correct --only or --sex-ratio',
    });
  return {
    ...population,
    cells: kept.map(({ cell }) => ({ ...cell, sex })),
    cellWeights: kept.map(({ weight }) => weight),
  };
}
