import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { CohortBlueprint } from '../blueprint/index.js';
import { labelColumn, taskId } from '../blueprint/index.js';
import { sqlString } from '../../duckdb/index.js';
import type { DiagnosisPlan, PlannedTask } from './plan.js';
import { overBefore } from './unit-sql.js';

type CohortTask = CohortBlueprint['tasks'][number];

const listed = z.strictObject({ values: z.array(z.string()), source: z.string() });
const outcomeData = z
  .strictObject({
    plannedAdmissionTypes: listed,
    hospiceDispositions: listed,
    noTimeBetweenAdmissions: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(new URL('./outcome-data.json', import.meta.url), 'utf8')));

/** Why a source cannot tell readmissions, by source id. */
export const noTimeBetweenAdmissions: Readonly<Record<string, string>> = outcomeData.noTimeBetweenAdmissions;

/**
 * Work table `fe_next`: each unit's next admission after the discharge. An admission that starts within the discharged one
 * is not next.
 */
export function nextAdmissionSql(): string {
  return `SELECT u.row, o.start, lower(o.admission_type) AS admission_type
    FROM fe_unit u JOIN encounters o ON o.subject_id = u.subject_id
    WHERE o.class = 'inpatient' AND o.encounter_id <> u.admission_id AND o.start >= u.admission_end
    QUALIFY row_number() OVER (PARTITION BY u.row ORDER BY o.start, o.encounter_id) = 1`;
}

/** A task's label, and the diagnosis it reads if any. */
export function planTask(
  task: CohortTask,
  index: { readonly hours: number },
  diagnosisId: number,
): { task: PlannedTask; diagnosis?: DiagnosisPlan } {
  const id = taskId(task);
  const plan = planLabel(task, diagnosisId);
  const planned: PlannedTask = {
    id,
    title: task.title ?? plan.title,
    type: task.task === 'primary-diagnosis' ? 'multiclass' : 'binary',
    label: labelColumn(id),
    exclude: task.exclude,
    description: plan.description,
    sql: `CASE WHEN ${overBefore(index.hours, 'u.')} THEN NULL ELSE ${plan.sql} END`,
    needsAdmissionTimes: task.task === 'readmission',
    ...(task.task === 'primary-diagnosis'
      ? { classes: { top: task.top, group: task.group, others: task.others } }
      : {}),
  };
  if (task.task !== 'primary-diagnosis') return { task: planned };
  return { task: planned, diagnosis: { id: diagnosisId, system: task.system, ranked: task.ranked } };
}

interface Label {
  readonly title: string;
  readonly description: string;
  readonly sql: string;
}

function planLabel(task: CohortTask, diagnosisId: number): Label {
  switch (task.task) {
    case 'in-hospital-mortality':
      return {
        title: 'Death in hospital',
        description: 'died before the end of the admission',
        sql: 'CAST(u.died AS INTEGER)',
      };
    case 'readmission':
      return readmission(task.days, task.unplannedOnly);
    case 'long-stay':
      return longStay(task.of, task.days);
    case 'primary-diagnosis':
      return {
        title: `Primary diagnosis (${task.top} most frequent groups)`,
        description: `group (${task.group}) of the first ${task.system} diagnosis of the admission`,
        sql: `d${diagnosisId}.code`,
      };
  }
}

/**
 * Whether the next admission starts within some days of the discharge and was not planned. Patients who died in hospital or left
 * for a hospice have no label; a death at home counts as not readmitted (CMS hospital-wide readmission measure: index admissions
 * are those discharged alive; a planned next admission ends the window).
 */
function readmission(days: number, unplannedOnly: boolean): Label {
  const hospice = outcomeData.hospiceDispositions.values.map(sqlString).join(', ');
  const planned = outcomeData.plannedAdmissionTypes.values.map(sqlString).join(', ');
  const inTime = `f.start <= u.admission_end + to_microseconds(${Math.round(days * 86_400e6)})`;
  const counted = unplannedOnly
    ? `${inTime} AND coalesce(f.admission_type NOT IN (${planned}), TRUE)`
    : inTime;
  return {
    title: `${unplannedOnly ? 'Unplanned readmission' : 'Readmission'} within ${days} days`,
    description: `${unplannedOnly ? 'unplanned ' : ''}admission within ${days} days of the discharge`,
    sql: `CASE WHEN u.admission_end IS NULL OR u.died THEN NULL
      WHEN lower(u.disposition) IN (${hospice}) THEN NULL
      ELSE CAST(coalesce(${counted}, FALSE) AS INTEGER) END`,
  };
}

function longStay(of: 'icu' | 'hospital', days: number): Label {
  const [start, end] = of === 'icu' ? ['u.start', 'u."end"'] : ['u.admission_start', 'u.admission_end'];
  const what = of === 'icu' ? 'ICU' : 'Hospital';
  return {
    title: `${what} stay over ${days} days`,
    description: `${what} stay longer than ${days} days`,
    sql: `CAST(${end} > ${start} + to_microseconds(${Math.round(days * 86_400e6)}) AS INTEGER)`,
  };
}
