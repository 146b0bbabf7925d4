import { at, isObject, listOf } from './json.js';
import type { Resource } from './json.js';

export type CodeSet = ReadonlySet<string>;

export const pair = (system: unknown, code: unknown): string => `${String(system)}|${String(code)}`;

/** Value sets expanded from the terminology at hand; each code also without its system, for elements of type `code`. */
export class Expansion {
  readonly #byUrl: ReadonlyMap<string, Resource>;
  readonly #made = new Map<string, CodeSet | null>();

  constructor(terminology: readonly Resource[]) {
    this.#byUrl = new Map(terminology.map((r) => [`${r.resourceType} ${String(r['url'])}`, r]));
  }

  of(canonical: string): CodeSet | null {
    const url = canonical.split('|')[0]!;
    const known = this.#made.get(url);
    if (known !== undefined) return known;
    this.#made.set(url, null); // a set that includes itself ends here
    const made = this.#expand(this.#byUrl.get(`ValueSet ${url}`));
    this.#made.set(url, made);
    return made;
  }

  #expand(set: Resource | undefined): CodeSet | null {
    if (set === undefined) return null;
    const codes = new Set<string>();
    for (const include of at(set, ['compose', 'include']).flat()) {
      const part = isObject(include) ? this.#include(include) : null;
      if (part === null) return null;
      for (const code of part) codes.add(code);
    }
    return codes;
  }

  #include(include: Readonly<Record<string, unknown>>): CodeSet | null {
    if (include['filter'] !== undefined) return null;
    const { system } = include;
    if (Array.isArray(include['valueSet'])) {
      const sets = include['valueSet'].map((url) => this.of(String(url)));
      return sets.includes(null) ? null : new Set(sets.flatMap((s) => [...(s ?? [])]));
    }
    const concepts = Array.isArray(include['concept'])
      ? include['concept']
      : at(this.#byUrl.get(`CodeSystem ${String(system)}`), ['concept']).flat();
    if (concepts.length === 0) return null;
    const codes = new Set<string>();
    addConcepts(concepts, String(system), codes);
    return codes;
  }
}

function addConcepts(concepts: readonly unknown[], system: string, codes: Set<string>): void {
  for (const concept of concepts) {
    if (!isObject(concept)) continue;
    codes.add(pair(system, concept['code'])).add(pair('', concept['code']));
    addConcepts(listOf(concept['concept']), system, codes);
  }
}
