import { z } from 'zod';
import type { DocumentKind, KeyPath, Problem } from '../../../core/index.js';
import { checkShape, didYouMean, documentError, parseYaml, section } from '../../../core/index.js';
import type { ModuleFiles } from '../module/load.js';
import { stateSchema } from '../module/schema.js';
import { compileStayData, stayFiles, stayFilesSchema } from '../stay/index.js';
import type { StayData } from '../stay/index.js';
import { patchNumbers } from './patch.js';

/** Name and version of the form. */
export const overridesSchemaId = 'anamnesis.overrides/1';

const tree = z.record(z.string(), z.unknown());

/** Where the numbers come from; counts and names only, never a patient's value. */
const sourceSchema = section({
  /** What was matched: id, title and fingerprint of a cohort store. */
  store: section({ id: z.string(), title: z.string(), fingerprint: z.string() }),
  unit: z.enum(['hospital', 'icu']),
  leastHours: z.number().min(0),
  /** Real stays that the numbers were matched to; train: those of a blueprint's train part alone. */
  stays: z.int().min(0),
  part: z.enum(['all', 'train']),
  /** Day of the calibration, where it was given. */
  date: z.iso.date().nullable(),
  /** Simulated admissions a round, rounds and seed. */
  admissions: z.int().min(1),
  rounds: z.int().min(0),
  seed: z.string(),
  /** Figures that were matched, and of those of them that are main ones how many lie near. */
  matched: z.array(z.string()),
  result: z.string(),
});
export type OverridesSource = z.infer<typeof sourceSchema>;

const overridesSchema = section({
  schema: z.literal(overridesSchemaId),
  source: sourceSchema.optional(),
  /** Numbers of the data of stays: file, then keys; list entries by their `id`. */
  stay: tree.default({}),
  /** Numbers of modules: path of the module, state, then keys. */
  modules: z.record(z.string(), z.record(z.string(), tree)).default({}),
  /** Factors of the incidence of modules with stays in hospital, by path. */
  mix: z.record(z.string(), z.number().min(0).max(1000)).default({}),
});

/** Numbers that replace those of the simulator. */
export type Overrides = z.infer<typeof overridesSchema>;

/** What a simulation runs on once the numbers are replaced. */
export interface Overridden {
  readonly files: ModuleFiles;
  readonly stay: StayData;
  /** Factors of the incidence of modules, by path; not yet in `files` ({@link mixModules}). */
  readonly mix: Readonly<Record<string, number>>;
}

/**
 * Reads an overrides file (JSON or YAML) and puts its numbers in place.
 * @throws UserError `BAD_OVERRIDES` naming every fault with line and path: a path that leads nowhere, something else than a number, a number out of range.
 */
export function applyOverrides(text: string, file: string, modules: ModuleFiles): Overridden {
  const kind: DocumentKind = { code: 'BAD_OVERRIDES', what: 'overrides file', file };
  const document = parseYaml(text, kind);
  const shape = checkShape(overridesSchema, document.value);
  if (!shape.ok) throw documentError(kind, document, shape.problems);
  const { overridden, problems } = putInPlace(shape.data, modules);
  if (problems.length > 0) throw documentError(kind, document, problems);
  return overridden;
}

/** Puts numbers in place. @returns also what is wrong with them. */
function putInPlace(
  { stay, modules, mix }: Pick<Overrides, 'stay' | 'modules' | 'mix'>,
  files: ModuleFiles,
): { readonly overridden: Overridden; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const patched = patchNumbers(stayFiles, stay, ['stay']);
  problems.push(...patched.problems);
  const checked = checkShape(stayFilesSchema, patched.value);
  if (!checked.ok) problems.push(...checked.problems.map((problem) => patched.locate(problem)));
  const own = new Map(files);
  for (const [module, states] of Object.entries(modules)) {
    const text = files.get(`${module}.json`);
    if (text === undefined) problems.push(noSuch(['modules', module], 'module', modulePaths(files)));
    else own.set(`${module}.json`, patchModule(text, states, { path: ['modules', module], problems }));
  }
  const atRisk = modulePaths(files).filter((path) => files.get(`${path}.json`)!.includes(hazardState));
  for (const module of Object.keys(mix))
    if (!atRisk.includes(module)) problems.push(noSuch(['mix', module], 'module with a hazard', atRisk));
  const data = checked.ok ? compileStayData(checked.data) : compileStayData(stayFiles);
  return { overridden: { files: own, stay: data, mix }, problems };
}

const hazardState = '"anamnesis:Hazard"';
const hazardShape = z.looseObject({
  type: z.literal('anamnesis:Hazard'),
  incidence: z.looseObject({ female: z.array(z.number()), male: z.array(z.number()) }),
});

const modulePaths = (files: ModuleFiles): string[] =>
  [...files.keys()].filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));

function noSuch(path: KeyPath, what: string, known: readonly string[]): Problem {
  const got = String(path.at(-1));
  return { path, expected: `a ${what} of the library`, got: `'${got}'`, hint: didYouMean(got, known) };
}

const moduleText = z.looseObject({ states: z.record(z.string(), z.unknown()) });

function patchModule(
  text: string,
  states: Readonly<Record<string, unknown>>,
  { path, problems }: { readonly path: KeyPath; readonly problems: Problem[] },
): string {
  const module = moduleText.safeParse(JSON.parse(text));
  if (!module.success) return text; // the check of modules says what is wrong with it
  const own = { ...module.data.states };
  for (const [name, numbers] of Object.entries(states)) {
    const at = [...path, name];
    if (own[name] === undefined) {
      problems.push(noSuch(at, 'state', Object.keys(own)));
      continue;
    }
    const patched = patchNumbers(own[name], numbers, at);
    problems.push(...patched.problems);
    const checked = checkShape(stateSchema, patched.value);
    if (checked.ok) own[name] = patched.value;
    else problems.push(...checked.problems.map((problem) => patched.locate(problem)));
  }
  return JSON.stringify({ ...module.data, states: own });
}

/** Modules with the incidence of their hazards multiplied by the factors of a mix. */
export function mixModules({ files, mix }: Pick<Overridden, 'files' | 'mix'>): ModuleFiles {
  const own = new Map(files);
  for (const [module, factor] of Object.entries(mix))
    own.set(`${module}.json`, scaleHazards(own.get(`${module}.json`)!, factor));
  return own;
}

/** Multiplies the incidence of every hazard of a module. */
function scaleHazards(text: string, factor: number): string {
  const module = moduleText.parse(JSON.parse(text));
  const scaled = (rates: readonly number[]): number[] => rates.map((rate) => rate * factor);
  const states = Object.entries(module.states).map(([name, state]) => {
    const hazard = hazardShape.safeParse(state);
    if (!hazard.success) return [name, state] as const;
    const { incidence } = hazard.data;
    const { female, male } = incidence;
    return [
      name,
      { ...hazard.data, incidence: { ...incidence, female: scaled(female), male: scaled(male) } },
    ] as const;
  });
  return JSON.stringify({ ...module, states: Object.fromEntries(states) });
}
