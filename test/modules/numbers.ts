import { z } from 'zod';

const entry = z.strictObject({ path: z.string(), unit: z.string().min(1), source: z.string() });
const sourcesSchema = z.looseObject({
  kind: z.enum(['module', 'submodule']),
  sources: z.record(z.string(), z.string().min(20)),
});
const stateSchema = z.looseObject({
  type: z.string(),
  anamnesis: z.strictObject({ numbers: z.array(entry).min(1) }).optional(),
});
const moduleSchema = z.looseObject({
  name: z.string(),
  anamnesis: sourcesSchema,
  states: z.record(z.string(), stateSchema),
});
export type LibraryModule = z.infer<typeof moduleSchema>;

/** Our own module with its sources. */
export function parseModule(text: string): LibraryModule {
  return moduleSchema.parse(JSON.parse(text));
}

/** Top-level keys of a state that hold a number, or arithmetic with one; of a course, its own keys. */
function keysWithNumbers(state: Readonly<Record<string, unknown>>): string[] {
  const holds = (value: unknown, key: string): boolean => {
    if (typeof value === 'number') return true;
    if (key === 'expression')
      return typeof value === 'string' && /\d/u.test(value.replaceAll(/#\{[^}]*\}/gu, ''));
    return typeof value === 'object' && value !== null && Object.entries(value).some(([k, v]) => holds(v, k));
  };
  const keysOf = (of: Readonly<Record<string, unknown>>): string[] =>
    Object.keys(of).filter((key) => key !== 'anamnesis' && holds(of[key], key));
  return keysOf(state).flatMap((key) =>
    key === 'course'
      ? keysOf(state[key] as Readonly<Record<string, unknown>>).map((own) => `course.${own}`)
      : [key],
  );
}

/** What is missing: numbers without unit and source, entries for nothing, sources that do not exist or that nothing uses. */
export function sourceProblems(module: LibraryModule): string[] {
  const problems: string[] = [];
  const used = new Set<string>();
  for (const [name, state] of Object.entries(module.states)) {
    const entries = state.anamnesis?.numbers ?? [];
    const keys = keysWithNumbers(state);
    for (const key of keys)
      if (!entries.some((e) => e.path === key))
        problems.push(`${name}.${key}: a number without unit and source`);
    for (const { path, source } of entries) {
      used.add(source);
      if (!keys.includes(path)) problems.push(`${name}.${path}: an entry for no number`);
      if (!(source in module.anamnesis.sources)) problems.push(`${name}.${path}: no source '${source}'`);
    }
  }
  for (const source of Object.keys(module.anamnesis.sources))
    if (!used.has(source)) problems.push(`source '${source}' is not used`);
  return problems;
}

/** Every code of a value: system, code and display, wherever they stand. */
export function codesIn(value: unknown): { system: string; code: string; display: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = z.object({ system: z.string(), code: z.coerce.string(), display: z.string() }).safeParse(value);
  return own.success ? [own.data] : Object.values(value).flatMap(codesIn);
}
