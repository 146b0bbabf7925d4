import type { DiagnosticReport } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { fixedConcept } from '../text/codes.js';
import { hl7, systemUris } from '../text/systems.js';
import { timeText } from '../text/time.js';

const v2 = (code: string, display: string): string => fixedConcept(hl7('v2-0074'), code, display);
const loinc = (code: string, display: string): string => fixedConcept(systemUris.LOINC, code, display);

/** HL7 v2-0074, and the LOINC category that US Core's notes and reports use. */
const categories: Readonly<Record<DiagnosticReport['category'], string>> = {
  LAB: v2('LAB', 'Laboratory'),
  RAD: `${loinc('LP29684-5', 'Radiology')},${v2('RAD', 'Radiology')}`,
  CUS: `${loinc('LP29708-2', 'Cardiology')},${v2('CUS', 'Cardiac Ultrasound')}`,
  PAT: `${loinc('LP7839-6', 'Pathology')},${v2('PAT', 'Pathology (gross & histopath, not surgical)')}`,
};

export function writeReport(scope: PatientScope, r: DiagnosticReport): void {
  const { observations } = scope.record;
  const laboratory =
    r.category === 'LAB' && r.observations.every((i) => observations[i]!.category === 'laboratory');
  const time = timeText(r.time);
  const performer = scope.organization(r.encounter);
  const results = r.observations.map((i) => scope.sink.reference('Observation', observations[i]!.id));
  scope.charge(r.encounter, { concept: scope.codes.concept(r.codes), usd: r.cost });
  const texts = r.observations.flatMap((i) => {
    const { value } = observations[i]!;
    return value?.kind === 'text' ? [value.text] : [];
  });
  scope.emit(
    'DiagnosticReport',
    r.id,
    scope.heads.of(
      'DiagnosticReport',
      laboratory ? 'us-core-diagnosticreport-lab' : 'us-core-diagnosticreport-note',
      r.id,
    ) +
      `,"status":"final","category":[${categories[r.category]}],"code":${scope.codes.concept(r.codes)}` +
      `${scope.subject}${scope.encounter(r.encounter)},"effectiveDateTime":"${time}","issued":"${time}"` +
      (performer === null ? '' : `,"performer":[${performer}]`) +
      (results.length === 0 ? '' : `,"result":[${results.join(',')}]`) +
      (texts.length === 0 ? '}' : `,"conclusion":${JSON.stringify(texts.join('; '))}}`),
  );
}
