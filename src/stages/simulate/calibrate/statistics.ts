import { CohortStore, noTimeBetweenAdmissions } from '../../../cohort/index.js';
import { DataError } from '../../../core/index.js';
import { Database, sqlString } from '../../../duckdb/index.js';
import { measures, treatments } from './facts.js';
import { diagnosesSql, measuredSql, staysSql, treatmentsSql, valuesSql } from './stay-sql.js';
import type { AdmissionStatistics, Figure, StaySelection } from './types.js';

const ageBands = [
  [0, 45],
  [45, 65],
  [65, 75],
  [75, 85],
  [85, 200],
] as const;
/** Diagnoses that shares and mortality are given for. */
const topDiagnoses = 25;
/** Fewer stays give no figure. */
const leastStays = 20;
const hospice = ['hospice', 'hosp', 'hospice / home', 'hospice / medical facility', '50', '51'];

/** A figure's definition in SQL over a relation with one row a stay that it is about. */
interface Asked extends Pick<Figure, 'id' | 'group' | 'title' | 'unit'> {
  /** Aggregates `value` (and `low`, `high`), and `n`, of the stays that say it. */
  readonly sql: string;
  /** Why nothing can be said where `n` is small or the source does not tell. */
  readonly absent?: string | undefined;
}

/**
 * How the stays of a cohort store look: people, length of stay, death, intensive care, diagnoses and the measurements of the first day.
 * @throws UserError `NO_COHORT`; DataError `NO_STAYS` where no stay of the selection has a measured first day.
 */
export async function admissionStatistics(
  dir: string,
  selection: StaySelection,
): Promise<AdmissionStatistics> {
  const store = await CohortStore.open(dir);
  const db = await Database.open({ threads: 1 });
  try {
    await store.views(db);
    await prepare(db, selection);
    const counts = await db.one(
      `SELECT count(*)::DOUBLE AS stays, count(DISTINCT subject_id)::DOUBLE AS subjects,
        (SELECT count(*) FROM cal_all)::DOUBLE AS all_stays FROM cal_stay`,
    );
    const stays = Number(counts['stays']);
    if (stays === 0) throw noStays(dir, selection);
    const { id, title } = store.manifest.source;
    const asked = [
      ...peopleFigures(),
      ...(await stayFigures(db, selection, id)),
      ...mortalityFigures(),
      ...(await diagnosisFigures(db)),
      ...(await measurementFigures(db)),
    ];
    const { unit, leastHours, leastAge } = selection;
    return {
      store: { id, title, fingerprint: store.manifest.fingerprint },
      selection: { unit, leastHours, leastAge, part: selection.subjects !== undefined },
      stays,
      subjects: Number(counts['subjects']),
      unmeasured: Number(counts['all_stays']) - stays,
      figures: await answer(db, asked),
    };
  } finally {
    db.close();
  }
}

async function prepare(db: Database, selection: StaySelection): Promise<void> {
  await db.exec('CREATE TEMP TABLE cal_subject (subject_id BIGINT)');
  if (selection.subjects !== undefined && selection.subjects.length > 0)
    await db.exec(`INSERT INTO cal_subject VALUES ${selection.subjects.map((s) => `(${s})`).join(', ')}`);
  await db.exec(staysSql(selection));
  await db.exec(valuesSql());
  await db.exec(measuredSql);
  await db.exec(treatmentsSql());
  await db.exec(diagnosesSql);
}

function noStays(dir: string, { unit, leastHours }: StaySelection): DataError {
  return new DataError('NO_STAYS', `The cohort store in ${dir} holds no stay to describe.`, {
    expected: `${unit === 'icu' ? 'stays in intensive care' : 'admissions'} of at least ${leastHours} hours with measurements in their first day`,
    got: 'none',
    fix: 'choose another --unit or --least-hours, or another store',
  });
}

const share = (of: string, where = 'TRUE'): string =>
  `avg(CASE WHEN ${where} THEN (${of})::INTEGER END) AS value, NULL::DOUBLE AS low, NULL::DOUBLE AS high,
   count(CASE WHEN ${where} THEN (${of}) END)::DOUBLE AS n FROM cal_stay`;
const median = (of: string, where = 'TRUE', from = 'cal_stay'): string =>
  `median(${of}) FILTER (${where}) AS value, quantile_cont(${of}, 0.25) FILTER (${where}) AS low,
   quantile_cont(${of}, 0.75) FILTER (${where}) AS high, count(${of}) FILTER (${where})::DOUBLE AS n FROM ${from}`;

function peopleFigures(): Asked[] {
  return [
    { id: 'age', group: 'people', title: 'Age', unit: 'a', sql: median('age') },
    { id: 'female', group: 'people', title: 'Women', unit: '1', sql: share("sex = 'female'") },
  ];
}

