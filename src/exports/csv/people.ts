import { stateName } from '../states.js';
import type { RowContext, Rows } from './rows.js';
import { codeCells, date, money, payerId, reasonCells, time } from './rows.js';

/** `patients`: one row. Number of social security, driver's licence and passport are empty: no such numbers are made up. */
export function patientRows({ record, charges, patient }: RowContext): Rows {
  const { person } = record;
  const { address } = person;
  return [
    [
      patient,
      date(person.birthTime),
      date(person.deathTime),
      ...[null, null, null],
      person.prefix,
      person.given[0] ?? null,
      person.family,
      null,
      person.maiden,
      person.maritalStatus,
      person.race,
      person.ethnicity,
      person.sex === 'female' ? 'F' : 'M',
      person.birthplace,
      address.line,
      address.city,
      stateName(address.state),
      ...[null, null],
      address.postalCode,
      address.latitude,
      address.longitude,
      money(charges.total - charges.covered),
      money(charges.covered),
      person.income === null ? null : Math.round(person.income),
    ],
  ];
}

export function encounterRows(context: RowContext): Rows {
  const { record, directory, charges, patient } = context;
  return record.encounters.map((encounter, i) => [
    encounter.id,
    time(encounter.start),
    time(encounter.end),
    patient,
    directory.organizations[encounter.organization]?.id ?? null,
    directory.practitioners[encounter.practitioner]?.id ?? null,
    payerId(context, i),
    encounter.class,
    ...codeCells(encounter.codes),
    money(encounter.cost),
    money(charges.encounters[i]!.total),
    money(charges.encounters[i]!.covered),
    ...reasonCells(encounter.reason),
  ]);
}

const ownership = { self: 'Self', spouse: 'Spouse', child: 'Guardian' } as const;

/** `payer_transitions`. The owner of a plan is known by name only where it is the patient. */
export function coverageRows({ record, directory, patient }: RowContext): Rows {
  const { person } = record;
  return record.coverages.map((coverage) => [
    patient,
    coverage.memberId,
    time(coverage.start),
    time(coverage.end),
    directory.payers[coverage.payer]?.id ?? null,
    null,
    directory.payers[coverage.payer]?.kind === 'none' ? null : ownership[coverage.relationship],
    coverage.relationship === 'self' ? `${person.given[0] ?? ''} ${person.family}`.trim() : null,
  ]);
}
