import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/core/index.js';
import { exportById } from '../../../src/exports/index.js';
import { fixtureFacts, makeRecords, recordArbitrary } from '../../support/records/index.js';
import { bundleResources, exportFiles } from './checks/read-export.js';
import { checkBundle, checkResource, checkSet } from './checks/rules.js';

const people = makeRecords(6, 'encoder');

describe('options', () => {
  test('all problems are told at once', () => {
    expect(() => exportById('fhir').compile({ layout: 'xml', gzip: 1, colour: 'red' })).toThrow(
      /does not know[^]*layout[^]*gzip[^]*colour/,
    );
  });

  test('without US Core no profile is named, without claims there are none', () => {
    const text = [...exportFiles(people, { usCore: 'none', claims: false }).values()].join('');
    expect(text).not.toContain('"profile"');
    expect(text).not.toContain('"Claim"');
    expect(text).not.toContain('ExplanationOfBenefit');
    const all = [...exportFiles(people, {}).values()].join('');
    expect(all).toContain('ExplanationOfBenefit');
    expect(all).toContain('us-core-patient');
  });
});

describe('bytes', () => {
  const cut = (sizes: readonly number[], options: Record<string, unknown>): [string, string][] => {
    const compiled = exportById('fhir').compile(options);
    const files = new Map<string, Buffer>();
    let next = 0;
    for (const size of sizes) {
      const encoder = compiled.encoder(people.directory, fixtureFacts); // a new worker
      for (const record of people.records.slice(next, next + size)) encoder.add(record);
      next += size;
      for (const { file, bytes } of encoder.take()) {
        files.set(file, Buffer.concat([files.get(file) ?? Buffer.alloc(0), bytes]));
      }
    }
    return [...files].map(([file, bytes]): [string, string] => [file, sha256(bytes)]).sort();
  };

  test.each([
    {},
    { gzip: true },
    { layout: 'ndjson' },
    { layout: 'ndjson', gzip: true },
    { layout: 'ndjson', patientsPerFile: 2 },
  ])('do not depend on how patients are cut into tasks: %o', (options) => {
    const whole = cut([6], options);
    expect(cut([1, 2, 3], options)).toEqual(whole);
    expect(cut([1, 1, 1, 1, 1, 1], options)).toEqual(whole);
  });

  test('compressed files hold the same text', () => {
    for (const layout of ['bundles', 'ndjson']) {
      const plain = exportFiles(people, { layout });
      for (const [file, bytes] of exportFiles(people, { layout, gzip: true })) {
        // Device.ndjson and Organization.ndjson begin in the preamble and go on with the patients' members
        expect(gunzipSync(bytes).equals(plain.get(file.slice(0, -'.gz'.length))!)).toBe(true);
      }
    }
  });

  test('new files begin after so many patients', () => {
    const names = [...exportFiles(people, { layout: 'ndjson', patientsPerFile: 4 }).keys()];
    expect(names.filter((n) => n.startsWith('Patient'))).toEqual([
      'Patient.00001.ndjson',
      'Patient.00002.ndjson',
    ]);
  });
});

describe('any record', () => {
  test('gives a bundle with sound entries, references and times, and keeps every entry', () => {
    fc.assert(
      fc.property(recordArbitrary(), ({ directory, record }) => {
        const [bytes] = exportFiles({ directory, records: [record] }, {}).values();
        const bundle: unknown = JSON.parse(bytes!.toString('utf8'));
        const resources = bundleResources(bundle);
        const life = { birth: record.person.birthTime, end: record.endTime };
        const shared = new Set(['Organization', 'Location', 'Practitioner', 'PractitionerRole']);
        expect([
          ...checkBundle(bundle),
          ...checkSet(resources),
          ...resources.flatMap((r) => checkResource(r, shared.has(r.resourceType) ? null : life)),
        ]).toEqual([]);
        const ids = new Set(resources.map((r) => r.id));
        const entries = [
          record.encounters,
          record.conditions,
          record.allergies,
          record.observations,
          record.reports,
          record.procedures,
          record.medications,
          record.immunizations,
          record.imaging,
          record.devices,
          record.supplies,
          record.carePlans,
          record.notes,
          record.coverages,
          record.carePlans.flatMap((p) => p.goals),
        ].flat();
        expect(entries.filter((e) => !ids.has(e.id))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
