import { isBound } from './bindings.js';
import { pair } from './expansion.js';
import type { CodeSet, Expansion } from './expansion.js';
import { at, isObject } from './json.js';
import type { Finding, Resource } from './json.js';

interface Slice {
  readonly path: readonly string[];
  readonly codes: CodeSet;
}

/**
 * Slices that a US Core profile wants at least once (a category, mostly) and tells by a code, fixed or from a required set. Medplum lets
 * some of them pass.
 */
export class SliceCheck {
  readonly #byProfile = new Map<string, Slice[]>();

  constructor(sets: Expansion, definitions: readonly Resource[]) {
    for (const d of definitions) {
      if (d.resourceType === 'StructureDefinition') this.#byProfile.set(String(d['url']), slicesOf(d, sets));
    }
  }

  check(resource: Resource): Finding[] {
    return at(resource, ['meta', 'profile'])
      .flat()
      .flatMap((url) => this.#byProfile.get(String(url)) ?? [])
      .filter(
        ({ path, codes }) =>
          !at(resource, path)
            .flat()
            .some((value) => isBound(value, codes)),
      )
      .map(({ path }) => ({
        check: 'slice',
        type: resource.resourceType,
        id: resource.id,
        message: `no ${path.join('.')} as the profile wants it`,
      }));
  }
}

function slicesOf(definition: Resource, sets: Expansion): Slice[] {
  const out: Slice[] = [];
  for (const element of at(definition, ['snapshot', 'element']).flat()) {
    if (!isObject(element) || element['min'] === 0) continue;
    const id = String(element['id']);
    const path = String(element['path']).split('.').slice(1);
    if (path.length !== 1 || !/^[A-Za-z]+\.[a-z]+:[A-Za-z-]+$/.test(id)) continue; // slices of the resource's own lists
    const codings = at(element, ['patternCodeableConcept', 'coding']).flat();
    const binding = element['binding'];
    const codes =
      codings.length > 0
        ? new Set(codings.map((c) => (isObject(c) ? pair(c['system'], c['code']) : '')))
        : isObject(binding) && binding['strength'] === 'required'
          ? sets.of(String(binding['valueSet']))
          : null;
    if (codes !== null) out.push({ path, codes });
  }
  return out;
}
