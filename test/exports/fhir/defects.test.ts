import { beforeAll, describe, expect, test } from 'vitest';
import { makeRecords, runEnd } from '../../support/records/index.js';
import { isObject } from './checks/json.js';
import type { Finding, Resource } from './checks/json.js';
import { readBundles } from './checks/read-export.js';
import { checkBundle, checkResource, checkSet } from './checks/rules.js';
import { UnionCheck } from './checks/union.js';
import { usCorePackage } from './checks/us-core-package.js';

let union: UnionCheck;
const people = makeRecords(20, 'defects');
const resources = [...readBundles(people).values()].flat();

beforeAll(() => {
  union = new UnionCheck();
});

type Draft = Record<string, unknown>;

/** A copy of the first resource of a type (that fits), changed. */
function planted(
  type: string,
  change: (r: Draft) => void,
  fits: (r: Resource) => boolean = () => true,
): Resource {
  const found = resources.find((r) => r.resourceType === type && fits(r));
  if (found === undefined) throw new Error(`no ${type}`);
  const copy: unknown = structuredClone(found);
  if (!isObject(copy)) throw new Error('no object');
  const draft: Draft = { ...copy };
  change(draft);
  return { ...draft, resourceType: found.resourceType, id: found.id };
}

const checksThatSee = (resource: Resource, life: { birth: number; end: number } | null = null): string[] => [
  ...new Set([...union.check(resource, life, true)].map((f: Finding) => f.check)),
];

const isLab = (r: Resource): boolean =>
  JSON.stringify(r['category']).includes('"laboratory"') && r['valueQuantity'] !== undefined;

describe('each check of the union catches its planted defect', () => {
  const cases: readonly [name: string, check: Finding['check'], make: () => Resource][] = [
    ['a missing status', 'medplum', () => planted('Observation', (r) => delete r['status'])],
    ['an unknown property', 'medplum', () => planted('Procedure', (r) => (r['colour'] = 'red'))],
    [
      'a code outside of a required set of R4',
      'lantana',
      () => planted('Encounter', (r) => (r['status'] = 'over')),
    ],
    ['the same in our own expansion', 'binding', () => planted('Encounter', (r) => (r['status'] = 'over'))],
    [
      'a broken invariant (con-4: abated but active)',
      'fhirpath',
      () =>
        planted(
          'Condition',
          (r) => {
            r['clinicalStatus'] = {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
              ],
            };
          },
          (r) => r['abatementDateTime'] !== undefined,
        ),
    ],
    [
      'a period that ends before it starts',
      'rule',
      () =>
        planted('Encounter', (r) => {
          r['period'] = { start: '2020-01-02T00:00:00Z', end: '2020-01-01T00:00:00Z' };
        }),
    ],
    ['two values', 'rule', () => planted('Observation', (r) => (r['valueString'] = 'twice'), isLab)],
    ['a day that is none', 'rule', () => planted('Patient', (r) => (r['birthDate'] = '2021-02-30'))],
    [
      'abatement before onset',
      'rule',
      () => planted('Condition', (r) => (r['abatementDateTime'] = '1800-01-01T00:00:00Z')),
    ],
  ];
  test.each(cases)('%s: %s', (_name, check, make) => {
    expect(checksThatSee(make())).toContain(check);
  });

  test.skipIf(usCorePackage === undefined)(
    'a profile of US Core broken (skipped without the package)',
    () => {
      const withoutIdentifier = planted('Patient', (r) => delete r['identifier']);
      expect(checksThatSee(withoutIdentifier)).toContain('us-core');
      const valueless = planted('Observation', (r) => delete r['valueQuantity'], isLab); // us-core-2
      expect(checksThatSee(valueless)).toEqual(expect.arrayContaining(['us-core', 'fhirpath']));
      const badCategory = planted('Condition', (r) => {
        r['category'] = [{ coding: [{ system: 'http://example.org', code: 'mine' }] }];
      });
      expect(checksThatSee(badCategory)).toContain('slice');
      expect(union.bindings.size).toBeGreaterThan(100);
    },
  );

  test('what is outside of the life', () => {
    const life = { birth: Date.UTC(2000, 0, 1), end: runEnd };
    const early = planted('Observation', (r) => (r['effectiveDateTime'] = '1999-12-31T23:59:59Z'));
    const late = planted('Observation', (r) => (r['effectiveDateTime'] = '2026-01-01T00:00:01Z'));
    expect(checkResource(early, life).map((f) => f.message)).toContain(
      'before birth at Observation.effectiveDateTime',
    );
    expect(checkResource(late, life).map((f) => f.message)).toContain(
      'after the end of the record at Observation.effectiveDateTime',
    );
  });

  test('a reference to nothing and an id that occurs twice', () => {
    const [bundle] = readBundles(people).values();
    expect(checkSet(bundle!)).toEqual([]);
    const without = bundle!.filter((r) => r.resourceType !== 'Location');
    expect(checkSet(without).map((f) => f.message)).toContain(
      'refers to nothing at Encounter.location.location',
    );
    expect(checkSet([...bundle!, bundle![0]!]).map((f) => f.message)).toContain('the same id twice');
  });

  test('a reference to a resource of a type that the element does not allow', () => {
    const [bundle] = readBundles(people).values();
    const patient = bundle!.find((r) => r.resourceType === 'Patient')!;
    const changed = bundle!.map((r) =>
      r.resourceType === 'Coverage' || r.resourceType === 'Procedure'
        ? { ...r, encounter: { reference: `urn:uuid:${patient.id}` } }
        : r,
    );
    expect(union.targets.check(bundle!)).toEqual([]);
    expect(union.targets.check(changed).map((f) => f.message)).toContain('refers to Patient at encounter');
  });

  test('an entry of a bundle without its request', () => {
    const resource = resources[0]!;
    const good = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: `urn:uuid:${resource.id}`,
          resource,
          request: { method: 'POST', url: resource.resourceType },
        },
      ],
    };
    expect(checkBundle(good)).toEqual([]);
    expect(checkBundle({ ...good, type: 'collection' })).toHaveLength(1);
    expect(checkBundle({ ...good, entry: [{ fullUrl: 'urn:uuid:1', resource }] })).toHaveLength(1);
    expect(checkBundle({ ...good, entry: [good.entry[0], good.entry[0]] })).toHaveLength(1);
  });
});
