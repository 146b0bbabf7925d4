import type { CohortBlueprint } from '../blueprint/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { CohortRule } from './plan.js';

/** Class of the encounters that are units, and of those that are admissions. */
const classOf = { admission: 'inpatient', 'icu-stay': 'icu' } as const;

const carried = ['unit', 'admit_source', 'admission_type', 'hospital_id', 'reason_code'];
const ofSubject = ['sex', 'race', 'ethnicity', 'language', 'region', 'payer'];

/**
 * All units of a store with what is known of them when they start, what is known of their admission, and `visit`, the unit's number
 * among the patient's. An ICU stay without a parent has no admission (its columns are NULL).
 */
export function unitSql(unit: CohortBlueprint['cohort']['unit']): string {
  const own = carried.map((c) => `u.${c} AS "unit.${c}"`);
  const admission = carried.map((c) => `a.${c} AS "admission.${c}"`);
  const link = unit === 'admission' ? 'a.encounter_id = u.encounter_id' : 'a.encounter_id = u.parent_id';
  return `SELECT u.subject_id, u.encounter_id, u.start, u."end",
      a.encounter_id AS admission_id, a.start AS admission_start, a."end" AS admission_end,
      a.discharge_disposition AS disposition,
      coalesce(a.died, CASE WHEN u.died THEN TRUE WHEN a.encounter_id IS NULL THEN u.died END) AS died,
      coalesce(u.age_years, a.age_years, epoch_us(u.start - s.birth_time) / (365.25 * 86400e6)) AS age,
      CASE WHEN a.start > u.start THEN 0 ELSE epoch_us(u.start - a.start) / 3600e6 END AS hours_in_hospital,
      CAST(hour(u.start) AS DOUBLE) AS start_hour,
      s.death_time,
      row_number() OVER (PARTITION BY u.subject_id ORDER BY u.start NULLS LAST, u.encounter_id) AS visit,
      ${[...own, ...admission, ...ofSubject.map((c) => `s.${c}`)].join(', ')}
    FROM encounters u
    LEFT JOIN encounters a ON ${link}
    LEFT JOIN subjects s ON s.subject_id = u.subject_id
    WHERE u.class = ${sqlString(classOf[unit])}`;
}

/** The cohort's rules in the order in which they are applied. */
export function cohortRules(blueprint: CohortBlueprint): CohortRule[] {
  const { cohort, index } = blueprint;
  const rules: CohortRule[] = [{ title: 'with a known start', sql: 'start IS NOT NULL' }];
  if (cohort.firstOnly) rules.push({ title: 'first of the patient', sql: 'visit = 1' });
  if (cohort.minAgeYears !== undefined)
    rules.push({ title: `aged at least ${cohort.minAgeYears} years`, sql: `age >= ${cohort.minAgeYears}` });
  if (cohort.maxAgeYears !== undefined)
    rules.push({ title: `aged at most ${cohort.maxAgeYears} years`, sql: `age <= ${cohort.maxAgeYears}` });
  for (const { attribute, in: values } of cohort.exclude)
    rules.push({
      title: `${attribute} not ${values.join(', ')}`,
      sql: `coalesce("${attribute}" NOT IN (${values.map(sqlString).join(', ')}), TRUE)`,
    });
  if (cohort.minStayHours !== undefined)
    rules.push({
      title: `lasting at least ${cohort.minStayHours} hours`,
      sql: `("end" IS NULL OR "end" >= ${afterStart(cohort.minStayHours)})`,
    });
  if (cohort.endedBeforeIndex === 'drop' && index.hours > 0)
    rules.push({
      title: `not over at the index time (${index.hours} hours)`,
      sql: `NOT ${overBefore(index.hours)}`,
    });
  return rules;
}

/**
 * Whether a unit was over some hours after its start. Where its own end is not known, the end of the admission or a death
 * says so; where nothing is known it was not.
 */
export function overBefore(hours: number, table = ''): string {
  const of = (column: string): string => `${table}${column}`;
  return `coalesce(coalesce(${of('"end"')}, ${of('admission_end')}, ${of('death_time')}) < ${afterStart(hours, of('start'))}, FALSE)`;
}

/** A moment some hours after the unit's start. */
export function afterStart(hours: number, start = 'start'): string {
  return `(${start} + to_microseconds(${Math.round(hours * 3.6e9)}))`;
}
