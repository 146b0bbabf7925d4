import { Expansion, pair } from './expansion.js';
import type { CodeSet } from './expansion.js';
import { at, isObject, listOf } from './json.js';
import type { Finding, Resource } from './json.js';

interface Binding {
  readonly path: readonly string[];
  readonly codes: CodeSet;
}

/**
 * Required bindings of base resources and of US Core to value sets whose codes are all listed (a filter over SNOMED CT or LOINC cannot be
 * expanded offline). A concept conforms when one of its codings is in the set.
 */
export class BindingCheck {
  readonly #sets: Expansion;
  readonly #byName = new Map<string, Binding[]>();

  constructor(sets: Expansion, definitions: readonly Resource[]) {
    this.#sets = sets;
    for (const d of definitions) {
      if (d.resourceType !== 'StructureDefinition' || d['kind'] !== 'resource') continue;
      const name = d['derivation'] === 'constraint' ? String(d['url']) : String(d['type']);
      this.#byName.set(name, this.#bindingsOf(d));
    }
  }

  /** How many bindings can be checked. */
  get size(): number {
    return [...this.#byName.values()].reduce((n, list) => n + list.length, 0);
  }

  check(resource: Resource): Finding[] {
    const names = [resource.resourceType, ...at(resource, ['meta', 'profile']).flat().map(String)];
    return names
      .flatMap((name) => this.#byName.get(name) ?? [])
      .flatMap(({ path, codes }) =>
        at(resource, path)
          .flat()
          .filter((value) => !isBound(value, codes))
          .map((): Finding => ({
            check: 'binding',
            type: resource.resourceType,
            id: resource.id,
            message: `a code outside of the required set at ${path.join('.')}`,
          })),
      );
  }

  #bindingsOf(definition: Resource): Binding[] {
    const out: Binding[] = [];
    for (const element of at(definition, ['snapshot', 'element']).flat()) {
      if (!isObject(element) || String(element['id']).includes(':')) continue;
      const binding = element['binding'];
      if (!isObject(binding) || binding['strength'] !== 'required') continue;
      const codes = this.#sets.of(String(binding['valueSet']));
      if (codes !== null) out.push({ path: String(element['path']).split('.').slice(1), codes });
    }
    return out;
  }
}

/** A code, coding or concept that has a code in the set, or has none to compare. */
export function isBound(value: unknown, codes: CodeSet): boolean {
  if (typeof value === 'string') return codes.has(pair('', value));
  if (!isObject(value)) return true;
  if (typeof value['code'] === 'string') return codes.has(pair(value['system'], value['code']));
  const codings = listOf(value['coding']);
  return codings.length === 0 || codings.some((c) => isObject(c) && codes.has(pair(c['system'], c['code'])));
}
