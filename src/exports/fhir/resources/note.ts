import type { Note } from '../../../cohort/index.js';
import type { PatientScope } from '../scope.js';
import { coding, fixedConcept } from '../text/codes.js';
import { hl7, identifierSystems as ids } from '../text/systems.js';
import { periodText, timeText } from '../text/time.js';
import { encounterEnd } from './encounter.js';

const category = fixedConcept(
  'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
  'clinical-note',
  'Clinical Note',
);
const unknownType = fixedConcept(hl7('v3-NullFlavor'), 'UNK', 'unknown');
const format = coding(
  'http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode',
  'urn:ihe:iti:xds:2017:mimeTypeSufficient',
  'mimeType Sufficient',
);

export function writeNote(scope: PatientScope, note: Note): void {
  const author = scope.practitioner(note.encounter);
  const custodian = scope.organization(note.encounter);
  const visit = scope.visit(note.encounter);
  const typed = note.codes.some((c) => c.system === 'LOINC'); // the required value set holds LOINC documents only
  const data = Buffer.from(note.text, 'utf8').toString('base64');
  const context =
    visit === null || note.encounter === null
      ? ''
      : `,"context":{"encounter":[${scope.encounterReference(note.encounter)}],"period":${periodText(visit.start, encounterEnd(scope, visit))}}`;
  scope.emit(
    'DocumentReference',
    note.id,
    scope.heads.of('DocumentReference', 'us-core-documentreference', note.id) +
      `,"identifier":[{"system":"${ids.entry}","value":"${note.id}"}],"status":"current"` +
      `,"type":${typed ? scope.codes.concept(note.codes) : unknownType},"category":[${category}]${scope.subject}` +
      `,"date":"${timeText(note.time)}"` +
      (author === null ? '' : `,"author":[${author}]`) +
      (custodian === null ? '' : `,"custodian":${custodian}`) +
      `,"content":[{"attachment":{"contentType":"text/plain; charset=utf-8","data":"${data}"},"format":${format}}]${context}}`,
  );
}
