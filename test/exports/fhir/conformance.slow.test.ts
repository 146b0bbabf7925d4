import { expect, test } from 'vitest';
import { makeRecords, runEnd } from '../../support/records/index.js';
import { readBundles } from './checks/read-export.js';
import { UnionCheck } from './checks/union.js';

test('every resource of 100 patients passes every check, the slow ones too', () => {
  const union = new UnionCheck();
  const people = makeRecords(100, 'slow');
  const shared = new Set(['Organization', 'Location', 'Practitioner', 'PractitionerRole']);
  let count = 0;
  [...readBundles(people).values()].forEach((resources, i) => {
    const { person } =
      people.records.find((r) => resources.some((x) => x.id === r.person.id)) ?? people.records[i]!;
    const life = { birth: person.birthTime, end: person.deathTime ?? runEnd };
    expect(union.targets.check(resources)).toEqual([]);
    for (const resource of resources) {
      const found = union.check(resource, shared.has(resource.resourceType) ? null : life, true);
      expect(found).toEqual([]);
      count++;
    }
  });
  expect(count).toBeGreaterThan(20_000);
}, 3_600_000);
