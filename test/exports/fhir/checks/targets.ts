import { at, isObject, listOf } from './json.js';
import type { Finding, Resource } from './json.js';

interface Target {
  readonly path: readonly string[];
  readonly types: ReadonlySet<string>;
}

/** Whether references point to the types that R4's elements allow, by the resources that they are resolved to. */
export class TargetCheck {
  readonly #byType = new Map<string, Target[]>();

  constructor(base: readonly Resource[]) {
    for (const definition of base) {
      if (definition['kind'] === 'resource')
        this.#byType.set(String(definition['type']), targetsOf(definition));
    }
  }

  check(resources: readonly Resource[]): Finding[] {
    const types = new Map<unknown, string>();
    for (const r of resources) {
      types.set(`urn:uuid:${r.id}`, r.resourceType).set(`${r.resourceType}/${r.id}`, r.resourceType);
    }
    return resources.flatMap((r) =>
      (this.#byType.get(r.resourceType) ?? []).flatMap(({ path, types: allowed }) =>
        at(r, path)
          .flat()
          .filter(isObject)
          .map(({ reference }) => types.get(reference))
          .filter((type): type is string => type !== undefined && !allowed.has(type))
          .map((type): Finding => ({
            check: 'target',
            type: r.resourceType,
            id: r.id,
            message: `refers to ${type} at ${path.join('.')}`,
          })),
      ),
    );
  }
}

function targetsOf(definition: Resource): Target[] {
  const out: Target[] = [];
  for (const element of at(definition, ['snapshot', 'element']).flat()) {
    if (!isObject(element)) continue;
    const types = new Set<string>();
    for (const type of listOf(element['type'])) {
      if (!isObject(type) || type['code'] !== 'Reference') continue;
      for (const profile of listOf(type['targetProfile'])) types.add(String(profile).split('/').at(-1)!);
    }
    if (types.size === 0 || types.has('Resource')) continue;
    const path = String(element['path']).replace('[x]', 'Reference').split('.').slice(1);
    out.push({ path, types });
  }
  return out;
}
