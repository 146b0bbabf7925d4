import { buildCohort } from '../../../../src/cohort/index.js';
import { testContext } from '../../../support/context.js';

export interface KnownStays {
  /** Every so many-th patient dies. */
  readonly diesEvery?: number;
  /** Days of stay i: (i + 1) × this. */
  readonly dayStep?: number;
  readonly creatinineFactor?: number;
  readonly sourceId?: string;
}

/**
 * Forty patients i = 0 … 39, and five more without measurements: aged 40 + i, women where i is even, in hospital for (i + 1) × `dayStep` days.
 * Every second one spends the hours 2 to 26 in intensive care; every tenth gets norepinephrine on the first day, the ones after them on the
 * third. Creatinine 1 + i / 10 at hours 1 and 5 for i < 30, 99 at hour 25. Those with i mod 5 = 1 come back after 10 days, with
 * i mod 5 = 2 after 40. First diagnosis A41.9 for i < 20, I50.9 for the rest; second one E11.9.
 */
export async function buildKnownStays(target: string, known: KnownStays = {}): Promise<void> {
  const { diesEvery = 4, dayStep = 0.5, creatinineFactor = 1, sourceId = 'known' } = known;
  const context = testContext();
  const start = `TIMESTAMP '2020-01-01 08:00:00'`;
  const after = (hours: string): string => `${start} + to_microseconds(CAST((${hours}) * 3.6e9 AS BIGINT))`;
  const end = after(`(i + 1) * ${dayStep} * 24`);
  const all = (columns: string, where = 'i < 40'): string =>
    `SELECT ${columns} FROM (SELECT range AS i FROM range(45)) WHERE ${where}`;
  const died = `(i % ${diesEvery} = 0)`;
  const event = (kind: string, code: string, hours: string, more = {}): string => {
    const {
      value = 'NULL',
      where = 'i < 40',
      details = 'NULL',
      encounter = 'NULL',
    } = more as Record<string, string>;
    return all(
      `i AS subject_id, ${after(hours)} AS time, '${kind}' AS kind, '${code}' AS code,
       (${value})::DOUBLE AS numeric_value, ${encounter}::VARCHAR AS encounter_id, ${details}::VARCHAR AS details`,
      where,
    );
  };
  const admission = `'a' || i`;
  await buildCohort(target, { source: { id: sourceId, title: 'Known stays' } }, context, async (writer) => {
    await writer.addSubjects(
      all(
        `i AS subject_id, 'p' || i AS source_id, TIMESTAMP '1950-01-01' AS birth_time,
         CASE WHEN ${died} THEN ${end} END AS death_time, CASE WHEN i % 2 = 0 THEN 'female' ELSE 'male' END AS sex`,
        'TRUE',
      ),
    );
    const columns = ({ id, parent, kind, from, to, dead }: Readonly<Record<string, string>>): string =>
      `${id} AS encounter_id, i AS subject_id, ${parent}::VARCHAR AS parent_id, '${kind}' AS class, ${from} AS start,
       ${to} AS "end", (40 + i)::DOUBLE AS age_years, ${dead} AS died, 'home' AS discharge_disposition`;
    const back = after(`(i + 1) * ${dayStep} * 24 + CASE WHEN i % 5 = 1 THEN 240 ELSE 960 END`);
    await writer.addEncounters(
      [
        all(
          columns({ id: admission, parent: 'NULL', kind: 'inpatient', from: start, to: end, dead: died }),
          'TRUE',
        ),
        all(
          columns({
            id: `'u' || i`,
            parent: admission,
            kind: 'icu',
            from: after('2'),
            to: after('26'),
            dead: 'NULL::BOOLEAN',
          }),
          'i < 40 AND i % 2 = 0',
        ),
        all(
          columns({
            id: `'b' || i`,
            parent: 'NULL',
            kind: 'inpatient',
            from: back,
            to: `${back} + INTERVAL 1 DAY`,
            dead: 'FALSE',
          }),
          'i % 5 IN (1, 2)',
        ),
      ].join(' UNION ALL '),
    );
    const creatinine = `${creatinineFactor} * (1 + i / 10.0)`;
    await writer.addEvents(
      'known',
      [
        ...[0, 1, 2, 3].map((n) => event('observation', 'LOINC//8867-4', `${6 * n}`, { value: '80' })),
        event('observation', 'LOINC//2160-0', '1', { value: creatinine, where: 'i < 30' }),
        event('observation', 'LOINC//2160-0', '5', { value: creatinine, where: 'i < 30' }),
        event('observation', 'LOINC//2160-0', '25', { value: '99', where: 'i < 30' }),
        event('medication', 'RXNORM//242969', '3', { where: 'i < 40 AND i % 10 = 0' }),
        event('medication', 'RXNORM//242969', '60', { where: 'i < 40 AND i % 10 = 1' }),
        event('condition', 'ICD10CM//E11.9', '0', { details: `'{"sequence":2}'`, encounter: admission }),
        event('condition', 'ICD10CM//A41.9', '0', {
          details: `'{"sequence":1}'`,
          encounter: admission,
          where: 'i < 20',
        }),
        event('condition', 'ICD10CM//I50.9', '0', {
          details: `'{"sequence":1}'`,
          encounter: admission,
          where: 'i >= 20 AND i < 40',
        }),
      ].join(' UNION ALL '),
    );
  });
  await context.pool.close();
}
