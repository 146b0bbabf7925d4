import { beforeAll, describe, expect, test } from 'vitest';
import { makeRecords, runEnd } from '../../support/records/index.js';
import type { Finding } from './checks/json.js';
import { readBundles, readNdjson } from './checks/read-export.js';
import { checkSet } from './checks/rules.js';
import { UnionCheck } from './checks/union.js';
import { usCorePackage } from './checks/us-core-package.js';

const people = makeRecords(100, 'conformance');
let union: UnionCheck;

beforeAll(() => {
  union = new UnionCheck();
});

/** Findings by kind with their number, so that a failure reads well. */
function summary(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const f of findings) {
    const key = `${f.check} ${f.type}: ${f.message}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

describe('FHIR export of 100 patients', () => {
  test('every resource passes the union of checks', () => {
    const findings: Finding[] = [];
    let count = 0;
    const lives = new Map(people.records.map((r) => [r.person.id, r]));
    for (const [file, resources] of readBundles(people)) {
      const record = lives.get(file.slice('fhir/'.length, -'.json'.length))!;
      const life = { birth: record.person.birthTime, end: record.person.deathTime ?? runEnd };
      findings.push(...checkSet(resources), ...union.targets.check(resources));
      for (const resource of resources) {
        const shared = ['Organization', 'Location', 'Practitioner', 'PractitionerRole'];
        findings.push(...union.check(resource, shared.includes(resource.resourceType) ? null : life));
      }
      count += resources.length;
    }
    expect(summary(findings)).toEqual({});
    expect(count).toBeGreaterThan(20_000);
  }, 300_000);

  test('Bulk Data holds the same resources, once, with no reference to nothing', () => {
    const resources = readNdjson(people);
    expect(summary(checkSet(resources))).toEqual({});
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
