import type { CohortStore as Store, CohortWriter } from '../../src/cohort/index.js';
import { buildCohort, CohortStore } from '../../src/cohort/index.js';
import type { RunContext } from '../../src/runtime/index.js';

/**
 * Eight made-up patients, small enough to work out every feature and label by hand:
 *
 * | patient | ICU stay | ends | why it is here |
 * |---|---|---|---|
 * | 1 | I1, 8 days 1 hour, and a second stay I1b | home, back after 26 days (urgent) | window edges, ties, static events of another stay |
 * | 2 | I2, 42 hours | dies in hospital | no readmission label; diagnosis mapped from ICD-9 |
 * | 3 | I3, 10 hours | home | over before an index time of 24 hours |
 * | 4 | I4, 3 days, aged 15 | home | below a minimum age of 18 |
 * | 5 | I5, 30 hours | hospice | no readmission label; no events at all |
 * | 6 | I6, exactly 7 days | home, back after 10 days (elective) | a stay of exactly 7 days is not over 7; two values at one time |
 * | 7 | I7 without an admission and without an end | unknown | labels that cannot be known |
 * | 8 | none (an admission only) | home | not in a cohort of ICU stays |
 */
export async function buildTinyCohort(
  target: string,
  context: RunContext,
  options: { readonly sourceId?: string; readonly moreEvents?: readonly string[] } = {},
): Promise<Store> {
  const source = { id: options.sourceId ?? 'tiny', title: 'Tiny made-up cohort' };
  await buildCohort(target, { source, rowsPerShard: 12 }, context, (writer) =>
    fill(writer, options.moreEvents ?? []),
  );
  return CohortStore.open(target);
}

const values = (columns: string, rows: readonly string[]): string =>
  `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) v(${columns})`;

/** An event as an SQL row: subject, time (NULL for none), kind, code, number, text, encounter, details. */
export function eventRow(event: {
  readonly subject: number;
  readonly time: string | null;
  readonly kind?: string;
  readonly code: string;
  readonly number?: number;
  readonly text?: string;
  readonly encounter?: string;
  readonly details?: string;
}): string {
  const text = (value: string | null | undefined): string =>
    value === null || value === undefined ? 'NULL' : `'${value}'`;
  const time = event.time === null ? 'NULL::TIMESTAMP' : `TIMESTAMP '${event.time}'`;
  const rest = [event.text, event.encounter, event.details].map(text);
  return [
    event.subject,
    time,
    text(event.kind ?? 'observation'),
    text(event.code),
    `${event.number ?? 'NULL'}::DOUBLE`,
    ...rest,
  ].join(', ');
}

const creatinine = 'LOINC//2160-0';
const height = 'LOINC//8302-2';
const rhythm = 'LOCAL//rhythm';

const creatinines: readonly (readonly [number, string, number])[] = [
  [1, '2020-01-01 11:59:59', 9],
  [1, '2020-01-01 12:00:00', 1],
  [1, '2020-01-01 18:00:00', 3],
  [1, '2020-01-01 20:00:00', 2],
  [1, '2020-01-02 11:59:59', 1.5],
  [1, '2020-01-02 12:00:00', 50],
  [1, '2020-01-02 12:00:01', 99],
  [1, '2020-02-05 13:00:00', 7],
  [2, '2020-03-01 08:00:00', 5],
  [6, '2020-06-01 01:00:00', 2],
  [6, '2020-06-01 01:00:00', 4],
];

const events = [
  ...creatinines.map(([subject, time, number]) => eventRow({ subject, time, code: creatinine, number })),
  eventRow({ subject: 1, time: null, code: height, number: 170, encounter: 'icu//1' }),
  eventRow({ subject: 1, time: null, code: height, number: 999, encounter: 'icu//1b' }),
  eventRow({ subject: 2, time: null, code: height, number: 180 }),
  eventRow({ subject: 1, time: '2020-01-01 13:00:00', code: rhythm, text: 'sinus' }),
  eventRow({ subject: 1, time: '2020-01-01 14:00:00', code: rhythm, text: 'flutter' }),
  eventRow({ subject: 2, time: '2020-03-01 07:00:00', code: rhythm, text: 'sinus' }),
  eventRow({ subject: 6, time: '2020-06-01 02:00:00', code: rhythm, text: ' sinus ' }),
  eventRow({
    subject: 6,
    time: '2019-05-01 00:00:00',
    kind: 'condition',
    code: 'ICD10CM//I50.9',
    details: '{"sequence":2}',
  }),
];

