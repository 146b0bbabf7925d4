import type { Allergy, Condition } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { hl7 } from '../text/systems.js';
import { timeText } from '../text/time.js';

const category = {
  'encounter-diagnosis': fixedConcept(
    hl7('condition-category'),
    'encounter-diagnosis',
    'Encounter Diagnosis',
  ),
  'problem-list-item': fixedConcept(hl7('condition-category'), 'problem-list-item', 'Problem List Item'),
} as const;
const conditionState = (code: string): string => fixedConcept(hl7('condition-clinical'), code);
const active = conditionState('active');
const resolved = conditionState('resolved');
const confirmed = fixedConcept(hl7('condition-ver-status'), 'confirmed');

export function writeCondition(scope: PatientScope, c: Condition, position: number): void {
  const profile =
    c.category === 'encounter-diagnosis'
      ? 'us-core-condition-encounter-diagnosis'
      : 'us-core-condition-problems-health-concerns';
  scope.diagnosed(c.encounter, position);
  scope.emit(
    'Condition',
    c.id,
    scope.heads.of('Condition', profile, c.id) +
      `,"clinicalStatus":${c.abatement === null ? active : resolved},"verificationStatus":${confirmed}` +
      `,"category":[${category[c.category]}],"code":${scope.codes.concept(c.codes)}${scope.subject}` +
      `${scope.encounter(c.encounter)},"onsetDateTime":"${timeText(c.onset)}"` +
      (c.abatement === null ? '' : `,"abatementDateTime":"${timeText(c.abatement)}"`) +
      `,"recordedDate":"${timeText(c.recorded)}"}`,
  );
}

const allergyActive = fixedConcept(hl7('allergyintolerance-clinical'), 'active');
const allergyResolved = fixedConcept(hl7('allergyintolerance-clinical'), 'resolved');
const allergyConfirmed = fixedConcept(hl7('allergyintolerance-verification'), 'confirmed');

export function writeAllergy(scope: PatientScope, a: Allergy): void {
  const reactions = a.reactions.map(
    (r) => `{"manifestation":[${scope.codes.concept1(r.manifestation)}],"severity":"${r.severity}"}`,
  );
  const severe = a.reactions.some((r) => r.severity === 'severe');
  const recorded = Math.max(a.start, scope.visit(a.encounter)?.start ?? a.start);
  scope.emit(
    'AllergyIntolerance',
    a.id,
    scope.heads.of('AllergyIntolerance', 'us-core-allergyintolerance', a.id) +
      `,"clinicalStatus":${a.end === null ? allergyActive : allergyResolved},"verificationStatus":${allergyConfirmed}` +
      `,"type":"${a.type}","category":["${a.category}"],"criticality":"${severe ? 'high' : 'low'}"` +
      `,"code":${scope.codes.concept(a.codes)},"patient":${scope.patient}${scope.encounter(a.encounter)}` +
      `,"onsetDateTime":"${timeText(a.start)}","recordedDate":"${timeText(recorded)}"` +
      (reactions.length === 0 ? '}' : `,"reaction":[${reactions.join(',')}]}`),
  );
}
