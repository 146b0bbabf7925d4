import { beforeAll, describe, expect, test } from 'vitest';
import { liveRecords } from '../../support/live-records.js';
import { makeRecords } from '../../support/records/index.js';
import { checkPeople } from './checks/check-people.js';
import { readBundles, readNdjson } from './checks/read-export.js';
import type { People } from './checks/read-export.js';
import { checkSet } from './checks/rules.js';
import { UnionCheck } from './checks/union.js';
import { usCorePackage } from './checks/us-core-package.js';

let union: UnionCheck;
let live: People;

beforeAll(async () => {
  union = new UnionCheck();
  live = await liveRecords({ library: 'built-in', count: 100, seed: 'conformance', years: 10 });
});

describe('FHIR export', () => {
  test('every resource of 100 patients of the simulator passes the union of checks', () => {
    const { findings, resources } = checkPeople(union, live);
    expect(findings).toEqual({});
    expect(resources).toBeGreaterThan(10_000);
  }, 300_000);

  test('every resource of 40 made-up patients with every kind of entry passes the union of checks', () => {
    const { findings, resources } = checkPeople(union, makeRecords(40, 'conformance'));
    expect(findings).toEqual({});
    expect(resources).toBeGreaterThan(10_000);
  }, 300_000);

  test('Bulk Data holds the same resources, once, with no reference to nothing', () => {
    const people = { ...live, records: live.records.slice(0, 30) };
    const resources = readNdjson(people);
    expect(checkSet(resources)).toEqual([]);
    const ids = new Set([...readBundles(people).values()].flat().map((r) => `${r.resourceType}/${r.id}`));
    const bulk = new Set(resources.map((r) => `${r.resourceType}/${r.id}`));
    expect([...ids].filter((id) => !bulk.has(id))).toEqual([]);
    expect(bulk.size).toBe(resources.length);
  }, 120_000);

  test.skipIf(usCorePackage === undefined)(
    'US Core 6.1 is at hand (else skipped: no ../shared/data/fhir/us_core_610.tgz)',
    () => {
      expect(union.medplum.profiles.size).toBeGreaterThan(50);
      expect(union.medplum.unreadable).toEqual([
        'http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance',
      ]);
    },
  );
});
