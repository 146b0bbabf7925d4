import { Database, sqlString } from '../../duckdb/index.js';
import { wilsonInterval } from '../../numerics/index.js';
import type { RunContext } from '../../runtime/index.js';
import type { CohortStore } from '../store/open.js';
import type { MeasureDefinition } from './definitions.js';
import { qualityMeasures } from './definitions.js';

/** What a store answers to one measure. */
export interface MeasureResult {
  readonly definition: MeasureDefinition;
  /** People, or index events. */
  readonly n: number;
  /** Those of them that count. */
  readonly count: number;
  /** count / n; null where n = 0. */
  readonly share: number | null;
  /** 95 % interval of the share by Wilson's score (Wilson, JASA 1927), as if people were independent. */
  readonly interval: { readonly low: number; readonly high: number } | null;
}

export interface MeasureOptions {
  /** End of the year that is looked at, UTC; default: the last event of the store. */
  readonly end?: Date | undefined;
}

/**
 * Clinical quality measures over a cohort store, simulated or real: who is screened, controlled, dies or has a complication. Populations are people who
 * live at the end and had a visit in the year before it; outcome measures take every index event of the store with time to follow it.
 * Codes are compared with an event's code and, where a source wrote another one, with the original.
 */
export async function computeMeasures(
  store: CohortStore,
  { end }: MeasureOptions,
  context: RunContext,
): Promise<readonly MeasureResult[]> {
  const db = await Database.open({ threads: context.pool.size, signal: context.signal });
  try {
    await store.views(db);
    const last =
      end === undefined ? '(SELECT max(time) FROM events)' : `TIMESTAMP ${sqlString(stampOf(end))}`;
    await db.exec(
      `CREATE TABLE period AS SELECT "end", "end" - INTERVAL 1 YEAR AS start FROM (SELECT ${last} AS "end")`,
    );
    await db.exec(`CREATE TABLE coded AS SELECT subject_id, time, end_time, kind, code,
      coalesce(json_extract_string(details, '$.original_code'), code) AS original, numeric_value AS value, encounter_id FROM events`);
    const results: MeasureResult[] = [];
    for (const definition of qualityMeasures.measures) {
      const { n, hits } = await db.one(
        `SELECT count(*)::INTEGER AS n, count(*) FILTER (hit)::INTEGER AS hits FROM (${queryOf(definition)})`,
      );
      results.push(resultOf(definition, Number(n), Number(hits)));
    }
    return results;
  } finally {
    db.close();
  }
}

function resultOf(definition: MeasureDefinition, n: number, count: number): MeasureResult {
  return n === 0
    ? { definition, n, count, share: null, interval: null }
    : { definition, n, count, share: count / n, interval: wilsonInterval(count, n, 0.95) };
}

const stampOf = (date: Date): string => date.toISOString().replace('T', ' ').slice(0, 19);

/** A row, with `hit`, for everybody or everything that the measure is about. */
function queryOf(measure: MeasureDefinition): string {
  if (measure.kind === 'outcome') return outcomeQuery(measure);
  const { people } = measure;
  const from = `FROM subjects s, period p WHERE ${peopleCondition(people)}`;
  if (measure.kind === 'done') {
    const done = measure.done.map(
      ({ codes, months }) =>
        `EXISTS (SELECT 1 FROM coded e WHERE e.subject_id = s.subject_id AND e.time <= p."end"
          AND e.time > p."end" - to_months(${months}) AND ${codeIn('e', codes)})`,
    );
    return `SELECT ${done.join(' OR ')} AS hit ${from}`;
  }
  const lasts = measure.last.map(({ codes }) => lastValue(codes));
  const tests = measure.last.map(({ below, above, orMissing }, i) => {
    const test = [
      ...(below === undefined ? [] : [`${lasts[i]!} < ${below}`]),
      ...(above === undefined ? [] : [`${lasts[i]!} > ${above}`]),
    ].join(' AND ');
    return `coalesce(${test}, ${orMissing === true})`;
  });
  const single = measure.last.length === 1 && measure.last[0]!.orMissing !== true;
  return `SELECT ${tests.join(' AND ')} AS hit ${from}${single ? ` AND ${lasts[0]!} IS NOT NULL` : ''}`;
}

