import type { Person, Race } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { addressText, phoneText } from '../shared.js';
import { coding, fixedConcept } from '../text/codes.js';
import { derivedId } from '../text/derived-id.js';
import { quote } from '../text/json.js';
import { hl7, identifierSystems as ids, systemUris } from '../text/systems.js';
import { dateText, timeText } from '../text/time.js';

const cdc = 'urn:oid:2.16.840.1.113883.6.238';
const core = 'http://hl7.org/fhir/us/core/StructureDefinition';

/** OMB categories (CDC Race and Ethnicity code set); `other` is outside of them, so its text says it and the category is unknown. */
const races: Readonly<Record<Race, readonly [code: string, display: string]>> = {
  white: ['2106-3', 'White'],
  black: ['2054-5', 'Black or African American'],
  asian: ['2028-9', 'Asian'],
  native: ['1002-5', 'American Indian or Alaska Native'],
  hawaiian: ['2076-8', 'Native Hawaiian or Other Pacific Islander'],
  other: ['UNK', 'Other'],
};

const marital = { S: 'Never Married', M: 'Married', D: 'Divorced', W: 'Widowed' } as const;

/** Marks the record as made up: "test health data" (HL7 v3 ActReason). */
const testData = `"security":[${coding(hl7('v3-ActReason'), 'HTEST', 'test health data')}]`;

export function writePatient(scope: PatientScope): void {
  const { person } = scope.record;
  const json =
    scope.heads.withMeta('Patient', 'us-core-patient', person.id, testData) +
    `,"extension":[${extensions(person).join(',')}]` +
    `,"identifier":[{"use":"usual","type":${fixedConcept(hl7('v2-0203'), 'MR', 'Medical record number')}` +
    `,"system":"${ids.mrn}","value":${quote(person.mrn)}},{"system":"${ids.entry}","value":"${person.id}"}]` +
    `,"active":true,"name":[${names(person)}]` +
    (person.phone === null ? '' : `,"telecom":${phoneText(person.phone, 'home')}`) +
    `,"gender":"${person.sex}","birthDate":"${dateText(person.birthTime)}"` +
    `,"_birthDate":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthTime"` +
    `,"valueDateTime":"${timeText(person.birthTime)}"}]}` +
    (person.deathTime === null
      ? ',"deceasedBoolean":false'
      : `,"deceasedDateTime":"${timeText(person.deathTime)}"`) +
    `,"address":[${addressText(person.address, 'home')}]` +
    (person.maritalStatus === null
      ? ''
      : `,"maritalStatus":${fixedConcept(hl7('v3-MaritalStatus'), person.maritalStatus, marital[person.maritalStatus])}`) +
    `,"communication":[{"language":{"coding":[${coding('urn:ietf:bcp:47', person.language)}]},"preferred":true}]}`;
  scope.emit('Patient', person.id, json);
}

function extensions(person: Person): string[] {
  const [code, name] = races[person.race];
  const race =
    person.race === 'other' ? coding(hl7('v3-NullFlavor'), 'UNK', 'unknown') : coding(cdc, code, name);
  const hispanic = person.ethnicity === 'hispanic';
  const ethnicity = hispanic ? 'Hispanic or Latino' : 'Not Hispanic or Latino';
  const category = coding(cdc, hispanic ? '2135-2' : '2186-5', ethnicity);
  const list = [
    omb('race', race, name),
    omb('ethnicity', category, ethnicity),
    `{"url":"${core}/us-core-birthsex","valueCode":"${person.sex === 'female' ? 'F' : 'M'}"}`,
  ];
  if (person.birthplace !== null) {
    list.push(
      `{"url":"http://hl7.org/fhir/StructureDefinition/patient-birthPlace","valueAddress":{"text":${quote(person.birthplace)}}}`,
    );
  }
  return list;
}

function omb(name: 'race' | 'ethnicity', category: string, text: string): string {
  return (
    `{"url":"${core}/us-core-${name}","extension":[{"url":"ombCategory","valueCoding":${category}}` +
    `,{"url":"text","valueString":${quote(text)}}]}`
  );
}

function names(person: Person): string {
  const given = person.given.map(quote).join(',');
  const prefix = person.prefix === null ? '' : `,"prefix":[${quote(person.prefix)}]`;
  const official = `{"use":"official","family":${quote(person.family)},"given":[${given}]${prefix}}`;
  if (person.maiden === null) return official;
  return `${official},{"use":"maiden","family":${quote(person.maiden)},"given":[${given}]}`;
}

const deathCode = {
  system: 'LOINC',
  code: '69453-9',
  display: 'Cause of death [US Standard Certificate of Death]',
} as const;

/** The cause of death as an Observation, where no module recorded one itself. */
export function writeCauseOfDeath(scope: PatientScope): void {
  const { person, observations } = scope.record;
  const { causeOfDeath, deathTime } = person;
  if (causeOfDeath === null || deathTime === null) return;
  if (observations.some((o) => o.codes.some((c) => c.system === 'LOINC' && c.code === deathCode.code)))
    return;
  const id = derivedId(person.id, 'causeOfDeath');
  const time = timeText(deathTime);
  scope.emit(
    'Observation',
    id,
    scope.heads.of('Observation', 'us-core-observation-clinical-result', id) +
      `,"status":"final","category":[${fixedConcept(hl7('observation-category'), 'exam', 'Exam')}]` +
      `,"code":${fixedConcept(systemUris.LOINC, deathCode.code, deathCode.display)}${scope.subject}` +
      `,"effectiveDateTime":"${time}","issued":"${time}","valueCodeableConcept":${scope.codes.concept1(causeOfDeath)}}`,
  );
}
