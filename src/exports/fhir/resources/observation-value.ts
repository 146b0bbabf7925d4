import type { AbsentReason, ObservationValue } from '../../../cohort/index.js';
import type { Codes } from '../text/codes.js';
import { fixedConcept } from '../text/codes.js';
import { decimal, plainNumber, quote } from '../text/json.js';
import { hl7, systemUris } from '../text/systems.js';

const absent = (code: AbsentReason): string =>
  `,"dataAbsentReason":${fixedConcept(hl7('data-absent-reason'), code)}`;
const absentTexts: Readonly<Record<AbsentReason, string>> = {
  unknown: absent('unknown'),
  'not-performed': absent('not-performed'),
  error: absent('error'),
  masked: absent('masked'),
  'asked-declined': absent('asked-declined'),
  'not-asked': absent('not-asked'),
};

export const unknownValue = absentTexts.unknown;

const units = new Map<string, string>();

/** `,"unit":…,"system":…,"code":…` of a UCUM unit. */
export function unitText(unit: string): string {
  let text = units.get(unit);
  if (text === undefined) {
    text = `,"unit":${quote(unit)},"system":"${systemUris.UCUM}","code":${quote(unit)}`;
    units.set(unit, text);
  }
  return text;
}

const quantityText = (value: string, unit: string): string => `{"value":${value}${unitText(unit)}}`;

/** `,"value…":…` or `,"dataAbsentReason":…`. An attachment is written as text here, and its content as Media (R4 has no such value). */
export function valueText(value: ObservationValue, codes: Codes): string {
  switch (value.kind) {
    case 'quantity':
      return `,"valueQuantity":${quantityText(decimal(value.value, value.decimals), value.unit)}`;
    case 'coding':
      return `,"valueCodeableConcept":${codes.concept1(value.coding)}`;
    case 'text':
      return `,"valueString":${quote(value.text)}`;
    case 'boolean':
      return `,"valueBoolean":${value.value}`;
    case 'attachment':
      return `,"valueString":${quote(value.title)}`;
    case 'absent':
      return absentTexts[value.reason];
    case 'sampled':
      return sampledText(value);
  }
}

function sampledText(value: Extract<ObservationValue, { kind: 'sampled' }>): string {
  const points: string[] = [];
  const length = Math.max(0, ...value.series.map((s) => s.length));
  for (let i = 0; i < length; i++) {
    for (const series of value.series) {
      const point = series[i];
      points.push(point === undefined ? 'E' : plainNumber(point)); // E: an error in the measurement (FHIR SampledData.data)
    }
  }
  return (
    `,"valueSampledData":{"origin":${quantityText(plainNumber(value.origin), value.unit)},"period":${plainNumber(value.periodMs)}` +
    `,"dimensions":${value.series.length},"data":"${points.join(' ')}"}`
  );
}
