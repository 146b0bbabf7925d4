import type { Encounter, Medication } from '../../../cohort/index.js';
import type { Charge, PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { money } from '../text/json.js';
import { hl7 } from '../text/systems.js';
import { periodText, timeText } from '../text/time.js';
import { encounterEnd } from './encounter.js';

const claimType = (code: string, display: string): string => fixedConcept(hl7('claim-type'), code, display);
const types = {
  institutional: claimType('institutional', 'Institutional'),
  professional: claimType('professional', 'Professional'),
  pharmacy: claimType('pharmacy', 'Pharmacy'),
} as const;
const normalPriority = fixedConcept(hl7('processpriority'), 'normal', 'Normal');
const amountOf = (code: string): string => fixedConcept(hl7('adjudication'), code);
const submitted = amountOf('submitted');
const benefit = amountOf('benefit');
const copay = amountOf('copay');

interface Bill {
  /** The entry that it is for. */
  readonly id: string;
  readonly type: keyof typeof types;
  readonly period: string;
  /** When it is made out: the end of what it is for. */
  readonly created: string;
  readonly encounter: number;
  readonly charges: readonly Charge[];
  /** Further JSON of the claim. */
  readonly more: string;
  readonly diagnoses: readonly string[];
}

const institutions = new Set<Encounter['class']>([
  'emergency',
  'inpatient',
  'icu',
  'observation',
  'snf',
  'hospice',
]);

/** The bill of a visit: the visit itself and what was done in it. */
export function writeEncounterClaim(scope: PatientScope, e: Encounter, position: number): void {
  if (!scope.claims) return;
  const end = encounterEnd(scope, e);
  writeBill(scope, {
    id: e.id,
    type: institutions.has(e.class) ? 'institutional' : 'professional',
    period: periodText(e.start, end),
    created: timeText(end ?? scope.record.endTime),
    encounter: position,
    charges: [{ concept: scope.codes.concept(e.codes), usd: e.cost }, ...scope.chargesOf(position)],
    more: '',
    diagnoses: scope.diagnosesOf(position),
  });
}

/** The pharmacy's bill for all dispenses of a prescription. */
export function writePharmacyClaim(scope: PatientScope, m: Medication, drug: string): void {
  if (!scope.claims || m.encounter === null) return;
  writeBill(scope, {
    id: m.id,
    type: 'pharmacy',
    period: periodText(m.start, m.end),
    created: timeText(m.start),
    encounter: m.encounter,
    charges: [{ concept: drug, usd: m.cost * m.dispenses }],
    more: `,"prescription":${scope.sink.reference('MedicationRequest', m.id)}`,
    diagnoses: [],
  });
}

function writeBill(scope: PatientScope, bill: Bill): void {
  const id = derivedId(bill.id, 'claim');
  const provider = scope.organization(bill.encounter)!;
  const visit = scope.record.encounters[bill.encounter]!;
  const coverage = visit.coverage === null ? null : scope.record.coverages[visit.coverage]!;
  const insurance =
    coverage === null ? '{"display":"Self-pay"}' : scope.sink.reference('Coverage', coverage.id);
  const total = bill.charges.reduce((sum, c) => sum + c.usd, 0);
  const shared =
    `,"status":"active","type":${types[bill.type]},"use":"claim","patient":${scope.patient}` +
    `,"billablePeriod":${bill.period},"created":"${bill.created}"`;
  scope.emit(
    'Claim',
    id,
    scope.heads.of('Claim', null, id) +
      `${shared},"provider":${provider},"priority":${normalPriority}${bill.more}${diagnosisText(bill.diagnoses)}` +
      `,"insurance":[{"sequence":1,"focal":true,"coverage":${insurance}}]` +
      `,"item":[${itemTexts(scope, bill, false).join(',')}],"total":${money(total)}}`,
  );
  const insurer = coverage === null ? null : (scope.shared.payers[coverage.payer] ?? null);
  if (coverage !== null && insurer !== null) {
    writeBenefit(scope, bill, { claim: id, shared, provider, insurance, insurer: insurer.reference, total });
  }
}

interface Decision {
  readonly claim: string;
  readonly shared: string;
  readonly provider: string;
  readonly insurance: string;
  readonly insurer: string;
  readonly total: number;
}

/** What the insurer decided: it pays its share after the patient's copay. */
function writeBenefit(scope: PatientScope, bill: Bill, d: Decision): void {
  const id = derivedId(bill.id, 'benefit');
  const visit = scope.record.encounters[bill.encounter]!;
  const payer = scope.shared.terms[scope.record.coverages[visit.coverage!]!.payer]!;
  const own = Math.min(payer.copay, d.total);
  const paid = (d.total - own) * payer.coinsurance;
  const line = (category: string, usd: number): string => `{"category":${category},"amount":${money(usd)}}`;
  scope.emit(
    'ExplanationOfBenefit',
    id,
    scope.heads.of('ExplanationOfBenefit', null, id) +
      `${d.shared},"insurer":${d.insurer},"provider":${d.provider},"claim":${scope.sink.reference('Claim', d.claim)}` +
      `,"outcome":"complete"${diagnosisText(bill.diagnoses)},"insurance":[{"focal":true,"coverage":${d.insurance}}]` +
      `,"item":[${itemTexts(scope, bill, true).join(',')}]` +
      `,"total":[${line(submitted, d.total)},${line(copay, own)},${line(benefit, paid)}]` +
      `,"payment":{"amount":${money(paid)}}}`,
  );
}

function itemTexts(scope: PatientScope, bill: Bill, adjudicated: boolean): string[] {
  const encounter = `"encounter":[${scope.encounterReference(bill.encounter)}]`;
  return bill.charges.map((c, i) => {
    const price = money(c.usd);
    const end = adjudicated
      ? `,"adjudication":[{"category":${submitted},"amount":${price}}]`
      : `,"net":${price}`;
    return `{"sequence":${i + 1},"productOrService":${c.concept},${encounter}${end}}`;
  });
}

function diagnosisText(diagnoses: readonly string[]): string {
  if (diagnoses.length === 0) return '';
  return `,"diagnosis":[${diagnoses.map((d, i) => `{"sequence":${i + 1},"diagnosisReference":${d}}`).join(',')}]`;
}