const diagnoses = [
  [1, '2020-01-10', 'ICD10CM//A41.9', 'admission//1', '{"sequence":1}'],
  [1, '2020-01-10', 'ICD10CM//A00.0', 'admission//1', '{"sequence":2}'],
  [1, '2020-02-20', 'ICD10CM//J18.9', 'admission//1b', '{"sequence":1}'],
  [2, '2020-03-03', 'ICD10CM//A41.9', 'admission//2', '{"sequence":1,"original_code":"ICD9CM//038.9"}'],
  [5, '2020-05-03', 'ICD10CM//I21.4', 'admission//5', '{"sequence":1}'],
  [6, '2020-06-09', 'ICD10CM//I21.9', 'admission//6', '{"sequence":1}'],
].map(([subject, time, code, encounter, details]) =>
  eventRow({
    subject: Number(subject),
    time: `${String(time)} 00:00:00`,
    kind: 'condition',
    code: String(code),
    encounter: String(encounter),
    details: String(details),
  }),
);

async function fill(writer: CohortWriter, moreEvents: readonly string[]): Promise<void> {
  await writer.addSubjects(
    values('subject_id, source_id, birth_time, death_time, sex, race', [
      `1, 'p1', TIMESTAMP '1950-01-01', NULL::TIMESTAMP, 'female', 'white'`,
      `2, 'p2', TIMESTAMP '1940-01-01', TIMESTAMP '2020-03-03', 'male', 'white'`,
      `3, 'p3', TIMESTAMP '1980-01-01', NULL, 'male', NULL`,
      `4, 'p4', TIMESTAMP '2005-01-01', NULL, 'female', 'black'`,
      `5, 'p5', TIMESTAMP '1930-01-01', TIMESTAMP '2020-05-20', 'male', 'black'`,
      `6, 'p6', TIMESTAMP '1960-01-01', NULL, 'female', 'white'`,
      `7, 'p7', NULL, NULL, NULL, NULL`,
      `8, 'p8', TIMESTAMP '1970-01-01', NULL, 'male', 'white'`,
    ]),
  );
  const stay = (id: string, times: readonly [string, string], rest: string): string =>
    `'admission//${id}', ${/^\d+/.exec(id)![0]}, NULL, 'inpatient', TIMESTAMP '${times[0]}', TIMESTAMP '${times[1]}', ${rest}`;
  const icu = (id: string, times: readonly [string, string | null], unit: string): string =>
    `'icu//${id}', ${/^\d+/.exec(id)![0]}, ${id === '7' ? 'NULL' : `'admission//${id}'`}, 'icu', TIMESTAMP '${times[0]}',
     ${times[1] === null ? 'NULL::TIMESTAMP' : `TIMESTAMP '${times[1]}'`}, NULL, NULL, NULL, '${unit}', ${id === '7' ? '66' : 'NULL'}`;
  await writer.addEncounters(
    values(
      'encounter_id, subject_id, parent_id, class, start, "end", admission_type, discharge_disposition, died, unit, age_years',
      [
        stay('1', ['2020-01-01', '2020-01-10'], `'EW EMER.', 'HOME', FALSE, NULL, NULL`),
        stay('1b', ['2020-02-05', '2020-02-20'], `'URGENT', 'HOME', FALSE, NULL, NULL`),
        stay('2', ['2020-03-01', '2020-03-03'], `'EW EMER.', 'DIED', TRUE, NULL, NULL`),
        stay('3', ['2020-04-01', '2020-04-12'], `'EW EMER.', 'HOME', FALSE, NULL, NULL`),
        stay('4', ['2020-04-01', '2020-04-06'], `'EW EMER.', 'HOME', FALSE, NULL, NULL`),
        stay('5', ['2020-05-01', '2020-05-03'], `'ELECTIVE', 'HOSPICE', FALSE, NULL, NULL`),
        stay('6', ['2020-05-31', '2020-06-09'], `'URGENT', 'HOME', FALSE, NULL, NULL`),
        stay('6b', ['2020-06-19', '2020-06-20'], `'ELECTIVE', 'HOME', FALSE, NULL, NULL`),
        stay('8', ['2020-08-01', '2020-08-09'], `'URGENT', 'HOME', FALSE, NULL, NULL`),
        icu('1', ['2020-01-01 12:00:00', '2020-01-09 13:00:00'], 'MICU'),
        icu('1b', ['2020-02-05 12:00:00', '2020-02-10 12:00:00'], 'MICU'),
        icu('2', ['2020-03-01 06:00:00', '2020-03-03 00:00:00'], 'SICU'),
        icu('3', ['2020-04-01 00:00:00', '2020-04-01 10:00:00'], 'SICU'),
        icu('4', ['2020-04-01 00:00:00', '2020-04-04 00:00:00'], 'MICU'),
        icu('5', ['2020-05-01 12:00:00', '2020-05-02 18:00:00'], 'MICU'),
        icu('6', ['2020-06-01 00:00:00', '2020-06-08 00:00:00'], 'CCU'),
        icu('7', ['2020-07-01 00:00:00', null], 'MICU'),
      ],
    ),
  );
  const columns = 'subject_id, time, kind, code, numeric_value, text_value, encounter_id, details';
  await writer.addEvents('made up', values(columns, [...events, ...diagnoses, ...moreEvents]));
}
