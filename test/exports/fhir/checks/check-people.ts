import { exportById } from '../../../../src/exports/index.js';
import type { Finding } from './json.js';
import { bundleResources, factsOf } from './read-export.js';
import type { People } from './read-export.js';
import { checkBundle, checkSet } from './rules.js';
import type { UnionCheck } from './union.js';

const shared = new Set(['Organization', 'Location', 'Practitioner', 'PractitionerRole']);

export interface PeopleFindings {
  /** Findings by kind with their number, so that a failure reads well. */
  readonly findings: Readonly<Record<string, number>>;
  readonly resources: number;
}

/**
 * Every check over the Bundle of each patient, one patient after the other. `everyOne`: the slow checks see every resource, not every
 * distinct shape once.
 */
export function checkPeople(union: UnionCheck, people: People, everyOne = false): PeopleFindings {
  const findings: Record<string, number> = {};
  const note = (found: readonly Finding[]): void => {
    for (const { check, type, message } of found) {
      const kind = `${check} ${type}: ${message}`;
      findings[kind] = (findings[kind] ?? 0) + 1;
    }
  };
  let count = 0;
  const encoder = exportById('fhir').compile({}).encoder(people.directory, factsOf(people));
  for (const record of people.records) {
    encoder.add(record);
    const bundle: unknown = JSON.parse(Buffer.from(encoder.take()[0]!.bytes).toString('utf8'));
    const resources = bundleResources(bundle);
    note([...checkBundle(bundle), ...checkSet(resources), ...union.targets.check(resources)]);
    const life = { birth: record.person.birthTime, end: record.endTime };
    for (const resource of resources)
      note(union.check(resource, shared.has(resource.resourceType) ? null : life, everyOne));
    count += resources.length;
  }
  return { findings, resources: count };
}