async function stayFigures(db: Database, { unit }: StaySelection, source: string): Promise<Asked[]> {
  const group = 'stay';
  const given = await kindsOf(db);
  const dead = `disposition IN (${hospice.map(sqlString).join(', ')})`;
  const readmission: Asked = {
    id: 'readmission30',
    group,
    title: 'Readmission within 30 days',
    unit: '1',
    sql: share('back', `a_end IS NOT NULL AND NOT died AND NOT coalesce(${dead}, FALSE)`),
    absent: noTimeBetweenAdmissions[source],
  };
  return [
    { id: 'los.hospital', group, title: 'Days in hospital', unit: 'd', sql: median('days') },
    { id: 'los.hospital.over7', group, title: 'Over 7 days in hospital', unit: '1', sql: share('days > 7') },
    { id: 'los.icu', group, title: 'Days in intensive care', unit: 'd', sql: median('icu_days', 'in_icu') },
    {
      id: 'los.icu.over7',
      group,
      title: 'Over 7 days in intensive care',
      unit: '1',
      sql: share('icu_days > 7', 'in_icu'),
    },
    ...(unit === 'icu'
      ? []
      : ([{ id: 'icu', group, title: 'Intensive care', unit: '1', sql: share('in_icu') }] satisfies Asked[])),
    ...treatments.map(({ id, title, kinds }): Asked => ({
      id,
      group,
      title,
      unit: '1',
      sql: share(`stay IN (SELECT stay FROM cal_treatment WHERE treatment = ${sqlString(id)})`),
      absent: kinds.some((kind) => given.has(kind)) ? undefined : `it records no ${kinds.join(' and no ')}`,
    })),
    readmission,
  ];
}

async function kindsOf(db: Database): Promise<ReadonlySet<string>> {
  const rows = await db.rows('SELECT DISTINCT kind FROM events');
  return new Set(rows.map((row) => String(row['kind'])));
}

function mortalityFigures(): Asked[] {
  const group = 'mortality';
  return [
    { id: 'mortality', group, title: 'Death in hospital', unit: '1', sql: share('died') },
    ...ageBands.map(([from, to]): Asked => ({
      id: `mortality.age.${from}`,
      group,
      title:
        to === 200 ? `Death, ${from} and older` : `Death, under ${to}${from === 0 ? '' : ` from ${from}`}`,
      unit: '1',
      sql: share('died', `age >= ${from} AND age < ${to}`),
    })),
  ];
}

async function diagnosisFigures(db: Database): Promise<Asked[]> {
  const group = 'diagnosis';
  const rows = await db.rows(
    `SELECT category, count(*) AS n FROM cal_diagnosis GROUP BY ALL ORDER BY n DESC, category LIMIT ${topDiagnoses}`,
  );
  const top = rows.map((row) => String(row['category']));
  if (top.length === 0)
    return [
      {
        id: 'diagnosis',
        group,
        title: 'First diagnosis',
        unit: '1',
        sql: share('FALSE'),
        absent: 'it gives no diagnoses in ICD-10-CM',
      },
    ];
  const within = 'stay IN (SELECT stay FROM cal_diagnosis)';
  const one = (category: string): string =>
    `stay IN (SELECT stay FROM cal_diagnosis WHERE category = ${sqlString(category)})`;
  return top.flatMap((category): Asked[] => [
    {
      id: `diagnosis.${category}`,
      group,
      title: `First diagnosis ${category}`,
      unit: '1',
      sql: share(one(category), within),
    },
    {
      id: `mortality.diagnosis.${category}`,
      group: 'mortality',
      title: `Death, first diagnosis ${category}`,
      unit: '1',
      sql: share('died', one(category)),
    },
  ]);
}

async function measurementFigures(db: Database): Promise<Asked[]> {
  const group = 'measurement';
  const rows = await db.rows('SELECT DISTINCT measure FROM cal_value');
  const given = new Set(rows.map((row) => String(row['measure'])));
  return measures.flatMap(({ id, title, unit }): Asked[] => {
    const of = `(SELECT s.stay, s.hours, v.n, v.level FROM cal_stay s
      LEFT JOIN (SELECT * FROM cal_value WHERE measure = ${sqlString(id)}) v USING (stay)) m`;
    const absent = given.has(id) ? undefined : 'it gives no values of it';
    return [
      { id: `${id}.level`, group, title, unit, sql: median('level', 'TRUE', of), absent },
      {
        id: `${id}.measured`,
        group,
        title: `${title}: measured in the first 24 h`,
        unit: '1',
        sql: `avg((n IS NOT NULL)::INTEGER) AS value, NULL::DOUBLE AS low, NULL::DOUBLE AS high, count(*)::DOUBLE AS n FROM ${of}`,
        absent,
      },
      {
        id: `${id}.perDay`,
        group,
        title: `${title}: measurements a day, where measured`,
        unit: '/d',
        sql: `avg(n * 24 / hours) AS value, NULL::DOUBLE AS low, NULL::DOUBLE AS high, count(n)::DOUBLE AS n FROM ${of}`,
        absent,
      },
    ];
  });
}

async function answer(db: Database, asked: readonly Asked[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { id, group, title, unit, sql, absent } of asked) {
    const row = absent === undefined ? await db.one(`SELECT ${sql}`) : {};
    const n = Number(row['n'] ?? 0);
    const value = n < leastStays ? null : Number(row['value']);
    const why = absent ?? (n === 0 ? 'it gives none' : n < leastStays ? `only ${n} stays say it` : null);
    const { low, high } = row;
    const quartiles =
      value === null || low === null || low === undefined ? null : ([Number(low), Number(high)] as const);
    figures.push({ id, group, title, unit, n, value, quartiles, why });
  }
  return figures;
}
