import type { CdmTable } from '../cdm.js';
import type { CheckQuery } from './types.js';

/** Days after a death within which events may still be recorded (results, autopsies), as in the Data Quality Dashboard. */
const daysAfterDeath = 60;
/** Days around a visit within which what belongs to it may lie, as in the Data Quality Dashboard. */
const daysAroundVisit = 7;

/** Clinical tables with their start and, where they have one, end. */
const spans: Readonly<Record<string, { readonly start: string; readonly end?: string }>> = {
  observation_period: { start: 'observation_period_start_date', end: 'observation_period_end_date' },
  visit_occurrence: { start: 'visit_start_date', end: 'visit_end_date' },
  visit_detail: { start: 'visit_detail_start_date', end: 'visit_detail_end_date' },
  condition_occurrence: { start: 'condition_start_date', end: 'condition_end_date' },
  drug_exposure: { start: 'drug_exposure_start_date', end: 'drug_exposure_end_date' },
  procedure_occurrence: { start: 'procedure_date', end: 'procedure_end_date' },
  device_exposure: { start: 'device_exposure_start_date', end: 'device_exposure_end_date' },
  measurement: { start: 'measurement_date' },
  observation: { start: 'observation_date' },
  note: { start: 'note_date' },
  payer_plan_period: { start: 'payer_plan_period_start_date', end: 'payer_plan_period_end_date' },
  death: { start: 'death_date' },
};

/** Years of birth that a record may hold (Data Quality Dashboard, person.year_of_birth: plausibleValueLow). */
const firstYear = 1850;

/** Checks of what can have happened, over the tables that are present. */
export function plausibility(tables: readonly CdmTable[]): CheckQuery[] {
  const present = new Set(tables.map((t) => t.name));
  const clinical = Object.entries(spans).filter(([name]) => present.has(name));
  return [
    ...(present.has('person') ? yearOfBirth() : []),
    ...clinical.flatMap(([name, span]) => [
      ...(present.has('person') ? afterBirth(name, span) : []),
      ...(present.has('death') ? beforeDeath(name, span) : []),
      ...startBeforeEnd(name, span),
      ...(present.has('visit_occurrence') && hasVisit(tables, name) ? withinVisit(name, span) : []),
    ]),
    ...(present.has('person') && present.has('observation_period') ? personCompleteness() : []),
  ];
}

function yearOfBirth(): CheckQuery[] {
  return [
    {
      check: 'plausibleValueLow',
      table: 'person',
      column: 'year_of_birth',
      from: 'person t',
      where: 't.year_of_birth IS NOT NULL',
      violated: `t.year_of_birth < ${firstYear}`,
    },
  ];
}

type Span = (typeof spans)[string];

/** plausibleAfterBirth: nothing before the day of birth. */
function afterBirth(table: string, { start }: Span): CheckQuery[] {
  const birth = `coalesce(p.birth_datetime, make_date(p.year_of_birth, coalesce(p.month_of_birth, 1), coalesce(p.day_of_birth, 1)))::DATE`;
  return [
    {
      check: 'plausibleAfterBirth',
      table,
      column: start,
      from: `${table} t JOIN person p USING (person_id)`,
      where: `t.${start} IS NOT NULL`,
      violated: `t.${start} < ${birth}`,
    },
  ];
}

function beforeDeath(table: string, span: Span): CheckQuery[] {
  if (table === 'death') return [];
  return [span.start, ...(span.end === undefined ? [] : [span.end])].map((column) => ({
    check: 'plausibleBeforeDeath',
    table,
    column,
    from: `${table} t JOIN death d USING (person_id)`,
    where: `t.${column} IS NOT NULL`,
    violated: `t.${column} > d.death_date + ${daysAfterDeath}`,
  }));
}

function startBeforeEnd(table: string, { start, end }: Span): CheckQuery[] {
  if (end === undefined) return [];
  return [
    {
      check: 'plausibleStartBeforeEnd',
      table,
      column: start,
      from: `${table} t`,
      where: `t.${start} IS NOT NULL AND t.${end} IS NOT NULL`,
      violated: `t.${end} < t.${start}`,
    },
  ];
}

const hasVisit = (tables: readonly CdmTable[], name: string): boolean =>
  name !== 'visit_occurrence' &&
  (tables.find((t) => t.name === name)?.columns.some((c) => c.name === 'visit_occurrence_id') ?? false);

function withinVisit(table: string, { start }: Span): CheckQuery[] {
  return [
    {
      check: 'withinVisitDates',
      table,
      column: start,
      from: `${table} t JOIN visit_occurrence v USING (visit_occurrence_id)`,
      where: `t.${start} IS NOT NULL`,
      violated: `t.${start} < v.visit_start_date - ${daysAroundVisit} OR t.${start} > v.visit_end_date + ${daysAroundVisit}`,
    },
    {
      check: 'visitOfThePerson', // ours: the visit belongs to the person of the row
      table,
      column: 'visit_occurrence_id',
      from: `${table} t JOIN visit_occurrence v USING (visit_occurrence_id)`,
      violated: 't.person_id <> v.person_id',
    },
  ];
}

/** measurePersonCompleteness for observation periods: nobody is without one. */
function personCompleteness(): CheckQuery[] {
  return [
    {
      check: 'measurePersonCompleteness',
      table: 'observation_period',
      column: null,
      from: 'person t LEFT JOIN (SELECT DISTINCT person_id AS seen FROM observation_period) o ON o.seen = t.person_id',
      violated: 'o.seen IS NULL',
    },
  ];
}
