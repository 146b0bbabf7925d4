import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseSimulation, races } from '../../cohort/index.js';
import type { SimulationPlan } from '../../cohort/index.js';
import { systemClock, UserError } from '../../core/index.js';
import { payerGroups } from '../../stages/simulate/index.js';
import type { PopulationOptions, SimulateOptions } from '../../stages/simulate/index.js';
import { readAges, readDirty, readMissing, readWeights } from './texts.js';

const number = z.coerce.number();
const flag = z.boolean().optional();
const list = z.array(z.string()).default([]);
const text = z.string().min(1).optional();

/** What the command line can say; everything may be left out, for the blueprint or the default to say it. */
export const simulateCliSchema = z.object({
  out: z.string().min(1),
  blueprint: text,
  population: number.optional(),
  admissions: number.int().min(1).optional(),
  overrides: text,
  state: text,
  city: text,
  age: text,
  sexRatio: number.optional(),
  race: text,
  hispanic: number.optional(),
  payers: text,
  seed: text,
  end: z.iso.date('a date like 2025-01-01').optional(),
  years: z.union([z.literal('all'), number.positive()]).optional(),
  /** null: the flag was not given. */
  alive: z.boolean().nullable().default(null),
  modules: text,
  format: text,
  only: text,
  tries: number.int().min(1).default(5000),
  like: text,
  patient: z.union([z.uuid().toLowerCase(), number.int().min(0)]).optional(),
  truth: flag,
  missing: list,
  dirty: list,
  gzip: z.boolean().default(false),
  physiology: z.boolean().default(true),
  stepHours: number.positive().default(168),
  set: list,
});
export type SimulateCli = z.output<typeof simulateCliSchema>;

/**
 * The simulation that a command line and its blueprint ask for: flags go before the blueprint, the blueprint before defaults.
 * @throws UserError for a blueprint or a flag that cannot be read.
 */
export async function simulationOf(cli: SimulateCli): Promise<SimulateOptions> {
  const plan = cli.blueprint === undefined ? undefined : await readPlan(cli.blueprint);
  const section = plan?.simulation;
  const admissions = cli.admissions !== undefined || (section?.admissions ?? false);
  const years = cli.years ?? section?.years ?? (admissions ? 2 : 10);
  const alive = cli.alive ?? section?.alive ?? true;
  return {
    population: populationOf(cli, section, alive),
    seed: cli.seed ?? plan?.seed ?? '1',
    modules: cli.modules ?? section?.modules,
    years: years === 'all' ? null : years,
    alive,
    admissions,
    overrides: await readOverrides(cli.overrides ?? section?.overrides),
    only: cli.only ?? section?.only,
    mostTries: cli.tries,
    like: cli.like ?? section?.population.like,
    formats: formatsOf(cli, section?.formats ?? ['fhir']),
    truth: cli.truth ?? section?.truth ?? false,
    physiology: cli.physiology,
    stepHours: cli.stepHours,
    patient: cli.patient,
    imperfection: imperfectionOf(cli, section),
  };
}

type Section = SimulationPlan['simulation'] | undefined;

/** Folders that a blueprint names lie beside it. */
async function readPlan(file: string): Promise<SimulationPlan> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (cause) {
    throw new UserError('NO_BLUEPRINT', `There is no blueprint at ${file}.`, {
      fix: 'give the path of a YAML file with a simulation: section',
      cause,
    });
  }
  const plan = parseSimulation(content, path.basename(file));
  const beside = (folder: string | undefined): string | undefined =>
    folder === undefined ? undefined : path.resolve(path.dirname(file), folder);
  const { simulation } = plan;
  const { population } = simulation;
  return {
    ...plan,
    simulation: {
      ...simulation,
      modules: beside(simulation.modules),
      overrides: beside(simulation.overrides),
      population: { ...population, like: beside(population.like) },
    },
  };
}

async function readOverrides(file: string | undefined): Promise<SimulateOptions['overrides']> {
  if (file === undefined) return undefined;
  try {
    return { text: await readFile(file, 'utf8'), file: path.basename(file) };
  } catch (cause) {
    throw new UserError('NO_OVERRIDES', `There is no overrides file at ${file}.`, {
      fix: 'make one with `anamnesis modules calibrate`',
      cause,
    });
  }
}

function populationOf(cli: SimulateCli, section: Section, alive: boolean): PopulationOptions {
  const year = new Date(systemClock.now()).getUTCFullYear();
  const own = section?.population;
  return {
    size: cli.admissions ?? cli.population ?? section?.patients ?? 100,
    endDate: cli.end ?? section?.end ?? `${year}-01-01`,
    alive,
    state: cli.state ?? own?.state,
    city: cli.city ?? own?.city,
    sexRatio: cli.sexRatio ?? own?.sexRatio,
    hispanic: cli.hispanic ?? own?.hispanic,
    races: cli.race === undefined ? own?.races : readWeights('--race', cli.race, races),
    payers: cli.payers === undefined ? own?.payers : readWeights('--payers', cli.payers, payerGroups),
    ageYears: cli.age === undefined ? own?.age : readAges(cli.age),
  };
}

function imperfectionOf(cli: SimulateCli, section: Section): SimulateOptions['imperfection'] {
  const missing = cli.missing.length > 0 ? cli.missing.map(readMissing) : (section?.missing ?? []);
  const dirty = cli.dirty.length > 0 ? cli.dirty.flatMap(readDirty) : (section?.dirty ?? []);
  if (missing.length + dirty.length === 0) return undefined;
  return { missing, dirty };
}

function formatsOf(
  { format, set, gzip }: SimulateCli,
  fromBlueprint: readonly string[],
): SimulateOptions['formats'] {
  const named = format?.split(',').map((id) => id.trim()) ?? fromBlueprint;
  const ids = [...new Set(named.filter((id) => id !== ''))];
  const own = new Map<string, Record<string, unknown>>(ids.map((id) => [id, {}]));
  for (const one of set) {
    const found = /^([\w-]+)\.(\w+)=(.*)$/u.exec(one);
    const options = found === null ? undefined : own.get(found[1]!);
    if (found === null || options === undefined)
      throw new UserError('BAD_OPTION', `--set ${one} names no option of a wanted format.`, {
        expected: `format.key=value with format one of ${ids.join(', ')}`,
        got: one,
      });
    options[found[2]!] = valueOf(found[3]!);
  }
  const compressible = new Set(['fhir', 'csv', 'omop']);
  return ids.map((id) => ({
    id,
    options: { ...(gzip && compressible.has(id) ? { gzip: true } : {}), ...own.get(id) },
  }));
}

function valueOf(value: string): unknown {
  if (value.includes(',')) return value.split(',').map(valueOf);
  if (value === 'true' || value === 'false') return value === 'true';
  return value !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}
