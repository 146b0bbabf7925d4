import type { Immunization, Procedure } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { periodText, timeText } from '../text/time.js';

export function writeProcedure(scope: PatientScope, p: Procedure): void {
  const code = scope.codes.concept(p.codes);
  const performer = scope.practitioner(p.encounter);
  const visit = scope.visit(p.encounter);
  scope.charge(p.encounter, { concept: code, usd: p.cost });
  scope.emit(
    'Procedure',
    p.id,
    scope.heads.of('Procedure', 'us-core-procedure', p.id) +
      `,"status":"completed","code":${code}${scope.subject}${scope.encounter(p.encounter)}` +
      (p.end > p.start
        ? `,"performedPeriod":${periodText(p.start, p.end)}`
        : `,"performedDateTime":"${timeText(p.start)}"`) +
      (performer === null ? '' : `,"performer":[{"actor":${performer}}]`) +
      (visit === null ? '' : `,"location":${scope.shared.locations[visit.organization]!.reference}`) +
      `${scope.reason(p.reason)}}`,
  );
}

export function writeImmunization(scope: PatientScope, i: Immunization): void {
  const code = scope.codes.concept(i.codes);
  const visit = scope.visit(i.encounter);
  const performer = scope.practitioner(i.encounter);
  scope.charge(i.encounter, { concept: code, usd: i.cost });
  scope.emit(
    'Immunization',
    i.id,
    scope.heads.of('Immunization', 'us-core-immunization', i.id) +
      `,"status":"completed","vaccineCode":${code},"patient":${scope.patient}${scope.encounter(i.encounter)}` +
      `,"occurrenceDateTime":"${timeText(i.time)}","primarySource":${visit !== null}` +
      (visit === null ? '' : `,"location":${scope.shared.locations[visit.organization]!.reference}`) +
      (performer === null ? '' : `,"performer":[{"actor":${performer}}]`) +
      `,"protocolApplied":[{"doseNumberPositiveInt":${i.dose}}]}`,
  );
}
