import type { KeyPath, Problem } from '../../../core/index.js';
import { didYouMean } from '../../../core/index.js';

/** A value with numbers replaced. */
export interface Patched {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** A problem found in `value`, at the place in the overrides that it comes from. */
  locate(problem: Problem): Problem;
}

/**
 * Replaces numbers of a JSON value by those of a tree with the same keys. Entries of lists are named by their `id` (or `code`); a key that an
 * object lacks is looked for in its lists, so that `{ signals: { creatinine: … } }` finds the entry of the list `signals.signals`.
 */
export function patchNumbers(base: unknown, numbers: unknown, path: KeyPath): Patched {
  const problems: Problem[] = [];
  const places: { readonly at: KeyPath; readonly from: KeyPath }[] = [];
  const value = patch(base, numbers, { at: [], from: path, problems, places });
  return {
    value,
    problems,
    locate: (problem) => {
      const place = places.find(({ at }) => at.every((key, i) => problem.path[i] === key));
      return place === undefined ? { ...problem, path } : { ...problem, path: place.from };
    },
  };
}

interface Walk {
  /** Where in the value, and where in the overrides. */
  readonly at: KeyPath;
  readonly from: KeyPath;
  readonly problems: Problem[];
  readonly places: { readonly at: KeyPath; readonly from: KeyPath }[];
}

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function patch(base: unknown, numbers: unknown, walk: Walk): unknown {
  if (typeof base === 'number') {
    if (typeof numbers === 'number' && Number.isFinite(numbers)) {
      walk.places.push({ at: walk.at, from: walk.from });
      return numbers;
    }
    walk.problems.push({ path: walk.from, expected: 'a number', got: nameOf(numbers) });
    return base;
  }
  if (!isTree(numbers)) {
    const expected =
      typeof base === 'object' && base !== null ? 'a section of keys' : 'nothing: this is no number';
    walk.problems.push({ path: walk.from, expected, got: nameOf(numbers) });
    return base;
  }
  let patched = base;
  for (const [key, inner] of Object.entries(numbers)) {
    const found = find(base, key);
    if (found === undefined) {
      const known = namesOf(base);
      walk.problems.push({
        path: [...walk.from, key],
        expected: known.length === 0 ? 'no such key' : `one of ${known.join(', ')}`,
        got: `unknown key '${key}'`,
        hint: didYouMean(key, known),
      });
      continue;
    }
    const next = { ...walk, at: [...walk.at, ...found], from: [...walk.from, key] };
    patched = replaced(patched, found, patch(valueAt(base, found), inner, next));
  }
  return patched;
}

/** Keys that lead from a value to what a name means in it. */
function find(base: unknown, name: string): KeyPath | undefined {
  if (Array.isArray(base)) {
    const index = base.findIndex((entry) => entryName(entry) === name);
    return index < 0 ? undefined : [index];
  }
  if (!isTree(base)) return undefined;
  if (Object.hasOwn(base, name) && !Array.isArray(base[name])) return [name];
  for (const [key, list] of Object.entries(base)) {
    if (!Array.isArray(list)) continue;
    const inner = find(list, name);
    if (inner !== undefined) return [key, ...inner];
  }
  return Object.hasOwn(base, name) ? [name] : undefined;
}

function entryName(entry: unknown): string | undefined {
  if (!isTree(entry)) return undefined;
  const { id, code } = entry;
  if (typeof id === 'string') return id;
  return isTree(code) && typeof code['code'] === 'string' ? code['code'] : undefined;
}

function namesOf(base: unknown): string[] {
  if (Array.isArray(base)) return base.flatMap((entry) => entryName(entry) ?? []);
  if (!isTree(base)) return [];
  return Object.entries(base).flatMap(([key, value]) =>
    Array.isArray(value) ? namesOf(value) : typeof value === 'number' || isTree(value) ? [key] : [],
  );
}

function valueAt(base: unknown, path: KeyPath): unknown {
  let at = base;
  for (const key of path)
    at = Array.isArray(at) ? (at as unknown[])[Number(key)] : isTree(at) ? at[key] : undefined;
  return at;
}

function replaced(base: unknown, path: KeyPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(base))
    return (base as unknown[]).map((entry, i) => (i === key ? replaced(entry, rest, value) : entry));
  return isTree(base) ? { ...base, [key]: replaced(base[key], rest, value) } : base;
}

function nameOf(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' && value !== null ? 'a section of keys' : String(value);
}
