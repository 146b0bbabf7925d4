import type { Coverage } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { quote } from '../text/json.js';
import { hl7, identifierSystems as ids } from '../text/systems.js';
import { periodText } from '../text/time.js';

const memberNumber = fixedConcept(hl7('v2-0203'), 'MB', 'Member Number');
const selfPay = `,"type":${fixedConcept(hl7('coverage-selfpay'), 'pay', 'PAY')}`;
const relationships = {
  self: fixedConcept(hl7('subscriber-relationship'), 'self', 'Self'),
  spouse: fixedConcept(hl7('subscriber-relationship'), 'spouse', 'Spouse'),
  child: fixedConcept(hl7('subscriber-relationship'), 'child', 'Child'),
} as const;

export function writeCoverage(scope: PatientScope, c: Coverage): void {
  const payer = scope.shared.payers[c.payer] ?? null;
  const over = c.end !== null && c.end <= scope.record.endTime;
  scope.emit(
    'Coverage',
    c.id,
    scope.heads.of('Coverage', 'us-core-coverage', c.id) +
      `,"identifier":[{"type":${memberNumber},"system":"${ids.member}","value":${quote(c.memberId)}}]` +
      `,"status":"${over ? 'cancelled' : 'active'}"${payer === null ? selfPay : ''},"subscriberId":${quote(c.memberId)}` +
      `,"beneficiary":${scope.patient},"relationship":${relationships[c.relationship]}` +
      `,"period":${periodText(c.start, c.end)},"payor":[${payer === null ? scope.patient : payer.reference}]}`,
  );
}
