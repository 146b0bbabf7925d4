import { beforeAll, describe, expect, test } from 'vitest';
import { liveRecords } from '../../support/live-records.js';
import { makeRecords } from '../../support/records/index.js';
import { hasSyntheaModules } from '../../support/synthea-modules.js';
import { checkPeople } from './checks/check-people.js';
import { UnionCheck } from './checks/union.js';

let union: UnionCheck;

beforeAll(() => {
  union = new UnionCheck();
});

describe('whole lives, from birth to death or to the end of the run', () => {
  test('100 of the built-in library pass every check', async () => {
    const { findings, resources } = checkPeople(
      union,
      await liveRecords({ library: 'built-in', count: 100, seed: 'whole' }),
    );
    expect(findings).toEqual({});
    expect(resources).toBeGreaterThan(50_000);
  }, 3_600_000);

  test.skipIf(!hasSyntheaModules)(
    "100 of Synthea's library pass every check (else skipped: no ../shared/data/synthea/resources.tar.gz)",
    async () => {
      const { findings, resources } = checkPeople(
        union,
        await liveRecords({ library: 'synthea', count: 100, seed: 'whole' }),
      );
      expect(findings).toEqual({});
      expect(resources).toBeGreaterThan(50_000);
    },
    3_600_000,
  );

  test('20 made-up ones pass every check, and the slow ones see each resource', () => {
    const { findings, resources } = checkPeople(union, makeRecords(20, 'slow'), true);
    expect(findings).toEqual({});
    expect(resources).toBeGreaterThan(5_000);
  }, 3_600_000);
});
