import type { Dosage, Medication } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { plainNumber, quote } from '../text/json.js';
import { hl7, systemUris } from '../text/systems.js';
import { periodText, timeText } from '../text/time.js';
import { writePharmacyClaim } from './claim.js';

const categoryOf = (code: string, display: string): string =>
  `,"category":[${fixedConcept(hl7('medicationrequest-category'), code, display)}]`;
const community = categoryOf('community', 'Community');
const inpatient = categoryOf('inpatient', 'Inpatient');
const course = (code: string, display: string): string =>
  `,"courseOfTherapyType":${fixedConcept(hl7('medicationrequest-course-of-therapy'), code, display)}`;
const continuous = course('continuous', 'Continuous long term therapy');
const acute = course('acute', 'Short course (acute) therapy');

/** An order, its administration where staff gave it, and the pharmacy's claim where it was prescribed. */
export function writeMedication(scope: PatientScope, m: Medication): void {
  const drug = scope.codes.concept(m.codes);
  const requester = scope.practitioner(m.encounter);
  const status = m.end === null ? 'active' : m.endReason === null ? 'completed' : 'stopped';
  scope.emit(
    'MedicationRequest',
    m.id,
    scope.heads.of('MedicationRequest', 'us-core-medicationrequest', m.id) +
      `,"status":"${status}"` +
      (m.endReason === null ? '' : `,"statusReason":${scope.codes.concept1(m.endReason)}`) +
      // without an encounter nobody ordered it: the patient's own plan, as told
      (requester === null ? ',"intent":"plan"' : ',"intent":"order"') +
      (m.administered ? inpatient : community) +
      `,"reportedBoolean":${requester === null},"medicationCodeableConcept":${drug}${scope.subject}` +
      `${scope.encounter(m.encounter)},"authoredOn":"${timeText(m.start)}"` +
      (requester === null ? '' : `,"requester":${requester}`) +
      `${scope.reason(m.reason)}${m.chronic ? continuous : acute}` +
      (m.dosage === null ? '' : `,"dosageInstruction":[${dosageInstruction(scope, m.dosage)}]`) +
      `,"dispenseRequest":{"validityPeriod":${periodText(m.start, m.end)}` +
      `,"numberOfRepeatsAllowed":${Math.max(0, m.dispenses - 1)}}}`,
  );
  if (m.administered) {
    writeAdministration(scope, m, drug);
    scope.charge(m.encounter, { concept: drug, usd: m.cost * m.dispenses });
  } else {
    writePharmacyClaim(scope, m, drug);
  }
}

function writeAdministration(scope: PatientScope, m: Medication, drug: string): void {
  const id = derivedId(m.id, 'administration');
  const performer = scope.practitioner(m.encounter);
  const effective =
    m.end !== null && m.end <= m.start
      ? `,"effectiveDateTime":"${timeText(m.start)}"`
      : `,"effectivePeriod":${periodText(m.start, m.end)}`;
  scope.emit(
    'MedicationAdministration',
    id,
    scope.heads.of('MedicationAdministration', null, id) +
      `,"status":"${m.end === null ? 'in-progress' : 'completed'}","medicationCodeableConcept":${drug}` +
      `${scope.subject}${scope.encounter(m.encounter, 'context')}${effective}` +
      (performer === null ? '' : `,"performer":[{"actor":${performer}}]`) +
      `${scope.reason(m.reason)},"request":${scope.sink.reference('MedicationRequest', m.id)}` +
      `${administeredDose(scope, m.dosage)}}`,
  );
}

function administeredDose(scope: PatientScope, d: Dosage | null): string {
  if (d === null || d.dose === null) return ''; // R4 wants a dose or a rate wherever there is a dosage (mad-1)
  const route = d.route === null ? '' : `"route":${scope.codes.concept1(d.route)},`;
  return `,"dosage":{${route}"dose":${doseQuantity(d.dose)}}`;
}

function dosageInstruction(scope: PatientScope, d: Dosage): string {
  const parts = [`"sequence":1,"text":${quote(dosageText(d))}`];
  if (d.instructions.length > 0) {
    parts.push(`"additionalInstruction":[${d.instructions.map((c) => scope.codes.concept1(c)).join(',')}]`);
  }
  if (d.timing !== null) {
    const { frequency, period, periodUnit } = d.timing;
    parts.push(
      `"timing":{"repeat":{"frequency":${frequency},"period":${plainNumber(period)},"periodUnit":${quote(periodUnit)}}}`,
    );
  }
  parts.push(`"asNeededBoolean":${d.asNeeded}`);
  if (d.route !== null) parts.push(`"route":${scope.codes.concept1(d.route)}`);
  if (d.dose !== null) {
    const type = fixedConcept(hl7('dose-rate-type'), 'ordered', 'Ordered');
    parts.push(`"doseAndRate":[{"type":${type},"doseQuantity":${doseQuantity(d.dose)}}]`);
  }
  return `{${parts.join(',')}}`;
}

/** Units of doses that UCUM knows; forms such as tablets become UCUM annotations (`{tablet}`). */
const ucumDoses = new Set(
  'mg g kg ug ng mL L uL [iU] meq mmol mol U %'
    .split(' ')
    .flatMap((unit) => [unit, `${unit}/h`, `${unit}/min`, `${unit}/kg`]),
);

function doseQuantity(dose: { readonly value: number; readonly unit: string }): string {
  const annotation = `{${dose.unit.replace(/[^\x21-\x7a|~]/g, '_').replace(/[{}]/g, '_')}}`;
  const code = ucumDoses.has(dose.unit) ? dose.unit : annotation;
  return `{"value":${plainNumber(dose.value)},"unit":${quote(dose.unit)},"system":"${systemUris.UCUM}","code":${quote(code)}}`;
}

const unitNames: Readonly<Record<string, string>> = {
  h: 'hour',
  d: 'day',
  wk: 'week',
  mo: 'month',
  a: 'year',
  min: 'minute',
  s: 'second',
};

/** The instruction in words, which US Core asks for. */
function dosageText(d: Dosage): string {
  const words: string[] = [];
  if (d.dose !== null) words.push(`${plainNumber(d.dose.value)} ${d.dose.unit}`);
  if (d.timing !== null) {
    const { frequency, period, periodUnit } = d.timing;
    const unit = unitNames[periodUnit] ?? periodUnit;
    const times = frequency === 1 ? 'once' : `${frequency} times`;
    words.push(
      period === 1
        ? `${times} ${unit === 'hour' ? 'an' : 'a'} ${unit}`
        : `${times} every ${plainNumber(period)} ${unit}s`,
    );
  }
  for (const c of d.instructions) words.push(c.display);
  if (d.asNeeded) words.push('as needed');
  return words.length === 0 ? 'As directed' : words.join(', ');
}
