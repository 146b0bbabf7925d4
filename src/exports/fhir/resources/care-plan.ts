import type { CarePlan } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { plainNumber, quote, xhtml } from '../text/json.js';
import { systemUris } from '../text/systems.js';
import { dateText, periodText } from '../text/time.js';
import { unitText } from './observation-value.js';

const assess = fixedConcept('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan');
const role = (code: string, display: string): string => fixedConcept(systemUris.SNOMED, code, display);
const patientRole = role('116154003', 'Patient');
const professionalRole = role('223366009', 'Healthcare professional');
const organizationRole = role('224891009', 'Healthcare services');

/** A care plan with its team and goals. */
export function writeCarePlan(scope: PatientScope, plan: CarePlan): void {
  for (const goal of plan.goals) writeGoal(scope, plan, goal);
  const team = writeTeam(scope, plan);
  const activityStatus = plan.end === null ? 'in-progress' : 'completed';
  const activities = plan.activities.map(
    (c) => `{"detail":{"code":${scope.codes.concept1(c)},"status":"${activityStatus}"}}`,
  );
  const goals = plan.goals.map((g) => scope.sink.reference('Goal', g.id));
  const addresses =
    plan.reason === null || plan.reason.condition === null
      ? ''
      : `,"addresses":[${scope.conditionReference(plan.reason.condition)}]`;
  scope.emit(
    'CarePlan',
    plan.id,
    scope.heads.of('CarePlan', 'us-core-careplan', plan.id) +
      `,"text":${narrative(plan)},"status":"${plan.end === null ? 'active' : 'completed'}","intent":"plan"` +
      `,"category":[${assess},${scope.codes.concept(plan.codes)}]${scope.subject}${scope.encounter(plan.encounter)}` +
      `,"period":${periodText(plan.start, plan.end)},"careTeam":[${team}]${addresses}` +
      (goals.length === 0 ? '' : `,"goal":[${goals.join(',')}]`) +
      (activities.length === 0 ? '}' : `,"activity":[${activities.join(',')}]}`),
  );
}

function narrative(plan: CarePlan): string {
  const items = plan.activities.map((c) => `<li>${xhtml(c.display)}</li>`).join('');
  const list = items === '' ? '' : `<ul>${items}</ul>`;
  const title = xhtml(plan.codes[0]?.display ?? '');
  const div = `<div xmlns="http://www.w3.org/1999/xhtml">Care plan: ${title}${list}</div>`;
  return `{"status":"generated","div":${quote(div)}}`;
}

/** Writes the care team and gives the reference to it. */
function writeTeam(scope: PatientScope, plan: CarePlan): string {
  const id = derivedId(plan.id, 'careTeam');
  const practitioner = scope.practitioner(plan.encounter);
  const organization = scope.organization(plan.encounter);
  const members = [
    `{"role":[${patientRole}],"member":${scope.patient}}`,
    ...(practitioner === null ? [] : [`{"role":[${professionalRole}],"member":${practitioner}}`]),
    ...(organization === null ? [] : [`{"role":[${organizationRole}],"member":${organization}}`]),
  ];
  const reason = plan.reason === null ? '' : `,"reasonCode":[${scope.codes.concept1(plan.reason.code)}]`;
  scope.emit(
    'CareTeam',
    id,
    scope.heads.of('CareTeam', 'us-core-careteam', id) +
      `,"status":"${plan.end === null ? 'active' : 'inactive'}"${scope.subject}${scope.encounter(plan.encounter)}` +
      `,"period":${periodText(plan.start, plan.end)},"participant":[${members.join(',')}]${reason}` +
      (organization === null ? '}' : `,"managingOrganization":[${organization}]}`),
  );
  return scope.sink.reference('CareTeam', id);
}

function writeGoal(scope: PatientScope, plan: CarePlan, goal: CarePlan['goals'][number]): void {
  const addresses = goal.addresses.map((i) => scope.conditionReference(i));
  scope.emit(
    'Goal',
    goal.id,
    scope.heads.of('Goal', 'us-core-goal', goal.id) +
      `,"lifecycleStatus":"${plan.end === null ? 'active' : 'completed'}","description":{"text":${quote(goal.text)}}` +
      `${scope.subject},"startDate":"${dateText(plan.start)}"${target(scope, goal.measure)}` +
      (addresses.length === 0 ? '}' : `,"addresses":[${addresses.join(',')}]}`),
  );
}

function target(scope: PatientScope, measure: CarePlan['goals'][number]['measure']): string {
  if (measure === null) return '';
  const comparator = measure.comparator === '=' ? '' : `,"comparator":"${measure.comparator}"`;
  const unit = measure.unit === null ? '' : unitText(measure.unit);
  return `,"target":[{"measure":${scope.codes.concept1(measure.code)},"detailQuantity":{"value":${plainNumber(measure.value)}${comparator}${unit}}}]`;
}
