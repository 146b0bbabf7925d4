import type { Observation, ObservationPart, ObservationValue } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { coding, fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { plainNumber, quote } from '../text/json.js';
import { hl7, systemUris } from '../text/systems.js';
import { timeText } from '../text/time.js';
import { observationProfile, vitalSignProfile } from './observation-profile.js';
import { unitText, unknownValue, valueText } from './observation-value.js';
import { pressurePanel, vitalValue } from './vital-sign.js';

const categories: Readonly<Record<Observation['category'], string>> = {
  'vital-signs': category('vital-signs', 'Vital Signs'),
  laboratory: category('laboratory', 'Laboratory'),
  survey: category('survey', 'Survey'),
  'social-history': category('social-history', 'Social History'),
  imaging: category('imaging', 'Imaging'),
  procedure: category('procedure', 'Procedure'),
  exam: category('exam', 'Exam'),
  therapy: category('therapy', 'Therapy'),
  activity: category('activity', 'Activity'),
};

function category(code: string, display: string): string {
  return fixedConcept(hl7('observation-category'), code, display);
}

export function writeObservation(scope: PatientScope, recorded: Observation): void {
  const vital = vitalSignProfile(recorded);
  const o = vital === 'us-core-blood-pressure' ? pressurePanel(recorded) : recorded;
  // FHIR applies its vital-sign profiles by code, so such a code needs the category even where a module calls it a laboratory value
  const also = vital !== null && o.category !== 'vital-signs' ? `${categories['vital-signs']},` : '';
  const time = timeText(o.time);
  const performer = scope.practitioner(o.encounter);
  const shown = o.value === null || vital === null ? o.value : vitalValue(o.codes, o.value);
  const value = shown === null ? '' : valueText(shown, scope.codes);
  const nothing = value === '' && o.components.length === 0 ? unknownValue : '';
  const media = o.value?.kind === 'attachment' ? writeMedia(scope, o, o.value) : '';
  scope.emit(
    'Observation',
    o.id,
    scope.heads.of('Observation', vital ?? observationProfile(o), o.id) +
      `,"status":"final","category":[${also}${categories[o.category]}]` +
      `,"code":${vital === 'us-core-pulse-oximetry' ? oximetry(scope, o) : scope.codes.concept(o.codes)}` +
      `${scope.subject}${scope.encounter(o.encounter)},"effectiveDateTime":"${time}","issued":"${time}"` +
      (performer === null ? '' : `,"performer":[${performer}]`) +
      value +
      nothing +
      range(o, shown) +
      media +
      (o.components.length === 0
        ? '}'
        : `,"component":[${o.components.map((p) => component(scope, p)).join(',')}]}`),
  );
}

function component(scope: PatientScope, p: ObservationPart): string {
  return `{"code":${scope.codes.concept(p.codes)}${valueText(vitalValue(p.codes, p.value), scope.codes)}}`;
}

const oximetryCodes = [
  ['59408-5', 'Oxygen saturation in Arterial blood by Pulse oximetry'],
  ['2708-6', 'Oxygen saturation in Arterial blood'],
] as const;

/** Pulse oximetry carries both of its LOINC codes. */
function oximetry(scope: PatientScope, o: Observation): string {
  const missing = oximetryCodes.filter(([code]) => !o.codes.some((c) => c.code === code));
  if (missing.length === 0) return scope.codes.concept(o.codes);
  const list = [
    ...o.codes.map((c) => scope.codes.coding(c)),
    ...missing.map(([code, display]) => coding(systemUris.LOINC, code, display)),
  ];
  return `{"coding":[${list.join(',')}],"text":${scope.codes.text(o.codes[0]!.display)}}`;
}

const interpretation = (code: string, display: string): string =>
  `,"interpretation":[${fixedConcept(hl7('v3-ObservationInterpretation'), code, display)}]`;
const low = interpretation('L', 'Low');
const high = interpretation('H', 'High');
const normal = interpretation('N', 'Normal');

function range({ referenceRange: r, value: recorded }: Observation, value: ObservationValue | null): string {
  // a value in another unit than it was recorded in has left its range behind
  if (r === null || value?.kind !== 'quantity' || value !== recorded) return '';
  if (r.low === null && r.high === null) return '';
  const unit = unitText(value.unit);
  const bounds: string[] = [];
  if (r.low !== null) bounds.push(`"low":{"value":${plainNumber(r.low)}${unit}}`);
  if (r.high !== null) bounds.push(`"high":{"value":${plainNumber(r.high)}${unit}}`);
  const isLow = r.low !== null && value.value < r.low;
  const isHigh = r.high !== null && value.value > r.high;
  return `${isLow ? low : isHigh ? high : normal},"referenceRange":[{${bounds.join(',')}}]`;
}

/** The attached content as Media; gives the link to it. */
function writeMedia(
  scope: PatientScope,
  o: Observation,
  value: { readonly contentType: string; readonly title: string; readonly url: string | null },
): string {
  const id = derivedId(o.id, 'media');
  const url = value.url === null ? '' : `,"url":${quote(value.url)}`;
  scope.emit(
    'Media',
    id,
    scope.heads.of('Media', null, id) +
      `,"status":"completed"${scope.subject}${scope.encounter(o.encounter)},"createdDateTime":"${timeText(o.time)}"` +
      `,"content":{"contentType":${quote(value.contentType)},"title":${quote(value.title)}${url}}}`,
  );
  return `,"derivedFrom":[${scope.sink.reference('Media', id)}]`;
}