const lastValue = (codes: readonly string[]): string =>
  `(SELECT arg_max(e.value, (e.time, e.value)) FROM coded e WHERE e.subject_id = s.subject_id AND e.time > p.start AND e.time <= p."end"
    AND e.value IS NOT NULL AND ${codeIn('e', codes)})`;

type People = Extract<MeasureDefinition, { kind: 'done' }>['people'];

function peopleCondition({ ages: [least, most], sex, diagnosis }: People): string {
  return [
    `(s.death_time IS NULL OR s.death_time > p."end")`,
    `${ageAt('p."end"')} BETWEEN ${least} AND ${most}`,
    ...(sex === undefined ? [] : [`s.sex = ${sqlString(sex)}`]),
    `EXISTS (SELECT 1 FROM encounters v WHERE v.subject_id = s.subject_id AND v.start > p.start AND v.start <= p."end")`,
    ...(diagnosis === undefined
      ? []
      : [
          `EXISTS (SELECT 1 FROM coded d WHERE d.subject_id = s.subject_id AND d.kind = 'condition' AND ${codeIn('d', diagnosis)}
            AND d.time <= p.start + INTERVAL 6 MONTH AND (d.end_time IS NULL OR d.end_time > p.start))`,
        ]),
  ].join(' AND ');
}

/** Whole years of `s` at a time. */
const ageAt = (time: string): string =>
  `(date_diff('year', s.birth_time, ${time}) - (strftime(s.birth_time, '%m%d') > strftime(${time}, '%m%d'))::INTEGER)`;

type Outcome = Extract<MeasureDefinition, { kind: 'outcome' }>;

function outcomeQuery({ index, outcomes }: Outcome): string {
  const [least, most] = index.ages;
  const longest = Math.max(...outcomes.map((one) => one.days));
  const hits = outcomes.map(({ codes, death, days }) => {
    const until = `i.time + to_days(${days})`;
    return [
      ...(death === true ? [`(s.death_time IS NOT NULL AND s.death_time <= ${until})`] : []),
      ...(codes === undefined
        ? []
        : [
            `EXISTS (SELECT 1 FROM coded e WHERE e.subject_id = i.subject_id AND e.kind = 'condition' AND ${codeIn('e', codes)}
              AND e.time > i.time AND e.time <= ${until})`,
          ]),
    ].join(' OR ');
  });
  return `SELECT ${hits.join(' OR ')} AS hit FROM (${indexEvents(index)}) i JOIN subjects s USING (subject_id), period p
    WHERE ${ageAt('i.time')} BETWEEN ${least} AND ${most}
      AND (i.time + to_days(${longest}) <= p."end" OR s.death_time <= p."end")`;
}

/** Stays by reason or first diagnosis, or procedures; one a subject and day. */
function indexEvents({ admission, procedure }: Outcome['index']): string {
  if (procedure !== undefined)
    return `SELECT DISTINCT subject_id, date_trunc('day', time) AS time FROM coded e WHERE kind = 'procedure' AND ${codeIn('e', procedure)}`;
  return `SELECT DISTINCT v.subject_id, v.start AS time FROM encounters v
    WHERE v.class = 'inpatient' AND (${startsWith('v.reason_code', admission ?? [])}
      OR EXISTS (SELECT 1 FROM coded e WHERE e.encounter_id = v.encounter_id AND e.kind = 'condition' AND ${codeIn('e', admission ?? [])}
        AND e.time <= v.start + INTERVAL 1 DAY))`;
}

const codeIn = (alias: string, codes: readonly string[]): string =>
  `(${startsWith(`${alias}.code`, codes)} OR ${startsWith(`${alias}.original`, codes)})`;

/** ICD-10-CM codes match everything below them, others themselves. */
function startsWith(column: string, codes: readonly string[]): string {
  const one = (code: string): string =>
    code.startsWith('ICD10CM//')
      ? `starts_with(${column}, ${sqlString(code)})`
      : `${column} = ${sqlString(code)}`;
  return `coalesce(${codes.map(one).join(' OR ')}, false)`;
}
