import type { Directory } from '../../cohort/index.js';
import { csvLine } from '../../core/index.js';
import type { CsvTable } from './layout.js';
import { csvTables } from './layout.js';

/** The files that stand once for all patients, their totals at zero ({@link addTotals} fills them in). */
export function directoryText(table: 'organizations' | 'providers' | 'payers', directory: Directory): string {
  return `${csvTables[table]}\n${directoryLines[table](directory).join('')}`;
}

export const directoryTables = [
  'organizations',
  'providers',
  'payers',
] as const satisfies readonly CsvTable[];

const directoryLines = {
  organizations: (directory: Directory): string[] =>
    directory.organizations.map(({ id, name, address, phone }) =>
      csvLine([
        id,
        name,
        address.line,
        address.city,
        address.state,
        address.postalCode,
        address.latitude,
        address.longitude,
        phone,
        '0.00',
        0,
      ]),
    ),
  providers: (directory: Directory): string[] =>
    directory.practitioners.map((practitioner) => {
      const organization = directory.organizations[practitioner.organization];
      const address = organization?.address;
      return csvLine([
        practitioner.id,
        organization?.id ?? null,
        `${practitioner.given} ${practitioner.family}`,
        practitioner.sex === 'female' ? 'F' : 'M',
        practitioner.specialty,
        address?.line ?? null,
        address?.city ?? null,
        address?.state ?? null,
        address?.postalCode ?? null,
        address?.latitude ?? null,
        address?.longitude ?? null,
        0,
        0,
      ]);
    }),
  payers: (directory: Directory): string[] =>
    directory.payers.map(({ id, name, kind }) =>
      csvLine([
        id,
        name,
        { government: 'GOVERNMENT', private: 'PRIVATE', none: 'NO_INSURANCE' }[kind],
        ...[null, null, null, null, null],
        ...['0.00', '0.00', '0.00'],
        ...[0, 0, 0, 0, 0, 0, 0, 0, 0],
        null,
        0,
      ]),
    ),
};
