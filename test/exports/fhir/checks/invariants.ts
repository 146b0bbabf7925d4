import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { at, isObject, listOf } from './json.js';
import type { Finding, Json, Resource } from './json.js';

interface Invariant {
  readonly key: string;
  /** Path of the element below the resource; empty: the resource. */
  readonly path: readonly string[];
  readonly holds: (node: unknown, env: Json) => unknown;
}

/** Held by every element or resource: too many to evaluate again, and Medplum does. */
const everywhere = new Set(['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'dom-6']);

/** Functions that follow references or ask a terminology server. */
const needsServer = /resolve\(|memberOf\(|conformsTo\(|htmlChecks\(/;

/** The error-level invariants of the base resources and of US Core, evaluated by `fhirpath`, which is none of the validators. */
export class InvariantCheck {
  readonly #base = new Map<string, Invariant[]>();
  readonly #profiles = new Map<string, Invariant[]>();

  constructor(base: readonly Resource[], usCore: readonly Resource[]) {
    for (const definition of base) {
      if (definition['kind'] === 'resource')
        this.#base.set(String(definition['type']), invariantsOf(definition));
    }
    for (const definition of usCore) {
      if (definition.resourceType === 'StructureDefinition') {
        this.#profiles.set(String(definition['url']), invariantsOf(definition));
      }
    }
  }

  check(resource: Resource): Finding[] {
    const profiles = at(resource, ['meta', 'profile']).flatMap(
      (url) => this.#profiles.get(String(url)) ?? [],
    );
    const all = [...(this.#base.get(resource.resourceType) ?? []), ...profiles];
    const found: Finding[] = [];
    for (const { key, path, holds } of new Map(
      all.map((i) => [`${i.key} ${i.path.join('.')}`, i]),
    ).values()) {
      for (const node of at(resource, path).flat()) {
        const result = listOf(holds(node, { resource, rootResource: resource }));
        if (result.length > 0 && result[0] !== true) {
          found.push({
            check: 'fhirpath',
            type: resource.resourceType,
            id: resource.id,
            message: `${key} at ${path.join('.')}`,
          });
        }
      }
    }
    return found;
  }
}

function invariantsOf(definition: Resource): Invariant[] {
  const out: Invariant[] = [];
  for (const element of at(definition, ['snapshot', 'element']).flat()) {
    if (!isObject(element)) continue;
    const id = String(element['id']);
    if (id.includes('[x]') || id.includes(':')) continue; // choices and slices need more context than a path
    for (const constraint of listOf(element['constraint'])) {
      if (!isObject(constraint) || constraint['severity'] !== 'error') continue;
      const key = String(constraint['key']);
      const expression = constraint['expression'];
      if (everywhere.has(key) || typeof expression !== 'string' || needsServer.test(expression)) continue;
      const path = String(element['path']);
      out.push({ key, path: path.split('.').slice(1), holds: compileInvariant(path, expression) });
    }
  }
  return out;
}

function compileInvariant(base: string, expression: string): Invariant['holds'] {
  const where = base.includes('.') ? { base, expression } : expression;
  const run = fhirpath.compile(where, r4, { async: false });
  return (node, env): unknown => run(node, { ...env });
}
